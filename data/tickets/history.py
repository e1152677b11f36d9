"""What was done with a ticket: who, when, what changed, what was said."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from data.clock import from_iso, to_iso
from data.fields import Json, canonical_json
from data.store.desk_tables import TICKET_EVENT
from data.store.store import Writing

Changes = Mapping[str, tuple[str | None, str | None]]
"""Fields of a ticket with their values before and after."""


@dataclass(frozen=True, slots=True)
class TicketEvent:
    """One act; a comment where nothing changed."""

    at: datetime
    by: str
    changes: Changes
    text: str

    def to_json(self) -> dict[str, Json]:
        """The act as people's programs are told it."""
        changes: dict[str, Json] = {name: [before, after] for name, (before, after) in self.changes.items()}
        return {"at": to_iso(self.at), "by": self.by, "changes": changes, "text": self.text}


def add_event(writing: Writing, ticket: str, by: str, changes: Changes, text: str) -> None:
    """Notes an act, in its own transaction."""
    told: dict[str, Json] = {name: [before, after] for name, (before, after) in changes.items()}
    row = {"ticket": ticket, "at": to_iso(writing.clock.now()), "by": by, "changes": canonical_json(told), "text": text}
    writing.connection.execute(insert(TICKET_EVENT).values(row))


def history_of(connection: Connection, ticket: str) -> list[TicketEvent]:
    """What was done with a ticket here, oldest first; nothing of what its central system did."""
    rows = connection.execute(select(TICKET_EVENT).where(TICKET_EVENT.c.ticket == ticket).order_by(TICKET_EVENT.c.seq))
    return [
        TicketEvent(
            at=from_iso(row.at),
            by=row.by,
            changes={name: (before, after) for name, (before, after) in json.loads(row.changes).items()},
            text=row.text,
        )
        for row in rows
    ]
