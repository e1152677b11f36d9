"""The desk's pages on which staff keep the records of their branches."""

import re
from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy import Connection

from data.entries.conflicts import last_change
from data.errors import SwitchboardError
from data.fields import Doc
from data.kinds import KINDS
from data.store.rows import get_docs
from data.store.store import Writing
from data.upkeep.acts import add_record, bring_back, change_record, find_record, retire_record, undo_change
from data.upkeep.branch_limits import check_branch
from data.upkeep.errors import FieldErrors, OvertakenError
from data.upkeep.history import ACTS, changes_of
from data.upkeep.kept import changeable, kept_fields, with_source
from data.upkeep.seen import as_shown, retyped
from data.upkeep.similar import similar_to
from data.versions import Contradiction
from sync.auth import Person
from sync.desk.answers import go_on
from sync.desk.page import Desk
from sync.desk.records.record_form import Entered, as_ids, entered_in, form_fields, seen_text
from sync.desk.records.record_words import KIND_WORDS, RecordWords, field_words
from sync.desk.typed import Fields
from sync.hub.asking import PersonWho
from sync.hub.hub import Hub
from sync.hub.problems import status_of
from sync.language import Language, language
from sync.line_words import line_words
from sync.refusal_words import refusal
from sync.routes.record_routes import KeptKind, keeper_of


class SimilarError(SwitchboardError):
    """The record may be a second copy of another: the person has not said yet that it is none."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("; ".join(lines))
        self.lines = lines


def record_page_router(hub: Hub) -> APIRouter:
    """The form of a record with its history, and what is done from there."""
    router = APIRouter(include_in_schema=False)
    desk = Desk(labels={"KIND_WORDS": KIND_WORDS, "ACTS": ACTS, "field_words": field_words, "line_words": line_words})
    Editor = Annotated[Person, Depends(PersonWho(hub.store, "edit_records"))]

    def form_page(
        request: Request, person: Person, kind: str, key: str, entered: Entered, error: SwitchboardError | None = None
    ) -> Response:
        """The form of a record, or of a new one where `key` is empty, with what was typed and what is wrong with it."""
        with hub.store.read() as connection:
            values = _form_values(connection, person, language(request), kind, key, entered, error)
        said = (
            ""
            if error is None or isinstance(error, SimilarError | FieldErrors | OvertakenError)
            else refusal(request, error)
        )
        status = 200 if error is None or isinstance(error, SimilarError) else status_of(error)
        return desk.render(request, person, "record.html", status, error=said, here="/desk/records", **values)

    def act(
        request: Request, person: Person, kind: str, key: str, entered: Entered, do: Callable[[Writing], Doc | None]
    ) -> Response:
        try:
            with hub.store.write(person.actor, f"keep {kind}") as writing:
                before = get_docs(writing.connection, kind, [key]).get(key) if key else None
                doc = do(writing)
                _confirm(writing.connection, kind, before, doc, confirmed=entered.confirmed)
        except SwitchboardError as error:
            return form_page(request, person, kind, key, entered, error)
        hub.stream.look_now()
        told = changes_told(kind, str(doc["id"]) if doc else key)
        return go_on(f"/desk/records/{kind}/edit/{quote(told[0])}?done={told[1]}")

    def changes_told(kind: str, key: str) -> tuple[str, str]:
        with hub.store.read() as connection:
            newest = changes_of(connection, kind, key, 1)
        return key, newest[0].act if newest else ""

    @router.get("/desk/records/{kind}/new")
    def new(request: Request, editor: Editor, kind: KeptKind) -> Response:
        return form_page(request, editor, kind, "", Entered())

    @router.post("/desk/records/{kind}/new")
    def add(request: Request, editor: Editor, kind: KeptKind, form: Fields) -> Response:
        entered = entered_in(kind, form)

        def do(writing: Writing) -> Doc:
            return add_record(writing, kind, as_ids(writing.connection, kind, entered.texts), keeper_of(editor))

        return act(request, editor, kind, "", entered, do)

    @router.get("/desk/records/{kind}/edit/{key:path}")
    def edit(request: Request, editor: Editor, kind: KeptKind, key: str) -> Response:
        return form_page(request, editor, kind, key, Entered())

    @router.post("/desk/records/{kind}/edit/{key:path}")
    def change(request: Request, editor: Editor, kind: KeptKind, key: str, form: Fields) -> Response:
        entered = entered_in(kind, form)

        def do(writing: Writing) -> Doc:
            seen = entered.seen or as_shown(kind, find_record(writing.connection, kind, key))
            texts = retyped(kind, seen, as_ids(writing.connection, kind, entered.texts))
            return change_record(writing, kind, key, texts, keeper_of(editor), seen)

        return act(request, editor, kind, key, entered, do)

    @router.post("/desk/records/{kind}/retire/{key:path}")
    def retire(request: Request, editor: Editor, kind: KeptKind, key: str) -> Response:
        def do(writing: Writing) -> None:
            retire_record(writing, kind, key, keeper_of(editor))

        return act(request, editor, kind, key, Entered(), do)

    @router.post("/desk/records/{kind}/back/{key:path}")
    def back(request: Request, editor: Editor, kind: KeptKind, key: str) -> Response:
        kept = Entered(confirmed=True)
        return act(request, editor, kind, key, kept, lambda writing: bring_back(writing, kind, key, keeper_of(editor)))

    @router.post("/desk/records/{kind}/undo/{key:path}")
    def undo(request: Request, editor: Editor, kind: KeptKind, key: str, form: Fields) -> Response:
        number = str(form.get("number", ""))
        wanted = int(number) if re.fullmatch("[0-9]{1,18}", number) else 0

        def do(writing: Writing) -> Doc | None:
            return undo_change(writing, kind, key, wanted, keeper_of(editor))

        return act(request, editor, kind, key, Entered(confirmed=True), do)

    return router


def _confirm(connection: Connection, kind: str, before: Doc | None, after: Doc | None, *, confirmed: bool) -> None:
    """Asks once more where a record comes to resemble another that it did not before."""
    if after is None or confirmed:
        return
    known = set(similar_to(connection, kind, before)) if before else set()
    if lines := [line for line in similar_to(connection, kind, after) if line not in known]:
        raise SimilarError(lines)


def _form_values(
    connection: Connection,
    person: Person,
    reads: Language,
    kind: str,
    key: str,
    entered: Entered,
    error: SwitchboardError | None,
) -> dict[str, Any]:
    doc = get_docs(connection, kind, [key]).get(key) if key else None
    history = changes_of(connection, kind, key) if key else []
    if key and doc is None and not history:
        find_record(connection, kind, key)  # says that there is none
    for one in (doc, *(change.after or change.before for change in history[:1] if doc is None)):
        check_branch(connection, kind, one, person.branches)
    words = RecordWords(connection, reads)
    shown = as_shown(kind, doc) if doc else {}
    own = {"branch": words.label("branch", person.branches[0])} if not key and len(person.branches) == 1 else {}
    texts = {**(words.entered(kind, shown) if doc else own), **entered.texts}
    may_change = changeable(connection, kind, doc) if doc else _of_new(kind)
    errors = error.problems if isinstance(error, FieldErrors) else {}
    return {
        "kind": kind,
        "key": key,
        "doc": shown,
        "retired": bool(key) and doc is None,
        "last": history[0].before if history and doc is None else None,
        "fields": form_fields(kind, texts, errors, may_change, new=not key),
        "may_change": may_change,
        "seen": seen_text(kind, doc) if doc else "",
        "similar": error.lines if isinstance(error, SimilarError) else [],
        "wrong": len(errors),
        "history": [(change, words.change(change)) for change in history],
        "undoable": bool(history) and history[0].after == doc,
        "changed": last_change(connection, kind, key) if doc else None,
        "versions": _versions(words, kind, error.found) if isinstance(error, OvertakenError) else [],
    }


def _of_new(kind: str) -> frozenset[str]:
    return frozenset(field.name for field in kept_fields(kind)) - ({"source"} if with_source(kind, {}) else set())


def _versions(words: RecordWords, kind: str, found: Contradiction) -> list[dict[str, Any]]:
    """The fields in which two people contradict each other, with all three values."""
    fields = [KINDS[kind].by_name[name] for name in found.fields]
    return [
        {
            "words": field_words(one),
            **{
                side: words.value(one, version.get(one.name))
                for side, version in (("base", found.base), ("theirs", found.theirs), ("ours", found.ours))
            },
        }
        for one in fields
    ]
