"""What agents say, over HTTP: the templates in force, the centre's own words, and a look before they are used."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from data.scripts.editing import reset_script, script_text, script_texts, set_script, versions_of
from data.scripts.samples import preview
from data.scripts.template import LONGEST
from sync.auth import Person
from sync.hub.asking import PersonWho
from sync.hub.hub import Hub

Words = Annotated[str, Field(max_length=LONGEST + 1)]


class ScriptRequest(BaseModel):
    """A template in each language; empty: as it comes."""

    model_config = ConfigDict(extra="forbid")

    zh: Words = ""
    en: Words = ""


def script_router(hub: Hub) -> APIRouter:
    """The routes for script templates."""
    router = APIRouter(tags=["scripts"])
    Editor = Annotated[Person, Depends(PersonWho(hub.store, "edit_scripts"))]
    may_see = Depends(PersonWho(hub.store, "see_desk"))

    @router.get("/scripts", dependencies=[may_see])
    def listed() -> Mapping[str, object]:
        with hub.store.read() as connection:
            return {"scripts": [one.to_json() for one in script_texts(connection)]}

    @router.get("/scripts/{key}", dependencies=[may_see])
    def one(key: str) -> Mapping[str, object]:
        with hub.store.read() as connection:
            versions = [version.to_json() for version in versions_of(connection, key)]
            return script_text(connection, key).to_json() | {"versions": versions}

    @router.put("/scripts/{key}")
    def put(editor: Editor, key: str, request: ScriptRequest) -> Mapping[str, object]:
        with hub.store.write(editor.actor, "edit script") as writing:
            made = set_script(writing, key, request.zh, request.en, editor.actor)
        hub.stream.look_now()
        return made.to_json()

    @router.delete("/scripts/{key}")
    def reset(editor: Editor, key: str) -> Mapping[str, object]:
        with hub.store.write(editor.actor, "reset script") as writing:
            made = reset_script(writing, key, editor.actor)
        hub.stream.look_now()
        return made.to_json()

    @router.post("/scripts/{key}/preview", dependencies=[may_see])
    def look(key: str, request: ScriptRequest) -> Mapping[str, object]:
        return {"preview": preview(key, (request.zh, request.en), hub.store.clock.now())}

    return router
