"""Choices that wait to be told to the team: tables in the agent's own file, kept until the hub has them.

What waits is counted by query and record: no time, no person. A batch keeps its key however often it is sent, so the
hub counts it once.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from data.sqlite import Connection

TABLES = """
CREATE TABLE untold (
    query TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (query, kind, id)
);
CREATE TABLE batch (key TEXT PRIMARY KEY, made_at REAL NOT NULL, choices TEXT NOT NULL)
"""

MOST_IN_A_BATCH = 50
MOST_COUNTED = 10
"""Times that one choice counts in a batch, however often it was made."""
GIVEN_UP_AFTER = timedelta(days=14)
"""A hub remembers the keys of batches for more than twice as long, so none is ever counted twice: also none that was
dated by a clock that was ahead."""

_MOST_UNTOLD = 500


@dataclass(frozen=True, slots=True)
class ChoiceBatch:
    """Choices as they are told to the hub; `key` is the same at every try."""

    key: str
    choices: tuple[dict[str, Any], ...]

    def to_json(self) -> dict[str, Any]:
        """The body of `POST /choices`."""
        return {"key": self.key, "choices": [*self.choices]}


def add(connection: Connection, query: str, kind: str, key: str) -> None:
    """Has one more choice wait; in the transaction that learns it. A hub long gone makes no file grow for ever."""
    connection.execute(
        "INSERT INTO untold SELECT ?, ?, ?, 1 WHERE (SELECT count(*) FROM untold) < ?"
        " OR EXISTS (SELECT 1 FROM untold WHERE query = ? AND kind = ? AND id = ?)"
        " ON CONFLICT DO UPDATE SET count = min(count + 1, ?)",
        (query, kind, key, _MOST_UNTOLD, query, kind, key, MOST_COUNTED),
    )


def take(connection: Connection, at: datetime) -> ChoiceBatch | None:
    """The batch to send now: the one under way, else a new one of what waits longest; None when nothing waits."""
    kept = ((at - GIVEN_UP_AFTER).timestamp(), (at + GIVEN_UP_AFTER).timestamp())
    connection.execute("DELETE FROM batch WHERE made_at NOT BETWEEN ? AND ?", kept)
    under_way = connection.execute("SELECT key, choices FROM batch").fetchone()
    if under_way is not None:
        return ChoiceBatch(under_way[0], tuple(json.loads(under_way[1])))
    rows = connection.execute(
        "SELECT rowid, query, kind, id, count FROM untold ORDER BY rowid LIMIT ?", (MOST_IN_A_BATCH,)
    ).fetchall()
    if not rows:
        return None
    batch = ChoiceBatch(uuid4().hex, tuple({"query": q, "kind": k, "id": i, "count": n} for _, q, k, i, n in rows))
    connection.execute(
        "INSERT INTO batch VALUES (?, ?, ?)", (batch.key, at.timestamp(), json.dumps(batch.choices, ensure_ascii=False))
    )
    connection.execute("DELETE FROM untold WHERE rowid <= ?", (rows[-1][0],))
    return batch


def acknowledge(connection: Connection, key: str) -> None:
    """Lets go of a batch that the hub has."""
    connection.execute("DELETE FROM batch WHERE key = ?", (key,))
