"""The upkeep of records over HTTP: the same rules as the pages and the command line."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field, JsonValue

from data.fields import Doc
from data.names.pinyin import readings_of
from data.store.store import Writing
from data.upkeep.acts import Keeper, add_record, bring_back, change_record, find_record, retire_record, undo_change
from data.upkeep.branch_limits import check_branch
from data.upkeep.history import changes_of
from data.upkeep.seen import as_shown
from data.upkeep.similar import similar_to
from data.upkeep.telling import told_change, typed
from sync.auth import Person
from sync.hub.asking import PersonWho
from sync.hub.hub import Hub

KeptKind = Literal["area", "contact", "feeder", "transformer_area", "customer"]
Fields = Annotated[dict[str, JsonValue], Field(max_length=30)]


class AddRequest(BaseModel):
    """A new record; references are ids, or numbers, codes and names where unique."""

    fields: Fields


class ChangeRequest(BaseModel):
    """The fields to change, and the record as it was seen; without that, it is changed whatever it holds."""

    changes: Fields
    seen: Fields | None = None


class UndoRequest(BaseModel):
    """The change to undo: the latest of the record's history."""

    number: int = Field(ge=0, le=2**31 - 1)


def keeper_of(person: Person) -> Keeper:
    """A person as `data.upkeep` knows those who keep records."""
    return Keeper(person.actor, person.branches, readings_of)


def record_router(hub: Hub) -> APIRouter:
    """The routes for people and their programs."""
    router = APIRouter(tags=["records"])
    Editor = Annotated[Person, Depends(PersonWho(hub.store, "edit_records"))]

    def done(kind: str, person: Person, about: str, do: Callable[[Writing], Doc | None]) -> Mapping[str, object]:
        with hub.store.write(person.actor, about) as writing:
            doc = do(writing)
            warnings = similar_to(writing.connection, kind, doc) if doc else []
        hub.stream.look_now()
        return {"kind": kind, "record": as_shown(kind, doc) if doc else None, "warnings": warnings}

    @router.get("/records/{kind}/history/{key:path}")
    def history(editor: Editor, kind: KeptKind, key: str) -> Sequence[Mapping[str, object]]:
        with hub.store.read() as connection:
            changes = changes_of(connection, kind, key)
            for one in changes[:1]:
                check_branch(connection, kind, one.after or one.before, editor.branches)
        return [told_change(one) for one in changes]

    @router.post("/records/{kind}/retire/{key:path}", status_code=204)
    def retire(editor: Editor, kind: KeptKind, key: str) -> None:
        with hub.store.write(editor.actor, "retire record") as writing:
            retire_record(writing, kind, key, keeper_of(editor))
        hub.stream.look_now()

    @router.post("/records/{kind}/bring-back/{key:path}")
    def back(editor: Editor, kind: KeptKind, key: str) -> Mapping[str, object]:
        keeper = keeper_of(editor)
        return done(kind, editor, "bring back record", lambda writing: bring_back(writing, kind, key, keeper))

    @router.post("/records/{kind}/undo/{key:path}")
    def undo(editor: Editor, kind: KeptKind, key: str, request: UndoRequest) -> Mapping[str, object]:
        keeper = keeper_of(editor)
        return done(
            kind, editor, "undo record", lambda writing: undo_change(writing, kind, key, request.number, keeper)
        )

    @router.post("/records/{kind}", status_code=201)
    def add(editor: Editor, kind: KeptKind, request: AddRequest) -> Mapping[str, object]:
        texts, keeper = typed(kind, request.fields), keeper_of(editor)
        return done(kind, editor, "add record", lambda writing: add_record(writing, kind, texts, keeper))

    @router.get("/records/{kind}/{key:path}")
    def record(editor: Editor, kind: KeptKind, key: str) -> Mapping[str, object]:
        with hub.store.read() as connection:
            doc = find_record(connection, kind, key)
            check_branch(connection, kind, doc, editor.branches)
        return {"kind": kind, "record": as_shown(kind, doc)}

    @router.patch("/records/{kind}/{key:path}")
    def change(editor: Editor, kind: KeptKind, key: str, request: ChangeRequest) -> Mapping[str, object]:
        texts, keeper, seen = typed(kind, request.changes), keeper_of(editor), request.seen
        return done(
            kind, editor, "change record", lambda writing: change_record(writing, kind, key, texts, keeper, seen)
        )

    return router
