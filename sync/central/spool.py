"""Rows on their way from a central system to the store: read to the end first, on disk, then applied."""

import marshal
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from sync.central.lots import Lot, SourceRow, Texts
from sync.central.plain_rows import NONE, Made
from sync.central.row_digest import BLOCKS

PARTS = 64
"""Rows that must be compared with known ones come back in so many parts, each of which fits into memory."""

_TOGETHER = 500

MakeRecords = Callable[[Sequence[Texts]], Made]
"""Makes records of the columns of rows."""


class Spool:
    """Rows of one feed in a file that nobody else can open, and that is gone with the spool.

    Args:
        folder: Where the file is; private, as rows hold personal data.
        parts: 1 for rows in the order in which they came, or `PARTS`.
        make: Of rows of one part, records are made by this and kept with them; None: of none.
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

    def add(self, lot: Lot) -> None:
        """Keeps rows."""
        self.rows += len(lot.blocks)
        if self.parts == 1:
            self._keep(0, lot)
            return
        for row in lot.rows():
            part = self.part_of(row.block)
            waiting = self._waiting[part]
            waiting.append(row)
            if len(waiting) == _TOGETHER:
                self._keep(part, Lot.of(self._waiting.pop(part)))

    def part_of(self, block: int) -> int:
        """The part in which the rows of a block are."""
        return block * self.parts // BLOCKS

    def part(self, number: int) -> Iterator[SourceRow]:
        """The rows of a part, in the order in which they came."""
        if self._waiting[number]:
            self._keep(number, Lot.of(self._waiting.pop(number)))
        return chain.from_iterable(lot.rows() for lot, _ in self._kept(number))

    def lots(self) -> Iterator[tuple[Lot, Made]]:
        """All rows of a spool of one part, with the records that were made of them."""
        return self._kept(0)

    def _keep(self, part: int, lot: Lot) -> None:
        made: tuple[Any, ...] = tuple(self._make(lot.columns) if self._make else NONE)
        columns: Any = lot.columns  # of texts, which marshal takes
        piece = marshal.dumps((list(lot.blocks), list(lot.digests), columns, made))
        self._pieces[part].append((self._file.seek(0, 2), len(piece)))
        self._file.write(piece)

    def _kept(self, part: int) -> Iterator[tuple[Lot, Made]]:
        for start, length in self._pieces[part]:
            self._file.seek(start)
            *lot, made = marshal.loads(self._file.read(length))  # noqa: S302 - this process's own
            yield Lot(*lot), Made(*made)
