"""The short codes of areas: a name's pinyin initials, told apart within a county.

Hundreds of areas share their initials, so a code is decided once, kept, and never recomputed: 塔山乡 is `tsx` because
it came first, and stays it whatever is added later. A later area with the same initials spells one syllable out, the
leftmost one that makes a free code: 天水乡 is `tiansx`, and the next 天水乡 is `tshuix`, then `tsxiang`. Homophones
that use up these are numbered: `tsx2`, `tsx3`. Within one batch the wider level chooses first, so that a township has
its plain initials before its villages; within a level the lower id does.
"""

import itertools
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from data.fields import Doc
from data.kinds import AREA_LEVELS

Readings = Callable[[str], str]
"""What `data.names.pinyin.readings_of` is: pinyin by character, split by spaces, alternatives by `|`, best first."""

VALID_CODE = re.compile(r"[a-z0-9]+")

_PRIORITY = {level: rank for rank, level in enumerate(AREA_LEVELS)}
_OFFICES = (
    ("居民委员会", "社区"),
    ("居委会", "社区"),
    ("村民委员会", "村"),
    ("村委会", "村"),
)


@dataclass(frozen=True, slots=True)
class UncodedArea:
    """An area that has no code yet.

    Attributes:
        county: The key, as `county_of` gives it, within which its code will be unique.
    """

    id: str
    name: str
    level: str
    county: str


def spoken_name(name: str) -> str:
    """What callers say for an official name: 塔山村 for 塔山村委会, 连山社区 for 连山社区居民委员会, else the name."""
    for office, suffix in _OFFICES:
        place = name.removesuffix(office)
        if place and place != name:
            return place if place.endswith(suffix) else place + suffix
    return name


def county_of(area_id: str, areas: Mapping[str, Doc]) -> str:
    """The id of the county that `area_id` is or lies in: codes are unique within it.

    Returns:
        Where no county is above it (a province, a city, an unfinished tree), the id of the topmost area known.
    """
    seen = {area_id}
    here = area_id
    while (area := areas.get(here)) is not None and area["level"] != "county":
        parent = area["parent_id"]
        if not isinstance(parent, str) or parent in seen:
            break
        seen.add(parent)
        here = parent
    return here


def assign_codes(
    areas: Iterable[UncodedArea], taken: Mapping[str, Collection[str]], readings_of: Readings
) -> dict[str, str]:
    """A new code for each of `areas`, by id; no code of `taken` is given again or changed.

    Args:
        areas: Those without a code, in any order; the result does not depend on it.
        taken: The codes in use, by county.
        readings_of: Gives the pinyin of a name.

    Returns:
        Lower-case letters and digits, unique within each county; empty for no areas.
    """
    used = {county: set(codes) for county, codes in taken.items()}
    codes: dict[str, str] = {}
    for area in sorted(areas, key=lambda area: (_PRIORITY.get(area.level, len(_PRIORITY)), area.id)):
        others = used.setdefault(area.county, set())
        codes[area.id] = next(code for code in _candidates(area, readings_of) if code not in others)
        others.add(codes[area.id])
    return codes


def _candidates(area: UncodedArea, readings_of: Readings) -> Iterator[str]:
    """Ever longer codes for one area, best first, without end."""
    syllables = _syllables(readings_of(spoken_name(area.name))) or _syllables(area.id) or ["area"]
    initials = [syllable if syllable.isdigit() else syllable[0] for syllable in syllables]
    plain = "".join(initials)
    yield plain
    for spelled, syllable in enumerate(syllables):
        yield "".join([*initials[:spelled], syllable, *initials[spelled + 1 :]])
    yield from (f"{plain}{number}" for number in itertools.count(2))


def _syllables(readings: str) -> list[str]:
    best = (group.partition("|")[0].lower() for group in readings.split())
    return [run for syllable in best for run in re.findall(r"[a-z]+|[0-9]+", syllable)]
