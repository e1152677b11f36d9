"""The areas that windows touch: whole, or so many of their transformer areas."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, and_, func, select

from data.fields import Json
from data.outages.windows import Affected
from data.store.among import among
from data.store.schema import LINK, RECORDS

_SERVES = and_(LINK.c.kind == "transformer_area", LINK.c.field == "areas")


@dataclass(frozen=True, slots=True)
class TouchedArea:
    """An area of whose own transformer areas `hit` of `total` are taken out."""

    id: str
    name: str
    hit: int
    total: int

    def to_json(self) -> dict[str, Json]:
        """As the interface has it."""
        return {"id": self.id, "name": self.name, "hit": self.hit, "total": self.total}


def areas_touched(connection: Connection, affected: Sequence[Affected]) -> list[tuple[TouchedArea, ...]]:
    """For each of several scopes the areas that its transformer areas serve, those hit most first."""
    served = _areas_of(connection, sorted(set[str]().union(*(one.transformer_areas for one in affected))))
    areas = sorted({area for found in served.values() for area in found})
    totals, names = _totals(connection, areas), _names(connection, areas)
    found = []
    for one in affected:
        hits = Counter(area for key in one.transformer_areas for area in served.get(key, ()))
        touched = (TouchedArea(area, names.get(area, area), hit, totals[area]) for area, hit in hits.items())
        found.append(tuple(sorted(touched, key=lambda area: (-area.hit, area.id))))
    return found


def _areas_of(connection: Connection, transformer_areas: list[str]) -> dict[str, list[str]]:
    found = defaultdict[str, list[str]](list)
    wanted = select(LINK.c.id, LINK.c.target).where(_SERVES, among(connection, LINK.c.id, transformer_areas))
    for key, area in connection.execute(wanted):
        found[key].append(area)
    return found


def _totals(connection: Connection, areas: list[str]) -> Counter[str]:
    wanted = select(LINK.c.target, func.count()).where(_SERVES, among(connection, LINK.c.target, areas))
    return Counter(dict(connection.execute(wanted.group_by(LINK.c.target)).all()))


def _names(connection: Connection, areas: list[str]) -> dict[str, str]:
    table = RECORDS["area"]
    wanted = select(table.c.id, table.c.name).where(among(connection, table.c.id, areas))
    return dict(connection.execute(wanted).all())
