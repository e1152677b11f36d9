"""The rows that a pull meets, block by block: what it is to remember of them."""

import marshal
import tempfile
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import lt
from pathlib import Path

from sync.central.row_digest import BLOCKS

_PARTS = 64


@dataclass(slots=True)
class SeenRows:
    """Rows as they are met, packed: some twenty bytes each.

    Attributes:
        packed: By block, a line for each id and a number for each digest.
        count: How many rows are in there.
        greatest: No id is greater.
    """

    packed: dict[int, tuple[bytearray, "array[int]"]] = field(default_factory=dict)
    count: int = 0
    greatest: str = ""

    def add(self, block: int, key: str, digest: int) -> None:
        """Takes a row; `digest` may have `BROUGHT` beside it."""
        self.add_all((block,), (key,), (digest,))

    def add_all(self, blocks: Iterable[int], keys: Sequence[str], digests: Iterable[int]) -> None:
        """Takes rows, one or more."""
        packed = self.packed
        for block, key, digest in zip(blocks, keys, digests, strict=True):
            found = packed.get(block)
            if found is None:
                found = packed[block] = (bytearray(b"\n"), array("q"))
            found[0].extend(key.encode() + b"\n")
            found[1].append(digest)
        self.count += len(keys)
        self.greatest = max(self.greatest, *keys)

    def may_have(self, blocks: Iterable[int], keys: Sequence[str]) -> bool:
        """Whether any of these rows was taken, or two of them have one id; quickly told of what comes in order."""
        if not keys or (keys[0] > self.greatest and all(map(lt, keys, keys[1:]))):
            return False
        return len(set(keys)) < len(keys) or any(map(self.has, blocks, keys))

    def has(self, block: int, key: str) -> bool:
        """Whether a row with this id was taken."""
        found = self.packed.get(block)
        return found is not None and b"\n" + key.encode("utf-8", "surrogatepass") + b"\n" in found[0]


class LoadedRows(SeenRows):
    """The rows of a first pull: on disk but for the last ones, as long as their ids come in order.

    Args:
        folder: Where the file is; private.
        in_memory: At most so many rows and those of one lot are kept in memory.
    """

    __slots__ = ("_file", "_in_memory", "_pieces", "_put_away")

    def __init__(self, folder: Path, in_memory: int) -> None:
        super().__init__()
        self._in_memory = in_memory
        self._file = tempfile.TemporaryFile(dir=folder, prefix="pull-")  # noqa: SIM115 - open as long as this is
        self._pieces: dict[int, list[tuple[int, int]]] = defaultdict(list)
        self._put_away = ""

    def close(self) -> None:
        """Removes the file."""
        self._file.close()

    def has(self, block: int, key: str) -> bool:
        """Whether a row with this id was taken."""
        if key and key <= self._put_away:  # no row without an id is ever taken
            self._take_back()
        return super().has(block, key)

    def put_away(self) -> None:
        """Puts what is in memory on disk where there is much of it; to be called between two lots."""
        if self.count < self._in_memory:
            return
        self._put_away, self.count = self.greatest, 0
        parts: dict[int, list[tuple[int, bytes, bytes]]] = defaultdict(list)
        while self.packed:
            block, (ids, digests) = self.packed.popitem()
            parts[block * _PARTS // BLOCKS].append((block, bytes(ids), digests.tobytes()))
        for part, rows in parts.items():
            piece = marshal.dumps(rows)
            self._pieces[part].append((self._file.seek(0, 2), len(piece)))
            self._file.write(piece)

    def parts(self) -> Iterator[SeenRows]:
        """All rows, some blocks at a time; they are here no more."""
        if not self._pieces:
            yield self
            return
        self._in_memory = 0
        self.put_away()
        for part in sorted(self._pieces):
            whole = SeenRows()
            self._read(part, whole)
            yield whole

    def _take_back(self) -> None:
        """Has everything in memory, from now on: the ids do not come in order."""
        self._put_away, self._in_memory = "", 1 << 62
        for part in list(self._pieces):
            self._read(part, self)

    def _read(self, part: int, into: SeenRows) -> None:
        for start, length in self._pieces.pop(part):
            self._file.seek(start)
            for block, ids, digests in marshal.loads(self._file.read(length)):  # noqa: S302 - this process's own
                found = into.packed.setdefault(block, (bytearray(b"\n"), array("q")))
                found[0].extend(ids[1:])
                found[1].frombytes(digests)
