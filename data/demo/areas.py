"""The real areas of Huludao, as shipped beside this module."""

import csv
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources import files

from data.fields import Doc
from data.names.area_codes import UncodedArea, assign_codes, county_of, spoken_name
from data.names.pinyin import readings_of

_MINORITIES = ("满族", "蒙古族")
_STEM_SUFFIXES = ("街道", "镇", "乡", "社区", "村")


@dataclass(frozen=True)
class Place:
    """An area and the areas within it, in the order of their national codes."""

    id: str
    name: str
    level: str
    parent_id: str | None
    parts: list["Place"] = field(default_factory=list)

    @cached_property
    def spoken(self) -> str:
        """What people call it: 塔山村 for 塔山村委会."""
        return spoken_name(self.name)

    @cached_property
    def stem(self) -> str:
        """Its proper name alone, after which feeders and stations are named: 塔山 for 塔山乡, 明水 for 明水满族乡."""
        name = self.spoken
        for suffix in (*_STEM_SUFFIXES, *_MINORITIES):
            shorter = name.removesuffix(suffix)
            name = shorter if len(shorter) > 1 else name
        return name

    @property
    def is_settled(self) -> bool:
        """It is an ordinary township: not a development zone, farm or reservoir of the statistics office."""
        return self.name.endswith(_STEM_SUFFIXES)

    @property
    def is_rural(self) -> bool:
        """It is a 乡 or 镇, or a village in one."""
        return self.name.endswith(("乡", "镇")) or self.spoken.endswith("村")

    def aliases(self) -> list[str]:
        """Other names under which callers know it: 塔山村 for 塔山村委会, 明水乡 for 明水满族乡."""
        name = self.spoken
        for minority in _MINORITIES:
            if self.level == "township":
                name = name.replace(minority, "")
        return [name] if name != self.name else []


def read_places() -> list[Place]:
    """Every area of the shipped file, wider before narrower, each knowing its parts."""
    with files("data.demo").joinpath("huludao_areas.csv").open(encoding="utf-8") as file:
        places = [Place(row["id"], row["name"], row["level"], row["parent_id"] or None) for row in csv.DictReader(file)]
    by_id = {place.id: place for place in places}
    for place in places:
        if place.parent_id is not None:
            by_id[place.parent_id].parts.append(place)
    return places


def area_docs(
    places: list[Place], branch_by_area: Mapping[str, str], positions: Mapping[str, tuple[float, float]]
) -> list[Doc]:
    """The documents of `places`, in their order, with codes, and with longitude and latitude where these are known."""
    nowhere = (None, None)
    docs: list[Doc] = [
        {
            "id": place.id,
            "name": place.name,
            "parent_id": place.parent_id,
            "level": place.level,
            "code": None,
            "aliases": list(place.aliases()),
            "branch": branch_by_area.get(place.id),
            **dict(zip(("lon", "lat"), positions.get(place.id, nowhere), strict=True)),
        }
        for place in places
    ]
    tree = {place.id: doc for place, doc in zip(places, docs, strict=True)}
    uncoded = [UncodedArea(place.id, place.name, place.level, county_of(place.id, tree)) for place in places]
    codes = assign_codes(uncoded, defaultdict(set), readings_of)
    for doc in docs:
        doc["code"] = codes[str(doc["id"])]
    return docs
