"""What the scopes of many windows take out, read in a few queries however many windows there are."""

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import Connection, bindparam, select, text

from data.outages.kept_network import ALL_SUPPLY
from data.outages.windows import Affected, ScopeItem, affected_by
from data.store.among import among
from data.store.rows import chunks
from data.store.schema import RECORDS

Supply = tuple[str | None, str | None]
"""A customer's transformer area and the feeder named with it."""

_SERVED = text(
    "WITH RECURSIVE within(root, id) AS (SELECT id, id FROM area WHERE id IN :roots"
    " UNION SELECT within.root, area.id FROM within JOIN area ON area.parent_id = within.id)"
    # In this order, which SQLite keeps to; as expressions, lest it take the index of all links of a kind.
    " SELECT within.root, link.id FROM within CROSS JOIN link"
    " WHERE link.target = within.id AND link.kind || '' = 'transformer_area' AND link.field || '' = 'areas'"
).bindparams(bindparam("roots", expanding=True))


class Reach:
    """The part of the network that some scopes name; a `data.outages.windows.Network` for those scopes.

    Args:
        connection: To the store.
        items: Everything that will be asked about.
    """

    def __init__(self, connection: Connection, items: Iterable[ScopeItem]) -> None:
        named: dict[str, set[str]] = defaultdict(set)
        for item in items:
            named[item.kind].add(item.id)
        known = ALL_SUPPLY.where_worth(connection, 0) if named["feeder"] or named["area"] else None
        if known:
            self._of_feeder = {key: known.on_feeder[key] for key in named["feeder"] & known.on_feeder.keys()}
            self._of_area = {key: known.serving_within(key) for key in named["area"]}
        else:
            self._of_feeder = _on_feeders(connection, named["feeder"])
            self._of_area = _serving(connection, named["area"])
        self._supply = _supply_of(connection, named["customer"])

    def transformer_areas_of_feeder(self, feeder: str) -> frozenset[str]:
        """Ids of the transformer areas on a feeder."""
        return self._of_feeder.get(feeder, frozenset())

    def transformer_areas_of_area(self, area: str) -> frozenset[str]:
        """Ids of the transformer areas that serve an area or any area within it."""
        return self._of_area.get(area, frozenset())

    def supply_of(self, customer: str) -> Supply:
        """What supplies a customer."""
        return self._supply.get(customer, (None, None))

    def suppliers(self, customers: Iterable[str]) -> set[ScopeItem]:
        """What supplies some customers, where that is known: each one's transformer area, else its feeder."""
        supplied = [self.supply_of(customer) for customer in customers]
        areas = {ScopeItem("transformer_area", area) for area, _ in supplied if area}
        return areas | {ScopeItem("feeder", feeder) for area, feeder in supplied if feeder and not area}

    def affected_by(self, scope: Iterable[ScopeItem], restored: Iterable[ScopeItem] = ()) -> Affected:
        """Everything that a scope takes out, less what has been restored of it."""
        return affected_by(scope, self).without(affected_by(restored, self))


def _on_feeders(connection: Connection, feeders: set[str]) -> dict[str, frozenset[str]]:
    table, found = RECORDS["transformer_area"], defaultdict[str, set[str]](set)
    wanted = select(table.c.id, table.c.feeder).where(among(connection, table.c.feeder, feeders))
    for key, feeder in connection.execute(wanted).all() if feeders else ():
        found[feeder].add(key)
    return {feeder: frozenset(keys) for feeder, keys in found.items()}


def _serving(connection: Connection, areas: set[str]) -> dict[str, frozenset[str]]:
    found = defaultdict[str, set[str]](set)
    for chunk in chunks(sorted(areas)):
        for area, key in connection.execute(_SERVED, {"roots": chunk}).all():
            found[area].add(key)
    return {area: frozenset(keys) for area, keys in found.items()}


def _supply_of(connection: Connection, customers: set[str]) -> dict[str, Supply]:
    table, found = RECORDS["customer"], dict[str, Supply]()
    columns = table.c.id, table.c.transformer_area, table.c.feeder
    for chunk in chunks(sorted(customers)):
        for key, area, feeder in connection.execute(select(*columns).where(table.c.id.in_(chunk))).all():
            found[key] = area, feeder
    return found
