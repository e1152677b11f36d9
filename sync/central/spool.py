"""Rows on their way from a central system to the store: read to the end first, on disk, then applied."""

import marshal
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from sync.central.plain_rows import Made
from sync.central.reader import SourceRow
from sync.central.row_digest import BLOCKS

PARTS = 64
"""Rows that must be compared with known ones come back in so many parts, each of which fits into memory."""

_TOGETHER = 500

MakeRecords = Callable[[Sequence[tuple[str, ...]]], list[Made | None]]
"""Makes records of the cells of rows."""


class Spool:
    """Rows of one feed in a file that nobody else can open, and that is gone with the spool.

    Args:
        folder: Where the file is; private, as rows hold personal data.
        parts: 1 for rows in the order in which they came, or `PARTS`.
        make: Records are made of the rows by this, and kept with them; None: of none.
    """

    def __init__(self, folder: Path, parts: int, make: MakeRecords | None = None) -> None:
        self.parts = parts
        self._make = make
        self.rows = 0
        self._file = tempfile.TemporaryFile(dir=folder, prefix="pull-")  # noqa: SIM115 - open as long as the spool is
        self._waiting: dict[int, list[SourceRow]] = defaultdict(list)
        self._pieces: dict[int, list[tuple[int, int]]] = defaultdict(list)

    def close(self) -> None:
        """Removes the file."""
        self._file.close()

    def add(self, row: SourceRow) -> None:
        """Keeps a row."""
        part = self.part_of(row.block)
        waiting = self._waiting[part]
        waiting.append(row)
        self.rows += 1
        if len(waiting) == _TOGETHER:
            self._flush(part)

    def part_of(self, block: int) -> int:
        """The part in which the rows of a block are."""
        return block * self.parts // BLOCKS

    def part(self, number: int) -> Iterator[SourceRow]:
        """The rows of a part, in the order in which they came."""
        if self._waiting[number]:
            self._flush(number)
        for start, length in self._pieces[number]:
            self._file.seek(start)
            yield from map(SourceRow._make, marshal.loads(self._file.read(length)))  # noqa: S302 - this process's own

    def _flush(self, part: int) -> None:
        rows = self._waiting.pop(part)
        made = self._make([row.cells for row in rows]) if self._make else [None] * len(rows)
        piece = marshal.dumps([(*row[:3], one) for row, one in zip(rows, made, strict=True)])
        self._pieces[part].append((self._file.seek(0, 2), len(piece)))
        self._file.write(piece)
