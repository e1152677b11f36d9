"""Which customers have to be told of a scope: read once, then asked for as many windows as there are."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, select, text

from data.outages.windows import OutageWindow, ScopeItem
from data.store.schema import IMPORTANT_CUSTOMER, LINK, RECORDS
from data.telling.rules import TellingRules


class Concerned:
    """Important and high-risk customers (sensitive ones where the rules say so), by what supplies them.

    Agrees with `data.outages.windows.affected_by`, from the customers' end: there are far fewer of them than of what a
    storm takes out.

    Args:
        connection: Of the store.
        rules: Who has to be told.
        buckets: Only customers in these; None: all.
    """

    def __init__(self, connection: Connection, rules: TellingRules, buckets: Sequence[str] | None = None) -> None:
        customers, areas = RECORDS["customer"], RECORDS["transformer_area"]
        feeder = areas.c.feeder.label("behind")
        wanted = select(customers.c.id, customers.c.transformer_area, customers.c.feeder, feeder).outerjoin(
            areas, areas.c.id == customers.c.transformer_area
        )
        wanted = wanted.where(text(f"({IMPORTANT_CUSTOMER})"))
        if not rules.sensitive:
            wanted = wanted.where(customers.c.importance.is_not(None) | customers.c.high_risk)
        if buckets is not None:
            wanted = wanted.where(customers.c.bucket.in_(buckets))
        self._by: dict[str, defaultdict[str, set[str]]] = {
            kind: defaultdict(set) for kind in ("customer", "transformer_area", "feeder", "area")
        }
        for row in connection.execute(wanted):
            self._by["customer"][row.id].add(row.id)
            if row.transformer_area:
                self._by["transformer_area"][row.transformer_area].add(row.id)
            if line := row.behind if row.transformer_area else row.feeder:
                self._by["feeder"][line].add(row.id)
        self._connection = connection
        self._areas_filed = False

    def touched_by(self, scope: Iterable[ScopeItem]) -> frozenset[str]:
        """The numbers of those customers whom a scope takes out."""
        items = list(scope)
        if not self._areas_filed and any(item.kind == "area" for item in items):
            self._file_under_areas()
        return frozenset[str]().union(*(self._by[item.kind].get(item.id, ()) for item in items))

    def of(self, window: OutageWindow) -> frozenset[str]:
        """The numbers of those customers whom a window takes out, or took out before parts were restored."""
        return self.touched_by(window.scope)

    def _file_under_areas(self) -> None:
        self._areas_filed = True
        table = RECORDS["area"]
        parents = {row.id: row.parent_id for row in self._connection.execute(select(table.c.id, table.c.parent_id))}
        served = select(LINK.c.id, LINK.c.target).where(LINK.c.kind == "transformer_area", LINK.c.field == "areas")
        for transformer_area, area in self._connection.execute(served):
            customers = self._by["transformer_area"].get(transformer_area)
            if customers and area in parents:
                for one in _with_ancestors(area, parents):
                    self._by["area"][one] |= customers


def _with_ancestors(area: str, parents: Mapping[str, str | None]) -> set[str]:
    found, one = set[str](), area
    while one and one in parents and one not in found:
        found.add(one)
        one = parents[one] or ""
    return found
