"""What an agent typed, taken apart: plain text, the code it may be, and the units it may be read as."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, groupby, pairwise, zip_longest

from assistant.lookup.segmentation import (
    LONGEST_SYLLABLE,
    Heard,
    Segmentation,
    Sounds,
    Unit,
    UnitKind,
    Way,
    corrected,
    segment_letters,
)
from data.names.syllables import SYLLABLES, sound_of
from data.names.tokens import VOLTAGE, plain_code

LONGEST_QUERY = 48
"""Characters of a query that count: no name is longer, and a pasted page must not hold up the popup."""

_MOST_SEGMENTATIONS = 6
_MOST_BARE = 2
_JOINED = 0.3
"""Letters with a stray space or sign between them are a little less likely to be one word than two."""
_BARE_LOSS, _UNDOUBLED_LOSS, _SPELT_LOSS, _DIGRAPH_LOSS, _SWITCH_LOSS = 6.0, 3.0, 10.0, 1.5, 10.0
_CAPITALS = 4
"""So many capital letters are meant as letters; more of them are words typed with Caps Lock on."""
# Words for the kind of a place, which callers add, leave out or mix up: character and pinyin of each.
_OFFICE_WORDS = tuple(
    tuple(zip(word, spelt.split(), strict=True))
    for word, spelt in (
        ("社区居民委员会", "she qu ju min wei yuan hui"),
        ("社区居委会", "she qu ju wei hui"),
        ("村村民委员会", "cun cun min wei yuan hui"),
        ("村民委员会", "cun min wei yuan hui"),
        ("居民委员会", "ju min wei yuan hui"),
        ("村委会", "cun wei hui"),
        ("居委会", "ju wei hui"),
        ("社区", "she qu"),
        ("街道", "jie dao"),
        ("村", "cun"),
        ("屯", "tun"),
        ("镇", "zhen"),
        ("乡", "xiang"),
    )
)
_OFFICE_WORDS_BY_LAST = {
    last: tuple(word for word in _OFFICE_WORDS if last in word[-1]) for word in _OFFICE_WORDS for last in word[-1]
}
_SHORTEST_STEM = 2
_NUMERALS = dict(zip("一二三四五六七八九十", ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"], strict=True))
_COUNTED = re.compile(r"(?<![一二三四五六七八九十])(?!^.号[院街路村屯沟井])[一二三四五六七八九十](?=号)")
"""A number as it is heard, where names write a digit; some places are called so: 五号院社区, 七号街社区."""
_CUSTOMER_NUMBER = re.compile(r"^(?:客户|用户)?(?:户号|编号)[:：是]?\s*(?=\d{4})")
_LINE_NUMBER = re.compile(r"(?<=\d{3})\s?线路?$")
_SHORTEST_CORRECTION, _LONGEST_CORRECTION, _SHORTEST_DOUBLED = 3, 20, 4
"""Letters of a run; of a longer one only the beginning is searched for a slip."""
_MOST_PARTIAL = 12
_COST_WINDOW = 1.45

ReadingsOf = Callable[[str], tuple[str, ...]]
"""Readings of one Chinese character, best first; empty when it is not known."""
AlikeOf = Callable[[str], str]
"""Characters that look like a Chinese one, the likest first; "" when it is not known."""


@dataclass(frozen=True)
class Query:
    """A query in the forms in which it is looked up.

    Attributes:
        text: Lower case, normal width, without tones and control characters, single spaces.
        segmentations: Ways to read it, the likeliest first; empty when there is nothing to read.
        bare: The likeliest of them without the word for a kind of place that they end with.
        undoubled: What was meant if a letter or character was typed twice.
        in_capitals: Whether it was typed in capital letters: initials or a code, sooner than pinyin.
        of_lines: Whether a voltage was typed before it, as lines are called.
        typed: The plain text as it was typed, a voltage and traditional characters included.
        alike: What looks like each character of `compact`, if all of it is Chinese; else empty.
    """

    text: str
    segmentations: tuple[Segmentation, ...]
    bare: tuple[Segmentation, ...] = ()
    undoubled: tuple[Segmentation, ...] = ()
    in_capitals: bool = False
    of_lines: bool = False
    typed: str = ""
    alike: tuple[str, ...] = ()

    @property
    def loose(self) -> tuple[Segmentation, ...]:
        """Ways to read it that it does not stand for letter by letter."""
        return self.bare + self.undoubled

    @property
    def ways(self) -> tuple[Segmentation, ...]:
        """Every way to read it, the loose ones last."""
        return self.segmentations + self.loose

    def loss_of(self, units: Segmentation) -> float:
        """What a name that answers this way loses against one that answers the likeliest way."""
        if units in self.bare:
            return _BARE_LOSS
        if units in self.undoubled:
            return _UNDOUBLED_LOSS
        if self.in_capitals and any(unit.kind in (UnitKind.SYLLABLE, UnitKind.BEGINNING) for unit in units):
            return _SPELT_LOSS
        digraphs = sum(unit.kind is UnitKind.INITIAL and len(unit.text) > 1 for unit in units)
        return _DIGRAPH_LOSS * digraphs + _SWITCH_LOSS * max(0, _switches(units) - 1)

    @cached_property
    def is_spelt(self) -> bool:
        """Whether letters of the alphabet are in it."""
        return any(character.isascii() and character.isalpha() for character in self.text)

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
    if typed.isascii() and typed.isprintable():
        return " ".join(typed[: 4 * LONGEST_QUERY].lower().split())[:LONGEST_QUERY].strip()
    visible = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in typed[: 4 * LONGEST_QUERY])
    decomposed = unicodedata.normalize("NFKD", visible).lower().replace("u\u0308", "v")
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(unicodedata.normalize("NFC", plain).split())[:LONGEST_QUERY].strip()


def parse(
    typed: str,
    readings_of: ReadingsOf,
    simplified: Callable[[str], str] = str,
    alike_of: AlikeOf = lambda _: "",
) -> Query:
    """The query that `typed` stands for.

    Args:
        typed: Any text at all.
        readings_of: Where readings of Chinese characters come from.
        simplified: Writes traditional characters as names are written.
        alike_of: Where characters of similar shape come from.
    """
    as_typed = plain_query(typed)
    plain = as_typed
    if not plain.isascii():
        plain = _COUNTED.sub(lambda numeral: _NUMERALS[numeral[0]], simplified(plain))
    text = _without_unit(_without_voltage(plain))
    ways = _likely(_ways_of(text, readings_of))
    if _parts_letters(text):
        # What stands between letters may be a slip: `xiazha,ng zi`.
        joined = _ways_of("".join(c for c in text if _class_of(c) != " "), readings_of)
        ways = _likely(sorted([*ways, *((cost + _JOINED, units) for cost, units in joined)], key=_cost))
    segmentations = tuple(dict.fromkeys(units for _, units in ways))[:_MOST_SEGMENTATIONS]
    letters = [c for c in typed if c.isascii() and c.isalpha()]
    in_capitals = 1 < len(letters) <= _CAPITALS and all(map(str.isupper, letters))
    if in_capitals:
        segmentations = _with_initials_first(text, segmentations)
    bare = dict.fromkeys(stem for units in segmentations[:_MOST_BARE] if (stem := _without_office(units)))
    return Query(
        text=text,
        segmentations=segmentations,
        bare=tuple(units for units in bare if units not in segmentations),
        undoubled=_undoubled(text, segmentations, readings_of),
        in_capitals=in_capitals,
        of_lines=text != plain,
        typed=as_typed,
        alike=_alike(text, alike_of),
    )


def corrections(query: Query) -> list[Heard]:
    """What the query, or its beginning, was meant to sound like if one slip is in one of its runs of letters.

    The likeliest first; empty where no single slip explains it.
    """
    runs = [(kind, "".join(run)) for kind, run in groupby(query.compact, _class_of)]
    found: list[list[Heard]] = []
    for place, (kind, letters) in enumerate(runs):
        if kind != "a" or len(letters) < _SHORTEST_CORRECTION:
            continue
        is_whole = len(letters) <= _LONGEST_CORRECTION
        before = _as_read(query, sum(len(run) for _, run in runs[:place]), "before")
        after = _as_read(query, sum(len(run) for _, run in runs[place + 1 :]), "after") if is_whole else ()
        if before is not None and after is not None:
            meant = _meant_at_start(letters, query)
            found.append([before + heard + after for heard in meant] if before or after else meant)
    return found[0] if len(found) == 1 else [heard for turn in zip_longest(*found) for heard in turn if heard]


def _meant_at_start(letters: str, query: Query) -> list[Heard]:
    """What a run of letters was meant to sound like; of a long one its beginning.

    It is cut where a syllable ends as it is likeliest read: a cut through one would look like a slip.
    """
    if len(letters) <= _LONGEST_CORRECTION:
        return corrected(letters)
    ends = accumulate(len(unit.text) for unit in query.segmentations[0]) if query.compact == letters else ()
    told = [end for end in ends if _LONGEST_CORRECTION - LONGEST_SYLLABLE < end <= _LONGEST_CORRECTION]
    cuts = range(_LONGEST_CORRECTION, _LONGEST_CORRECTION - LONGEST_SYLLABLE, -1)
    return next(filter(None, (corrected(letters[:cut]) for cut in dict.fromkeys((*reversed(told), *cuts)))), [])


def _as_read(query: Query, length: int, side: str) -> Heard | None:
    """The sounds of the units of the likeliest reading that stand for so many characters at one end.

    None where a unit stands across.
    """
    heard: list[Sounds] = []
    likeliest = query.segmentations[0] if query.segmentations else ()
    for unit in likeliest if side == "before" else reversed(likeliest):
        if length <= 0:
            break
        heard.append(unit.sounds)
        length -= len(unit.text)
    return None if length else tuple(heard if side == "before" else reversed(heard))


def _undoubled(text: str, segmentations: tuple[Segmentation, ...], readings_of: ReadingsOf) -> tuple[Segmentation, ...]:
    doubled = [i for i in range(1, len(text)) if text[i] == text[i - 1] and not text[i].isdigit() and text[i] != " "]
    if len(doubled) != 1 or len(text) < _SHORTEST_DOUBLED:
        return ()
    ways = _likely(_ways_of(text[: doubled[0]] + text[doubled[0] + 1 :], readings_of))
    likely = [units for _, units in ways[:_MOST_BARE] if units not in segmentations and _switches(units) <= 1]
    return tuple(units for units in likely if all(map(_is_by_the_book, units)))


def _alike(text: str, alike_of: AlikeOf) -> tuple[str, ...]:
    written = [c for c in text if _class_of(c) != " "]
    return () if any(map(str.isascii, written)) else tuple(map(alike_of, written))


def _is_by_the_book(unit: Unit) -> bool:
    """Whether it is no misheard syllable: two slips in one text are one too many."""
    return unit.kind is not UnitKind.SYLLABLE or unit.text in SYLLABLES


def _switches(units: Segmentation) -> int:
    """How often typed letters change between whole syllables and initials; more than once is hardly meant."""
    kinds = [unit.kind is UnitKind.INITIAL for unit in units if unit.kind not in (UnitKind.HANZI, UnitKind.SIGN)]
    return sum(a != b for a, b in pairwise(kinds))


def _without_voltage(text: str) -> str:
    voltage = VOLTAGE.match(text) if text[:1].isdigit() else None
    return text[voltage.end() :].strip() or text if voltage else text


def _without_unit(text: str) -> str:
    """The text without what is said before a customer number or after a line's: 户号2114000001, 塔山616线."""
    return _LINE_NUMBER.sub("", _CUSTOMER_NUMBER.sub("", text))


def _ways_of(text: str, readings_of: ReadingsOf) -> list[Way]:
    ways: list[Way] = [(0.0, ())]
    for piece in _pieces(text):
        ways = [
            (cost + more, units + following) for cost, units in ways for more, following in _ways(piece, readings_of)
        ]
        ways = sorted(ways, key=_cost)[:_MOST_PARTIAL]
    return ways


def _cost(way: Way) -> float:
    return way[0]


def _likely(ways: list[Way]) -> list[Way]:
    return [way for way in ways if way[1] and way[0] <= ways[0][0] + _COST_WINDOW]


def _parts_letters(text: str) -> bool:
    """Whether a space or sign stands between two letters."""
    if text.isalnum():
        return False
    runs = [(kind, "".join(run)) for kind, run in groupby(text, _class_of)]
    return any(kind == " " and runs[i - 1][0] == runs[i + 1][0] == "a" for i, (kind, _) in enumerate(runs[1:-1], 1))


def _with_initials_first(text: str, ways: tuple[Segmentation, ...]) -> tuple[Segmentation, ...]:
    if not ways or not text.replace(" ", "").isalnum() or not text.isascii():
        return ways
    initials = tuple(
        Unit(UnitKind.INITIAL, c) if c.isalpha() else Unit(UnitKind.SIGN, c, ("i" + c,)) for c in text if c != " "
    )
    return initials, *(units for units in ways if units != initials)


def _without_office(units: Segmentation) -> Segmentation | None:
    for word in _OFFICE_WORDS_BY_LAST.get(units[-1].text, ()):
        stem = len(units) - len(word)
        if stem >= _SHORTEST_STEM and all(
            unit.text in character for unit, character in zip(units[stem:], word, strict=True)
        ):
            return units[:stem] if all(unit.sounds for unit in units[:stem]) else None
    return None


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


def _ways(piece: str, readings_of: ReadingsOf) -> list[Way]:
    if piece.isascii():
        return segment_letters(piece) if piece.isalpha() else [(0.0, (Unit(UnitKind.SIGN, piece, ("i" + piece,)),))]
    readings = readings_of(piece)
    sounds = tuple(dict.fromkeys(map(sound_of, readings)))
    return [(0.0, (Unit(UnitKind.HANZI, piece, sounds, readings),))]
