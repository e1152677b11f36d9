"""Rows of a central system, some thousand at a time: by columns, or row by row."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import NamedTuple, Self

Texts = Sequence[str]
"""A column."""


class SourceRow(NamedTuple):
    """One row of a central system.

    Attributes:
        block: In which it is compared, 0 for call events.
        digest: Of all its cells.
        cells: Its values as texts, in the order of the feed's fields; empty where nothing is known.
    """

    block: int
    digest: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lot:
    """Some rows, one or more, by columns.

    Attributes:
        blocks: Of each row.
        digests: Of each row.
        columns: The cells of each field.
    """

    blocks: Sequence[int]
    digests: Sequence[int]
    columns: Sequence[Texts]

    @classmethod
    def of(cls, rows: Sequence[SourceRow]) -> Self:
        """These rows, of which there is one or more."""
        blocks, digests, cells = zip(*rows, strict=True)
        return cls(blocks, digests, list(zip(*cells, strict=True)))

    @classmethod
    def alone(cls, columns: Sequence[Texts]) -> Self:
        """Rows that are compared with nothing."""
        none = list(repeat(0, len(columns[0])))
        return cls(none, none, columns)

    def rows(self) -> Iterator[SourceRow]:
        """Row by row."""
        return map(SourceRow, self.blocks, self.digests, zip(*self.columns, strict=True))
