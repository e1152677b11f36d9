"""The invented supply company: a branch for each county, a station for every few townships."""

from collections.abc import Iterator
from dataclasses import dataclass

from data.demo.areas import Place
from data.demo.chance import Chance
from data.demo.people import person
from data.fields import Doc

_TOWNSHIPS_PER_STATION = 3


@dataclass(frozen=True, slots=True)
class Branch:
    """A company, branch or station, with the areas it is named for and supplies itself."""

    id: str
    name: str
    kind: str
    parent_id: str | None
    areas: tuple[Place, ...]


def branches_of(city: Place) -> list[Branch]:
    """The company of `city`, then each county's branch followed by its stations."""
    company = Branch(f"B{city.id}", f"{city.name.removesuffix('市')}供电公司", "company", None, (city,))
    branches = [company]
    for county in city.parts:
        name = f"{county.name[:2]}供电分公司"
        branch = Branch(f"B{county.id}", name, "branch", company.id, (county,))
        branches.append(branch)
        for number, townships in enumerate(_station_areas(county), start=1):
            seat = townships[0]
            branches.append(
                Branch(f"{branch.id}{number:02d}", f"{seat.stem}供电所", "station", branch.id, tuple(townships))
            )
    return branches


def _station_areas(county: Place) -> Iterator[list[Place]]:
    """Townships by station; zones and farms, which no station is named after, join their neighbours."""
    group: list[Place] = []
    for township in county.parts:
        if len(group) >= _TOWNSHIPS_PER_STATION and township.is_settled:
            yield group
            group = []
        group.append(township)
    yield group


def branch_docs(branches: list[Branch], chance: Chance) -> list[Doc]:
    """The documents of `branches`, each with a duty phone."""
    return [
        {
            "id": branch.id,
            "name": branch.name,
            "parent_id": branch.parent_id,
            "kind": branch.kind,
            "phone": chance.landline(),
        }
        for branch in branches
    ]


def desk_contacts(docs: list[Doc], chance: Chance) -> Iterator[Doc]:
    """The desks and people of each branch: its duty desk, a branch's repair crew, a station's head."""
    for doc in docs:
        branch, name = str(doc["id"]), str(doc["name"])
        yield contact_doc(f"D{branch}", f"{name}值班室", str(doc["phone"]), role="branch_duty", branch=branch)
        if doc["kind"] == "branch":
            yield contact_doc(f"R{branch}", f"{name}抢修班", chance.landline(), role="repair_crew", branch=branch)
        if doc["kind"] == "station":
            yield contact_doc(f"H{branch}", person(chance), chance.mobile(), role="branch_manager", branch=branch)


def contact_doc(contact_id: str, name: str, phone: str, *, role: str, branch: str, areas: tuple[str, ...] = ()) -> Doc:
    """The document of one contact, who answers for `areas`."""
    return {
        "id": contact_id,
        "name": name,
        "phone": phone,
        "role": role,
        "branch": branch,
        "areas": [*sorted(areas)],
        "transformer_areas": [],
    }


def branch_by_area(branches: list[Branch]) -> dict[str, str]:
    """Which branch supplies each area: the company the city, a branch its county, a station the rest."""
    supplied: dict[str, str] = {}
    for branch in branches:
        for area in branch.areas:
            supplied[area.id] = branch.id
            if branch.kind == "station":
                supplied.update((village.id, branch.id) for village in area.parts)
    return supplied
