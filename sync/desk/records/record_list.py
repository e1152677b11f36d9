"""What the page that lists records shows, and what its forms offer to choose from."""

from typing import Any

from sqlalchemy import Connection, or_, select

from data.fields import Doc, Field, FieldType
from data.kinds import KINDS
from data.store.schema import RECORDS
from data.upkeep.branch_limits import is_within
from data.upkeep.kept import check_kept
from data.upkeep.listing import Listed, count_listed, listed_records, retired_of
from data.upkeep.seen import as_shown
from sync.auth import Person
from sync.desk.branches import branch_names
from sync.desk.records.record_words import RecordWords
from sync.language import Language

COLUMNS = {
    "area": ("code", "level", "parent_id", "branch"),
    "contact": ("role", "phone", "branch"),
    "feeder": ("number", "substation", "branch", "source"),
    "transformer_area": ("number", "feeder", "kva", "manager"),
    "customer": ("id", "address", "transformer_area", "source"),
}
"""The fields of a list beside the name."""

FILTERS = {"area": "level", "contact": "role", "feeder": "source", "customer": "source"}
"""The field of each kind by whose values a list can be cut down."""

_OFFERED = 10
_REFERRED = frozenset({"area", "branch", "contact", "feeder", "transformer_area"})


def list_values(
    connection: Connection, person: Person, language: Language, wanted: Listed, *, retired: bool
) -> dict[str, Any]:
    """The values of the page: one page of records, or the retired ones, and what they can be filtered by."""
    kind = wanted.kind
    check_kept(kind)
    words = RecordWords(connection, language)
    docs, more = ([], "") if retired else listed_records(connection, wanted, person.branches)
    gone = retired_of(connection, kind, wanted.text.strip(), person.branches) if retired else []
    columns = [KINDS[kind].by_name[name] for name in COLUMNS[kind]]
    _learn(words, columns, docs)
    filtered = FILTERS.get(kind)
    return {
        "kind": kind,
        "wanted": wanted,
        "retired": retired,
        "columns": columns,
        "rows": [_row(words, columns, kind, doc) for doc in docs],
        "gone": [(one, _row(words, columns, kind, one.before)) for one in gone if one.before],
        "after": more,
        "count": (len(gone), False) if retired else count_listed(connection, wanted, person.branches),
        "filter": KINDS[kind].by_name[filtered] if filtered else None,
        "branches": _branches(connection, person),
    }


def choices_for(connection: Connection, kind: str, text: str) -> list[tuple[str, str]]:
    """What a field that refers to `kind` can be filled with: the whole text, and what to show beside it.

    Args:
        connection: To the store.
        kind: Of what is referred to; nothing is offered of others.
        text: What stands in the field; of several, split by `；`, the last is being typed.
    """
    before, _, typing = text.replace(";", "；").rpartition("；")
    typing = typing.strip()
    if kind not in _REFERRED or not typing:
        return []
    table, described = RECORDS[kind], KINDS[kind]
    coded = [
        table.c[name].startswith(typing.lower() if name == "code" else typing) for name in ("id", *described.codes)
    ]
    found = select(table).where(or_(table.c.name.contains(typing, autoescape=True), *coded))
    rows = connection.execute(found.order_by(table.c.name, table.c.id).limit(_OFFERED)).mappings()
    kept = f"{before}；" if before else ""
    return [(f"{kept}{row['name']}（{row['id']}）", str(row.get("number") or row.get("code") or "")) for row in rows]


def _learn(words: RecordWords, columns: list[Field], docs: list[Doc]) -> None:
    for column in columns:
        if column.type is FieldType.REF:
            words.learn(column.target, [str(doc[column.name]) for doc in docs if doc[column.name]])


def _row(words: RecordWords, columns: list[Field], kind: str, doc: Doc) -> dict[str, Any]:
    shown = as_shown(kind, doc)
    return {"id": doc["id"], "name": doc["name"], "cells": [words.value(one, shown[one.name]) for one in columns]}


def _branches(connection: Connection, person: Person) -> list[tuple[str, str]]:
    return [one for one in branch_names(connection).items() if is_within(connection, one[0], person.branches)]
