"""What people enter at their PCs: the words that the agents' outboxes and the hub share. Knows no store."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Literal

from data.clock import from_iso, to_iso
from data.errors import BadValueError, DataError
from data.fields import Doc, Json, canonical_json

RIGHT_TO_ENTER = {
    "ticket": "make_ticket",
    "wrap_up": "write_entries",
    "look_up": "write_entries",
    "notice_read": "write_entries",
    "call_back": "work_tickets",
    "area_edit": "edit_records",
    "outage_add": "set_outage",
    "outage_revise": "set_outage",
    "outage_restore": "set_outage",
    "outage_withdraw": "set_outage",
}
"""Every kind of entry, with the act of `data.rights` that it is."""

SHOWN_IN_CACHES = frozenset(kind for kind in RIGHT_TO_ENTER if kind == "area_edit" or kind.startswith("outage_"))
"""Kinds of entry that change records which every PC keeps."""

FROM_ANYBODY = frozenset({"look_up", "notice_read"})
"""Kinds of entry that are taken also where nobody is signed in."""

LOOK_UPS_AT_MOST = 100
"""Look-ups in one entry."""

TAKEN_FOR = timedelta(days=30)
"""An entry that was made longer ago is refused; until then, one that is sent again is known again."""

STEADY_CLOCK = timedelta(days=1)
"""An entry that was made further in the future is refused: the PC's clock is wrong."""

REMEMBERED_FOR = TAKEN_FOR + timedelta(days=10)
"""Longer than any entry is taken for, also one that was dated by a clock that was ahead by `STEADY_CLOCK`."""

_KEY_LETTERS = frozenset("0123456789abcdef")
_KEY_LENGTH = 32

Status = Literal["applied", "conflict", "refused"]


class EntryError(DataError):
    """An entry that cannot be taken as it is."""


class KeyRefusedError(EntryError):
    """An entry that cannot be remembered under its key: nothing was done, nor ever will be."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that a person entered.

    Attributes:
        key: Made once, with the entry, and the same at every try.
        kind: One of `RIGHT_TO_ENTER`.
        made_at: By the hub's clock, as well as the PC knew it.
        body: As its kind has it.
    """

    key: str
    kind: str
    made_at: datetime
    body: dict[str, Any]

    @property
    def digest(self) -> str:
        """Tells another entry under the same key from this one sent again."""
        told = canonical_json({"kind": self.kind, "made_at": to_iso(self.made_at), "body": self.body})
        return sha256(told.encode("utf-8", "surrogatepass")).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """The entry on the wire."""
        return {"key": self.key, "kind": self.kind, "made_at": to_iso(self.made_at), "body": self.body}


def read_entry(told: dict[str, Any]) -> Entry:
    """The entry in `told`, as `Entry.to_json` writes it; its body is not looked at.

    Raises:
        BadValueError: something is missing or is not what it should be.
    """
    key, kind, body = told.get("key"), told.get("kind"), told.get("body")
    if not is_key(key):
        raise BadValueError("key", key, f"give {_KEY_LENGTH} hexadecimal digits, made once for each entry")
    if not isinstance(kind, str) or kind not in RIGHT_TO_ENTER:
        raise BadValueError("kind", kind, f"give one of {', '.join(RIGHT_TO_ENTER)}: is this hub older than the PC?")
    if not isinstance(body, dict):
        raise BadValueError("body", body, "must be an object")
    return Entry(str(key), kind, from_iso(str(told.get("made_at")), "made_at"), body)


def is_key(text: object) -> bool:
    """Whether `text` can be the key of an entry."""
    return isinstance(text, str) and len(text) == _KEY_LENGTH and set(text) <= _KEY_LETTERS


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an entry at the hub.

    Attributes:
        record: The id of what it made or changed; empty where there is none.
        detail: Why it was refused, or what it contradicts.
        revision: A cache that is there shows what was changed; 0 where caches show nothing of it.
    """

    status: Status
    record: str = ""
    detail: str = ""
    revision: int = 0

    def to_json(self) -> dict[str, Json]:
        """The outcome on the wire and in the store."""
        return {"status": self.status, "record": self.record, "detail": self.detail, "revision": self.revision}


def read_outcome(told: dict[str, Any]) -> Outcome:
    """The outcome in `told`, as `Outcome.to_json` writes it.

    Raises:
        EntryError: it is none: nothing may be concluded from it.
    """
    status, revision = told.get("status"), told.get("revision", 0)
    if status not in {"applied", "conflict", "refused"} or not isinstance(revision, int):
        raise EntryError(f"{status!r} is no outcome of an entry")
    return Outcome(status, str(told.get("record") or ""), str(told.get("detail") or ""), revision)


def check_age(entry: Entry, now: datetime) -> None:
    """Does nothing if the entry's key, had it come before, would still be remembered.

    Raises:
        KeyRefusedError: it was made too long ago, or in the future.
    """
    if entry.made_at < now - TAKEN_FOR:
        raise KeyRefusedError(
            f"entered at {to_iso(entry.made_at)}, more than {TAKEN_FOR.days} days ago: enter it again if it still holds"
        )
    if entry.made_at > now + STEADY_CLOCK:
        raise KeyRefusedError(
            f"entered at {to_iso(entry.made_at)}, in the future: set the PC's clock and enter it again"
        )


WINDOW_FIELDS = ("etr", "restored_at", "withdrawn_at", "restored")


def window_version(doc: Doc) -> Doc:
    """What of a window changes while it stands, in an `outage` document."""
    scope = doc["scope"]
    restored = scope["restored"] if isinstance(scope, dict) else []
    return {**{name: doc[name] for name in WINDOW_FIELDS[:-1]}, "restored": restored}


def dump(value: Json) -> str:
    """`value` as it is kept in a column of text."""
    return canonical_json(value)


def load(text: str) -> Any:  # noqa: ANN401 - whatever was dumped
    """What `dump` was given."""
    return json.loads(text)
