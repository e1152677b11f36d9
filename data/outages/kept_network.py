"""Which transformer area hangs on which feeder and serves which areas: all of it, kept while nothing of it changes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, and_, select

from data.outages.kept import Kept
from data.store.schema import LINK, RECORDS

SERVES = and_(LINK.c.kind == "transformer_area", LINK.c.field == "areas")
"""That a link is one from a transformer area to an area that it serves."""


@dataclass(frozen=True, slots=True)
class AllSupply:
    """The whole network.

    Attributes:
        feeder_of: By transformer area.
        served: The areas that each transformer area serves, of those that serve any.
        on_feeder: The transformer areas of each feeder that has any; `serving` those that serve an area by themselves.
        parents: By area; `within` the areas that lie straight within each that holds any.
    """

    feeder_of: Mapping[str, str | None]
    served: Mapping[str, list[str]]
    on_feeder: Mapping[str, frozenset[str]]
    serving: Mapping[str, frozenset[str]]
    parents: Mapping[str, str | None]
    within: Mapping[str, frozenset[str]]

    def serving_within(self, area: str) -> frozenset[str]:
        """The transformer areas that serve an area or any area within it; none for an area that is no record."""
        found, ahead = set[str](), [area] if area in self.parents else []
        while ahead:
            one = ahead.pop()
            if one not in found:
                found.add(one)
                ahead += self.within.get(one, ())
        return frozenset[str]().union(*(self.serving[one] for one in found & self.serving.keys()))


def _all_supply(connection: Connection) -> AllSupply:
    table, area = RECORDS["transformer_area"], RECORDS["area"]
    feeder_of = dict(connection.execute(select(table.c.id, table.c.feeder)).all())
    parents = dict(connection.execute(select(area.c.id, area.c.parent_id)).all())
    links = [(key, target) for key, target in connection.execute(select(LINK.c.id, LINK.c.target).where(SERVES)).all()]
    served = defaultdict[str, list[str]](list)
    for key, target in links:
        served[key].append(target)
    return AllSupply(
        feeder_of=feeder_of,
        served=dict(served),
        on_feeder=_gathered((feeder, key) for key, feeder in feeder_of.items() if feeder),
        serving=_gathered((target, key) for key, target in links),
        parents=parents,
        within=_gathered((parent, key) for key, parent in parents.items() if parent),
    )


def _gathered(pairs: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    found = defaultdict[str, set[str]](set)
    for key, member in pairs:
        found[key].add(member)
    return {key: frozenset(members) for key, members in found.items()}


ALL_SUPPLY = Kept(("area", "transformer_area"), _all_supply)
