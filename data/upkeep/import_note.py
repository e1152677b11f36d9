"""What the store keeps of an import that takes several transactions: one that was killed is known, and told."""

import json
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, Engine, delete

from data.store import change_log
from data.store.alone import IMPORT, under_way
from data.store.schema import META

_KEY = "import"


@dataclass(frozen=True, slots=True)
class ImportNote:
    """An import that has stored some of its rows and not all.

    Attributes:
        kind: Of record.
        about: The file.
        digest: SHA-256 of its content, in hexadecimal digits.
        actor: Who imports it.
        at: Since when, ISO 8601 in UTC.
        stored: So many rows are dealt with,
        rows: of so many.
    """

    kind: str
    about: str
    digest: str
    actor: str
    at: str
    stored: int
    rows: int

    def __str__(self) -> str:
        return f"{self.about}: {self.stored:,} of {self.rows:,} rows are stored, since {self.at} by {self.actor}"


def read_note(connection: Connection) -> ImportNote | None:
    """The import that is under way, or was broken off; None where the last one came to its end."""
    kept = change_log.get_meta(connection, _KEY)
    return ImportNote(**json.loads(kept)) if kept else None


def write_note(connection: Connection, note: ImportNote) -> None:
    """Keeps a note in place of what was kept."""
    change_log.set_meta(connection, _KEY, json.dumps(asdict(note), ensure_ascii=False))


def drop_note(connection: Connection) -> None:
    """Forgets what was kept."""
    connection.execute(delete(META).where(META.c.key == _KEY))


def broken_off(engine: Engine) -> ImportNote | None:
    """The last import, where it was broken off and nobody has gone on with it; None while one is under way."""
    if under_way(engine, IMPORT):
        return None
    with engine.connect() as connection:
        return read_note(connection)


@dataclass(frozen=True, slots=True)
class ImportProgress:
    """An import that is under way, by whomever and from whichever process.

    Attributes:
        note: How far it has come; None while its rows are checked and nothing is stored yet.
    """

    note: ImportNote | None


def import_progress(engine: Engine) -> ImportProgress | None:
    """The import that is under way now; None where none is."""
    if not under_way(engine, IMPORT):
        return None
    with engine.connect() as connection:
        return ImportProgress(read_note(connection))
