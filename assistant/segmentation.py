"""Typed letters taken apart into syllables, beginnings of syllables and initials; and what they were meant to be."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from itertools import product

from rapidfuzz.distance import OSA

from data.names.syllables import sound_of, sounds_beginning, syllables_near, typed_sound


class UnitKind(Enum):
    """What stands for one character of a name."""

    HANZI = "hanzi"
    SYLLABLE = "syllable"
    BEGINNING = "beginning"
    """The start of a syllable that is still being typed."""
    INITIAL = "initial"
    SIGN = "sign"
    """A digit that stands for itself."""

    __hash__ = object.__hash__
    """By identity: Enum's own is worked out in Python, and a keystroke asks for hundreds."""


@dataclass(frozen=True, slots=True)
class Unit:
    """The part of a query that stands for one character of a name.

    Attributes:
        text: As typed.
        sounds: Sound codes that it may have; empty for an initial and for a character that cannot be read.
        readings: For a Chinese character, its readings, best first.
    """

    kind: UnitKind
    text: str
    sounds: tuple[str, ...] = ()
    readings: tuple[str, ...] = ()

    @property
    def initials(self) -> tuple[str, ...]:
        """First letters that the character's reading may have; a whole syllable may have been misheard."""
        if self.readings:
            return tuple(dict.fromkeys(reading[0] for reading in self.readings))
        if self.kind in (UnitKind.SYLLABLE, UnitKind.BEGINNING):
            return tuple(_ALIKE_LETTERS.get(self.text[0], self.text[0]))
        return (self.text[0],) if self.text[0].isascii() else ()


Segmentation = tuple[Unit, ...]
Way = tuple[float, Segmentation]
"""A segmentation with its cost: the fewer and the more regular its units, the likelier."""

LONGEST_SYLLABLE = 6
_SYLLABLE, _MISSPELT, _BEGINNING, _INITIAL, _VOWEL_INITIAL, _FOREIGN = 1.0, 1.25, 1.3, 1.6, 1.7, 2.4
_DOUBLE_INITIAL = 2.7
"""As likely as the two initials that its letters may be just as well."""
_LAST_INITIAL = 1.4
_SWAPPED = 2.5
_ALL_INITIALS = 1.0
_COST_WINDOW = 1.45
_WAYS = 6
_LONGEST_AMBIGUOUS = 3
_ALIKE_LETTERS = {"n": "nl", "l": "ln", "f": "fh", "h": "hf"}
_INITIAL_LETTERS = frozenset("bpmfdtnlgkhjqxrzcsyw")
_VOWELS = frozenset("aoe")


def _units(letters: str, *, is_end: bool) -> Iterator[tuple[float, Unit]]:
    """What `letters` can be as one unit."""
    if found := typed_sound(letters):
        sound, standard = found
        yield _SYLLABLE if standard else _MISSPELT, Unit(UnitKind.SYLLABLE, letters, (sound,))
    if is_end and len(letters) > 1 and (sounds := sounds_beginning(letters)):
        yield _BEGINNING, Unit(UnitKind.BEGINNING, letters, sounds)
    if len(letters) == 1 or letters in ("zh", "ch", "sh"):
        yield _cost_of_initial(letters, is_end=is_end), Unit(UnitKind.INITIAL, letters)


def _cost_of_initial(letters: str, *, is_end: bool) -> float:
    if len(letters) > 1:
        return _DOUBLE_INITIAL
    if letters in _INITIAL_LETTERS:
        return _LAST_INITIAL if is_end else _INITIAL
    return _VOWEL_INITIAL if letters in _VOWELS else _FOREIGN


@lru_cache(maxsize=64)
def segment_letters(letters: str) -> list[Way]:
    """The likely ways to read `letters`, the cheapest first; never empty for a-z.

    Args:
        letters: One or more of a-z.
    """
    ways: list[list[Way]] = [[] for _ in range(len(letters) + 1)]
    ways[0] = [(0.0, ())]
    for start in range(len(letters)):
        kept = ways[start] = sorted(ways[start], key=lambda way: way[0])[:_WAYS]
        for end in range(start + 1, min(start + LONGEST_SYLLABLE, len(letters)) + 1):
            for cost, unit in _units(letters[start:end], is_end=end == len(letters)):
                ways[end].extend((before + cost, (*units, unit)) for before, units in kept)
    found = sorted(ways[-1], key=lambda way: way[0])[:_WAYS]
    likely = [way for way in found if way[0] <= found[0][0] + _COST_WINDOW]
    return _with_initials(letters, likely)


def _with_initials(letters: str, likely: list[Way]) -> list[Way]:
    """Adds the way that takes every letter for an initial, where someone may have meant that."""
    initials = tuple(Unit(UnitKind.INITIAL, letter) for letter in letters)
    mixed = any(unit.kind is UnitKind.INITIAL for unit in likely[0][1])
    short = 1 < len(letters) <= _LONGEST_AMBIGUOUS
    if not (mixed or short) or any(units == initials for _, units in likely):
        return likely
    return [*likely[: _WAYS - 1], (likely[0][0] + _ALL_INITIALS, initials)]


def _syllables(letters: str) -> list[list[Way]]:
    """For every end, the ways to read the letters before it as whole syllables, at most three, cheapest first."""
    ways: list[list[Way]] = [[] for _ in range(len(letters) + 1)]
    ways[0] = [(0.0, ())]
    for start in range(len(letters)):
        kept = ways[start] = sorted(ways[start], key=lambda way: way[0])[:3]
        for end in range(start + 1, min(start + LONGEST_SYLLABLE, len(letters)) + 1):
            if kept and (found := typed_sound(letters[start:end])):
                cost = _SYLLABLE if found[1] else _MISSPELT
                unit = Unit(UnitKind.SYLLABLE, letters[start:end], (found[0],))
                ways[end].extend((before + cost, (*units, unit)) for before, units in kept)
    ways[-1] = sorted(ways[-1], key=lambda way: way[0])[:3]
    return ways


def _rests(letters: str) -> list[list[Way]]:
    """For every start, the ways to read the letters after it as syllables, the last one perhaps unfinished."""
    rests: list[list[Way]] = [[] for _ in range(len(letters) + 1)]
    rests[-1] = [(0.0, ())]
    for start in range(len(letters) - 1, -1, -1):
        for end in range(start + 1, min(start + LONGEST_SYLLABLE, len(letters)) + 1):
            for cost, unit in _units(letters[start:end], is_end=end == len(letters)):
                if unit.kind is not UnitKind.INITIAL:
                    rests[start].extend((cost + after, (unit, *units)) for after, units in rests[end])
        rests[start] = sorted(rests[start], key=lambda way: way[0])[:2]
    return rests


def corrected(letters: str, limit: int = 120) -> list[Segmentation]:
    """Ways to read `letters` as syllables if one of them holds one slip: a wrong, missing, extra or swapped letter.

    The likeliest first; empty when no single slip explains them.
    """
    befores, rests = _syllables(letters), _rests(letters)
    cheapest: dict[tuple[tuple[str, ...], ...], Way] = {}
    for start, before in enumerate(befores):
        for end in range(start + 1, min(start + LONGEST_SYLLABLE + 1, len(letters)) + 1):
            if not (before and rests[end]):
                continue
            for meant in _meant(letters[start:end]):
                unit = Unit(UnitKind.SYLLABLE, meant, (sound_of(meant),))
                for (cost, head), (more, tail) in product(before[:2], rests[end][:2]):
                    units = (*head, unit, *tail)
                    key = tuple(each.sounds for each in units)
                    if key not in cheapest or cheapest[key][0] > cost + more + 1:
                        cheapest[key] = (cost + more + 1, units)
    for cost, units in _unswapped(letters, befores, rests):
        cheapest.setdefault(tuple(each.sounds for each in units), (cost, units))
    return [units for _, units in sorted(cheapest.values(), key=lambda way: way[0])[:limit]]


@lru_cache(maxsize=256)
def _meant(typed: str) -> tuple[str, ...]:
    return tuple(near for near in syllables_near(typed) if OSA.distance(near, typed, score_cutoff=1) <= 1)


def _unswapped(letters: str, befores: list[list[Way]], rests: list[list[Way]]) -> Iterator[Way]:
    """Two neighbouring letters put back in order across a syllable's edge."""
    for edge in range(1, len(letters)):
        if letters[edge - 1] == letters[edge]:
            continue
        for start in range(max(0, edge - LONGEST_SYLLABLE), edge):
            left = letters[start : edge - 1] + letters[edge]
            if not befores[start] or not (first := typed_sound(left)):
                continue
            for end in range(edge + 1, min(edge + LONGEST_SYLLABLE, len(letters)) + 1):
                right = letters[edge - 1] + letters[edge + 1 : end]
                if rests[end] and (second := typed_sound(right)):
                    (before, head), (after, tail) = befores[start][0], rests[end][0]
                    pair = Unit(UnitKind.SYLLABLE, left, first[:1]), Unit(UnitKind.SYLLABLE, right, second[:1])
                    yield before + after + _SWAPPED, (*head, *pair, *tail)
