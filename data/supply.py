"""How the power kinds hang together: branch > substation > feeder > transformer area > customer, and areas beside.

The questions are plain SQL over tables that the hub's store and an agent's cache have under the same names, so that
both ask them in the same words.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Query = Callable[[str, Mapping[str, Any]], Sequence[Sequence[Any]]]
"""Runs SQL with `:name` parameters and gives the rows."""

_IDS_A_QUERY = 500

_WITHIN = """WITH RECURSIVE within(id) AS (
  SELECT id FROM area WHERE id = :area UNION SELECT area.id FROM within JOIN area ON area.parent_id = within.id)"""


@dataclass(frozen=True, slots=True)
class Place:
    """One record as the outage rules see it.

    Attributes:
        transformer_areas: Of a feeder: those on it; of an area: those that serve it; of a transformer area: itself;
            of a customer: its own.
        feeder: Of a customer: the feeder that supplies it; of a feeder: itself; of others None.
    """

    kind: str
    id: str
    transformer_areas: frozenset[str]
    feeder: str | None = None


class SupplyNetwork:
    """Answers who supplies what, from a store or a cache.

    Args:
        query: Runs SQL on the store or the cache.
    """

    def __init__(self, query: Query) -> None:
        self._query = query

    def _ids(self, sql: str, **values: str) -> frozenset[str]:
        return frozenset(row[0] for row in self._query(sql, values))

    def transformer_areas_of_feeder(self, feeder: str) -> frozenset[str]:
        """Ids of the transformer areas on a feeder."""
        return self._ids("SELECT id FROM transformer_area WHERE feeder = :feeder", feeder=feeder)

    def transformer_areas_of_area(self, area: str) -> frozenset[str]:
        """Ids of the transformer areas that serve an area or any area within it."""
        return self._ids(
            # In this order, which SQLite keeps to; as expressions, lest it take the index of all links of a kind.
            _WITHIN + " SELECT link.id FROM within CROSS JOIN link"
            " WHERE link.target = within.id AND link.kind || '' = 'transformer_area' AND link.field || '' = 'areas'",
            area=area,
        )

    def feeder_of(self, transformer_area: str) -> str | None:
        """Id of the feeder on which a transformer area hangs."""
        rows = self._query("SELECT feeder FROM transformer_area WHERE id = :id", {"id": transformer_area})
        return rows[0][0] if rows else None

    def place(self, kind: str, key: str) -> Place:
        """A record as the outage rules see it; one that is not there has no supply."""
        match kind:
            case "feeder":
                return Place(kind, key, self.transformer_areas_of_feeder(key), key)
            case "transformer_area":
                return Place(kind, key, frozenset({key}))
            case "area":
                return Place(kind, key, self.transformer_areas_of_area(key))
            case _:
                rows = self._query("SELECT transformer_area, feeder FROM customer WHERE id = :id", {"id": key})
                area, feeder = rows[0] if rows else (None, None)
                return Place(kind, key, frozenset({area} if area else ()), feeder)

    def customers_of(self, transformer_areas: frozenset[str]) -> tuple[int, int]:
        """How many customers hang on these transformer areas, and how many of them are important or high-risk."""
        customers = important = 0
        ids = sorted(transformer_areas)
        for start in range(0, len(ids), _IDS_A_QUERY):
            names = {f"id{number}": key for number, key in enumerate(ids[start : start + _IDS_A_QUERY])}
            marks = ", ".join(f":{name}" for name in names)
            more, more_important = self._count(f"transformer_area IN ({marks})", names)
            customers, important = customers + more, important + more_important
        return customers, important

    def customers_straight_on(self, feeder: str) -> tuple[int, int]:
        """How many customers hang on a feeder without a transformer area, and how many of them are important."""
        return self._count("feeder = :feeder AND transformer_area IS NULL", {"feeder": feeder})

    def is_important(self, customer: str) -> bool:
        """Whether a customer is important or high-risk."""
        return self._count("id = :id", {"id": customer})[1] > 0

    def _count(self, where: str, values: Mapping[str, str]) -> tuple[int, int]:
        rows = self._query(
            "SELECT count(*), sum(CASE WHEN importance IS NOT NULL OR high_risk THEN 1 ELSE 0 END)"
            f" FROM customer WHERE {where}",
            values,
        )
        return rows[0][0], rows[0][1] or 0
