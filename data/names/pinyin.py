"""Readings of names, made once at the hub; nothing on the desktop imports this."""

from functools import lru_cache

from data.characters import tables
from data.characters.readings import hanzi_readings
from data.names.tokens import UNREADABLE, plain_character

MAX_READINGS = 3

_PLACE_LIKE = frozenset("省市县区乡镇村屯街道路线站队组场厂店园院社坊堡沟子山岭河")
_PERSON_LENGTH = 3
_FAMILY_PLACE = "家 jia"


class _Groups(dict[int, str]):
    """By code point, a character's group of readings and a space: made when first asked for."""

    def __missing__(self, codepoint: int) -> str:
        character = plain_character(chr(codepoint))
        if character.isascii():
            group = character if character.isalnum() else UNREADABLE
        else:
            group = hanzi_readings(character) or UNREADABLE
        self[codepoint] = group + " "
        return self[codepoint]


_GROUPS = _Groups()


def readings_of(text: str) -> str:
    """Readings of a name: one group a character, groups separated by a space, alternatives by `|`, best first.

    Without tones, ü as `v`, at most `MAX_READINGS` a character; letters and digits stand for themselves, `_` for what
    cannot be read out. Empty for empty text. What the phrase says goes first (银行 is yin hang), the others stay as
    alternatives, since a caller may say any of them.
    """
    groups = text.translate(_GROUPS)[:-1]
    said = _said_in(text)
    if not said:
        return groups
    return " ".join(_with_first(group, said.get(at, "")) for at, group in enumerate(groups.split(" ")))


def _said_in(text: str) -> dict[int, str]:
    """Where in a name a character is certainly read in one way, and how."""
    if len(text) <= _PERSON_LENGTH and text[-1:] not in _PLACE_LIKE:
        # No phrase tells how a given name is read.
        family = tables.family_names().get(text[:1])
        return {0: family} if family else {}
    phrases, said, after = _phrases(), dict[int, str](), 0
    for at in range(len(text) - 1):
        if at >= after and (words := phrases.get(text[at : at + 2])):
            found = next((readings for word, readings in words if text.startswith(word, at)), [])
            said.update(enumerate(found, at))
            after = at + len(found)
    return said


@lru_cache(maxsize=1)
def _phrases() -> dict[str, list[tuple[str, list[str]]]]:
    """By their first two characters, words and what is said for each of their characters, the longest word first."""
    places = {
        f"{name}{_FAMILY_PLACE[0]}": f"{reading}{_FAMILY_PLACE[1:]}" for name, reading in tables.family_names().items()
    }
    by_start: dict[str, list[tuple[str, list[str]]]] = {}
    for word, said in sorted((places | tables.phrases()).items(), key=lambda one: -len(one[0])):
        by_start.setdefault(word[:2], []).append((word, said.split(" ")))
    return by_start


def _with_first(group: str, reading: str) -> str:
    others = [other for other in group.split("|") if other != reading]
    return "|".join([reading, *others][:MAX_READINGS]) if reading else group
