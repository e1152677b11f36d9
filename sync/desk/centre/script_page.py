"""The desk's page of scripts: what agents say in each case, shown over sample facts while it is written."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request, Response

from data.clock import to_iso
from data.errors import SwitchboardError
from data.kinds import OUTAGE_KINDS
from data.scripts.cases import CASES, FACTS
from data.scripts.defaults import DEFAULTS, OUTAGE_KINDS_EN
from data.scripts.editing import reset_script, script_text, script_texts, set_script, versions_of
from data.scripts.samples import preview
from data.scripts.scripts import case_of
from data.scripts.template import LONGEST, ScriptError
from sync.auth import Person
from sync.desk.answers import go_on
from sync.desk.page import Desk
from sync.hub.asking import PersonWho
from sync.hub.hub import Hub
from sync.hub.problems import status_of
from sync.refusal_words import refusal

_FIRST = "normal"
_MISTAKE = 422
_DONE = {
    "saved": ("已保存，坐席马上照此说", "Saved: agents say it from now on"),
    "reset": ("已恢复默认", "The default holds again"),
}

Key = Annotated[str, Query(max_length=60)]
Words = Annotated[str, Form(max_length=LONGEST * 2)]


@dataclass(frozen=True, slots=True)
class _Entered:
    """What stands in the form."""

    key: str
    zh: str
    en: str


def script_page_router(hub: Hub) -> APIRouter:
    """The page `/desk/scripts`, and what is done from it."""
    router = APIRouter(include_in_schema=False)
    labels = {"CASES": CASES, "FACTS": FACTS, "LONGEST": LONGEST}
    desk = Desk(filters={"case_name": _case_name, "kind_name": _kind_name}, labels=labels, done=_DONE)
    Editor = Annotated[Person, Depends(PersonWho(hub.store, "edit_scripts"))]

    def shown(request: Request, entered: _Entered) -> dict[str, Any]:
        """What the words would say, or why they are no template."""
        try:
            return {"said": preview(entered.key, (entered.zh, entered.en), hub.store.clock.now()), "refused": ""}
        except ScriptError as problem:
            return {"said": {}, "refused": refusal(request, problem)}

    def page(request: Request, person: Person, entered: _Entered, status: int = 200, **more: Any) -> Response:  # noqa: ANN401
        with hub.store.read() as connection:
            texts = script_texts(connection)
            chosen = script_text(connection, entered.key)
            versions = [{**one.to_json(), "at": to_iso(one.at)} for one in versions_of(connection, entered.key)]
        case = CASES[case_of(entered.key)]
        values = {"texts": texts, "chosen": chosen, "versions": versions, "entered": entered, "case": case}
        values |= {"kinds": OUTAGE_KINDS if case.of_a_window else {}, "default": DEFAULTS.get(entered.key)}
        return desk.render(request, person, "scripts.html", status, **values, **shown(request, entered), **more)

    @router.get("/desk/scripts")
    def scripts(request: Request, editor: Editor, script: Key = _FIRST, version: int = 0) -> Response:
        with hub.store.read() as connection:
            zh, en = script_text(connection, script).texts
            old = next((one for one in versions_of(connection, script) if one.number == version), None)
        if old is not None:
            zh, en = old.zh or zh, old.en or en
        return page(request, editor, _Entered(script, zh, en), restored=version if old else 0)

    @router.post("/desk/scripts/preview")
    def look(request: Request, editor: Editor, script: Words, zh: Words = "", en: Words = "") -> Response:
        entered = _Entered(script, zh, en)
        case_of(script)
        if "hx-request" in request.headers:
            return desk.render(request, editor, "script_preview.html", **shown(request, entered))
        return page(request, editor, entered)

    @router.post("/desk/scripts/save")
    def save(request: Request, editor: Editor, script: Words, zh: Words = "", en: Words = "") -> Response:
        try:
            with hub.store.write(editor.actor, "edit script") as writing:
                set_script(writing, script, zh, en, editor.actor)
        except ScriptError as problem:
            case_of(script)
            return page(request, editor, _Entered(script, zh, en), _MISTAKE, error=refusal(request, problem))
        hub.stream.look_now()
        return go_on(f"/desk/scripts?script={script}&done=saved")

    @router.post("/desk/scripts/reset")
    def reset(request: Request, editor: Editor, script: Words) -> Response:
        try:
            with hub.store.write(editor.actor, "reset script") as writing:
                reset_script(writing, script, editor.actor)
        except SwitchboardError as problem:
            case_of(script)
            with hub.store.read() as connection:
                zh, en = script_text(connection, script).texts
            return page(request, editor, _Entered(script, zh, en), status_of(problem), error=refusal(request, problem))
        hub.stream.look_now()
        return go_on(f"/desk/scripts?script={script}&done=reset")

    return router


def _case_name(key: str, lang: str) -> str:
    zh, en = CASES[case_of(key)].label
    return en if lang == "en" else zh


def _kind_name(kind: str, lang: str) -> str:
    return OUTAGE_KINDS_EN[kind] if lang == "en" else OUTAGE_KINDS[kind]
