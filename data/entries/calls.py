"""What agents enter during calls: tickets, wrap-ups, and which records they looked up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import Connection, delete, insert

from data.clock import to_iso
from data.entries.entries import Entry, EntryError, Outcome
from data.entries.ledger import Sender
from data.phone_numbers import normal_form
from data.store.phone_hashes import PhoneHashes
from data.store.rows import get_docs
from data.store.schema import LOOK_UP, WRAP_UP
from data.store.store import Writing
from data.tickets.making import Maker, NewTicket, add_ticket

LOOK_UPS_KEPT = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class NewWrapUp:
    """How a call ended.

    Attributes:
        call_id: The exchange's; empty where the PC was not told.
        number: The caller's, in any form, or empty; only its keyed hash is kept.
    """

    call_id: str
    number: str
    result: str
    note: str


@dataclass(frozen=True, slots=True)
class LookUp:
    """A record that was looked up and chosen."""

    kind: str
    id: str
    at: datetime


def enter_ticket(writing: Writing, sender: Sender, entry: Entry, ticket: NewTicket, by: str) -> Outcome:
    """Makes a ticket, dated when it was entered; its id is the entry's key.

    Raises:
        NotFoundError, AmbiguousError, BadValueError: as `data.tickets.making.add_ticket`.
    """
    made = add_ticket(writing, entry.key, entry.made_at, ticket, Maker(by, sender.actor))
    return Outcome("applied", made.id)


def add_wrap_up(writing: Writing, entry: Entry, wrap_up: NewWrapUp, by: str, phones: PhoneHashes | None) -> Outcome:
    """Keeps how a call ended."""
    form = normal_form(wrap_up.number)
    row = {
        "id": entry.key,
        "at": to_iso(entry.made_at),
        "call_id": wrap_up.call_id or None,
        "number_hash": phones.hash_of(form) if phones is not None and form else None,
        "result": wrap_up.result,
        "note": wrap_up.note,
        "created_by": by,
    }
    writing.connection.execute(insert(WRAP_UP).values(row))
    return Outcome("applied", entry.key)


def add_look_ups(writing: Writing, looked_up: Sequence[LookUp]) -> Outcome:
    """Keeps which records were looked up; those that are gone by now are passed over.

    The rows do not tell who looked, nor what was typed, and bear no key that leads to the entry.

    Raises:
        EntryError: there are none.
    """
    if not looked_up:
        raise EntryError("no look-up is in the entry")
    stored = _stored(writing.connection, looked_up)
    rows = [
        {"id": uuid4().hex, "at": to_iso(one.at), "record_kind": one.kind, "record": one.id}
        for one in looked_up
        if (one.kind, one.id) in stored
    ]
    if rows:
        writing.connection.execute(insert(LOOK_UP), rows)
    return Outcome("applied")


def forget_old_look_ups(writing: Writing) -> None:
    """Drops look-ups that are too old to say anything of today."""
    before = to_iso(writing.clock.now() - LOOK_UPS_KEPT)
    writing.connection.execute(delete(LOOK_UP).where(LOOK_UP.c.at < before))


def _stored(connection: Connection, looked_up: Sequence[LookUp]) -> set[tuple[str, str]]:
    ids: dict[str, set[str]] = {}
    for one in looked_up:
        ids.setdefault(one.kind, set()).add(one.id)
    return {(kind, key) for kind, keys in ids.items() for key in get_docs(connection, kind, sorted(keys))}
