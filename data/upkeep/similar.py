"""Records that a new or changed one may be a second copy of: a warning, for two places may bear one name."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, Connection, and_, select

from data.fields import Doc
from data.kinds import KINDS
from data.store.schema import RECORDS

_SHOWN_AT_MOST = 3

_ALIKE: dict[str, tuple[tuple[str, ...], ...]] = {
    "area": (("name", "parent_id"),),
    "contact": (("phone", "role"), ("name", "branch")),
    "feeder": (("name", "branch"), ("number", "branch")),
    "transformer_area": (("name", "feeder"), ("number", "feeder")),
    "customer": (("name", "transformer_area", "address"),),
}
"""For each kind, fields that two records rarely share."""


def similar_to(connection: Connection, kind: str, doc: Doc) -> list[str]:
    """One line for each set of fields that other records share with `doc`; empty for none.

    Args:
        connection: To the store.
        kind: Of record.
        doc: The whole record, as it will be; its own stored form is no other.
    """
    return [*_lines(connection, kind, doc)]


def _lines(connection: Connection, kind: str, doc: Doc) -> Iterator[str]:
    table, described = RECORDS[kind], KINDS[kind]
    for fields in _ALIKE[kind]:
        if not doc.get(fields[0]):
            continue
        same = and_(*(_is(table.c[name], doc.get(name)) for name in fields), table.c.id != doc["id"])
        ids = list(connection.execute(select(table.c.id).where(same).limit(_SHOWN_AT_MOST + 1)).scalars())
        if ids:
            words = "、".join(described.by_name[name].headers[0] for name in fields)
            listed = ", ".join(ids[:_SHOWN_AT_MOST]) + (" …" if len(ids) > _SHOWN_AT_MOST else "")
            yield f"{words}与已有记录相同 the same as {listed}"


def _is(column: ColumnElement[object], value: object) -> ColumnElement[bool]:
    return column.is_(None) if value is None else column == value
