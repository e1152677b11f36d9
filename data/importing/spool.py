"""What an import would change, worked out and kept in a file from when it is planned until it is done.

A plan takes as long as its file is long, and is made without keeping anybody from writing. What it comes to is then
written lot by lot. Each lot keeps its rows as well: where others wrote what it rests on, it is planned anew.
"""

import pickle
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import NamedTuple, Self

from data.errors import DataError
from data.fields import Doc
from data.importing.csv_rows import Row
from data.importing.outcomes import Accepted, Rejected
from data.store.prepared import Prepared, in_chunks

Prepare = Callable[[str, Mapping[str, Doc]], Prepared]
"""Works out what is to be written for documents of a kind, by id."""


class Kept(NamedTuple):
    """Writes of one kind.

    Attributes:
        mentioned: Rows only mention the records: they are no rows themselves.
        prepared: The writes.
    """

    mentioned: bool
    prepared: Prepared


class Lot(NamedTuple):
    """Rows that are planned and written together.

    Attributes:
        rows: As they were read.
        ids: Of the records that they bring.
        kept: The writes, in order.
        rejected: The rows that are not written.
    """

    rows: list[Row]
    ids: frozenset[str]
    kept: list[Kept]
    rejected: list[Rejected]


def lot_of(rows: list[Row], outcomes: Iterable[Accepted | Rejected], prepare: Prepare) -> Lot:
    """The lot of some rows, by what becomes of each."""
    accepted, rejected = list[Accepted](), list[Rejected]()
    for one in outcomes:
        if isinstance(one, Accepted):
            accepted.append(one)
        else:
            rejected.append(one)
    kept = [
        Kept(mentioned, prepare(kind, docs))
        for (kind, mentioned), run in groupby(accepted, key=lambda one: (one.kind, one.row is None))
        for docs in in_chunks(one.doc for one in run)
    ]
    return Lot(rows, frozenset(one.id for one in accepted), kept, rejected)


class Spool:
    """The lots of an import, in order.

    Args:
        directory: Where its file is, which has no name and ends with the process: it may hold personal data.

    Attributes:
        rows: How many there are.
        rejected: The rows that are not stored.
        added: How many records would be new.
        changed: How many records that are there would change.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._file = TemporaryFile(dir=directory)  # noqa: SIM115 - closed by __exit__
        self.rows = 0
        self.rejected: list[Rejected] = []
        self.added = 0
        self.changed = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()

    def keep(self, lot: Lot) -> None:
        """Takes one more lot.

        Raises:
            DataError: there is no room for it.
        """
        self.rows += len(lot.rows)
        self.rejected += lot.rejected
        self.added += sum(len(one.prepared.added) for one in lot.kept)
        self.changed += sum(len(one.prepared.changed) for one in lot.kept)
        try:
            pickle.dump(lot, self._file)
            self._file.flush()
        except OSError as error:
            told = DataError(f"{self._directory}: no room to plan the import: {error.strerror}")
            raise told.about("no_room_to_import", why=error.strerror) from error

    def lots(self) -> Iterator[Lot]:
        """What is kept."""
        self._file.seek(0)
        while True:
            try:
                found: Lot = pickle.load(self._file)  # noqa: S301 - written by this process, seen by no other
            except EOFError:
                return
            yield found
