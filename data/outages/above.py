"""What stands above transformer areas: the feeders that they hang on, the areas that they serve, those around these."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain

from sqlalchemy import Connection, bindparam, select, text

from data.outages.kept_network import ALL_SUPPLY, SERVES
from data.store.among import among
from data.store.rows import chunks
from data.store.schema import LINK, RECORDS

_AROUND = text(
    "WITH RECURSIVE around(id, parent_id) AS (SELECT id, parent_id FROM area WHERE id IN :areas"
    " UNION SELECT area.id, area.parent_id FROM around JOIN area ON area.id = around.parent_id)"
    " SELECT id, parent_id FROM around"
).bindparams(bindparam("areas", expanding=True))


class Above:
    """Looks upwards where `data.outages.reach.Reach` looks down.

    It costs as much as a scope is large, however many other windows that is compared with.

    Args:
        connection: To the store.
        transformer_areas: Ids of those that will be asked about.
    """

    def __init__(self, connection: Connection, transformer_areas: Iterable[str]) -> None:
        asked = sorted(transformer_areas)  # in the order of the indexes: a third of the time of any other
        self._feeder_of: Mapping[str, str | None]
        self._served: Mapping[str, list[str]]
        self._parents: Mapping[str, str | None]
        if known := ALL_SUPPLY.where_worth(connection, len(asked)):
            self._feeder_of, self._served, self._parents = known.feeder_of, known.served, known.parents
        else:
            self._feeder_of = _feeder_of(connection, asked)
            self._served = _served(connection, asked)
            self._parents = _around(connection, {area for areas in self._served.values() for area in areas})

    def feeders(self, transformer_areas: Iterable[str]) -> set[str]:
        """The feeders that they hang on."""
        return {feeder for key in transformer_areas if (feeder := self._feeder_of.get(key))}

    def served(self, transformer_areas: Collection[str]) -> Counter[str]:
        """The areas that they serve by themselves, each with how many of them serve it."""
        return Counter(self._areas_of(transformer_areas))

    def areas(self, transformer_areas: Collection[str]) -> set[str]:
        """The areas that they serve, by themselves or by an area within."""
        found = set[str]()
        for area in set(self._areas_of(transformer_areas)):
            one: str | None = area
            while one is not None and one in self._parents and one not in found:
                found.add(one)
                one = self._parents[one]
        return found

    def _areas_of(self, transformer_areas: Collection[str]) -> Iterator[str]:
        return chain.from_iterable([self._served[key] for key in self._served.keys() & transformer_areas])


def _feeder_of(connection: Connection, transformer_areas: Collection[str]) -> dict[str, str | None]:
    table = RECORDS["transformer_area"]
    wanted = select(table.c.id, table.c.feeder).where(among(connection, table.c.id, transformer_areas))
    return dict(connection.execute(wanted).all()) if transformer_areas else {}


def _served(connection: Connection, transformer_areas: Collection[str]) -> dict[str, list[str]]:
    found = defaultdict[str, list[str]](list)
    wanted = select(LINK.c.id, LINK.c.target).where(SERVES, among(connection, LINK.c.id, transformer_areas))
    for key, area in connection.execute(wanted).all() if transformer_areas else ():
        found[key].append(area)
    return found


def _around(connection: Connection, areas: Iterable[str]) -> dict[str, str | None]:
    """The parents of areas and of all around them, by id; an area that is no record has none and is none."""
    found = dict[str, str | None]()
    for chunk in chunks(sorted(areas)):
        found |= dict(connection.execute(_AROUND, {"areas": chunk}).all())
    return found
