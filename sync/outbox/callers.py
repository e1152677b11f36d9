"""What a refused entry still says of a caller, and when it is forgotten: nobody works on it for ever."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from data.clock import to_iso
from data.sqlite import Connection

FORGOTTEN_AFTER = timedelta(hours=24)
"""After a refusal: its author has the rest of the shift and the next one to enter it anew, or send it again."""

FORGOTTEN = "forgotten"
"""Stands in the body of an entry whose caller was forgotten."""

_OF_A_CALLER = {"call_back": ("phone", "name", "note"), "wrap_up": ("number", "note")}
"""What each kind of entry says of a caller."""


def is_forgotten(body: dict[str, Any]) -> bool:
    """Whether an entry has lost what it said of a caller: it cannot be sent any more."""
    return FORGOTTEN in body


def to_forget(connection: Connection, now: datetime) -> list[tuple[str, str]]:
    """Keys of entries whose callers are to be forgotten now, each with the body that then remains."""
    return [
        (key, json.dumps({**body, **dict.fromkeys(_OF_A_CALLER[kind], ""), FORGOTTEN: to_iso(now)}))
        for key, kind, body in _refused_long_ago(connection, now)
        if not is_forgotten(body)
    ]


def forget(connection: Connection, remains: list[tuple[str, str]]) -> None:
    """Puts what remains in place of each entry; one that was sent again meanwhile has another key."""
    connection.executemany("UPDATE entry SET body = ? WHERE key = ?", [(body, key) for key, body in remains])


def _refused_long_ago(connection: Connection, now: datetime) -> Iterator[tuple[str, str, dict[str, Any]]]:
    kinds = ", ".join("?" * len(_OF_A_CALLER))
    rows = connection.execute(
        f"SELECT key, kind, body FROM entry WHERE state = 'refused' AND concluded_at <= ? AND kind IN ({kinds})",
        (to_iso(now - FORGOTTEN_AFTER), *_OF_A_CALLER),
    )
    for key, kind, body in rows.fetchall():
        yield key, kind, json.loads(body)
