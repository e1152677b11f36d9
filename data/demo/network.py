"""The invented network: feeders of each township, transformer areas of each village, and who looks after them."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from data.demo.areas import Place, area_docs, read_places
from data.demo.branches import branch_by_area, branch_docs, branches_of, contact_doc, desk_contacts
from data.demo.chance import Chance
from data.demo.people import person
from data.demo.positions import positions_of
from data.fields import Doc, Json, text_list

_CUSTOMERS_PER_TRANSFORMER_AREA = 60
_MOST_TRANSFORMER_AREAS = 20_000
_TRANSFORMER_AREAS_PER_FEEDER = 15
_MOST_FEEDERS = 10  # of one township: a further digit of its number tells them apart
_VILLAGES_PER_MANAGER = 4
_TRANSFORMER_AREAS_PER_MANAGER = 12
_FIRST_NUMBER = 602
_TAGS = "甲乙丙丁东西南北中新"
_TRANSFORMER_KVA = (50.0, 100.0, 100.0, 160.0, 200.0, 200.0, 315.0, 400.0, 630.0)
_SHARED = 0.05  # share of villages whose last transformer area supplies part of the next one too


@dataclass(frozen=True, slots=True)
class Site:
    """Where customers are: one transformer area, seen from its address.

    Attributes:
        address: County, township and village, to which a house is added.
        urban: Houses are numbered by building and flat, not by village group.
        source: The source of its feeder's records.
    """

    transformer_area: str
    feeder: str
    address: str
    stem: str
    urban: bool
    source: str


@dataclass(frozen=True, slots=True)
class Network:
    """All documents but the customers', by kind, and the sites at which customers are."""

    branches: list[Doc]
    areas: list[Doc]
    contacts: list[Doc]
    feeders: list[Doc]
    transformer_areas: list[Doc]
    sites: list[Site]


@dataclass(frozen=True, slots=True)
class _Township:
    """A township with its place in the county's numbering."""

    place: Place
    county: Place
    county_number: int
    number: int
    substation: str
    station: str

    @property
    def source(self) -> str:
        """Every third 乡 is run by the rural network."""
        return "rural" if self.place.name.endswith("乡") and self.number % 3 == 0 else "central"


def build_network(customers: int, chance: Chance) -> Network:
    """The network for so many customers: the bigger, the more transformer areas and feeders."""
    places = read_places()
    city = next(place for place in places if place.level == "city")
    branches = branches_of(city)
    station_of = branch_by_area(branches)
    docs = branch_docs(branches, chance)
    areas = area_docs(places, station_of, positions_of(city))
    network = Network(docs, areas, list(desk_contacts(docs, chance)), [], [], [])
    counts = _counts([village for place in places if place.level == "township" for village in place.parts], customers)
    for township in _townships(city, station_of):
        _add_township(network, township, counts, chance)
    return network


def _counts(villages: list[Place], customers: int) -> dict[str, int]:
    """Transformer areas by village id: at least one each, the rest by size, a community counting double."""
    wanted = min(customers // _CUSTOMERS_PER_TRANSFORMER_AREA, _MOST_TRANSFORMER_AREAS)
    spare = max(0, wanted - len(villages))
    weights = [1 if village.is_rural else 2 for village in villages]
    total, passed, counts = sum(weights), 0, {}
    for village, weight in zip(villages, weights, strict=True):
        counts[village.id] = 1 + (passed + weight) * spare // total - passed * spare // total
        passed += weight
    return counts


def _townships(city: Place, station_of: dict[str, str]) -> Iterator[_Township]:
    for county_number, county in enumerate(city.parts):
        substation = ""
        for number, place in enumerate(county.parts):
            if place.is_settled and number % 2 == 0:
                substation = f"66kV {place.stem}变电站"
            yield _Township(place, county, county_number, number, substation, station_of[place.id])


def _add_township(network: Network, township: _Township, counts: dict[str, int], chance: Chance) -> None:
    """Adds a township's feeders, managers, and transformer areas: one of `slots` each, village after village."""
    slots = [village for village in township.place.parts for _ in range(counts[village.id])]
    feeder_count = min(_MOST_FEEDERS, -(-len(slots) // _TRANSFORMER_AREAS_PER_FEEDER))
    feeder_of = [slot * feeder_count // len(slots) for slot in range(len(slots))]
    feeders = _feeders(township, [slots[feeder_of.index(number)].stem for number in range(feeder_count)])
    managers = _managers(township, slots, chance)
    manager_of = {area: str(manager["id"]) for manager in managers for area in text_list(manager["areas"])}
    network.feeders.extend(feeders)
    network.contacts.extend(managers)
    for slot, village in enumerate(slots):
        feeder = feeders[feeder_of[slot]]
        digits = f"{township.county_number}{feeder['number']!s:>04}{slot - feeder_of.index(feeder_of[slot]) + 1:03d}"
        doc: Doc = {
            "id": f"T{digits}",
            "number": f"TQ{digits}",
            "name": f"{village.spoken}{slot - slots.index(village) + 1}号台区",
            "feeder": feeder["id"],
            "kva": chance.pick(_TRANSFORMER_KVA),
            "areas": _supplied(slots, slot, chance),
            "manager": manager_of[village.id],
        }
        network.transformer_areas.append(doc)
        network.sites.append(_site(township, village, doc))


def _supplied(slots: list[Place], slot: int, chance: Chance) -> list[Json]:
    """The village of `slots[slot]`; a village's last transformer area now and then supplies part of the next one."""
    village, following = slots[slot], slots[min(slot + 1, len(slots) - 1)]
    if following is not village and chance.fraction() < _SHARED:
        return [*sorted((village.id, following.id))]
    return [village.id]


def _feeders(township: _Township, stems: list[str]) -> list[Doc]:
    """The township's feeders: the first bears its name, each further one that of the first village it supplies."""
    feeders: list[Doc] = []
    used: set[str] = set()
    for ordinal, stem in enumerate([township.place.stem, *stems[1:]]):
        name = stem if stem not in used else township.place.stem + _TAGS[ordinal]
        used.add(name)
        number = f"{_FIRST_NUMBER + township.number}{ordinal or ''}"
        feeders.append(
            {
                "id": f"F{township.county.id[-2:]}{number}",
                "number": number,
                "name": f"10kV {name}线",
                "substation": township.substation,
                "branch": township.station,
                "kv": 10.0,
                "source": township.source,
            }
        )
    return feeders


def _managers(township: _Township, slots: list[Place], chance: Chance) -> list[Doc]:
    """The township's area managers by village; the first one answers for the township as a whole too."""
    patches: list[list[str]] = [[]]
    held = 0
    for village, group in groupby(slots, key=lambda place: place.id):
        if held >= _TRANSFORMER_AREAS_PER_MANAGER or len(patches[-1]) >= _VILLAGES_PER_MANAGER:
            patches.append([])
            held = 0
        patches[-1].append(village)
        held += sum(1 for _ in group)
    patches[0].append(township.place.id)
    return [
        contact_doc(
            f"M{township.place.id}{ordinal:02d}",
            person(chance),
            chance.mobile(),
            role="area_manager",
            branch=township.station,
            areas=tuple(patch),
        )
        for ordinal, patch in enumerate(patches, start=1)
    ]


def _site(township: _Township, village: Place, transformer_area: Doc) -> Site:
    return Site(
        transformer_area=str(transformer_area["id"]),
        feeder=str(transformer_area["feeder"]),
        address=f"{township.county.name}{township.place.name}{village.spoken}",
        stem=village.stem,
        urban=not village.is_rural,
        source=township.source,
    )
