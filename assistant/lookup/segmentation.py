"""Typed letters taken apart into syllables, beginnings of syllables and initials; and what they were meant to be."""

from collections.abc import Iterator
from enum import Enum
from functools import lru_cache
from itertools import product
from typing import NamedTuple

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


Sounds = tuple[str, ...]
"""The sound codes that one syllable may have."""


class Unit(NamedTuple):
    """The part of a query that stands for one character of a name.

    Attributes:
        text: As typed.
        sounds: Sound codes that it may have; empty for an initial and for a character that cannot be read.
        readings: For a Chinese character, its readings, best first.
    """

    kind: UnitKind
    text: str
    sounds: Sounds = ()
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
Heard = tuple[Sounds, ...]
"""The sounds of one syllable after another."""
Way = tuple[float, Segmentation]
"""A segmentation with its cost: the fewer and the more regular its units, the likelier."""
_Heard = tuple[float, Heard]
"""The same of sounds alone."""

LONGEST_SYLLABLE = 6
_SYLLABLE, _MISSPELT, _BEGINNING, _INITIAL, _VOWEL_INITIAL, _FOREIGN = 1.0, 1.25, 1.3, 1.6, 1.7, 2.4
_DOUBLE_INITIAL = 2.7
"""As likely as the two initials that its letters may be just as well."""
_LAST_INITIAL = 1.4
_SWAPPED = 2.5
_ALL_INITIALS = 1.0
_COST_WINDOW = 1.45
_ENDLESS = float("inf")
_WAYS = 6
_LONGEST_AMBIGUOUS = 3
_ALIKE_LETTERS = {"n": "nl", "l": "ln", "f": "fh", "h": "hf"}
_INITIAL_LETTERS = frozenset("bpmfdtnlgkhjqxrzcsyw")
_VOWELS = frozenset("aoe")


@lru_cache(maxsize=256)
def _units(letters: str, *, is_end: bool) -> list[tuple[float, Unit]]:
    """What `letters` can be as one unit; kept, because the next keystroke has most units of the last."""
    found = []
    if heard := typed_sound(letters):
        sound, standard = heard
        found.append((_SYLLABLE if standard else _MISSPELT, Unit(UnitKind.SYLLABLE, letters, (sound,))))
    if is_end and len(letters) > 1 and (sounds := sounds_beginning(letters)):
        found.append((_BEGINNING, Unit(UnitKind.BEGINNING, letters, sounds)))
    if len(letters) == 1 or letters in ("zh", "ch", "sh"):
        found.append((_cost_of_initial(letters, is_end=is_end), Unit(UnitKind.INITIAL, letters)))
    return found


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
    found = _ways_to_end(letters, is_end=True)
    likely = [way for way in found if way[0] <= found[0][0] + _COST_WINDOW]
    return _with_initials(letters, likely)


@lru_cache(maxsize=64)
def _ways_before(letters: str) -> list[Way]:
    """The likely ways to read `letters` where others follow; kept, because the next keystroke only adds one."""
    return _ways_to_end(letters, is_end=False) if letters else [(0.0, ())]


def _ways_to_end(letters: str, *, is_end: bool) -> list[Way]:
    ways: list[Way] = []
    for start in range(max(0, len(letters) - LONGEST_SYLLABLE), len(letters)):
        before = _ways_before(letters[:start])
        for cost, unit in _units(letters[start:], is_end=is_end):
            ways.extend((sofar + cost, (*units, unit)) for sofar, units in before)
    return sorted(ways, key=_cost)[:_WAYS]


def _cost(way: Way | _Heard) -> float:
    return way[0]


def _with_initials(letters: str, likely: list[Way]) -> list[Way]:
    """Adds the way that takes every letter for an initial, where someone may have meant that."""
    initials = tuple(Unit(UnitKind.INITIAL, letter) for letter in letters)
    mixed = any(unit.kind is UnitKind.INITIAL for unit in likely[0][1])
    short = 1 < len(letters) <= _LONGEST_AMBIGUOUS
    if not (mixed or short) or any(units == initials for _, units in likely):
        return likely
    return [*likely[: _WAYS - 1], (likely[0][0] + _ALL_INITIALS, initials)]


@lru_cache(maxsize=64)
def _sure(letters: str) -> list[_Heard]:
    """The ways to hear letters as whole syllables, at most three, cheapest first; kept as `_ways_before`."""
    if not letters:
        return [(0.0, ())]
    ways: list[_Heard] = []
    for start in range(max(0, len(letters) - LONGEST_SYLLABLE), len(letters)):
        if found := typed_sound(letters[start:]):
            more, sounds = _SYLLABLE if found[1] else _MISSPELT, (found[:1],)
            ways.extend((before + more, head + sounds) for before, head in _sure(letters[:start]))
    return sorted(ways, key=_cost)[:3]


def _rests(letters: str) -> list[list[_Heard]]:
    """For every start, the two cheapest ways to hear the letters after it as syllables, the last perhaps unfinished."""
    rests: list[list[_Heard]] = [[] for _ in range(len(letters) + 1)]
    rests[-1] = [(0.0, ())]
    last = len(letters)
    for start in range(last - 1, -1, -1):
        found: list[_Heard] = []
        for end in range(start + 1, min(start + LONGEST_SYLLABLE, last) + 1):
            if not rests[end]:
                continue
            piece = letters[start:end]
            if sound := typed_sound(piece):
                cost, sounds = _SYLLABLE if sound[1] else _MISSPELT, (sound[:1],)
                found.extend((cost + after, sounds + tail) for after, tail in rests[end])
            if end == last and len(piece) > 1 and (begun := sounds_beginning(piece)):
                found.append((_BEGINNING, (begun,)))
        rests[start] = sorted(found, key=_cost)[:2] if len(found) > 1 else found
    return rests


def corrected(letters: str, limit: int = 120) -> list[Heard]:
    """What `letters` were meant to sound like if one slip is in them: a wrong, missing, extra or swapped letter.

    For each syllable the sounds that it may have; the likeliest way first. Empty when no single slip explains them.
    """
    befores, rests = [_sure(letters[:end]) for end in range(len(letters) + 1)], _rests(letters)
    cheapest: dict[Heard, float] = {}
    for start, before in enumerate(befores):
        if not before:
            continue
        for end in range(start + 1, min(start + LONGEST_SYLLABLE + 1, len(letters)) + 1):
            around = [(cost + more + 1, head, tail) for (cost, head), (more, tail) in product(before[:2], rests[end])]
            for meant in _meant(letters[start:end]) if around else ():
                for total, head, tail in around:
                    heard = (*head, meant, *tail)
                    if cheapest.get(heard, _ENDLESS) > total:
                        cheapest[heard] = total
    for cost, heard in _unswapped(letters, befores, rests):
        cheapest.setdefault(heard, cost)
    return sorted(cheapest, key=cheapest.__getitem__)[:limit]


@lru_cache(maxsize=256)
def _meant(typed: str) -> tuple[Sounds, ...]:
    """The sounds of the syllables that `typed` is one slip away from."""
    near = (near for near in syllables_near(typed) if OSA.distance(near, typed, score_cutoff=1) <= 1)
    return tuple(dict.fromkeys((sound_of(syllable),) for syllable in near))


def _unswapped(letters: str, befores: list[list[_Heard]], rests: list[list[_Heard]]) -> Iterator[_Heard]:
    """Two neighbouring letters put back in order across a syllable's edge."""
    for edge in range(1, len(letters)):
        if letters[edge - 1] == letters[edge]:
            continue
        for start in range(max(0, edge - LONGEST_SYLLABLE), edge):
            if not befores[start] or not (first := typed_sound(letters[start : edge - 1] + letters[edge])):
                continue
            for end in range(edge + 1, min(edge + LONGEST_SYLLABLE, len(letters)) + 1):
                right = letters[edge - 1] + letters[edge + 1 : end]
                if rests[end] and (second := typed_sound(right)):
                    (before, head), (after, tail) = befores[start][0], rests[end][0]
                    yield before + after + _SWAPPED, (*head, first[:1], second[:1], *tail)
