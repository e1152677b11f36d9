"""Search tokens of names and codes, made from stored text and readings alone: the same at the hub and in a cache.

A token's first letter is its type, so that one full-text column holds them all:

| type | token | finds |
|---|---|---|
| h | two neighbouring characters | Chinese as it is written |
| s | two neighbouring sounds; `u0` before the first, `v0` after the last | pinyin, homophones, accents |
| k | two sounds with one between | a wrong or missing character |
| m | a sound and the next initial | `taship` style input |
| u | one sound | a single syllable |
| i | 2 to 4 neighbouring initials; `u` before the first, `v` after the last | initials |
| w | all sounds of a name, or of its stem, of at most four characters | short names that thousands of others contain |
| b | the first character | a single character |
| n | four neighbouring characters of a number | any part of a customer number |
| c | a whole short number | feeder numbers |
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, islice, pairwise, product
from math import prod
from operator import itemgetter

from data.names.syllables import sound_of

UNREADABLE = "_"
START_SOUND, END_SOUND = "u0", "v0"
START_INITIAL, END_INITIAL = "u", "v"
SHORT_NAME = 4
LONGEST_INITIALS = 4
CODE_GRAM = 4
SHORT_CODE = 8
_MOST_COMBINATIONS = 8
VOLTAGE = re.compile(r"\d+(?:\.\d+)?kv(?=.)")
"""What stands before a line's name and nobody says, in plain text."""
_MINORITIES = ("满族", "蒙古族", "锡伯族", "回族", "朝鲜族")
# What people leave out, with how much of it they may say when they speak of the place: 塔山村 of 塔山村民委员会.
_ENDINGS = (
    ("社区居民委员会", 2),
    ("社区村民委员会", 2),
    ("社区居委会", 2),
    ("社区村委会", 2),
    ("村村民委员会", 1),
    ("村村委会", 1),
    ("村民委员会", 1),
    ("居民委员会", 2),
    ("村委会", 1),
    ("居委会", 2),
    ("街道办事处", 2),
    *((people + unit, len(people) + 1) for people in _MINORITIES for unit in ("乡", "镇", "村")),
    ("社区", 2),
    ("街道", 2),
    ("台区", 2),
    ("村", 1),
    ("屯", 1),
    ("镇", 1),
    ("乡", 1),
    ("县", 1),
    ("市", 1),
    ("区", 1),
    ("线", 1),
)
_ENDINGS_BY_LAST = {
    last: [(ending, said) for ending, said in _ENDINGS if ending[-1] == last]
    for last in {ending[-1] for ending, _ in _ENDINGS}
}
_SHORTEST_STEM = 2
_NO_INITIAL = "z"
_CHARACTER, _SOUND, _INITIAL = "CSI"
"""Marks for the parts of a name's last character: capitals stand in no token."""
_ANY = ("中", "zhong")
"""A character of `_last` and how it is read."""


def plain_character(character: str) -> str:
    """`character` in lower case and normal width; itself where that would be more than one character."""
    plain = unicodedata.normalize("NFKC", character).lower()
    return plain if len(plain) == 1 else character


def plain_text(text: str) -> str:
    """`text` character by character in lower case and normal width; positions stay the same."""
    if text.isascii():
        return text.lower()
    lower = text.lower()
    if len(lower) == len(text) and unicodedata.is_normalized("NFKC", lower):
        return lower
    return "".join(map(plain_character, text))


def plain_code(text: str) -> str:
    """A code or number as it is compared: lower case, normal width, only letters and digits."""
    plain = plain_text(text)
    return plain if plain.isalnum() else "".join(character for character in plain if character.isalnum())


def searchable(text: str, readings: str) -> tuple[str, list[str], Sequence[int]]:
    """What counts of a name: its letters, digits and Chinese characters.

    Returns:
        The plain characters, the group of readings of each, and where each stands in `text`. Brackets, dots, spaces
        and a line's voltage are left out, so that `塔山线616` finds `10kV 塔山线(616)`.
    """
    plain = plain_text(text)
    groups = readings.split(" ")
    if len(groups) != len(plain):
        groups = [UNREADABLE] * len(plain)
    first = voltage.end() if plain[:1].isdigit() and (voltage := VOLTAGE.match(plain)) else 0
    if not first and plain.isalnum():
        return plain, groups, range(len(plain))
    kept = [i for i in range(first, len(plain)) if plain[i].isalnum()]
    return "".join(plain[i] for i in kept), [groups[i] for i in kept], kept


def said_of(plain: str) -> tuple[int, int]:
    """How many characters of a plain name are its stem, and how many people say at most: 2, 3 for 塔山村民委员会."""
    for ending, said in _ENDINGS_BY_LAST.get(plain[-1:], ()):
        if plain.endswith(ending) and len(plain) >= len(ending) + _SHORTEST_STEM:
            stem = len(plain) - len(ending)
            return stem, stem + said
    return len(plain), len(plain)


def _initial_of(reading: str) -> str:
    return reading[0] if reading[0].isalnum() and reading.isascii() else _NO_INITIAL


@lru_cache(maxsize=4096)
def _read(group: str) -> tuple[tuple[str, str], ...]:
    """Distinct sounds with their initials of a group of readings; some thousand groups make up every name."""
    return tuple(dict.fromkeys((sound_of(reading), _initial_of(reading)) for reading in group.split("|")))


@lru_cache(maxsize=4096)
def _read_usually(group: str) -> tuple[str, str]:
    """The first of `_read`."""
    return _read(group)[0]


def name_tokens(text: str, readings: str) -> list[str]:
    """The distinct search tokens of a name, in a fixed order; empty when no character of it counts.

    Args:
        text: The name as stored.
        readings: Its readings, as `data.names.pinyin.readings_of` writes them.
    """
    return list(dict.fromkeys(name_text(text, readings).split()))


def name_text(text: str, readings: str) -> str:
    """What `name_tokens` answers, separated by spaces: so a name's row of the full-text table is written.

    Some may be there more than once: the table, which keeps no positions, does not mind, and it is made sooner.
    """
    head, _, group = readings.rpartition(" ")
    last = _last(text[-1:], group)
    begun = _begun(text[:-1], head) if last and head else ""
    if not last or not begun:
        return _text_of(text, readings)
    character, sound, initial = last
    return begun.replace(_CHARACTER, character).replace(_SOUND, sound).replace(_INITIAL, initial)


@lru_cache(maxsize=4096)
def _last(character: str, group: str) -> tuple[str, str, str] | None:
    """Character, sound and initial of one as most names end with: it is read in one way, and nobody leaves it out."""
    plain = "一" <= character <= "鿿" and character not in _ENDINGS_BY_LAST
    return (character, *_read_usually(group)) if plain and group and "|" not in group else None


@lru_cache(maxsize=64)
def _begun(text: str, readings: str) -> str:
    """The tokens of a name that begins so and ends with some character of `_last`, with marks for that one's parts.

    Names come sorted where there are many, and the next mostly begins as this one. Empty where each is made by itself.
    """
    if readings.count(" ") + 1 != len(text):
        return ""
    plain, groups, _ = searchable(text + _ANY[0], f"{readings} {_ANY[1]}")
    return _laid_out(plain, groups, (_CHARACTER, _SOUND, _INITIAL))


def _text_of(text: str, readings: str) -> str:
    plain, groups, _ = searchable(text, readings)
    if not plain:
        return ""
    return _laid_out(plain, groups) or " ".join(_by_parts(plain, groups))


def _laid_out(plain: str, groups: Sequence[str], last: Sequence[str] = ()) -> str:
    """The tokens of a name, or an empty text where it has too many readings.

    Args:
        plain: Its characters.
        groups: Their readings.
        last: Character, sound and initial to be put in the place of the last, which then has one reading.
    """
    read = [*map(_read, groups)]
    counts = (*map(len, read),)
    if prod(counts) > _MOST_COMBINATIONS:
        return ""
    parts = [*plain, *chain.from_iterable(chain.from_iterable(read))]
    if last:
        parts[len(plain) - 1], *parts[-2:] = last
    return _shape(counts, said_of(plain)[0])(parts)


@lru_cache(maxsize=256)
def _shape(counts: tuple[int, ...], stem: int) -> Callable[[Sequence[str]], str]:
    """What lays out the tokens of names whose characters have so many readings each, with a stem of so many.

    It is given a name's characters, then sound and initial of each reading of each, and answers the tokens with spaces
    between them; some may be there twice. Which part stands in which token is the same for all names of a shape: they
    are filled in, in one go, instead of taken apart. Some thousand shapes make up every name.
    """
    length = len(counts)
    first_readings = [length + 2 * sum(counts[:at]) for at in range(length)]
    ways = product(*(range(first, first + 2 * count, 2) for first, count in zip(first_readings, counts, strict=True)))
    tokens = dict.fromkeys(chain.from_iterable(_tokens_read(range(length), sounds, stem) for sounds in ways))
    layout = " ".join("".join(one if isinstance(one, str) else "%s" for one in token) for token in tokens)
    chosen = itemgetter(*(one for token in tokens for one in token if isinstance(one, int)))
    return lambda known: layout % chosen(known)


def _tokens_read(written: Sequence[int], sounds: Sequence[int], stem: int) -> list[tuple[str | int, ...]]:
    """The tokens of a name that is read in one way, by where its parts stand; an initial stands after its sound."""
    length, initials = len(written), [sound + 1 for sound in sounds]
    anchored: list[str | int] = [START_SOUND, *sounds, END_SOUND]
    line: list[str | int] = [START_INITIAL, *initials, END_INITIAL]
    tokens: list[tuple[str | int, ...]] = [("h", *written[at : at + 2]) for at in range(max(1, length - 1))]
    if length <= SHORT_NAME:
        tokens.append(("w", *sounds))
    tokens += (("s", *pair) for pair in pairwise(anchored))
    tokens += (("k", *pair) for pair in zip(anchored, anchored[2:], strict=False))
    tokens += (("m", *pair) for pair in zip(sounds, initials[1:], strict=False))
    tokens += (("u", sound) for sound in sounds)
    for run in range(2, LONGEST_INITIALS + 1):
        tokens += (("i", *line[start : start + run]) for start in range(len(line) - run + 1))
    tokens.append(("b", written[0]))
    if stem < length:
        tokens += [("w", *sounds[:stem])] * (stem <= SHORT_NAME)
        tokens.append(("s", sounds[stem - 1], END_SOUND))
        ended = [*line[: stem + 1], END_INITIAL]
        tokens += (("i", *ended[-run:]) for run in range(2, LONGEST_INITIALS + 1))
    return tokens


def _by_parts(plain: str, groups: Sequence[str]) -> Iterator[str]:
    """The tokens of a name of so many readings that not every combination of them is looked at."""
    read, (stem, _) = [_read(group) for group in groups], said_of(plain)
    sounds = [list(dict.fromkeys(sound for sound, _ in ways)) for ways in read]
    initials = [list(dict.fromkeys(initial for _, initial in ways)) for ways in read]
    anchored = [[START_SOUND], *sounds, [END_SOUND]]
    yield from ("h" + plain[at : at + 2] for at in range(max(1, len(plain) - 1)))
    if len(plain) <= SHORT_NAME:
        yield from ("w" + "".join(whole) for whole in islice(product(*sounds), _MOST_COMBINATIONS))
    yield from _pairs("s", anchored, anchored[1:])
    yield from _pairs("k", anchored, anchored[2:])
    yield from _pairs("m", sounds, initials[1:])
    yield from ("u" + sound for group in sounds for sound in group)
    yield from _initials(initials)
    yield "b" + plain[0]
    if stem < len(plain):
        yield from _of_stem(sounds[:stem], initials[:stem])


def _pairs(kind: str, left: Iterable[Sequence[str]], right: Iterable[Sequence[str]]) -> Iterator[str]:
    for firsts, seconds in zip(left, right, strict=False):
        for first in firsts:
            for second in seconds:
                yield kind + first + second


def _initials(initials: list[list[str]]) -> Iterator[str]:
    anchored = [[START_INITIAL], *initials, [END_INITIAL]]
    for length in range(2, LONGEST_INITIALS + 1):
        for start in range(len(anchored) - length + 1):
            for combination in islice(product(*anchored[start : start + length]), _MOST_COMBINATIONS):
                yield "i" + "".join(combination)


def _of_stem(sounds: list[list[str]], initials: list[list[str]]) -> Iterator[str]:
    """Tokens by which a stem is found as if it were the whole name."""
    if len(sounds) <= SHORT_NAME:
        yield from ("w" + "".join(whole) for whole in islice(product(*sounds), _MOST_COMBINATIONS))
    yield from _pairs("s", sounds[-1:], [[END_SOUND]])
    anchored = [[START_INITIAL], *initials, [END_INITIAL]]
    for length in range(2, LONGEST_INITIALS + 1):
        yield from ("i" + "".join(run) for run in islice(product(*anchored[-length:]), _MOST_COMBINATIONS))


def code_tokens(code: str) -> list[str]:
    """The distinct search tokens of a code or number, in a fixed order; empty when it holds no letter or digit."""
    return list(dict.fromkeys(code_line(code).split()))


def code_line(code: str) -> str:
    """What `code_tokens` answers, separated by spaces; some may be there more than once, as in `name_text`."""
    plain = plain_code(code)
    line = " n".join(["", *[plain[at : at + CODE_GRAM] for at in range(len(plain) - CODE_GRAM + 1)]])
    return f"c{plain}{line}" if 0 < len(plain) <= SHORT_CODE else line[1:]
