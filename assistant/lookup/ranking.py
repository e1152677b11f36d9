"""How well a name answers a query, and which of its characters the query stands for.

A name answers in one of two ways. Its neighbouring characters stand for the units of the query one by one
(`aligned`), or the query is one slip away from a stretch of the name (`nearly`, in `assistant.lookup.slips`).
"""

from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple

from assistant.lookup.query import Query
from assistant.lookup.segmentation import Segmentation, Unit, UnitKind
from data.kinds import RANKED
from data.names.syllables import sound_of
from data.names.tokens import said_of, searchable


class Parsed(NamedTuple):
    """A name as it is compared with queries.

    Attributes:
        plain: The characters that count.
        groups: The readings of each, alternatives joined by `|`.
        positions: Where each stands in the name as stored.
        stem: How many of them name the place alone: 塔山 of 塔山村民委员会.
        said: How many people say at most: 塔山村.
    """

    plain: str
    groups: Sequence[str]
    positions: Sequence[int]
    stem: int
    said: int


@lru_cache(maxsize=384)
def parsed(text: str, readings: str) -> Parsed:
    """The name taken apart; remembered, since the next keystroke grades most of the names of the last."""
    plain, groups, positions = searchable(text, readings)
    return Parsed(plain, groups, positions, *said_of(plain))


EXACT, _SLIP = 99.5, 76.0
"""What a name scores that is the query letter by letter, and at least where one slip parts all of it from the query."""

_CONTIGUOUS, _GRADE_WEIGHT = 88.0, 90.0
_AT_START, _COVERAGE = 5.0, 5.0
_OFFICE_LOSS, _ALL_SAID = 0.4, 0.5
_BARE_BEGINNING = 5.0
"""Who says 华家屯 may mean 华家村, but hardly 华家店."""
_NO_PLACE = 8.0
"""And hardly the person 徐冰 by 徐冰屯."""
_COMMON = len(RANKED) - 1
_PERSON, _WITHIN_A_PERSON, _WITHIN_SPELT = 4, 24.0, 8.0
"""Nobody spells a person's name from the middle, and so many hold any two syllables; few people spell a place's so."""
_HANZI_HOMOPHONE, _HANZI_OTHER_READING, _HANZI_ALIKE = 0.8, 0.78, 0.7
_SYLLABLE_ALIKE, _BEGINNING, _BEGINNING_ALIKE, _INITIAL, _LATER_READING = 0.9, 0.97, 0.8, 0.9, 0.02

_LITERAL = {
    UnitKind.SIGN: 0.0,
    UnitKind.INITIAL: 0.0,
    UnitKind.SYLLABLE: _SYLLABLE_ALIKE + _LATER_READING,
    UnitKind.BEGINNING: _BEGINNING_ALIKE + _LATER_READING,
    UnitKind.HANZI: 1.0,
}
"""The grade under which a unit only sounds like the character that it stands for."""

_BEST_OF = {UnitKind.INITIAL: _INITIAL, UnitKind.BEGINNING: _BEGINNING}
"""The most that a unit of a kind can answer; 1 for the others."""

Span = tuple[int, int]


class Candidate(NamedTuple):
    """A name from the index.

    Attributes:
        rank: Ordinal of the best kind of record that bears it, in `data.kinds.RANKED`.
    """

    nid: int
    text: str
    readings: str
    rank: int
    uses: int


class NameMatch(NamedTuple):
    """A candidate with how well it answers.

    Attributes:
        score: 0 to 100.
        start: The first character of the name, of those that count, that the query stands for.
        end: The one after the last.
        name: The candidate taken apart.
        way: The reading of the query that fits; None for the whole name and for a guess.
    """

    candidate: Candidate
    score: float
    start: int
    end: int
    name: Parsed
    way: "Way | None" = None

    @property
    def reason(self) -> str:
        """One word: `name`, `name_prefix`, `pinyin`, `initials`, `mixed`, `sounds_like` or `fuzzy`."""
        if self.way is not None:
            return _reason(self.way, self.start, self.name.plain, self.name.groups)
        return "name" if self.score >= EXACT else "fuzzy"

    @property
    def is_whole_slip(self) -> bool:
        """Whether the query is one slip away from all of the proper name of a place or line."""
        is_whole = self.way is None and self.start == 0 and self.end == self.name.stem
        return is_whole and _SLIP <= self.score < EXACT and self.candidate.rank < _COMMON

    @property
    def spans(self) -> tuple[Span, ...]:
        """`[start, end)` stretches of the name that the query stands for."""
        if self.way is None and self.score >= EXACT:
            return ((0, len(self.candidate.text)),)
        return spans_of(self.name.positions[self.start : self.end])


class Grades(dict[str, float]):
    """How well a unit answers a character with these readings, 0 to 1; worked out once for each group of readings.

    A dictionary, because ranking asks it a thousand times a keystroke.
    """

    def __init__(self, unit: Unit) -> None:
        super().__init__()
        self.unit = unit
        self._grade = _GRADED[unit.kind]

    def __missing__(self, group: str) -> float:
        if "|" in group:
            first, *later = [self._grade(self.unit, reading) for reading in group.split("|")]
            grade = max(0.0, first, *[grade - _LATER_READING for grade in later])
        else:
            grade = self._grade(self.unit, group)
        self[group] = grade
        return grade


def _as_sign(unit: Unit, reading: str) -> float:
    return float(reading == unit.text)


def _as_initial(unit: Unit, reading: str) -> float:
    return _INITIAL * reading.startswith(unit.text)


def _as_syllable(unit: Unit, reading: str) -> float:
    return 1.0 if reading == unit.text else _SYLLABLE_ALIKE * (sound_of(reading) in unit.sounds)


def _as_beginning(unit: Unit, reading: str) -> float:
    return _BEGINNING if reading.startswith(unit.text) else _BEGINNING_ALIKE * (sound_of(reading) in unit.sounds)


def _as_hanzi(unit: Unit, reading: str) -> float:
    if reading in unit.readings:
        return _HANZI_HOMOPHONE if reading == unit.readings[0] else _HANZI_OTHER_READING
    return _HANZI_ALIKE * (sound_of(reading) in unit.sounds)


_GRADED = {
    UnitKind.SIGN: _as_sign,
    UnitKind.INITIAL: _as_initial,
    UnitKind.SYLLABLE: _as_syllable,
    UnitKind.BEGINNING: _as_beginning,
    UnitKind.HANZI: _as_hanzi,
}


@lru_cache(maxsize=32)
def grades_of(unit: Unit) -> Grades:
    """The unit's grades; kept, because the next keystroke has most units of the last."""
    return Grades(unit)


class Way:
    """One reading of a query, ready to be compared with names.

    Attributes:
        units: What it is read as.
        loss: What a name that answers this way loses.
        is_bare: Whether the word for a kind of place was left out of it.
        graded: Each unit as it is typed, with its grades.
        most: What the units' grades can add up to.
        text: The units as typed, without spaces.
    """

    __slots__ = ("graded", "is_bare", "loss", "most", "text", "units")

    def __init__(self, units: Segmentation, loss: float = 0.0, *, is_bare: bool = False) -> None:
        self.units = units
        self.loss = loss
        self.is_bare = is_bare
        self.graded = [(unit.text, grades_of(unit)) for unit in units]
        self.most = sum([_BEST_OF.get(unit.kind, 1.0) for unit in units])
        self.text = "".join([unit.text for unit in units])

    @property
    def kind(self) -> str:
        """The reason that a name which fits in every unit is given."""
        kinds = {unit.kind for unit in self.units} - {UnitKind.SIGN}
        if kinds <= {UnitKind.HANZI}:
            return "name"
        if UnitKind.HANZI in kinds:
            return "mixed"
        return "initials" if kinds == {UnitKind.INITIAL} else "pinyin"


class Ranker:
    """Grades names against one query."""

    def __init__(self, query: Query) -> None:
        self._typed, self._is_spelt = query.compact, query.is_spelt
        self._ways = [Way(units, query.loss_of(units), is_bare=units in query.bare) for units in query.ways]

    @cached_property
    def best_inside(self) -> float:
        """What a name that does not start with the query can score at most."""
        spelt = _WITHIN_SPELT * self._is_spelt
        return max(
            (
                _CONTIGUOUS - _GRADE_WEIGHT * (1 - way.most / len(way.units)) + _COVERAGE + _ALL_SAID - way.loss - spelt
                for way in self._ways
            ),
            default=0.0,
        )

    def aligned(self, candidate: Candidate) -> NameMatch | None:
        """The best way in which neighbouring characters of the name stand for the query's units, if there is one."""
        name = parsed(candidate.text, candidate.readings)
        if name.plain == self._typed:
            return NameMatch(candidate, EXACT, 0, len(name.plain), name)
        best, best_way, best_start = 0.0, None, 0
        for way in self._ways:
            start, mean = _best_alignment(way, name.plain, name.groups)
            if mean:
                score = _score(mean, start, len(way.units), name) - way.loss
                if way.is_bare and len(way.units) != name.stem:
                    score -= _BARE_BEGINNING
                if way.is_bare and candidate.rank == _COMMON:
                    score -= _NO_PLACE
                if start and self._is_spelt:
                    score -= _loss_inside(candidate, name)
                if score > best:
                    best, best_way, best_start = score, way, start
                if mean >= _BEGINNING and not way.loss:
                    break  # nothing reads it better: the likelier ways come first
        if best_way is None:
            return None
        return NameMatch(candidate, best, best_start, best_start + len(best_way.units), name, best_way)


def _loss_inside(candidate: Candidate, name: Parsed) -> float:
    is_person = candidate.rank == _COMMON and len(name.plain) <= _PERSON
    return _WITHIN_A_PERSON if is_person else _WITHIN_SPELT


def _best_alignment(way: Way, plain: str, groups: Sequence[str]) -> tuple[int, float]:
    """Where the units fit best and their mean grade there; mean 0 when they fit nowhere. The start of a name wins."""
    graded, most = way.graded, way.most
    best_start, best, count = 0, 0.0, len(graded)
    for start in range(len(plain) - count + 1):
        total, place = 0.0, start
        for text, grades in graded:
            grade = 1.0 if plain[place] == text else grades[groups[place]]
            if not grade:
                break
            total += grade
            place += 1
        else:
            if total > best:
                best_start, best = start, total
            if total >= most:
                break  # nothing further on fits better
    return best_start, best / count


def _score(mean: float, start: int, count: int, name: Parsed) -> float:
    score = _CONTIGUOUS - _GRADE_WEIGHT * (1 - mean) + _COVERAGE * min(1.0, count / name.stem)
    if count >= name.said:
        score += _ALL_SAID
    if name.said != len(name.plain):
        score -= _OFFICE_LOSS
    return score if start else score + _AT_START


def _reason(way: Way, start: int, plain: str, groups: Sequence[str]) -> str:
    stretch = plain[start : start + len(way.units)]
    if stretch == way.text:
        return "name" if start else "name_prefix"
    for character, group, (text, grades) in zip(stretch, groups[start:], way.graded, strict=False):
        if character != text and grades[group] < _LITERAL[grades.unit.kind]:
            return "sounds_like"
    return way.kind


def spans_of(positions: Sequence[int]) -> tuple[Span, ...]:
    """Positions, ascending, as `[start, end)` stretches; empty for none."""
    spans: list[Span] = []
    for position in positions:
        if spans and spans[-1][1] == position:
            spans[-1] = (spans[-1][0], position + 1)
        else:
            spans.append((position, position + 1))
    return tuple(spans)
