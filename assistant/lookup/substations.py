"""The lines of a substation by what people call it: `暖池塘变电站`, `塔山变 616`, `nctbdz`.

A substation is no record of its own, only a word of its lines. There are few, so their names are read once and kept for
as long as nobody changes the cache.
"""

import json
import re
from collections.abc import Iterator
from typing import NamedTuple

from assistant.lookup.query import Query, plain_query
from assistant.lookup.ranking import Candidate, Ranker
from assistant.lookup.records import Found, Record
from assistant.lookup.remembered import Remembered
from assistant.lookup.text_search import TextSearch
from data.kinds import RANKED
from data.names.tokens import UNREADABLE, VOLTAGE
from data.sqlite import Connection

REASON = "substation"
"""Why a line is there that is only supplied from what was typed."""

_SAID, _PLACE, _OTHERS = 96.0, 90.0, 50.0
"""What scores least are lines that the rest of the text does not tell: guesses."""
_MOST_PLACES, _LOOKED_AT = 2, 10
"""Of ten places, the places that are called as the substation take no more."""
_STEP = 0.1
_ALSO = 78.0
"""Behind what is called so, before what only begins so."""
_CALLED_SO, _NEAR_BEST, _LEAST_OF_REST = 85.0, 2.5, 70.0
_WHOLE = 97.0
"""What scores so much is called what was typed as a whole."""
_PLACES = frozenset(("area", "feeder"))
_NUMBER_IS, _NUMBER_BEGINS = 100.0, 92.0
_SHORTEST = 2
_WORD = re.compile(r"(?<=..)\s*(?:变电站|变电所|变电|开闭[站所]|变|站|所|biandian(?:zhan|suo)?|bdz)(?![a-z])")
_ENDING = re.compile("(?:变电站|变电所|开闭[站所]|变|站|所)$")
_IN_EVERY = re.compile("[变站所]|bdz|biandian")
_READINGS = "SELECT character, readings FROM hanzi WHERE character IN (SELECT value FROM json_each(?))"
_FEEDER = RANKED.index("feeder")
_LINES = """
    SELECT f.rid, f.id, f.number, n.nid, n.text, n.readings, n.rank, n.uses
    FROM feeder AS f JOIN name AS n ON n.nid = f.name_id WHERE f.substation = ? ORDER BY f.number, f.id"""


class _Substation(NamedTuple):
    """One substation.

    Attributes:
        stored: As its lines name it.
        name: What people call it, without voltage and the word for its kind, to be compared with what was typed.
    """

    stored: str
    name: Candidate


class Substations:
    """Finds the lines of substations in one open cache.

    Args:
        connection: An open cache; it is only read.
        text: Reads what was typed.
    """

    def __init__(self, connection: Connection, text: TextSearch) -> None:
        self._connection = connection
        self._text = text
        self._remembered = Remembered(connection)
        self._known: dict[str, list[_Substation]] = {}
        self._remembered.keep(self._known, 1)

    def named(self, typed: str, limit: int) -> list[Found]:
        """The lines of the substation that a text names as one, by number, then the places that are called so too.

        Of the lines those that the rest of the text tells, if there is any. Empty where no word says that a substation
        is meant.
        """
        if not _IN_EVERY.search(typed.lower()):
            return []
        plain = plain_query(typed)
        for word in _WORD.finditer(plain):
            name, rest = plain[: word.start()], self._text.parse(plain[word.end() :])
            if substations := self._called(self._text.parse(name)):
                places = [] if rest.compact else self._places(name, _MOST_PLACES * limit // 10)
                lines = self._lines(substations, rest, _SAID) or self._lines(substations, None, _OTHERS)
                return [*lines[: limit - len(places)], *places]
        return []

    def _places(self, name: str, most: int) -> list[Found]:
        found = self._text.search(name, _LOOKED_AT, with_slips=False)
        areas = [one for one in found if one.record.kind == "area" and one.score >= _WHOLE]
        return [one._replace(score=_PLACE) for one in areas[:most]]

    def also(self, typed: str, found: list[Found]) -> list[Found]:
        """The lines of the substation that is called so too, where a place or line was found that is; by number."""
        if not any(one.score >= _WHOLE and one.record.kind in _PLACES for one in found):
            return []
        return self._lines(self._called(self._text.parse(typed)), None, _ALSO)

    def _called(self, query: Query) -> list[_Substation]:
        """The substations whose whole name was typed, or its initials, where that is long enough to tell."""
        if not query.segmentations or len(query.segmentations[0]) < _SHORTEST:
            return []
        ranker, found = Ranker(query), list[tuple[float, _Substation]]()
        for substation in self._all():
            match = ranker.aligned(substation.name)
            if match and match.end - match.start == len(match.name.plain):
                found.append((match.score, substation))
        best = max((score for score, _ in found), default=0.0)
        return [substation for score, substation in found if score >= max(_CALLED_SO, best - _NEAR_BEST)]

    def _lines(self, substations: list[_Substation], rest: Query | None, score: float) -> list[Found]:
        lines = [line for substation in substations for line in self._connection.execute(_LINES, (substation.stored,))]
        found = []
        for rid, key, number, *name in lines:
            own = Candidate(*name)
            if answer := _answer(rest, own, number) if rest and rest.compact else 1.0:
                found.append((-answer, Record("feeder", rid, key, own.text, number)))
        ranked = sorted(found, key=lambda one: one[0])
        return [Found(record, score - _STEP * place, REASON) for place, (_, record) in enumerate(ranked)]

    def _all(self) -> list[_Substation]:
        self._remembered.refresh()
        if "" not in self._known:
            rows = self._connection.execute("SELECT DISTINCT substation FROM feeder WHERE substation <> ''")
            self._known[""] = list(self._with_readings([stored for (stored,) in rows]))
        return self._known[""]

    def _with_readings(self, stored: list[str]) -> Iterator[_Substation]:
        names = {one: _called_of(one) for one in sorted(stored)}
        characters = json.dumps(sorted({character for name in names.values() for character in name}))
        readings = dict(self._connection.execute(_READINGS, (characters,)).fetchall())
        for number, (one, name) in enumerate(names.items()):
            read = " ".join(readings.get(c) or (c.lower() if c.isascii() and c.isalnum() else UNREADABLE) for c in name)
            yield _Substation(one, Candidate(-number, name, read, _FEEDER, 0))


def _called_of(stored: str) -> str:
    """暖池塘 of 66kV 暖池塘变电站; what nothing would be left of stays."""
    name = stored.strip()
    if voltage := VOLTAGE.match(name.lower()):
        name = name[voltage.end() :].strip()
    return _ENDING.sub("", name) or name


def _answer(rest: Query, name: Candidate, number: str) -> float:
    """How well a line answers what was said beside its substation, 0 where it does not."""
    if rest.code.isdigit():
        return _NUMBER_IS if number == rest.code else _NUMBER_BEGINS * number.startswith(rest.code)
    match = Ranker(rest).aligned(name)
    return match.score if match and match.score >= _LEAST_OF_REST else 0.0
