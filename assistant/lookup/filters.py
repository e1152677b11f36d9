"""Filters inside a query: `塔山 >=500kva 重要客户` is the text `塔山` and two conditions on customers."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from data.kinds import IMPORTANCE
from data.names.tokens import plain_text

LONGEST_FILTERED = 200
"""Characters beyond which a text is a pasted page and holds no filters."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Conditions that a customer must satisfy, all of them; false where there is none.

    Attributes:
        least_kva: Contract capacity in kVA, at least; None for no bound. Never above `most_kva`.
        most_kva: Contract capacity in kVA, at most; None for no bound.
        importance: Accepted grades of `data.kinds.IMPORTANCE`; empty accepts every customer.
        high_risk: Only high-risk customers.
        sensitive: Only sensitive customers.
        either: One of `importance`, `high_risk` and `sensitive` is enough (`高危及重要客户`).
        source: `central` or `rural`; None for both.
        also_text: The words may as well be a number or a name: the whole query is to be looked up as text too.
    """

    least_kva: float | None = None
    most_kva: float | None = None
    importance: frozenset[str] = frozenset()
    high_risk: bool = False
    sensitive: bool = False
    either: bool = False
    source: str | None = None
    also_text: bool = False

    def __bool__(self) -> bool:
        bounds = self.least_kva, self.most_kva
        return bounds != (None, None) or bool(self.importance or self.high_risk or self.sensitive or self.source)

    def within(self, least: float | None, most: float | None) -> "Filters":
        """These filters with a narrower range of capacity; a range that contradicts the earlier one replaces it."""
        low = max((bound for bound in (self.least_kva, least) if bound is not None), default=None)
        high = min((bound for bound in (self.most_kva, most) if bound is not None), default=None)
        if low is not None and high is not None and low > high:
            low, high = least, most
        return replace(self, least_kva=low, most_kva=high)


def split_filters(text: str) -> tuple[Filters, str]:
    """The filters that `text` holds, and what is left of it to look up by name, code or number.

    Width and case do not matter, spaces inside a filter neither. A *part* stands between spaces, commas or ends.

    | form | examples | where |
    |---|---|---|
    | comparison, a unit or none | `>=500kva` `≤315` `=315kva` `不低于500` `大于500千伏安` `at least 500` | anywhere |
    | number and 以上, 以下, 以内 (inclusive); with a unit also `+` | `500千伏安以上` `100以下` `500kva+` | anywhere |
    | range with a unit | `315-630kva` `315~630千伏安` `315kva到630kva` | anywhere |
    | range of two numbers of two digits or more, the smaller one first | `315-630` `315到630` | a part; uncertain |
    | exact, with a unit | `315kva` `315千伏安` | a part; at the end of a name uncertain |
    | 重要, 特级, 一级, 二级, 临时, 高危, 敏感; joined by 及 和 或 与 、 or not | `重要` `特级、一级重要客户` | a part |
    | the same before 客户 or 用户 | `塔山线重要客户` `塔山的高危及重要客户` | the end of a part |
    | important, high-risk, sensitive | `high-risk customers` | a part |
    | 农网, 营销, rural, central | `农网客户` `rural` | a part |

    Units are 千伏安 and kVA; beside a comparison, 以上 or a range also `k`. A number before another measure (千瓦, kW,
    号, 组, 户) is no filter, nor is a lone number. `>500` leaves 500 out. Several bounds narrow the range. Grades are
    alternatives; different standings must all hold unless a joining word stands between them. Bare grades and sources
    of Chinese and all that the table calls uncertain set `also_text`.

    Args:
        text: What an agent typed: anything. A longer one than `LONGEST_FILTERED` holds no filters.

    Returns:
        The filters, and the rest: `text` itself where there are none, else its other characters in order, without
        spaces and commas at the ends; it holds no filters any more.
    """
    filters, rest = _NONE, text
    if len(text) > LONGEST_FILTERED or not _IN_EVERY_FILTER.search(plain_text(text)):
        return filters, text
    while found := _first(rest, filters):
        filters, start, end = found
        rest = _without(rest, start, end)
    return filters, rest


def _first(text: str, filters: Filters) -> tuple[Filters, int, int] | None:
    """`filters` with one more that `text` holds, and where that stands."""
    plain = plain_text(text)
    for pattern, read in _RULES:
        for match in pattern.finditer(plain):
            if (narrowed := read(match, filters)) is not None:
                return narrowed, *match.span()
    return None


def _without(text: str, start: int, end: int) -> str:
    """`text` without a stretch; of the breaks around it one stays where it parts something."""
    before, after = text[:start].rstrip(_BREAKS), text[end:].lstrip(_BREAKS)
    breaks = text[len(before) : start] + text[end : len(text) - len(after)]
    return before + breaks[:1] + after if before and after else before + after


_BREAKS = " \t\n\r\v\f\u3000,，、;；"
_BEGIN, _END = r"(?<![^ \t\n\r\v\f,、;])", r"(?![^ \t\n\r\v\f,、;])"
_NUMBER = r"(?:0|[1-9][0-9]{0,5})(?:\.[0-9]{1,2})?(?![0-9])"
_NO_CODE = r"(?<![0-9a-z.#/\-])"
_UNIT = r"(?:千伏[·.]?安|kv[·.]?a(?![0-9a-z]))"
_SHORT_UNIT = rf"(?:{_UNIT}|k(?![0-9a-z]))"
_NO_MEASURE = (
    r"(?![0-9a-z.#%~\-千万瓦伏度号组队栋幢楼层单室户元年月日时点分个条米线变台村])(?!\s*(?:千瓦|兆瓦|伏|[km][wv]))"
)
_CUSTOMERS = rf"(?:的?(?:客户|用户){_END})?"
_DASH = r"[-~〜‐‑–—−]{1,2}|到|至"

_COMPARISONS = {
    ">=": (">=", "=>", "≥", "≧", "大于等于", "大于或等于", "不小于", "不低于", "不少于", "至少", "at least"),
    "<=": ("<=", "=<", "≤", "≦", "小于等于", "小于或等于", "不大于", "不超过", "不高于", "至多", "at most", "up to"),
    ">": (">", "大于", "超过", "高于", "多于", "more than", "over"),
    "<": ("<", "小于", "低于", "不足", "少于", "less than", "under"),
    "=": ("=", "==", "等于"),
}
_SIGN_OF = {word: sign for sign, words in _COMPARISONS.items() for word in words}
_SIGNS = "|".join(word.replace(" ", r"\s+") for word in sorted(_SIGN_OF, key=len, reverse=True))

_GRADES = {label: grade for grade, label in IMPORTANCE.items()}
_STANDING = rf"(?:(?:{'|'.join(_GRADES)})(?:重要)?|重要|高危|敏感)"
_JOINED = r"\s*[及和或与、/,|]\s*"
_STANDINGS = rf"{_STANDING}(?:(?:客户|用户)?(?:{_JOINED})?{_STANDING})*"
_ENGLISH = {"important": "重要", "sensitive": "敏感"}
_SOURCES = {"农网": "rural", "rural": "rural", "营销": "central", "central": "central"}


def _compared(match: re.Match[str], filters: Filters) -> Filters:
    number = float(match["number"])
    match _SIGN_OF[" ".join(match["sign"].split())]:
        case ">=":
            return filters.within(number, None)
        case "<=":
            return filters.within(None, number)
        case ">":
            return filters.within(math.nextafter(number, math.inf), None)
        case "<":
            return filters.within(None, math.nextafter(number, -math.inf))
        case _:
            return filters.within(number, number)


def _bounded(match: re.Match[str], filters: Filters) -> Filters:
    number = float(match["number"])
    return filters.within(None, number) if match["side"] in ("以下", "以内") else filters.within(number, None)


def _ranged(match: re.Match[str], filters: Filters) -> Filters:
    low, high = sorted((float(match["low"]), float(match["high"])))
    return filters.within(low, high)


def _perhaps_ranged(match: re.Match[str], filters: Filters) -> Filters | None:
    """Two plain numbers: a range, or the number of a flat, a line or a customer."""
    if float(match["low"]) >= float(match["high"]):
        return None
    return replace(_ranged(match, filters), also_text=True)


def _exact(match: re.Match[str], filters: Filters) -> Filters:
    number = float(match["number"])
    glued = match.start() > 0 and match.string[match.start() - 1] not in _BREAKS
    return replace(filters.within(number, number), also_text=filters.also_text or glued)


def _standing(match: re.Match[str], filters: Filters) -> Filters:
    typed = match["standings"]
    words = re.findall(_STANDING, typed)
    bare_grade = all(word in _GRADES for word in words) and not match["customers"]
    joined = bool(re.search(rf"(?:{_STANDING}|客户|用户){_JOINED}{_STANDING}", typed))
    return replace(_standing_of(words, filters, joined=joined), also_text=filters.also_text or bare_grade)


def _standing_of(words: list[str], filters: Filters, *, joined: bool) -> Filters:
    grades = {_GRADES[word[:2]] for word in words if word[:2] in _GRADES}
    important = frozenset(grades or IMPORTANCE) if grades or "重要" in words else frozenset()
    standings = bool(important) + ("高危" in words) + ("敏感" in words)
    return replace(
        filters,
        importance=(filters.importance & important) or (filters.importance | important),
        high_risk=filters.high_risk or "高危" in words,
        sensitive=filters.sensitive or "敏感" in words,
        either=filters.either or (joined and standings > 1),
    )


def _english(match: re.Match[str], filters: Filters) -> Filters:
    return _standing_of([_ENGLISH.get(match["standing"], "高危")], filters, joined=False)


def _sourced(match: re.Match[str], filters: Filters) -> Filters:
    uncertain = not match["customers"] and not match["source"].isascii()
    return replace(filters, source=_SOURCES[match["source"]], also_text=filters.also_text or uncertain)


_NONE = Filters()
_IN_EVERY_FILTER = re.compile(rf"[0-9]|{_STANDING}|important|sensitive|high|{'|'.join(_SOURCES)}")
"""One of these stands in whatever a rule below reads: most texts hold none, and are asked this instead of each rule."""

_COMPARED = (
    rf"(?:(?:合同)?容量\s*)?(?<![a-z<>=!≤≥])(?P<sign>{_SIGNS})\s*(?P<number>{_NUMBER})"
    rf"(?:\s*{_SHORT_UNIT}|{_NO_MEASURE}){_CUSTOMERS}"
)
_RANGED = rf"{_NO_CODE}(?P<low>{_NUMBER})\s*{_UNIT}?\s*(?:{_DASH})\s*(?P<high>{_NUMBER})\s*{_SHORT_UNIT}{_CUSTOMERS}"
_BOUNDED = (
    rf"{_NO_CODE}(?P<number>{_NUMBER})\s*"
    rf"(?:(?:{_SHORT_UNIT}\s*)?[及或]?(?P<side>以上|以下|以内)|{_UNIT}\+){_CUSTOMERS}"
)
_PERHAPS_RANGED = rf"{_BEGIN}(?P<low>(?=[0-9]{{2}}){_NUMBER})\s*(?:{_DASH})\s*(?P<high>(?=[0-9]{{2}}){_NUMBER}){_END}"
_EXACT = rf"(?<![0-9a-z.#/~到至\-])(?P<number>{_NUMBER})\s*{_UNIT}(?:的?(?:客户|用户))?{_END}"
_STANDING_PART = rf"{_BEGIN}(?P<standings>{_STANDINGS})(?P<customers>客户|用户)?{_END}"
_STANDING_END = rf"的?(?P<standings>{_STANDINGS})(?P<customers>客户|用户){_END}"
_ENGLISH_PART = rf"{_BEGIN}(?:(?P<standing>important|sensitive)|high[- ]?risk)(?:\s+customers?)?{_END}"
_SOURCE_PART = rf"{_BEGIN}(?P<source>{'|'.join(_SOURCES)})(?:系统)?(?P<customers>客户|用户)?{_END}"

_RULES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], Filters], Filters | None]], ...] = (
    (re.compile(_COMPARED), _compared),
    (re.compile(_RANGED), _ranged),
    (re.compile(_BOUNDED), _bounded),
    (re.compile(_PERHAPS_RANGED), _perhaps_ranged),
    (re.compile(_EXACT), _exact),
    (re.compile(_STANDING_PART), _standing),
    (re.compile(_STANDING_END), _standing),
    (re.compile(_ENGLISH_PART), _english),
    (re.compile(_SOURCE_PART), _sourced),
)
