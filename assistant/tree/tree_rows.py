"""Feeders and transformer areas as rows of the tree, a page at a time.

A page begins after the standing of the last row of the page before, never at a count of rows: what comes or goes in
between shifts nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from assistant.tree.tree_groups import GROUP_COLUMNS, UNFILED, Group, json_list, sums
from assistant.tree.tree_nodes import Counts, Standing
from data.sqlite import Connection

BY_NUMBER = (int, str, str, str)
"""Types of the standing of a feeder or transformer area: its number's value and text, its name, its id."""
_COUNTS = ("transformer_areas", "customers", "important", "high_risk", "sensitive")
_KEPT_COUNTS = ", ".join(f"coalesce(own.{name}, 0)" for name in _COUNTS)
ON_NO_FEEDER = "SELECT id FROM supply_count WHERE kind = 'feeder' AND id NOT IN (SELECT id FROM feeder)"
"""SQL for the feeders that something refers to and the cache does not hold, the empty one among them."""


class SupplyRow(NamedTuple):
    """A feeder or transformer area with the counts below it; `name` is None where it is only referred to."""

    id: str
    number: str
    name: str | None
    standing: Standing
    counts: Counts


class SupplyRows:
    """Reads the rows from one open cache.

    Args:
        connection: An open cache; it is only read.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def feeders(self, branch: str, substation: str, after: Standing | None, limit: int) -> list[SupplyRow]:
        """The feeders of a branch at a substation, by number; empty texts stand for none on record."""
        where, values = feeders_where([branch], substation)
        return self._supply("feeder", f"x.id IN (SELECT id FROM feeder WHERE {where})", values, after, limit)

    def transformer_areas(self, feeder: str, after: Standing | None, limit: int) -> list[SupplyRow]:
        """The transformer areas on a feeder, by number.

        On the empty feeder: those whose feeder the cache does not hold, and those that only customers refer to.
        """
        if feeder != UNFILED:
            return self._supply("transformer_area", "x.feeder = :feeder", {"feeder": feeder}, after, limit)
        rows = self._supply("transformer_area", f"x.feeder IN ({ON_NO_FEEDER})", {}, after, limit)
        return sorted([*rows, *self._missing(after, limit)], key=lambda row: [*row.standing])[:limit]

    def supply(self, kind: str, key: str) -> SupplyRow | None:
        """One feeder or transformer area, or None."""
        found = self._supply(kind, "x.id = :id", {"id": key}, None, 1)
        if not found and kind == "transformer_area":
            found = self._missing(None, 1, "AND own.id = :id", {"id": key})
        return found[0] if found else None

    def group_of(self, feeder: str) -> Group | None:
        """The branch and substation of a feeder, or None."""
        row = self._connection.execute(
            f"SELECT {GROUP_COLUMNS} FROM feeder LEFT JOIN branch ON branch.id = feeder.branch WHERE feeder.id = ?",
            (feeder,),
        ).fetchone()
        return Group(*row) if row else None

    def below_feeder(self, feeder: str) -> Counts:
        """What the transformer areas on a feeder have below them together; of the empty one as `transformer_areas`."""
        on_it = "SELECT id FROM transformer_area WHERE feeder = :feeder"
        if feeder == UNFILED:
            on_it = f"SELECT id FROM transformer_area WHERE feeder IN ({ON_NO_FEEDER})"
            on_it += f" UNION ALL SELECT id FROM supply_count AS own WHERE {_MISSING}"
        row = self._connection.execute(
            f"SELECT {sums('own')} FROM supply_count AS own WHERE kind = 'transformer_area' AND id IN ({on_it})",
            {"feeder": feeder},
        ).fetchone()
        return Counts(0, *row)

    def any_feeder_among(self, feeders: Iterable[str], branches: Iterable[str], substation: str | None) -> bool:
        """Whether any of these feeders belongs to the branches, or to one of their substations."""
        where, values = feeders_where(branches, substation)
        sql = f"SELECT 1 FROM feeder WHERE id IN (SELECT value FROM json_each(:among)) AND {where} LIMIT 1"
        return self._connection.execute(sql, {**values, "among": json_list(feeders)}).fetchone() is not None

    def _supply(
        self, kind: str, where: str, values: Mapping[str, Any], after: Standing | None, limit: int
    ) -> list[SupplyRow]:
        standing = "CAST(x.number AS INTEGER), x.number, name.text, x.id"
        following = f" AND ({standing}) > (:after0, :after1, :after2, :after3)" if after else ""
        rows = self._connection.execute(
            f"SELECT {standing}, {_KEPT_COUNTS} FROM {kind} AS x JOIN name ON name.nid = x.name_id"
            f" LEFT JOIN supply_count AS own ON own.kind = '{kind}' AND own.id = x.id"
            f" WHERE {where}{following} ORDER BY 1, 2, 3, 4 LIMIT :limit",
            {**values, **after_values(after), "limit": limit},
        )
        return [_supply_row(kind, value, number, name, key, counts) for value, number, name, key, *counts in rows]

    def _missing(
        self, after: Standing | None, limit: int, more: str = "", values: Mapping[str, Any] | None = None
    ) -> list[SupplyRow]:
        """Transformer areas that customers refer to and the cache does not hold; their id stands for their number."""
        following = " AND (CAST(id AS INTEGER), id, '', id) > (:after0, :after1, :after2, :after3)" if after else ""
        rows = self._connection.execute(
            f"SELECT CAST(id AS INTEGER), id, {_KEPT_COUNTS} FROM supply_count AS own"
            f" WHERE {_MISSING}{following} {more} ORDER BY 1, 2 LIMIT :limit",
            {**(values or {}), **after_values(after), "limit": limit},
        )
        return [_supply_row("transformer_area", value, key, None, key, counts) for value, key, *counts in rows]


_MISSING = (
    "own.kind = 'transformer_area' AND NOT EXISTS (SELECT 1 FROM transformer_area WHERE transformer_area.id = own.id)"
)


def _supply_row(kind: str, value: int, number: str, name: str | None, key: str, counts: Sequence[int]) -> SupplyRow:
    below = Counts(1 if kind == "feeder" else 0, *counts)
    if kind == "transformer_area":
        below = Counts(0, 1, *counts[1:])
    return SupplyRow(key, number, name, (value, number, name or "", key), below)


def feeders_where(branches: Iterable[str], substation: str | None) -> tuple[str, dict[str, str]]:
    """SQL for the feeders of branches, at one substation or at all; the empty branch has those of no branch."""
    listed = [*branches]
    where = "branch IN (SELECT value FROM json_each(:branches))"
    if UNFILED in listed:
        where = "(branch IS NULL OR branch NOT IN (SELECT id FROM branch))"
    if substation is not None:
        where += " AND coalesce(substation, '') = :substation"
    return where, {"branches": json_list(listed), "substation": substation or ""}


def after_values(after: Standing | None) -> dict[str, int | str]:
    """The items of a standing as SQL parameters `:after0` and so on."""
    return {f"after{number}": item for number, item in enumerate(after or ())}
