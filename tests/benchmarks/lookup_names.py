"""Names that questions are made of, and how many others answer a question as well."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from data.kinds import RANKED
from data.names.pinyin import readings_of
from data.names.syllables import sound_of

ENDINGS = (
    "社区居民委员会",
    "社区居委会",
    "村村民委员会",
    "村民委员会",
    "居民委员会",
    "村委会",
    "居委会",
    "街道办事处",
    "有限公司",
    "台区",
    "社区",
    "街道",
    "村",
    "镇",
    "乡",
)
_PEOPLES = ("满族", "蒙古族", "朝鲜族")
_FEEDER_PREFIX = "10kV "
_FIRST_PRIVATE = 0xE000


@dataclass(frozen=True)
class Target:
    """A name that is meant, with what callers say of it.

    Attributes:
        kind: The kind of its records.
        name: As stored.
        said: Without its office, unit or people: 塔山 of 塔山村委会, 塔山线 of 10kV 塔山线.
        groups: The readings of each character of `said`, best first.
        id: The record's id, where the name alone would not tell it.
        wider: The township around a village.
    """

    kind: str
    name: str
    said: str
    groups: tuple[tuple[str, ...], ...]
    id: str = ""
    wider: "Target | None" = None

    @cached_property
    def syllables(self) -> tuple[str, ...]:
        """The best reading of each character of `said`."""
        return tuple(group[0] for group in self.groups)

    @property
    def letters(self) -> str:
        """`said` in pinyin."""
        return "".join(self.syllables)

    @property
    def initials(self) -> str:
        """The first letters of `said`."""
        return "".join(syllable[0] for syllable in self.syllables)


def target(kind: str, name: str, key: str = "", wider: Target | None = None) -> Target:
    """The target that a record's name makes."""
    start = len(_FEEDER_PREFIX) if name.startswith(_FEEDER_PREFIX) else 0
    said = stem_of(name[start:])
    groups = tuple(tuple(group.split("|")) for group in readings_of(name).split(" "))[start : start + len(said)]
    return Target(kind, name, said, groups, key, wider)


def stem_of(name: str) -> str:
    """A place's proper name: 塔山 of 塔山村民委员会, 明水 of 明水满族乡; never less than two characters."""
    for word in (next(filter(name.endswith, ENDINGS), ""), *_PEOPLES):
        if len(name.removesuffix(word)) > 1:
            name = name.removesuffix(word)
    return name


def as_written(character: str) -> str:
    """A pattern of one character of a name, as it is written."""
    return re.escape(character) + ".."


def as_sounded(syllable: str) -> str:
    """A pattern of one character of a name by its sound, accents apart."""
    return f".{_sound_sign(sound_of(syllable))}."


def as_initial(letter: str) -> str:
    """A pattern of one character of a name by its first letter."""
    return f"..{re.escape(letter)}"


@lru_cache(maxsize=1024)
def _sound_sign(sound: str) -> str:
    # One private character a sound, so that every character of a name takes three places in the blob.
    return chr(_FIRST_PRIVATE + 36 * int(sound[0], 36) + int(sound[1], 36))


def _spelt(text: str, readings: Iterable[str]) -> str:
    parts = (
        f"{character}{_sound_sign(sound_of(reading))}{reading[0]}"
        for character, reading in zip(text, readings, strict=True)
        if character.isalnum()
    )
    return "".join(parts)


class Namebook:
    """Says how many records answer a question as well as the meant one does.

    From best to worst a record is called what was typed, begins with it, holds it, is called something one slip away
    from it. What answers better than the meant one counts, and what answers alike, if its kind is shown no later. Each
    record counts: a list that shows ten villages of one name has no place for an eleventh.

    Args:
        names: The names of areas, feeders and transformer areas, by kind, each as often as it is borne.
        customers: How many customers bear each of their names.
    """

    def __init__(self, names: Mapping[str, Sequence[str]], customers: Mapping[str, int]) -> None:
        self._blobs: dict[str, str] = {}
        self._letters: dict[str, str] = {}
        self._initials: dict[str, str] = {}
        self._called: dict[str, list[str]] = {}
        self._called_in_letters: dict[str, list[str]] = {}
        spelt, letters, initials = [""], [""], [""]
        called: list[str] = []
        called_in_letters: list[str] = []
        for kind in RANKED[:-1]:
            for name in names[kind]:
                said = name.removeprefix(_FEEDER_PREFIX)
                groups = [group.split("|") for group in readings_of(name).split(" ")][len(name) - len(said) :]
                spoken = [group[0] for group in groups]
                spelt.append(_spelt(said, spoken))
                letters.append("".join(spoken))
                called.append(stem_of(said))
                called_in_letters.append("".join(spoken[: len(called[-1])]))
                initials.append("".join("".join(reading[0] for reading in group) + "," for group in groups))
            self._blobs[kind], self._letters[kind] = "\n".join(spelt), "\n".join(letters)
            self._initials[kind] = "\n".join(initials)
            self._called[kind], self._called_in_letters[kind] = called.copy(), called_in_letters.copy()
        self._areas = frozenset(names["area"])
        self._customers = customers
        self._customer_text = "\n" + "\n".join(name for name, bearers in customers.items() for _ in range(bearers))
        # Character by character: a million names are too many to be read in context.
        readings = {ord(c): readings_of(c).split("|")[0] for c in set(self._customer_text) - {"\n"}}
        sounds = {c: _sound_sign(sound_of(reading)) for c, reading in readings.items()}
        self._customer_sounds = Counter(self._customer_text[1:].translate(sounds).split("\n"))
        self._letters["customer"] = self._customer_text.translate(readings)
        self._all_letters = "\n".join([self._letters["customer"], *letters])

    def equals(self, it: Target, pattern: str) -> int:
        """How many records' names start with what `pattern` describes, among those that rank beside `it`.

        A customer is compared with the customers that sound the same, and each of them counts.
        """
        if it.kind == "customer":
            return self._customer_sounds["".join(_sound_sign(sound_of(group[0])) for group in it.groups)]
        return sum(1 for _ in re.finditer(f"\n(?:{pattern})", self._blobs[it.kind]))

    def written_so(self, it: Target, text: str) -> int:
        """How many records answer `text`, a part of a name as it is written, as well as `it` does.

        Where `it` begins with the text, what holds it further on does not count. What is called just so counts
        whatever its kind: no list has room for a village that holds the text after ten of these.
        """
        is_customer, place = it.kind == "customer", RANKED[-2] if it.kind == "customer" else it.kind
        edge = "\n" if it.said.startswith(text) else ""
        alike = len(re.findall(edge + "".join(map(as_written, text)), self._blobs[place]))
        if is_customer:
            return alike + self._customer_text.count(edge + text)
        later = self._called[RANKED[-2]][len(self._called[place]) :]
        return alike + later.count(text) + self._customers.get(text, 0)

    def called_nearly(self, it: Target, typed: str) -> int:
        """How many records that do not hold `typed` are called something one slip away from it, of those beside `it`.

        The slip is any: nobody can tell from what was typed whether a letter or character of it is wrong, missing,
        too many or at another's place. With a customer's name those count that sound the same, as they are too many
        to be compared, and those of places and lines.
        """
        place = RANKED[-2] if it.kind == "customer" else it.kind
        called = (self._called_in_letters if typed.isascii() else self._called)[place]
        near = process.extract_iter(typed, called, scorer=OSA.distance, processor=None, score_cutoff=1)
        alike = sum(typed not in name for name, _, _ in near)
        return alike + (self.equals(it, "") if it.kind == "customer" else 0)

    def spelt_so(self, it: Target, letters: str) -> int:
        """How many records' pinyin starts with these letters exactly, among those that rank beside `it`."""
        return self._letters[it.kind].count("\n" + letters)

    def read_so(self, it: Target, letters: str) -> int:
        """How many records start with these initials in any of their readings, among those that rank beside `it`."""
        pattern = "".join(rf"[^,\n]*{re.escape(letter)}[^,\n]*," for letter in letters)
        return sum(1 for _ in re.finditer(f"\n{pattern}", self._initials[it.kind]))

    def spelt_so_anywhere(self, letters: str) -> int:
        """How many records' pinyin starts with these letters exactly, among all: they answer better than a slip."""
        return self._all_letters.count("\n" + letters)

    def is_area(self, text: str) -> bool:
        """Whether an area is called just so."""
        return text in self._areas
