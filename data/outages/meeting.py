"""Stored windows that have part of their scope in common with windows that are about to be set."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, or_, select

from data.clock import to_iso
from data.outages.documents import outage_from_doc
from data.outages.overlaps import Footprints, Span, common_time
from data.outages.reach import Reach
from data.outages.windows import OutageWindow, ScopeItem
from data.store.rows import get_docs
from data.store.schema import RECORDS


@dataclass(frozen=True, slots=True)
class Meeting:
    """A window that has something in common with a new one.

    Attributes:
        window: The other one; one of the new ones too, where several are set together.
        span: The first time at which both take it out; None where they never do at once.
        transformer_areas: Ids of those that both take out, sorted.
    """

    window: OutageWindow
    span: Span | None
    transformer_areas: tuple[str, ...]


def meetings(
    connection: Connection, new: Sequence[OutageWindow], before: timedelta
) -> tuple[Reach, dict[str, list[Meeting]]]:
    """For each new window by id, those that have something in common with it, by start.

    Args:
        connection: To the store.
        new: Windows that are not stored, each with an id of its own.
        before: How long before the first of them an old one may have ended.

    Returns:
        What of the network was read for it, and the meetings.
    """
    scopes = _scopes(connection, min((one.begins for one in new), default=None), before)
    reach = Reach(connection, [item for scope in (*(one.scope for one in new), *scopes.values()) for item in scope])
    prints = Footprints({**scopes, **{one.id: one.scope for one in new}}, reach)
    met = {one.id: [key for key in scopes if prints.meet(one.id, key)] for one in new}
    stored = _windows(connection, sorted({key for keys in met.values() for key in keys}))
    found = {
        one.id: [
            *(stored[key] for key in met[one.id]),
            *(other for other in new if other is not one and prints.meet(one.id, other.id)),
        ]
        for one in new
    }
    return reach, {one.id: _meetings(one, found[one.id], reach) for one in new}


def _meetings(window: OutageWindow, others: list[OutageWindow], reach: Reach) -> list[Meeting]:
    whole = reach.affected_by(window.scope).transformer_areas
    return [
        Meeting(
            other,
            common_time(window, other),
            tuple(sorted(whole & reach.affected_by(other.scope).transformer_areas)),
        )
        for other in sorted(others, key=lambda one: (one.begins, one.id))
    ]


def _scopes(connection: Connection, first: datetime | None, before: timedelta) -> dict[str, tuple[ScopeItem, ...]]:
    """The scopes of windows that were not withdrawn and are not over longer than that, by id."""
    if first is None:
        return {}
    table = RECORDS["outage"]
    held = and_(table.c.hold, table.c.restored_at.is_(None))
    lasts = or_(table.c.etr > to_iso(first - before), held, table.c.restored_at > to_iso(first - before))
    rows = connection.execute(select(table.c.id, table.c.scope).where(lasts, table.c.withdrawn_at.is_(None)))
    return {key: _items(scope) for key, scope in rows}


def _items(scope: str) -> tuple[ScopeItem, ...]:
    """What a window's scope names, of the text in its row: to take whole windows apart would cost ten times as much."""
    return tuple(ScopeItem(item["kind"], item["id"]) for item in json.loads(scope)["items"])


def _windows(connection: Connection, ids: list[str]) -> dict[str, OutageWindow]:
    return {key: outage_from_doc(doc) for key, doc in get_docs(connection, "outage", ids).items()}
