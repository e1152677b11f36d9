"""Every entry applied exactly once: its outcome is written, under its key, in the transaction that applies it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlalchemy import Connection, Row, delete, insert, select

from data.clock import to_iso
from data.entries.entries import (
    REMEMBERED_FOR,
    SHOWN_IN_CACHES,
    Entry,
    KeyRefusedError,
    Outcome,
    check_age,
    dump,
    load,
    read_outcome,
)
from data.errors import SwitchboardError
from data.store import change_log
from data.store.schema import ENTRY
from data.store.store import Store, Writing


@dataclass(frozen=True, slots=True)
class Sender:
    """Where an entry comes from.

    Attributes:
        device: The id of the PC.
        actor: Who made it, as it stands in the logs: `person:wang`, or `device:12` where nobody was signed in.
    """

    device: str
    actor: str


Act = Callable[[Writing], Outcome]


def receive(store: Store, sender: Sender, entry: Entry, act: Act) -> Outcome:
    """What became of an entry, whether it comes for the first time or again.

    Args:
        store: Where it is applied.
        sender: Where it comes from.
        entry: As it came.
        act: Applies it, in a transaction; whatever of ours it raises refuses the entry for good, and undoes the rest.

    Raises:
        KeyRefusedError: another entry came under the same key, or this one is too old to be told from one that came
            before.
    """
    action = entry.kind.replace("_", " ")
    try:
        with store.write(sender.actor, action) as writing:
            return _known(writing, sender, entry) or _keep(writing, sender, entry, act(writing))
    except KeyRefusedError:
        raise
    except SwitchboardError as refusal:
        return refuse(store, sender, entry, str(refusal))


def refuse(store: Store, sender: Sender, entry: Entry, reason: str) -> Outcome:
    """Refuses an entry for good, unless something has become of it before.

    Raises:
        KeyRefusedError: as `receive`.
    """
    with store.write(sender.actor, "refuse entry") as writing:
        return _known(writing, sender, entry) or _keep(writing, sender, entry, Outcome("refused", detail=reason))


def find_entry(connection: Connection, key: str) -> "Row[tuple[str, ...]] | None":
    """What is remembered of an entry, or None."""
    return connection.execute(select(ENTRY).where(ENTRY.c.key == key)).first()


def record_of_entry(connection: Connection, key: str) -> str | None:
    """The id of the record that an entry made, or None where there is none."""
    row = find_entry(connection, key)
    return outcome_of(row).record or None if row else None


def outcome_of(row: "Row[tuple[str, ...]]") -> Outcome:
    """What became of a remembered entry."""
    return read_outcome(load(row.outcome))


def forget_old_entries(writing: Writing) -> None:
    """Drops the keys of entries that would be refused for their age if they came again."""
    writing.connection.execute(delete(ENTRY).where(ENTRY.c.kept_until < to_iso(writing.clock.now())))


def _known(writing: Writing, sender: Sender, entry: Entry) -> Outcome | None:
    change_log.lock(writing.connection)  # on PostgreSQL, the same entry may be under way at another hub
    row = find_entry(writing.connection, entry.key)
    if row is None:
        check_age(entry, writing.clock.now())
        return None
    if (row.digest, row.device) != (entry.digest, sender.device):
        raise KeyRefusedError(f"another entry came under the key {entry.key}: make a new key for each")
    return outcome_of(row)


def _keep(writing: Writing, sender: Sender, entry: Entry, outcome: Outcome) -> Outcome:
    now = writing.clock.now()
    if outcome.status == "applied" and entry.kind in SHOWN_IN_CACHES:  # under the lock: this commit is the next
        outcome = replace(outcome, revision=change_log.head(writing.connection) + 1)
    writing.connection.execute(
        insert(ENTRY).values(
            key=entry.key,
            kind=entry.kind,
            device=sender.device,
            actor=sender.actor,
            digest=entry.digest,
            made_at=to_iso(entry.made_at),
            received_at=to_iso(now),
            kept_until=to_iso(now + REMEMBERED_FOR),
            outcome=dump(outcome.to_json()),
        )
    )
    return outcome
