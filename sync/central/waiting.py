"""Rows that cannot be stored yet, on disk: there may be as many of them as the source has rows."""

import marshal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from data.importing import Problem, Rejected
from sync.central.known_rows import BROUGHT
from sync.central.lots import SourceRow

_TOGETHER = 500
_IN_MEMORY = 1_000_000


class Offered(NamedTuple):
    """A row that differs from what is known; `was` is what is known of it, None for nothing."""

    row: SourceRow
    key: str
    was: int | None

    def entry(self, *, brought: bool) -> int:
        """What is to be known of it from now on."""
        return self.row.digest | (BROUGHT if brought or (self.was or 0) & BROUGHT else 0)


class WaitingRows:
    """Rows of one feed that were refused, each with why, for as long as a later row may mend that.

    Args:
        folder: Where the file is; private, as rows hold personal data.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._rows: list[tuple[object, ...]] = []
        self._file = self._new_file()
        self._pieces: list[int] = []
        self.count = 0

    def close(self) -> None:
        """Removes the file."""
        self._file.close()

    def add(self, offered: Offered, rejected: Rejected) -> None:
        """Has a row wait."""
        problems = tuple((one.column, one.value, one.reason) for one in rejected.problems)
        self._rows.append((tuple(offered.row), offered.key, offered.was, problems))
        self.count += 1
        if len(self._rows) == _TOGETHER:
            self._flush()

    def take(self) -> Iterator[tuple[Offered, Rejected]]:
        """Every row that waits now; it waits no more."""
        self._flush()
        file, pieces = self._file, self._pieces
        self._file, self._pieces, self.count = self._new_file(), [], 0
        with file:
            file.seek(0)
            for length in pieces:
                for row, key, was, problems in marshal.loads(file.read(length)):  # noqa: S302 - this process's own
                    why = tuple(Problem(*one) for one in problems)
                    yield Offered(SourceRow._make(row), key, was), Rejected(0, why)

    def _flush(self) -> None:
        if self._rows:
            piece = marshal.dumps(self._rows)
            self._file.write(piece)
            self._pieces.append(len(piece))
            self._rows = []

    def _new_file(self) -> "tempfile.SpooledTemporaryFile[bytes]":
        return tempfile.SpooledTemporaryFile(_IN_MEMORY, dir=str(self._folder), prefix="pull-")
