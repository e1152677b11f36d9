"""What an agent typed, taken apart: plain text, the code it may be, and the units it may be read as."""

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from assistant.segmentation import Segmentation, Unit, UnitKind, segment_letters
from data.syllables import sound_of
from data.tokens import plain_code

LONGEST_QUERY = 48
"""Characters of a query that count: no name is longer, and a pasted page must not hold up the popup."""

_MOST_SEGMENTATIONS = 6
_MOST_PARTIAL = 12
_COST_WINDOW = 1.45

ReadingsOf = Callable[[str], tuple[str, ...]]
"""Readings of one Chinese character, best first; empty when it is not known."""


@dataclass(frozen=True)
class Query:
    """A query in the forms in which it is looked up.

    Attributes:
        text: Lower case, normal width, without tones and control characters, single spaces.
        segmentations: Ways to read it, the likeliest first; empty when there is nothing to read.
    """

    text: str
    segmentations: tuple[Segmentation, ...]

    @cached_property
    def compact(self) -> str:
        """The text without spaces and separators."""
        return "".join(self.parts)

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """What stands between spaces, without other separators."""
        kept = ("".join(c for c in part if _class_of(c) != " ") for part in self.text.split())
        return tuple(part for part in kept if part)

    @cached_property
    def code(self) -> str:
        """The query as a code or number, "" when it holds no letter or digit."""
        return plain_code(self.text)

    @cached_property
    def is_written(self) -> bool:
        """Whether all of it is Chinese characters."""
        return bool(self.compact) and not any(character.isascii() for character in self.compact)

    @cached_property
    def letters(self) -> str:
        """The query as pinyin: Chinese characters by their first reading, letters and digits as typed."""
        if not self.segmentations:
            return self.compact
        return "".join(unit.readings[0] if unit.readings else unit.text for unit in self.segmentations[0])


def plain_query(typed: str) -> str:
    """`typed` in lower case, normal width, without tones; ü is `v`; spaces are single; at most `LONGEST_QUERY` long."""
    visible = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in typed[: 4 * LONGEST_QUERY])
    decomposed = unicodedata.normalize("NFKD", visible).lower().replace("u\u0308", "v")
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(unicodedata.normalize("NFC", plain).split())[:LONGEST_QUERY].strip()


def parse(typed: str, readings_of: ReadingsOf) -> Query:
    """The query that `typed` stands for.

    Args:
        typed: Any text at all.
        readings_of: Where readings of Chinese characters come from.
    """
    text = plain_query(typed)
    ways: list[tuple[float, Segmentation]] = [(0.0, ())]
    for piece in _pieces(text):
        ways = [
            (cost + more, units + following) for cost, units in ways for more, following in _ways(piece, readings_of)
        ]
        ways = sorted(ways, key=lambda way: way[0])[:_MOST_PARTIAL]
    cheapest = ways[0][0] if ways else 0.0
    likely = [units for cost, units in ways if units and cost <= cheapest + _COST_WINDOW]
    return Query(text, tuple(likely[:_MOST_SEGMENTATIONS]))


def _class_of(character: str) -> str:
    if not character.isascii():
        return "h" if character.isalnum() else " "
    return "a" if character.isalpha() else "d" if character.isdigit() else " "


def _pieces(text: str) -> Iterator[str]:
    for kind, run in groupby(text, _class_of):
        if kind == "a":
            yield "".join(run)
        elif kind != " ":
            yield from run


def _ways(piece: str, readings_of: ReadingsOf) -> list[tuple[float, Segmentation]]:
    if piece.isascii():
        return segment_letters(piece) if piece.isalpha() else [(0.0, (Unit(UnitKind.SIGN, piece, ("i" + piece,)),))]
    readings = readings_of(piece)
    sounds = tuple(dict.fromkeys(map(sound_of, readings)))
    return [(0.0, (Unit(UnitKind.HANZI, piece, sounds, readings),))]
