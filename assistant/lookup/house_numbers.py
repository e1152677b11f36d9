"""House numbers as people say them: `3组45号`, `三组45`, `12号楼2单元1101`, `12-2-1101`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from data.names.tokens import plain_text

_DIGITS = {character: digit for digit, character in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
NUMERAL = "".join(_DIGITS) + "十百"
"""The characters of a Chinese numeral."""
IN_EVERY_HOUSE = frozenset("0123456789" + NUMERAL)
"""What holds none of these characters, in plain text, is no house."""
_LONGEST, _LONGEST_WORD, _MOST_TOKENS = 48, 12, 6
_MOST = 99_999
_LARGEST_NUMERAL = 99
_FEW_ON = 5

_LABELS = (
    ("村民小组", "村民组", "小组", "组", "队", "社"),
    ("号楼", "栋", "幢", "座", "楼"),
    ("单元", "门"),
    ("层",),
    ("号室", "室", "房"),
    ("号院", "院"),
    ("巷", "弄", "胡同"),
    ("号", "户"),
)
_STAIRCASES, _FLOORS = frozenset(("单元", "门")), frozenset(("层", "楼"))
_ALIKE = {label: alike for alike in _LABELS for label in alike}
_LABEL = "|".join(sorted(_ALIKE, key=len, reverse=True))
_BREAK = r"[\s\-#/,.、()·]"
_TOKEN = re.compile(
    rf"(?P<digits>[0-9]+)#?(?P<label>{_LABEL})?|(?P<numeral>[{NUMERAL}]+)(?P<unit>{_LABEL})|(?P<word>[^\W\d_])"
)
_NO_NUMBER_BEFORE, _NO_NUMBER_AFTER = rf"(?<![0-9*{NUMERAL}])", rf"(?![0-9*{NUMERAL}])"

_WHOLE, _SKIPPED, _UNFINISHED, _NOT_FIRST, _NOT_LAST = 100.0, 6.0, 8.0, 3.0, 4.0


@dataclass(frozen=True, slots=True)
class Number:
    """One number of an address, with what it counts: `3组` is 3 and 组; the label is "" where none was said."""

    value: int
    label: str

    def spellings(self) -> tuple[str, ...]:
        """The ways in which an address may write it, plain digits first."""
        return str(self.value), *([_numeral(self.value)] if self.value <= _LARGEST_NUMERAL else ())


@dataclass(frozen=True)
class House:
    """The end of an address as someone says it: words and numbers in order, at least one of them a number."""

    tokens: tuple[Number | str, ...]

    @property
    def numbers(self) -> tuple[Number, ...]:
        """The numbers alone, in order."""
        return tuple(token for token in self.tokens if isinstance(token, Number))

    @property
    def without_word(self) -> "tuple[House, str] | None":
        """The house without the word after it, and that word, which may name who lives there: 4组41号唐磊丽."""
        last = self.tokens[-1]
        return (House(self.tokens[:-1]), last) if isinstance(last, str) else None

    @property
    def reach(self) -> int:
        """How far apart a neighbour's number may be: on a staircase everybody is one."""
        return _FEW_ON if len(self.numbers) == 2 else _MOST  # noqa: PLR2004 - a house in a group of houses

    @property
    def row(self) -> "House | None":
        """What all houses of its row have in common: 8组 of 8组78号; None where it tells no row."""
        is_in_a_row = isinstance(self.tokens[-1], Number) and len(self.numbers) > 1
        return House(self.tokens[:-1]) if is_in_a_row else None

    def apart(self, address: str) -> int | None:
        """How far an address in the same row is from it, by their last numbers; None for one that is not there."""
        found = self._in_row.search(plain_text(address))
        return abs(_read(found["number"]) - self.numbers[-1].value) if found else None

    def fit(self, address: str) -> float:
        """How well an address answers: 0 where it does not, else up to 100.

        It must hold all words and numbers in order; labels may be missing on either side, but not contradict. Less
        well fits one in which something stands between them or after them, where a number stands before them, or
        whose last number only begins as the one said. What is masked by `*` matches nothing, nor does a number or a
        stretch that it cuts.
        """
        plain = plain_text(address)
        for pattern, loss in self._patterns:
            if match := pattern.search(plain):
                first = _ANY_NUMBER.search(plain, 0, match.start())
                return _WHOLE - loss - (_NOT_FIRST if first else 0.0) - (_NOT_LAST if match.end() < len(plain) else 0.0)
        return 0.0

    @cached_property
    def _patterns(self) -> tuple[tuple[re.Pattern[str], float], ...]:
        """What an address is searched for, the strictest first, each with what is lost by it."""
        whole = [_pattern(token) for token in self.tokens]
        last = self.tokens[-1]
        ways = [(whole, 0.0)]
        if self._tells_a_floor:
            ways.append(
                (
                    [*whole[:-1], rf"{_NO_NUMBER_BEFORE}{self.numbers[-1].value}[0-9]{{2}}{_NO_NUMBER_AFTER}"],
                    _UNFINISHED,
                )
            )
        if isinstance(last, Number) and not last.label:
            ways.append(([*whole[:-1], rf"{_NO_NUMBER_BEFORE}{last.value}[0-9]+(?!\*)(?:{_LABEL})?"], _UNFINISHED))
        gaps = ((f"{_BREAK}*", 0.0), ("[^*]*?", _SKIPPED)) if len(whole) > 1 else (("", 0.0),)
        return tuple((re.compile(gap.join(parts)), loss + more) for parts, loss in ways for gap, more in gaps)

    @property
    def _tells_a_floor(self) -> bool:
        """Whether it ends with a floor of a staircase: 3单元6楼 is any of 601 to 699."""
        before, last = (None, *self.tokens)[-2:]
        is_staircase = isinstance(before, Number) and before.label in _STAIRCASES
        return is_staircase and isinstance(last, Number) and last.label in _FLOORS

    @cached_property
    def _in_row(self) -> re.Pattern[str]:
        """An address in the same row: the same up to its last number."""
        parts = (
            _pattern(token) + (_NO_DIGITS if isinstance(token, str) else f"{_BREAK}*") for token in self.tokens[:-1]
        )
        return re.compile("".join(parts) + _LAST_NUMBER)


_NO_DIGITS = "[^*0-9]*?"
_LAST_NUMBER = rf"(?P<number>[0-9]{{1,5}}{_NO_NUMBER_AFTER}|[{NUMERAL}]+(?={_LABEL}))"
_VAGUE = frozenset((Number(digit, ""),) for digit in range(10))
_ANY_NUMBER = re.compile(rf"[0-9]|[{NUMERAL}]+(?:{_LABEL})")


def parse_house(text: str) -> House | None:
    """The house that a text names; None where it holds no number, one over 99,999, or more than a house has.

    Chinese numerals count where a label follows: 三道沟 is a word, 三组 is not. A lone digit names no house yet.
    """
    house = House(tuple(_tokens(plain_text(text))) if len(text) <= _LONGEST else ())
    words = [token for token in house.tokens if isinstance(token, str)]
    fits = len(house.tokens) <= _MOST_TOKENS and all(len(word) <= _LONGEST_WORD for word in words)
    says = house.tokens not in _VAGUE and house.numbers
    return house if fits and says and all(number.value <= _MOST for number in house.numbers) else None


def _tokens(plain: str) -> Iterator[Number | str]:
    word, end = "", 0
    before: Number | str = ""
    for match in _TOKEN.finditer(plain):
        if word and (match["word"] is None or match.start() > end):
            before = word
            yield word
            word = ""
        if match["word"]:
            word += match["word"]
        else:
            before = _number(match)
            yield before
        end = match.end()
    if word and isinstance(before, Number) and set(word) <= set(NUMERAL):
        yield Number(numeral_value(word), "")  # 二组三十九: what follows a number is one, too
    elif word:
        yield word


def _number(match: re.Match[str]) -> Number:
    return Number(_read(match["digits"] or match["numeral"]), match["label"] or match["unit"] or "")


def _read(number: str) -> int:
    return int(number) if number.isdigit() else numeral_value(number)


def numeral_value(numeral: str) -> int:
    """三 is 3, 十二 is 12, 一百零五 is 105; without 十 and 百 the digits follow each other: 一二〇 is 120."""
    if not set(numeral) & {"十", "百"}:
        return int("".join(str(_DIGITS[character]) for character in numeral))
    total, digit = 0, None
    for character in numeral:
        if character in _DIGITS:
            digit = _DIGITS[character]
        else:
            total += (1 if digit is None else digit) * (10 if character == "十" else 100)
            digit = None
    return total + (digit or 0)


def _numeral(value: int) -> str:
    """The Chinese numeral of 0 to 99."""
    tens, ones = divmod(value, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{NUMERAL[tens]}十"
    return head + (NUMERAL[ones] if ones or not tens else "")


def _pattern(token: Number | str) -> str:
    if isinstance(token, str):
        return re.escape(token)
    value = "|".join(token.spellings())
    alike = f"(?:{'|'.join(_ALIKE[token.label])}|(?=[{_BREAK[1:-1]}]|$))" if token.label else f"#?(?:{_LABEL})?"
    return rf"{_NO_NUMBER_BEFORE}0*(?:{value}){_NO_NUMBER_AFTER}{alike}"
