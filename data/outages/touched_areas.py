"""The areas that windows touch: whole, or so many of their transformer areas."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import nsmallest

from sqlalchemy import Connection, func, select

from data.fields import Json
from data.outages.above import Above
from data.outages.kept_network import SERVES
from data.outages.windows import Affected
from data.store.among import among
from data.store.schema import LINK, RECORDS

AREAS_NAMED = 50
"""How many areas of a scope are named; the others are counted."""


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


@dataclass(frozen=True, slots=True)
class TouchedAreas:
    """The areas that a scope touches: the first `AREAS_NAMED` of them, those hit most first, and how many there are."""

    named: tuple[TouchedArea, ...]
    count: int


def areas_touched(connection: Connection, affected: Sequence[Affected], above: Above) -> list[TouchedAreas]:
    """For each of several scopes the areas that its transformer areas serve.

    Args:
        connection: To the store.
        affected: What each scope takes out.
        above: Knows what stands above all of that.
    """
    hits = [above.served(one.transformer_areas) for one in affected]
    named = [nsmallest(AREAS_NAMED, one.items(), key=lambda area: (-area[1], area[0])) for one in hits]
    areas = sorted({area for one in named for area, _ in one})
    totals, names = _totals(connection, areas), _names(connection, areas)
    return [
        TouchedAreas(tuple(TouchedArea(area, names.get(area, area), hit, totals[area]) for area, hit in one), len(all_))
        for one, all_ in zip(named, hits, strict=True)
    ]


def _totals(connection: Connection, areas: Iterable[str]) -> Counter[str]:
    wanted = select(LINK.c.target, func.count()).where(SERVES, among(connection, LINK.c.target, areas))
    return Counter(dict(connection.execute(wanted.group_by(LINK.c.target)).all()))


def _names(connection: Connection, areas: Iterable[str]) -> dict[str, str]:
    table = RECORDS["area"]
    wanted = select(table.c.id, table.c.name).where(among(connection, table.c.id, areas))
    return dict(connection.execute(wanted).all())
