"""Customers as rows of the tree, a page at a time: those of one place by id, or the important ones below any node."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from assistant.tree.tree_groups import UNFILED, json_list
from assistant.tree.tree_nodes import Standing
from assistant.tree.tree_rows import ON_NO_FEEDER, after_values, feeders_where
from data.fields import Doc
from data.kinds import CUSTOMER
from data.sqlite import Connection
from data.store.cells import from_cells

BY_RANK = (int, str)
"""Types of the standing of an important customer: 0 for the most important, its id."""
BY_ID = (str,)
"""Types of the standing of a customer."""


class CustomerRow(NamedTuple):
    """A customer's document with its standing on the page."""

    standing: Standing
    doc: Doc


class CustomerRows:
    """Reads the customers of one open cache.

    Args:
        connection: An open cache; it is only read.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, transformer_area: str, after: Standing | None, limit: int) -> list[CustomerRow]:
        """The customers of a transformer area, by id."""
        return self._customers("transformer_area = :area", {"area": transformer_area}, after, limit)

    def straight_on(self, feeder: str, after: Standing | None, limit: int) -> list[CustomerRow]:
        """The customers on a feeder without a transformer area, by id; on the empty one those without supply data."""
        # +transformer_area: most customers without one are on other feeders.
        if feeder != UNFILED:
            return self._customers("+transformer_area IS NULL AND feeder = :on", {"on": feeder}, after, limit)
        lost = self._customers(f"+transformer_area IS NULL AND feeder IN ({ON_NO_FEEDER})", {}, after, limit)
        return sorted([*self._nowhere(after, limit), *lost], key=lambda row: [*row.standing])[:limit]

    def one(self, key: str) -> Doc | None:
        """One customer, or None."""
        found = self._customers("id = :id", {"id": key}, None, 1)
        return found[0].doc if found else None

    def important_of_branches(
        self, branches: Iterable[str], substation: str | None, after: Standing | None, limit: int
    ) -> list[CustomerRow]:
        """The important, high-risk and sensitive customers below branches, or one of their substations."""
        where, values = feeders_where(branches, substation)
        return self._important(f"feeder IN (SELECT id FROM feeder WHERE {where})", values, after, limit)

    def important_of_feeder(self, feeder: str, after: Standing | None, limit: int) -> list[CustomerRow]:
        """Those of a feeder; of the empty one, of all that hangs on no feeder of the cache."""
        where = f"feeder IN ({ON_NO_FEEDER})" if feeder == UNFILED else "feeder = :feeder"
        return self._important(where, {"feeder": feeder}, after, limit)

    def important_straight_on(self, feeder: str, after: Standing | None, limit: int) -> list[CustomerRow]:
        """Those on a feeder without a transformer area."""
        where = f"feeder IN ({ON_NO_FEEDER})" if feeder == UNFILED else "feeder = :feeder"
        return self._important(f"{where} AND transformer_area IS NULL", {"feeder": feeder}, after, limit)

    def important_of(self, transformer_area: str, after: Standing | None, limit: int) -> list[CustomerRow]:
        """Those of a transformer area."""
        return self._important("transformer_area = :area", {"area": transformer_area}, after, limit)

    def _customers(
        self, where: str, values: Mapping[str, Any], after: Standing | None, limit: int
    ) -> list[CustomerRow]:
        # +id: the few customers of a place are sorted; by the index on id every customer would be walked past.
        following = " AND +id > :after0" if after else ""
        rids = f"SELECT rid FROM customer WHERE {where}{following} ORDER BY +id LIMIT :limit"
        return self._by_id(rids, values, after, limit)

    def _nowhere(self, after: Standing | None, limit: int) -> list[CustomerRow]:
        following = " AND id > :after0" if after else ""
        rids = (
            "SELECT rid FROM customer INDEXED BY customer_unattached"
            f" WHERE transformer_area IS NULL AND feeder IS NULL{following} ORDER BY id LIMIT :limit"
        )
        return self._by_id(rids, {}, after, limit)

    def _by_id(self, rids: str, values: Mapping[str, Any], after: Standing | None, limit: int) -> list[CustomerRow]:
        found = self._docs(rids, {**values, **after_values(after), "limit": limit})
        return [CustomerRow((str(doc["id"]),), doc) for doc in found]

    def _important(
        self, where: str, values: Mapping[str, Any], after: Standing | None, limit: int
    ) -> list[CustomerRow]:
        following = " AND (rank, id) > (:after0, :after1)" if after else ""
        ranks = {
            key: rank
            for rank, key in self._connection.execute(
                f"SELECT rank, id FROM important_customer WHERE {where}{following} ORDER BY rank, id LIMIT :limit",
                {**values, **after_values(after), "limit": limit},
            )
        }
        rids = "SELECT rid FROM customer WHERE id IN (SELECT value FROM json_each(:ids))"
        found = [
            CustomerRow((ranks[str(doc["id"])], str(doc["id"])), doc)
            for doc in self._docs(rids, {"ids": json_list(ranks)})
        ]
        return sorted(found, key=lambda row: [*row.standing])

    def _docs(self, rids: str, values: Mapping[str, Any]) -> list[Doc]:
        """The customers of these rows, by id."""
        names = ", ".join(
            "name.text" if field.name == "name" else f"customer.{field.name}" for field in CUSTOMER.fields
        )
        rows = self._connection.execute(
            f"SELECT {names} FROM customer JOIN name ON name.nid = customer.name_id"
            f" WHERE customer.rid IN ({rids}) ORDER BY +customer.id",
            values,
        )
        return [from_cells(CUSTOMER.fields, row) for row in rows]
