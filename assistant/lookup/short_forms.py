"""Short forms of the longest names in pinyin: kazuo, fumeng for 喀喇沁左翼蒙古族自治县, 阜新蒙古族自治县."""

from collections.abc import Iterator, Sequence

from assistant.lookup import candidates
from assistant.lookup.query import plain_query
from assistant.lookup.ranking import Candidate, NameMatch, grades_of, parsed
from assistant.lookup.records import Bearers, Found
from assistant.lookup.remembered import Remembered
from assistant.lookup.segmentation import Segmentation, UnitKind
from assistant.lookup.text_search import TextSearch
from data.names.tokens import START_SOUND
from data.sqlite import Connection

_SELF_GOVERNED = '"h自治"'
"""In every name that is so long that people shorten it to characters from its middle."""
_SHORTEST, _LONGEST = 2, 4
_SCORE = 86.0
"""As much as the same in Chinese characters (`assistant.lookup.slips`)."""
_READ = """
    SELECT name.nid, name.text, name.readings, name.rank, name.uses
    FROM name_fts CROSS JOIN name ON nid = name_fts.rowid WHERE name_fts MATCH ? LIMIT 16"""


class ShortForms:
    """Finds areas of one open cache by the pinyin of their short forms.

    Args:
        connection: An open cache; it is only read.
        text: Reads what was typed.
    """

    def __init__(self, connection: Connection, text: TextSearch) -> None:
        self._connection = connection
        self._text = text
        self._remembered = Remembered(connection)
        self._bearing = Bearers(connection, self._remembered)

    def search(self, typed: str) -> list[Found]:
        """The areas whose names begin as the text does and go on with its other syllables; by name."""
        plain = plain_query(typed)
        if not (plain.isascii() and plain.isalpha()):
            return []
        units = next(iter(self._text.parse(plain).segmentations), ())
        if not _SHORTEST <= len(units) <= _LONGEST or any(unit.kind is not UnitKind.SYLLABLE for unit in units):
            return []
        return sorted(self._shortened_to(units), key=lambda one: (one.record.name, one.record.id))

    def _shortened_to(self, units: Segmentation) -> Iterator[Found]:
        self._remembered.refresh()
        first, *later = units
        begins = candidates.any_of(f"s{START_SOUND}{sound}" for sound in first.sounds)
        holds = (candidates.any_of(f"u{sound}" for sound in unit.sounds) for unit in later)
        expression = " AND ".join([_SELF_GOVERNED, begins, *holds])
        names = [Candidate(*row) for row in self._connection.execute(_READ, (expression,))]
        bearers = self._bearing.of(names)
        for name in names:
            match = NameMatch(name, _SCORE, 0, 1, parsed(name.text, name.readings))
            if _is_in_order(units, match.name.groups):
                areas = (record for record in bearers[name.nid] if record.kind == "area")
                yield from (Found(record, _SCORE, match.reason, match) for record in areas)


def _is_in_order(units: Segmentation, groups: Sequence[str]) -> bool:
    """Whether each unit is answered by a character after that of the one before, the first by the first."""
    rest = iter(groups)
    return all(any(grades_of(unit)[group] for group in rest) for unit in units)
