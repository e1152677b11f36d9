"""The outbox: what people entered at this PC, kept in a file of its own until the hub has it.

An entry is there, whole and on the disk, or it was refused. It goes when the hub says that it was applied. What the
hub refuses stays, with the reason, until a person dismisses it or has it sent again; what it says of a caller stays for
a day.
"""

import json
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from data.clock import from_iso, to_iso
from data.entries.entries import LOOK_UPS_AT_MOST, Entry, Outcome
from data.sqlite import Connection, DatabaseError, connect
from sync.errors import SyncError
from sync.outbox import callers
from sync.private_files import make_private_directory

FILE_NAME = "outbox.db"
TOO_LATE = "it had reached the hub before it was withdrawn, and was applied: undo it there 撤回前已生效，请另行更正"

_SCHEMA = 1
_TABLE = """
CREATE TABLE IF NOT EXISTS entry (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    made_at TEXT NOT NULL,
    person TEXT NOT NULL,
    session TEXT NOT NULL,
    body TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting',
    detail TEXT NOT NULL DEFAULT '',
    tried INTEGER NOT NULL DEFAULT 0,
    revision INTEGER NOT NULL DEFAULT 0,
    concluded_at TEXT NOT NULL DEFAULT ''
)
"""
_COLUMNS = "key, kind, subject, made_at, person, session, body, state, detail, tried"
_LARGEST_BODY = 40_000
"""Bytes on the wire."""
_MOST_ENTRIES = 5_000
_SHOWN_WITHIN = timedelta(minutes=15)
"""A cache follows within a second. Where it does not, it is another history that it follows."""

_LOOK_UPS_WAIT = timedelta(seconds=60)
"""Look-ups are gathered for as long: nobody waits for them, and each would else be a request."""


class OutboxError(SyncError):
    """An entry that could not be kept, or is not what somebody takes it for."""


@dataclass(frozen=True, slots=True)
class Author:
    """Who enters something.

    Attributes:
        name: Of the person who is signed in at this PC; empty where nobody is.
        session: The secret of their shift.
    """

    name: str = ""
    session: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """An entry in the outbox.

    Attributes:
        subject: What it is about, such as `outage:20261122-0001`: entries about one thing are sent in order.
        state: `waiting`, `refused`, `conflict`: the hub has it, and a person is to look at it; or `withdrawn`: the hub
            is to be told not to apply it.
        detail: Why it still waits, was refused, or what it contradicts.
        tried: It may have reached the hub.
    """

    entry: Entry
    subject: str
    author: Author
    state: str
    detail: str
    tried: bool

    def to_send(self) -> dict[str, Any]:
        """The entry as the hub is told of it."""
        told = self.entry.to_json()
        return {**told, "withdrawn": True} if self.state == "withdrawn" else told

    def to_json(self) -> dict[str, Any]:
        """The entry as a person is shown it."""
        told = self.entry.to_json()
        return {**told, "subject": self.subject, "by": self.author.name, "state": self.state, "detail": self.detail}


@dataclass(frozen=True, slots=True)
class OutboxCounts:
    """How many entries are in the outbox, look-ups aside."""

    waiting: int = 0
    refused: int = 0
    conflict: int = 0
    withdrawn: int = 0

    def __bool__(self) -> bool:
        return bool(self.waiting or self.refused or self.conflict or self.withdrawn)


class Outbox:
    """The outbox of the home at `home`, for any threads and processes; its file is made with the first entry."""

    def __init__(self, home: Path) -> None:
        self.path = home / FILE_NAME
        self._turn = threading.Lock()
        self._connection: Connection | None = None

    def add(self, kind: str, subject: str, body: dict[str, Any], author: Author, at: datetime) -> Entry:
        """Keeps an entry; once this returns, it survives a crash and a power cut.

        Raises:
            OutboxError: it could not be kept, and nothing of it was.
        """
        entry = Entry(uuid4().hex, kind, from_iso(to_iso(at)), body)
        told = _body(entry)
        with self._write() as connection:
            count = connection.execute("SELECT count(*) FROM entry").fetchone()[0]
            if count >= _MOST_ENTRIES:
                raise OutboxError(f"{count} entries wait for the hub already: nothing was entered")
            connection.execute(
                "INSERT INTO entry (key, kind, subject, made_at, person, session, body) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (entry.key, kind, subject or entry.key, to_iso(at), author.name, author.session, told),
            )
        return entry

    def add_look_up(self, kind: str, key: str, author: Author, at: datetime) -> None:
        """Keeps that a record was looked up; several share an entry, as long as it was not sent.

        Raises:
            OutboxError: it could not be kept.
        """
        looked_up = {"kind": kind, "id": key, "at": to_iso(at)}
        with self._write() as connection:
            last = connection.execute(
                "SELECT key, body FROM entry WHERE kind = 'look_up' AND state = 'waiting' AND NOT tried"
                " AND person = ? AND session = ? ORDER BY number DESC LIMIT 1",
                (author.name, author.session),
            ).fetchone()
            gathered = json.loads(last[1])["look_ups"] if last else []
            if last and len(gathered) < LOOK_UPS_AT_MOST:
                told = json.dumps({"look_ups": [*gathered, looked_up]})
                connection.execute("UPDATE entry SET body = ? WHERE key = ?", (told, last[0]))
                return
        self.add("look_up", "", {"look_ups": [looked_up]}, author, at)

    def due(self, now: datetime) -> list[Kept]:
        """The entries to send now, oldest first: of those about one thing, only the first."""
        first = "SELECT min(number) FROM entry WHERE state IN ('waiting', 'withdrawn') GROUP BY subject"
        ripe = "kind <> 'look_up' OR tried OR made_at <= ?"
        return self._read(f"number IN ({first}) AND ({ripe}) ORDER BY number", to_iso(now - _LOOK_UPS_WAIT))

    def entries(self) -> list[Kept]:
        """Everything in the outbox, oldest first."""
        return self._read("state <> 'applied' ORDER BY number")

    def not_shown(self, subject: str, revision: int, now: datetime) -> list[Kept]:
        """What was entered about one thing and is not in a cache of `revision` yet, in order.

        It waits, or the hub has applied it and the cache has not heard of it.
        """
        waits, comes = "state = 'waiting'", "state = 'applied' AND revision > ? AND concluded_at > ?"
        since = to_iso(now - _SHOWN_WITHIN)
        return self._read(f"subject = ? AND ({waits} OR {comes}) ORDER BY number", subject, revision, since)

    def subject_of(self, key: str) -> str:
        """What the entry with this key is about, such as the id of the window that it has set; else `key` itself."""
        return next((kept.subject for kept in self._read("key = ?", key)), key)

    def find(self, key: str) -> Kept:
        """One entry, by its key or a unique beginning of it.

        Raises:
            OutboxError: there is none, or several.
        """
        found = (
            self._read("substr(key, 1, length(?)) = ? AND state <> 'applied' ORDER BY number LIMIT 2", key, key)
            if key
            else []
        )
        if len(found) != 1:
            raise OutboxError(f"{'several entries begin' if found else 'no entry begins'} with {key!r}: outbox list")
        return found[0]

    def counts(self) -> OutboxCounts:
        """How many entries there are of each state."""
        if not self.path.exists():
            return OutboxCounts()
        with self._open() as connection:
            rows = connection.execute(
                "SELECT state, count(*) FROM entry WHERE kind <> 'look_up' AND state <> 'applied' GROUP BY state"
            )
            return OutboxCounts(**dict(rows.fetchall()))

    def mark_tried(self, keys: list[str]) -> None:
        """Notes, before they are sent, that the entries may have reached the hub."""
        with self._write() as connection:
            connection.executemany("UPDATE entry SET tried = 1 WHERE key = ?", [(key,) for key in keys])

    def conclude(self, outcomes: Mapping[str, Outcome], at: datetime) -> None:
        """Does what follows from the hub's word: an applied entry goes, another one stays with the reason.

        What caches show is remembered until they do.

        Args:
            outcomes: What became of entries, by key.
            at: When the hub said so.
        """
        with self._write() as connection:
            shown = to_iso(at - _SHOWN_WITHIN)
            connection.execute("DELETE FROM entry WHERE state = 'applied' AND concluded_at <= ?", (shown,))
            for key, outcome in outcomes.items():
                _conclude(connection, key, outcome, at)
        self._empty_log()

    def note(self, keys: list[str], detail: str) -> None:
        """Keeps why entries still wait."""
        with self._write() as connection:
            connection.executemany(
                "UPDATE entry SET detail = ? WHERE key = ? AND state IN ('waiting', 'withdrawn')",
                [(detail, key) for key in keys],
            )

    def dismiss(self, key: str) -> bool:
        """Lets go of an entry that a person does not want any more.

        Returns:
            Whether it is gone. One that may have reached the hub stays until the hub has promised not to apply it.
        """
        with self._write() as connection:
            asks = "state IN ('waiting', 'withdrawn') AND tried"
            connection.execute(f"DELETE FROM entry WHERE key = ? AND NOT ({asks})", (key,))
            left = connection.execute("UPDATE entry SET state = 'withdrawn', detail = '' WHERE key = ?", (key,))
            return bool(left.rowcount == 0)

    def send_again(self, key: str, author: Author, at: datetime) -> Entry:
        """Has an entry sent as `author`'s: a refused one as a new entry, a waiting one as the same.

        Raises:
            OutboxError: there is no such entry, or the hub has it.
        """
        kept = self.find(key)
        if kept.state in {"conflict", "withdrawn"}:
            raise OutboxError(f"entry {kept.entry.key} is in the state {kept.state}: it cannot be sent again")
        if callers.is_forgotten(kept.entry.body):
            hours = callers.FORGOTTEN_AFTER // timedelta(hours=1)
            raise OutboxError(
                f"entry {kept.entry.key} was refused more than {hours} hours ago and its caller is forgotten: dismiss"
                " it, and enter it anew 来电人信息已清除，请撤下后重新登记"
            )
        again = kept.entry
        if kept.state == "refused":  # the hub has given its answer to the old key for good
            again = Entry(uuid4().hex, again.kind, from_iso(to_iso(at)), again.body)
        with self._write() as connection:
            changed = connection.execute(
                "UPDATE entry SET key = ?, made_at = ?, person = ?, session = ?, state = 'waiting', detail = '',"
                " tried = tried AND state = 'waiting' WHERE key = ? AND state = ?",
                (again.key, to_iso(again.made_at), author.name, author.session, kept.entry.key, kept.state),
            )
            if changed.rowcount == 0:
                raise OutboxError(f"the hub has just answered for entry {kept.entry.key}: outbox list")
        return again

    def forget_callers(self, now: datetime) -> int:
        """Forgets who called, in what was refused more than a day ago; how many entries lost it.

        The entries stay, with the reason, until they are dismissed. Nothing of it is left in the file.
        """
        if not self.path.exists():
            return 0
        with self._open() as connection:
            remains = callers.to_forget(connection, now)
        if remains:
            with self._write() as connection:
                callers.forget(connection, remains)
            self._empty_log()
        return len(remains)

    def _read(self, condition: str, *values: object) -> list[Kept]:
        if not self.path.exists():
            return []
        with self._open() as connection:
            rows = connection.execute(f"SELECT {_COLUMNS} FROM entry WHERE {condition}", values).fetchall()
        return [_kept(row) for row in rows]

    def _empty_log(self) -> None:
        """The log beside the file holds pages as they were: with numbers of callers that the file has no more."""
        with self._open() as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        with self._open() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    @contextmanager
    def _open(self) -> Iterator[Connection]:
        """The connection, for one thread at a time; what SQLite cannot do becomes one line."""
        with self._turn:
            try:
                yield self._connected()
            except (DatabaseError, OSError) as error:
                self._close()
                told = " ".join(str(error).split())
                raise OutboxError(f"{self.path} cannot be used ({told}): nothing was changed in it") from None

    def _connected(self) -> Connection:
        if not self.path.exists():
            self._close()
            make_private_directory(self.path.parent)
            os.close(os.open(self.path, os.O_CREAT | os.O_WRONLY, 0o600))
        if self._connection is None:
            self._connection = connect(self.path)
            self._connection.execute("PRAGMA secure_delete=ON")  # callers' numbers pass through it
        if self._connection.execute("PRAGMA user_version").fetchone()[0] < _SCHEMA:
            self._connection.execute(_TABLE)
            self._connection.execute(f"PRAGMA user_version = {_SCHEMA}")
        return self._connection

    def _close(self) -> None:
        if self._connection is not None:
            with suppress(DatabaseError):
                self._connection.close()
            self._connection = None


def _body(entry: Entry) -> str:
    told = json.dumps(entry.body)
    if len(told) > _LARGEST_BODY:
        raise OutboxError(f"the entry is {len(told)} bytes long: give at most {_LARGEST_BODY}")
    return told


def _conclude(connection: Connection, key: str, outcome: Outcome, at: datetime) -> None:
    withdrawn = _is_withdrawn(connection, key)
    if outcome.status == ("refused" if withdrawn else "applied") and not outcome.revision:
        connection.execute("DELETE FROM entry WHERE key = ?", (key,))
        return
    if withdrawn and outcome.status == "applied":
        outcome = Outcome("refused", outcome.record, TOO_LATE)
    connection.execute(
        "UPDATE entry SET state = ?, detail = ?, revision = ?, concluded_at = ? WHERE key = ?",
        (outcome.status, outcome.detail, outcome.revision, to_iso(at), key),
    )
    if outcome.record:  # what was entered about a window before it had an id is about that id
        connection.execute("UPDATE entry SET subject = ? WHERE subject = ?", (outcome.record, key))


def _is_withdrawn(connection: Connection, key: str) -> bool:
    return bool(connection.execute("SELECT 1 FROM entry WHERE key = ? AND state = 'withdrawn'", (key,)).fetchone())


def _kept(row: tuple[Any, ...]) -> Kept:
    key, kind, subject, made_at, person, session, body, state, detail, tried = row
    entry = Entry(key, kind, from_iso(made_at), json.loads(body))
    return Kept(entry, subject, Author(person, session), state, detail, bool(tried))
