"""Where one name ends and the next begins in what was typed without spaces: `兴城曹庄上坡超市` is 兴城 曹庄 上坡超市.

A text is parted before what the cache knows as a place, from its beginning on; where it changes between letters and
Chinese characters it is parted anyway.
"""

from collections.abc import Iterator
from itertools import groupby

from assistant.lookup import candidates
from assistant.lookup.ranking import parsed
from assistant.lookup.segmentation import UnitKind
from assistant.lookup.text_search import TextSearch
from data.caches.index import FIRST_COMMON_NAME
from data.kinds import RANKED
from data.sqlite import Connection

MOST_PARTS = 4
"""Of more, those around the narrowest are enough to tell it."""

_SHORTEST = 2
_MOST_NAMES = 64
_AREA = RANKED.index("area")
_STARTING = f"""
    SELECT name.text, name.readings FROM name_fts CROSS JOIN name ON nid = name_fts.rowid
    WHERE name_fts MATCH ? AND name_fts.rowid < {FIRST_COMMON_NAME} AND name.rank = {_AREA} LIMIT {_MOST_NAMES}"""


class Parting:
    """Parts texts by the places of one open cache.

    Args:
        connection: An open cache; it is only read.
        text: Reads what was typed.
    """

    def __init__(self, connection: Connection, text: TextSearch) -> None:
        self._connection = connection
        self._text = text

    def parted(self, plain: str) -> tuple[str, ...]:
        """The text in parts, the narrowest last; as it is spaced where no place is known to end elsewhere."""
        parts = [piece for part in plain.split() for run in _runs(part) for piece in self._by_places(run)]
        return tuple(parts[-MOST_PARTS:])

    def _by_places(self, run: str) -> tuple[str, ...]:
        if len(run) < 2 * _SHORTEST or run.isascii():
            return (run,)
        return next(self._cuts(run, MOST_PARTS), (run,))

    def _cuts(self, run: str, most: int) -> Iterator[tuple[str, ...]]:
        """The ways to part what begins with a place, the longest names first."""
        for end in self._ends(run) if most else ():
            rest = run[end:]
            if not rest:
                yield (run,)
            elif len(rest) >= _SHORTEST:
                yield from ((run[:end], *parts) for parts in self._cuts(rest, most - 1))
                yield run[:end], rest

    def _ends(self, run: str) -> list[int]:
        """After how many characters a place's name may end with which the text begins; the longest first."""
        units = self._text.parse(run).segmentations[:1]
        if not units or any(unit.kind is not UnitKind.HANZI or not unit.sounds for unit in units[0][:_SHORTEST]):
            return []
        beginning, ends = units[0][:_SHORTEST], set[int]()
        starting = f"{candidates.written(beginning)} AND {candidates.alike(beginning, at_start=True)}"
        for text, readings in self._connection.execute(_STARTING, (starting,)):
            name = parsed(text, readings)
            lengths = (name.stem, name.said, len(name.plain))
            ends.update(end for end in lengths if end >= _SHORTEST and run.startswith(name.plain[:end]))
        return sorted(ends, reverse=True)


def _runs(part: str) -> Iterator[str]:
    """Stretches of letters and of anything else."""
    for _, run in groupby(part, lambda character: character.isascii() and character.isalpha()):
        yield "".join(run)
