"""What this agent chose before, by the beginnings of what was typed; kept on this PC alone.

Beginnings are stored one by one, and each with the mass of `data.choice_weight`, whose order time does not change. So
an index gives the best of a beginning in one step, however many choices there are.
"""

from datetime import datetime, timedelta
from pathlib import Path

from assistant.lookup.choice_file import ChoiceFile
from assistant.lookup.query import plain_query
from data.choice_weight import LONGEST_PREFIX, MOST_PREFERRED, holds_number, mass_of, prefixes, shares
from data.sqlite import Connection
from sync.outbox import choices as choice_outbox
from sync.outbox.choices import ChoiceBatch

FILE_NAME = "choices.db"
MOST_ROWS = 50_000
"""Beginnings with a record each; a choice makes 12 at most, so the file stays below some 10 MB."""
OCCASION = timedelta(minutes=1)
"""Copying the phone and then the script in one call is one choice, not two."""

_ROWS_KEPT = MOST_ROWS * 9 // 10
_LEAST_WEIGHT = 1 / 64
_CLOCK_AHEAD = timedelta(days=1)
_TABLES = """
CREATE TABLE choice (
    prefix TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL,
    mass REAL NOT NULL, occasions INTEGER NOT NULL, at REAL NOT NULL, PRIMARY KEY (prefix, kind, id)
) WITHOUT ROWID;
CREATE INDEX choice_learned ON choice (prefix, mass) WHERE occasions >= 2;
"""


class Choices:
    """The choices kept in an agent's home. For any threads; never an error, whatever becomes of the file.

    Args:
        home: The directory.
    """

    def __init__(self, home: Path) -> None:
        self._file = ChoiceFile(home / FILE_NAME, _TABLES + choice_outbox.TABLES)
        self._swept = False

    def note(self, query: str, kind: str, key: str, at: datetime, *, tell_team: bool = False) -> None:
        """Learns that a record was used.

        Nothing is learned from a number: it needs no learning, and a caller's phone must not lie on this PC.

        Args:
            query: What was typed, in any form.
            kind: The record's kind.
            key: The record's id.
            at: When.
            tell_team: The team may hear of it: neither query nor record is personal.
        """
        plain = plain_query(query)
        beginnings = prefixes(plain)
        if not beginnings or holds_number(plain):
            return

        def learn(connection: Connection) -> None:
            self._sweep(connection, at)
            counted = [_count(connection, beginning, kind, key, at) for beginning in beginnings]
            if tell_team and counted[-1]:
                choice_outbox.add(connection, plain, kind, key)

        self._file.write(learn, None)

    def preferred(self, text: str, now: datetime) -> dict[tuple[str, str], float]:
        """How far records are preferred that were chosen, at least twice, when `text` or something longer was typed.

        Args:
            text: As `assistant.lookup.query.plain_query` makes it.
            now: Since when the choices have faded.

        Returns:
            Above 0 and below 1 by kind and id, the best first; at most `MOST_PREFERRED`.
        """
        none: list[tuple[str, str, float]] = []

        def read(connection: Connection) -> list[tuple[str, str, float]]:
            return connection.execute(  # type: ignore[no-any-return]  # sqlcipher3 ships no types
                "SELECT kind, id, mass FROM choice WHERE prefix = ? AND occasions >= 2 ORDER BY mass DESC LIMIT ?",
                (text, MOST_PREFERRED),
            ).fetchall()

        rows = self._file.read(read, none)
        weights = shares([mass for _, _, mass in rows], now)
        return {(kind, key): weight for (kind, key, _), weight in zip(rows, weights, strict=True)}

    def take(self, at: datetime) -> ChoiceBatch | None:
        """The batch that the team should be told now; None when nothing waits."""
        # It must be on the disk before it is sent: a power cut would send the same choices under another key.
        return self._file.write(lambda connection: choice_outbox.take(connection, at), None, durable=True)

    def acknowledge(self, key: str) -> None:
        """The hub has this batch."""
        self._file.write(lambda connection: choice_outbox.acknowledge(connection, key), None)

    def forget(self) -> None:
        """Forgets everything, also what the team was not told yet."""
        self._file.wipe()

    def close(self) -> None:
        """Closes the file."""
        self._file.close()

    def _sweep(self, connection: Connection, at: datetime) -> None:
        """Drops what has faded, what a clock gone wrong has dated in the future, and the lightest of too many."""
        too_many = connection.execute("SELECT count(*) FROM choice").fetchone()[0] > MOST_ROWS - LONGEST_PREFIX
        if self._swept and not too_many:
            return
        self._swept = True
        ahead, faded = (at + _CLOCK_AHEAD).timestamp(), _LEAST_WEIGHT * mass_of(at)
        connection.execute("DELETE FROM choice WHERE at > ? OR mass < ?", (ahead, faded))
        if too_many:
            connection.execute(
                "DELETE FROM choice WHERE mass <= (SELECT mass FROM choice ORDER BY mass DESC LIMIT 1 OFFSET ?)",
                (_ROWS_KEPT,),
            )


def _count(connection: Connection, prefix: str, kind: str, key: str, at: datetime) -> bool:
    """Whether the choice was counted: another of the same occasion is not."""
    moment, mass, apart = at.timestamp(), mass_of(at), OCCASION.total_seconds()
    changed = connection.execute(
        "INSERT INTO choice VALUES (?, ?, ?, ?, 1, ?) ON CONFLICT DO UPDATE"
        " SET mass = mass + excluded.mass, occasions = occasions + 1, at = excluded.at"
        " WHERE abs(excluded.at - at) >= ?",
        (prefix, kind, key, mass, moment, apart),
    )
    return bool(changed.rowcount)
