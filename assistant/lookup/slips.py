"""Names that a query with one slip may have meant: a wrong, missing or extra letter or character."""

from functools import lru_cache

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA, LCSseq

from assistant.lookup.query import Query
from assistant.lookup.ranking import Candidate, NameMatch, Parsed, parsed, spans_of
from data.kinds import RANKED
from data.names.syllables import sound_of

_ONE_MISSING, _ONE_SLIP, _SHORT_FORM, _TWO_SLIPS, _GUESS = 74.0, 72.0, 72.0, 54.0, 0.5
_AT_START, _COVERAGE, _WRITTEN, _UNLIKENESS = 3.0, 4.0, 8.0, 0.15
_LEAST_LIKENESS = 60.0
_RARE_SLIP, _SAME_FIRST, _CALLED_SO = 2.0, 3.0, 2.5
MOST_WITH_A_SLIP = (
    _AT_START + _COVERAGE + max(_ONE_SLIP + _RARE_SLIP + _SAME_FIRST + _CALLED_SO, _ONE_MISSING + _WRITTEN)
)
"""No name that a slip parts from the query scores more."""
_LONG = 8
_COMMON = len(RANKED) - 1
_FIRST_PRIVATE, _SIGNS_A_LETTER = 0xE000, 80


class SlipRanker:
    """Grades names that do not answer a query as it stands."""

    def __init__(self, query: Query) -> None:
        self._query = query
        units = query.segmentations[0] if query.segmentations else ()
        self._sounds = "".join(_sign(unit.sounds[0] if unit.sounds else unit.text) for unit in units)

    def nearly(self, candidate: Candidate) -> NameMatch | None:
        """How near the name comes to the query, None when it is another name altogether."""
        name = parsed(candidate.text, candidate.readings)
        return self._by_letters(candidate, name) if self._query.is_spelt else self._by_characters(candidate, name)

    def _by_characters(self, candidate: Candidate, name: Parsed) -> NameMatch | None:
        typed = self._query.compact
        heard = self._heard(name)
        if LCSseq.similarity(self._sounds, heard) < max(1, len(typed) - 1):
            return None
        slips, unwritten, start, end = _nearest_window(self._sounds, heard, typed, name.plain)
        score = _TWO_SLIPS if slips > 1 else _ONE_SLIP if unwritten else _ONE_MISSING
        unlike = float(unwritten)
        if unwritten and candidate.rank < _COMMON and (stretch := self._shortened_from(name.plain)):
            score, unlike, (start, end) = _SHORT_FORM, 0.0, stretch
        elif slips == unwritten == 1:
            unlike = self._unlikeness(name.plain[start : start + len(typed)])
            end = start + len(typed) if unlike < 1 else end
        score += _WRITTEN * (1 - unlike / len(typed)) + _COVERAGE * min(1.0, len(typed) / name.stem)
        return _match(candidate, name, score, start, end)

    def _shortened_from(self, plain: str) -> tuple[int, int] | None:
        """The first stretch of the typed characters, if all stand in the name in this order; else None."""
        places, after = list[int](), 0
        for character in self._query.compact if self._query.alike else ():
            after = plain.find(character, after) + 1
            if not after:
                return None
            places.append(after - 1)
        return next(iter(spans_of(places)), None)

    def _unlikeness(self, stretch: str) -> float:
        """How little the one character of the stretch that was not typed so looks like the typed one, 0 to 1."""
        typed, alike = self._query.compact, self._query.alike
        differing = [place for place, (a, b) in enumerate(zip(stretch, typed, strict=False)) if a != b]
        if len(stretch) != len(typed) or len(differing) != 1 or not alike:
            return 1.0
        (place,) = differing
        others = alike[place]
        return others.index(stretch[place]) / len(others) if stretch[place] in others else 1.0

    def _heard(self, name: Parsed) -> str:
        """The name's sounds, one sign a character: of several readings the one that the query holds."""
        heard = "".join(map(_signs, name.groups))
        if len(heard) == len(name.groups):
            return heard
        signs_of = map(_signs, name.groups)
        return "".join(next((sign for sign in signs if sign in self._sounds), signs[0]) for signs in signs_of)

    def _by_letters(self, candidate: Candidate, name: Parsed) -> NameMatch | None:
        typed = self._query.letters
        spellings = [group.split("|")[0] if "|" in group else group for group in name.groups]
        spelt = "".join(spellings)
        likeness = fuzz.partial_ratio(typed, spelt) if len(spelt) >= len(typed) else fuzz.ratio(typed, spelt)
        if likeness < _LEAST_LIKENESS:
            return None
        slips, first, last, stretch = _nearest_stretch(typed, spellings)
        if slips <= 1:
            is_whole = first == 0 and last == name.stem
            score = _ONE_SLIP + _plausibility(typed, stretch) + _CALLED_SO * is_whole
        elif slips == 2 and len(typed) >= _LONG:  # noqa: PLR2004 - two slips
            score = _TWO_SLIPS
        else:
            return NameMatch(candidate, _GUESS * likeness, first, last, name)
        meant = "".join(spellings[first:last])
        score += _COVERAGE * min(1.0, (last - first) / name.stem) - _UNLIKENESS * (100 - fuzz.ratio(typed, meant))
        return _match(candidate, name, score, first, last)


def _match(candidate: Candidate, name: Parsed, score: float, start: int, end: int) -> NameMatch:
    return NameMatch(candidate, score if start else score + _AT_START, start, end, name)


def _plausibility(typed: str, meant: str) -> float:
    """What speaks for one slip rather than another.

    Few texts are a given one with a letter missing or two exchanged, many are one with a letter replaced; and hardly
    anybody mistakes the first letter.
    """
    is_rare = len(meant) > len(typed) or sorted(meant) == sorted(typed)
    return _RARE_SLIP * is_rare + _SAME_FIRST * (typed[:1] == meant[:1])


@lru_cache(maxsize=512)
def _signs(group: str) -> str:
    """The signs of a group of readings; some thousand groups make up every name."""
    return "".join(_sign(sound_of(reading)) for reading in group.split("|"))


def _sign(sound: str) -> str:
    """One character for a sound, so that strings of sounds can be compared character by character."""
    if len(sound) == 1:
        return sound
    return chr(_FIRST_PRIVATE + (ord(sound[0]) - ord("0")) * _SIGNS_A_LETTER + ord(sound[1]) - ord("0"))


def _nearest_window(typed: str, heard: str, typed_plain: str, plain: str) -> tuple[int, int, int, int]:
    """`(slips, characters not written so, start, end)` of the best stretch about as long as what was typed.

    Args:
        typed: The sounds that were typed, one sign each.
        heard: The name's sounds.
        typed_plain: The characters that were typed.
        plain: The name's characters.
    """
    count, most = len(typed), len(heard)
    best = (2, count, 0, min(count - 1, most))
    for length in (count, count + 1, count - 1):
        for start in range(max(1, most - length + 1)):
            end = min(start + length, most)
            slips = OSA.distance(typed, heard[start:end], score_cutoff=1)
            if slips <= 1 and slips <= best[0]:
                best = min(best, (slips, _unwritten(typed_plain, plain[start:end]), start, end))
    return best


def _unwritten(typed: str, stretch: str) -> int:
    """How many of the typed characters are not in the stretch; two that only changed places are."""
    missing = len(typed) - LCSseq.similarity(typed, stretch)
    return 0 if missing == 1 and sorted(typed) == sorted(stretch) else missing


def _nearest_stretch(typed: str, spellings: list[str]) -> tuple[int, int, int, str]:
    """`(slips, first, last, letters)` of the run of syllables (the last one perhaps cut) that `typed` is nearest to."""
    best = (3, 0, 0, "")
    for first in range(len(spellings)):
        rest = "".join(spellings[first : first + len(typed)])
        if len(rest) < len(typed) - 1:
            break
        for length in (len(typed), len(typed) + 1, len(typed) - 1):
            slips = OSA.distance(typed, rest[:length], score_cutoff=2)
            if slips < best[0]:
                best = (slips, first, _syllable_at(spellings, first, length), rest[:length])
        if best[0] <= 1:
            break
    return best


def _syllable_at(spellings: list[str], first: int, length: int) -> int:
    """The index after the syllable in which the `length`-th letter from syllable `first` on stands."""
    last = first
    while last < len(spellings) and length > 0:
        length -= len(spellings[last])
        last += 1
    return last
