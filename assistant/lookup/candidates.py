"""Full-text expressions that find the names a query may mean; which of them it means is ranking's business.

Every token stands in double quotes and holds nothing but what `data.names.tokens` makes, so no query can be read as
syntax.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, islice, pairwise, product, takewhile

from assistant.lookup.segmentation import Heard, Segmentation, Sounds, Unit, UnitKind
from data.names.tokens import (
    CODE_GRAM,
    END_INITIAL,
    END_SOUND,
    LONGEST_INITIALS,
    SHORT_CODE,
    SHORT_NAME,
    START_INITIAL,
    START_SOUND,
)

_MOST_ALTERNATIVES = 40
_MOST_INITIALS = 8
_MOST_LETTERS = 8
"""So many initials tell a name; a longer run only costs."""
_LONGEST_GAP_SEARCH = 6
_EXTRA_FROM = 4
_VAGUE, _TELLING = 6, 4
_SOUND_LENGTH = 2

_Apart = tuple[Heard, Heard]
"""What stands before and after one place."""


def any_of(tokens: Iterable[str]) -> str:
    """An expression that any one of the tokens satisfies."""
    quoted = [f'"{token}"' for token in islice(dict.fromkeys(tokens), _MOST_ALTERNATIVES)]
    return quoted[0] if len(quoted) == 1 else f"({' OR '.join(quoted)})"


def any_expression(expressions: Iterable[str]) -> str:
    """An expression that any one of the expressions satisfies, "" for none."""
    return " OR ".join(f"({expression})" for expression in dict.fromkeys(expressions) if expression)


@lru_cache(maxsize=256)
def _neighbours(kind: str, left: Sounds, right: Sounds) -> str:
    return any_of(kind + first + second for first in left for second in right)


@lru_cache(maxsize=128)
def _initials(letters: tuple[tuple[str, ...], ...]) -> str:
    return any_of("i" + "".join(combination) for combination in islice(product(*letters), _MOST_INITIALS))


def written(units: Segmentation) -> str:
    """Names that hold the typed characters in this order, as written; "" unless all of them are Chinese."""
    if not units or any(unit.kind is not UnitKind.HANZI for unit in units):
        return ""
    if len(units) == 1:
        return f'"b{units[0].text}"'
    return " AND ".join(f'"h{a.text}{b.text}"' for a, b in pairwise(units))


def alike(units: Segmentation, *, at_start: bool = False, at_end: bool = False) -> str:
    """Names that hold these units one after another, by sound or initial; "" when the index cannot say.

    Args:
        units: One way to read the query.
        at_start: Only names that start so.
        at_end: Only names that end so.
    """
    return " AND ".join(clauses(units, at_start=at_start, at_end=at_end))


def clauses(units: Segmentation, *, at_start: bool = False, at_end: bool = False) -> tuple[str, ...]:
    """The expressions that `alike` joins, each of which one of its tokens satisfies; none when the index cannot say."""
    has_initials = False
    for unit in units:
        if unit.kind is UnitKind.INITIAL:
            has_initials = True
        elif not unit.sounds:
            return ()
    if has_initials:
        return *_sound_terms(units), *_initial_terms(units, at_start=at_start, at_end=at_end)
    if at_start and at_end and len(units) <= SHORT_NAME:
        return (any_of("w" + "".join(whole) for whole in product(*(unit.sounds for unit in units))),)
    terms = list(_sound_terms(units))
    if at_start:
        terms.append(_neighbours("s", (START_SOUND,), units[0].sounds))
    if at_end:
        terms.append(_neighbours("s", units[-1].sounds, (END_SOUND,)))
    return tuple(terms) or (any_of("u" + sound for sound in units[0].sounds),)


def _sound_terms(units: Segmentation) -> Iterator[str]:
    for i, unit in enumerate(units):
        if not unit.sounds:
            continue
        following = units[i + 1] if i + 1 < len(units) else None
        if following is not None and following.sounds:
            yield _neighbours("s", unit.sounds, following.sounds)
        elif following is not None:
            yield _neighbours("m", unit.sounds, following.initials)
        elif i and not units[i - 1].sounds:
            yield any_of("u" + sound for sound in unit.sounds)


def _initial_terms(units: Segmentation, *, at_start: bool, at_end: bool) -> Iterator[str]:
    at_end = at_end and len(units) <= _MOST_LETTERS
    letters = [unit.initials for unit in units[:_MOST_LETTERS]]
    letters = [*([(START_INITIAL,)] if at_start else []), *letters, *([(END_INITIAL,)] if at_end else [])]
    length = min(LONGEST_INITIALS, len(letters))
    if length == 1:
        letters, length = [(START_INITIAL,), *letters], 2
    for start in range(len(letters) - length + 1):
        yield _initials(tuple(letters[start : start + length]))


def any_of_whole(meant: Iterable[Heard]) -> str:
    """Names of few characters that sound like one of these as a whole; "" for none."""
    spelt = (("".join(map("".join, heard)), heard) for heard in meant if len(heard) <= SHORT_NAME)
    tokens = [codes for codes, heard in spelt if len(codes) == _SOUND_LENGTH * len(heard)]
    return '"w' + '" OR "w'.join(dict.fromkeys(tokens)) + '"' if tokens else ""


def any_alike(meant: Iterable[Heard]) -> str:
    """Names that hold the sounds of one of these one after another; "" for none. Where one is silent, it is left out.

    Ways that differ in one place are asked for together, so that what they share is looked up once.
    """
    each_apart = {
        heard: [(heard[:place], heard[place + 1 :]) for place in range(len(heard))] for heard in meant if all(heard)
    }
    shared = Counter(chain.from_iterable(each_apart.values()))
    groups: defaultdict[_Apart, list[Sounds]] = defaultdict(list)
    for heard, apart in each_apart.items():
        most = max(apart, key=shared.__getitem__)
        groups[most].append(heard[len(most[0])])
    return any_expression(_around_middles(before, after, middles) for (before, after), middles in groups.items())


def _around_middles(before: Heard, after: Heard, middles: list[Sounds]) -> str:
    terms = [_neighbours("s", a, b) for part in (before, after) for a, b in pairwise(part)]
    sides = [
        " AND ".join(
            [
                *([_neighbours("s", before[-1], middle)] if before else []),
                *([_neighbours("s", middle, after[0])] if after else []),
            ]
        )
        or any_of("u" + sound for sound in middle)
        for middle in middles
    ]
    return " AND ".join([*terms, f"({any_expression(sides)})"])


def without_vague_end(heard: Heard) -> Heard:
    """The sounds without those of a last syllable that may be any of many; the same where it says something."""
    return heard[:-1] if len(heard) > 1 and len(heard[-1]) > _VAGUE else heard


def one_missing(units: Segmentation) -> str:
    """Names with one character more between the units than was typed; "" when the index cannot say."""
    if len(units) < 2 or not _all_sound(units):  # noqa: PLR2004 - a gap lies between two
        return ""
    units, gaps = units[:_LONGEST_GAP_SEARCH], []
    for gap in range(len(units) - 1):
        terms = [_pair(units, i) for i in range(len(units) - 1) if i != gap]
        gaps.append(" AND ".join([*terms, _neighbours("k", units[gap].sounds, units[gap + 1].sounds)]))
    return any_expression(gaps)


def one_swapped(units: Segmentation) -> str:
    """Names with two neighbouring units in the other order; "" when the index cannot say."""
    if len(units) < 2 or not _all_sound(units):  # noqa: PLR2004 - two change places
        return ""
    units = units[:_LONGEST_GAP_SEARCH]
    swaps = ((*units[:i], units[i + 1], units[i], *units[i + 2 :]) for i in range(len(units) - 1))
    return any_expression(map(alike, swaps))


def one_wrong(units: Segmentation) -> str:
    """Names that differ from the units in one character, wrong or extra; "" when too little is left to go by."""
    if len(units) < 3:  # noqa: PLR2004 - one of two says nothing
        return ""
    if not _all_sound(units):
        before, after = tuple(takewhile(_sounds, units)), tuple(takewhile(_sounds, reversed(units)))[::-1]
        # The units beside the break may be part of the slip; few names begin as three or four units before it do.
        ends = [alike(end) for end in (before[:-1], before[:-2], after[1:]) if len(end) >= _TELLING]
        is_beginning = _TELLING - 1 <= len(before) <= _TELLING
        return any_expression([*ends, alike(before, at_start=True)] if is_beginning else ends)
    beginning = units[:_LONGEST_GAP_SEARCH]
    wrong = [_without(beginning, i) for i in range(len(beginning))]
    return any_expression([*wrong, alike(beginning)] if len(units) > len(beginning) else wrong)


def one_wrong_as_written(units: Segmentation) -> str:
    """Places that hold the characters as they are written but for one, not the first; "" for less than three.

    Of what only sounds so there is too much: beside one 苑家沟 stand dozens that are 家堡 after any character.
    """
    units = units[:_LONGEST_GAP_SEARCH]
    if len(units) < 3 or any(unit.kind is not UnitKind.HANZI or not unit.sounds for unit in units):  # noqa: PLR2004
        return ""
    middles = (_but_middle(units, place) for place in range(1, len(units) - 1))
    beginning = " AND ".join([written(units[:-1]), _neighbours("s", (START_SOUND,), units[0].sounds)])
    return any_expression([beginning, *middles])


def _but_middle(units: Segmentation, place: int) -> str:
    before, after = units[:place], units[place + 1 :]
    terms = [written(before), _neighbours("k", before[-1].sounds, after[0].sounds)]
    # The index knows a single written character where a name begins with it.
    return " AND ".join(terms if len(after) == 1 else [*terms, written(after)])


def one_alike(text: str, alike: Sequence[str]) -> str:
    """Names that hold the text but for one character, which looks like the typed one; "" for a single character.

    Args:
        text: Chinese characters.
        alike: What looks like each of them.
    """
    beginning = text[:_LONGEST_GAP_SEARCH]
    places = enumerate(alike[:_LONGEST_GAP_SEARCH])
    return any_expression(_but_one(beginning[:place], others, beginning[place + 1 :]) for place, others in places)


def _but_one(before: str, others: str, after: str) -> str:
    terms = [f'"h{a}{b}"' for part in (before, after) for a, b in pairwise(part)]
    if others and before:
        terms.append(any_of(f"h{before[-1]}{other}" for other in others))
    if others and after:
        terms.append(any_of(f"h{other}{after[0]}" for other in others))
    return " AND ".join(terms) if others else ""


def shortened(units: Segmentation) -> str:
    """Names that Chinese characters may be a short form of: 喀左, 阜蒙县; "" for a single one.

    They begin with the first character and hold the others, or hold the characters in two stretches of at least two.
    """
    if len(units) < 2 or any(unit.kind is not UnitKind.HANZI or not unit.sounds for unit in units):  # noqa: PLR2004
        return ""
    units = units[:_LONGEST_GAP_SEARCH]
    first, *later = units
    apart = " AND ".join([f'"b{first.text}"', *(any_of("u" + sound for sound in unit.sounds) for unit in later)])
    stretches = (f"{written(units[:gap])} AND {written(units[gap:])}" for gap in range(2, len(units) - 1))
    return any_expression([apart, *stretches])


def around_break(units: Segmentation) -> str:
    """Names that hold what stands before letters that are no syllable and what stands after; "" for too little."""
    before, after = tuple(takewhile(_sounds, units)), tuple(takewhile(_sounds, reversed(units)))[::-1]
    # The units beside the break may be part of the slip.
    ends = before[:-1], after[1:]
    if len(before) == len(units) or min(map(len, ends)) < 2:  # noqa: PLR2004 - one unit says nothing
        return ""
    return " AND ".join(map(alike, ends))


def _without(units: Segmentation, wrong: int) -> str:
    last = len(units) - 1
    terms = [_pair(units, i) for i in range(last) if wrong not in (i, i + 1)]
    if 0 < wrong < last:
        around = _neighbours("k", units[wrong - 1].sounds, units[wrong + 1].sounds)
        if len(units) >= _EXTRA_FROM:
            around = f"({around} OR {_neighbours('s', units[wrong - 1].sounds, units[wrong + 1].sounds)})"
        terms.append(around)
    elif len(units) < _EXTRA_FROM:
        kind, unit = ("k", units[1]) if wrong == 0 else ("s", units[0])
        terms.append(_neighbours(kind, (START_SOUND,), unit.sounds))
    return " AND ".join(terms)


def _sounds(unit: Unit) -> bool:
    return bool(unit.sounds)


def _all_sound(units: Segmentation) -> bool:
    return all(unit.sounds for unit in units)


def _pair(units: Sequence[Unit], i: int) -> str:
    return _neighbours("s", units[i].sounds, units[i + 1].sounds)


def part_of_code(code: str) -> str:
    """Codes that may hold `code`; "" for one too short to look for inside a number.

    Only the last grams are asked for: the first ones of a customer number name the county and fit every customer.
    """
    if len(code) < CODE_GRAM:
        return f'"c{code}" *' if len(code) > 1 else ""
    starts = {len(code) - CODE_GRAM, max(len(code) - 2 * CODE_GRAM, 0)}
    grams = " AND ".join(f'"n{code[start : start + CODE_GRAM]}"' for start in sorted(starts, reverse=True))
    return f'({grams}) OR "c{code}" *' if len(code) < SHORT_CODE else grams
