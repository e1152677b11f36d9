"""What refers to a record: other records, and outage windows that are not over."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, select

from data.fields import FieldType
from data.kinds import KINDS
from data.outages.describing import shown_outages
from data.store.schema import LINK, RECORDS
from data.upkeep.errors import InUseError

LISTED_AT_MOST = 8
_ENDED = frozenset({"restored", "ended_by_clock"})


def check_unused(connection: Connection, kind: str, key: str, now: datetime) -> None:
    """Does nothing for a record to which nothing refers.

    Raises:
        InUseError: something does; the message lists it.
    """
    found = [*_referring(connection, kind, key), *_windows(connection, kind, key, now)]
    if not found:
        return
    more = " …" if len(found) > LISTED_AT_MOST else ""
    listed = f"{', '.join(found[:LISTED_AT_MOST])}{more}"
    raise InUseError(f"仍被引用，请先处理 still in use, change these first: {listed}").about("in_use", listed=listed)


def _referring(connection: Connection, kind: str, key: str) -> Iterator[str]:
    """`台区 塔山1号公变（T1）` for each record, one more than are listed of each sort; a customer by number alone."""
    for referring in KINDS.values():
        for field in referring.fields:
            if field.target != kind:
                continue
            table = RECORDS[referring.name]
            if field.type is FieldType.REFS:
                linked = select(LINK.c.id).where(
                    LINK.c.kind == referring.name, LINK.c.field == field.name, LINK.c.target == key
                )
                where: ColumnElement[bool] = table.c.id.in_(linked)
            else:
                where = table.c[field.name] == key
            rows = connection.execute(select(table).where(where).order_by(table.c.id).limit(LISTED_AT_MOST + 1))
            for row in rows.mappings():
                personal = referring.by_name["name"].personal
                yield f"{referring.label} " + (row["id"] if personal else f"{row['name']}（{row['id']}）")


def _windows(connection: Connection, kind: str, key: str, now: datetime) -> Iterator[str]:
    for window in shown_outages(connection, now):
        if window.phase(now) in _ENDED:
            continue
        if any((item.kind, item.id) == (kind, key) for item in window.scope):
            yield f"{KINDS['outage'].label} {window.id}"
