"""House numbers as people say them: `3组45号`, `三组45`, `12号楼2单元1101`, `12-2-1101`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from data.names.tokens import plain_text

_DIGITS = {character: digit for digit, character in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_NUMERAL = "".join(_DIGITS) + "十百"
IN_EVERY_HOUSE = frozenset("0123456789" + _NUMERAL)
"""What holds none of these characters, in plain text, is no house."""
_LONGEST, _LONGEST_WORD, _MOST_TOKENS = 48, 12, 6
_MOST = 99_999
_LARGEST_NUMERAL = 99

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
_ALIKE = {label: alike for alike in _LABELS for label in alike}
_LABEL = "|".join(sorted(_ALIKE, key=len, reverse=True))
_BREAK = r"[\s\-#/,.、()·]"
_TOKEN = re.compile(
    rf"(?P<digits>[0-9]+)#?(?P<label>{_LABEL})?|(?P<numeral>[{_NUMERAL}]+)(?P<unit>{_LABEL})|(?P<word>[^\W\d_])"
)
_NO_NUMBER_BEFORE, _NO_NUMBER_AFTER = rf"(?<![0-9*{_NUMERAL}])", rf"(?![0-9*{_NUMERAL}])"

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
        if isinstance(last, Number) and not last.label:
            ways.append(([*whole[:-1], rf"{_NO_NUMBER_BEFORE}{last.value}[0-9]+(?!\*)(?:{_LABEL})?"], _UNFINISHED))
        gaps = ((f"{_BREAK}*", 0.0), ("[^*]*?", _SKIPPED)) if len(whole) > 1 else (("", 0.0),)
        return tuple((re.compile(gap.join(parts)), loss + more) for parts, loss in ways for gap, more in gaps)


_VAGUE = frozenset((Number(digit, ""),) for digit in range(10))
_ANY_NUMBER = re.compile(rf"[0-9]|[{_NUMERAL}]+(?:{_LABEL})")


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
    word = ""
    end = 0
    for match in _TOKEN.finditer(plain):
        if word and (match["word"] is None or match.start() > end):
            yield word
            word = ""
        if match["word"]:
            word += match["word"]
        elif match["digits"]:
            yield Number(int(match["digits"]), match["label"] or "")
        else:
            yield Number(_value(match["numeral"]), match["unit"])
        end = match.end()
    if word:
        yield word


def _value(numeral: str) -> int:
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
    head = "" if tens == 0 else "十" if tens == 1 else f"{_NUMERAL[tens]}十"
    return head + (_NUMERAL[ones] if ones or not tens else "")


def _pattern(token: Number | str) -> str:
    if isinstance(token, str):
        return re.escape(token)
    value = "|".join(token.spellings())
    alike = f"(?:{'|'.join(_ALIKE[token.label])}|(?=[{_BREAK[1:-1]}]|$))" if token.label else f"#?(?:{_LABEL})?"
    return rf"{_NO_NUMBER_BEFORE}0*(?:{value}){_NO_NUMBER_AFTER}{alike}"
