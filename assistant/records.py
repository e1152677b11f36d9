"""The records behind names and codes, read from the cache."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from data.index import KIND_STRIDE
from data.kinds import KINDS, RANKED
from data.sqlite import Connection

MOST_NAMESAKES = 50
"""Records of one kind that are looked at for one name: thousands of customers may share one."""

_MOST_WITH_PREFIX = 50
_LAST_LETTER = "\U0010ffff"

# How the branch that serves a record is found: its own, or that of what it belongs to.
_BRANCH_OF = {
    "area": """
        WITH RECURSIVE up(branch, parent_id, height) AS (
            SELECT branch, parent_id, 0 FROM area WHERE rid = ?
            UNION ALL
            SELECT area.branch, area.parent_id, height + 1 FROM up JOIN area ON area.id = up.parent_id WHERE height < 9
        ) SELECT branch FROM up WHERE branch IS NOT NULL ORDER BY height LIMIT 1""",
    "feeder": "SELECT branch FROM feeder WHERE rid = ?",
    "transformer_area": """
        SELECT feeder.branch FROM transformer_area AS t JOIN feeder ON feeder.id = t.feeder WHERE t.rid = ?""",
    "customer": """
        SELECT feeder.branch FROM customer AS c LEFT JOIN transformer_area AS t ON t.id = c.transformer_area
        JOIN feeder ON feeder.id = coalesce(c.feeder, t.feeder) WHERE c.rid = ?""",
}


@dataclass(frozen=True, slots=True)
class Record:
    """What a hit shows of a record."""

    kind: str
    rid: int
    id: str
    name: str
    code: str | None

    @property
    def order(self) -> int:
        """Ordinal of its kind: areas come first."""
        return RANKED.index(self.kind)


@dataclass(frozen=True, slots=True)
class Found:
    """A record with how well it answers a query.

    Attributes:
        score: 0 to 100.
        reason: As in a hit.
        spans: `[start, end)` stretches of the record's name that the query stands for.
        uses: How many records bear the name that matched.
    """

    record: Record
    score: float
    reason: str
    spans: tuple[tuple[int, int], ...] = ()
    uses: int = 0


@cache
def _select(kind: str, condition: str) -> str:
    code = KINDS[kind].codes[0]
    return f"SELECT rid, id, text, {code} FROM {kind} JOIN name ON nid = name_id WHERE {condition}"


def _read(connection: Connection, kind: str, condition: str, values: Sequence[object]) -> list[Record]:
    return [Record(kind, *row) for row in connection.execute(_select(kind, condition), values)]


def bearing_name(connection: Connection, nid: int, rank: int) -> list[Record]:
    """Records that bear the name, by kind and id; at most `MOST_NAMESAKES` of each kind.

    Args:
        connection: The cache.
        nid: The name's number.
        rank: Ordinal of the best kind that ever bore it; better kinds are not asked.
    """
    found: list[Record] = []
    for kind in RANKED[rank:]:
        found += _read(connection, kind, f"name_id = ? ORDER BY id LIMIT {MOST_NAMESAKES}", (nid,))
    return found + _bearing_alias(connection, nid)


def _bearing_alias(connection: Connection, nid: int) -> list[Record]:
    kinds = connection.execute("SELECT DISTINCT kind FROM alias WHERE nid = ? ORDER BY kind", (nid,)).fetchall()
    condition = f"rid IN (SELECT rid FROM alias WHERE nid = ? AND kind = ?) ORDER BY id LIMIT {MOST_NAMESAKES}"
    return [record for (kind,) in kinds for record in _read(connection, kind, condition, (nid, kind))]


def with_code_prefix(connection: Connection, kind: str, prefix: str) -> list[Record]:
    """Records whose code starts with `prefix`, by code; an exact one comes first. The column must be indexed."""
    code = KINDS[kind].codes[0]
    condition = f"{code} >= ? AND {code} < ? ORDER BY {code}, id LIMIT {_MOST_WITH_PREFIX}"
    return _read(connection, kind, condition, (prefix, prefix + _LAST_LETTER))


def at_code_rows(connection: Connection, rows: Iterable[int]) -> list[Record]:
    """The records behind rows of `code_fts`."""
    found: list[Record] = []
    by_kind: dict[str, list[int]] = {}
    for row in rows:
        by_kind.setdefault(RANKED[row % KIND_STRIDE], []).append(row // KIND_STRIDE)
    for kind, rids in by_kind.items():
        marks = ",".join("?" * len(rids))
        found += _read(connection, kind, f"rid IN ({marks}) ORDER BY id", rids)
    return found


def branch_of(connection: Connection, record: Record) -> str | None:
    """Id of the branch that serves the record, None where the cache does not say."""
    row = connection.execute(_BRANCH_OF[record.kind], (record.rid,)).fetchone()
    return row[0] if row else None


_INSIDE = {
    "transformer_area": """
        name_id = ? AND id IN (
            SELECT id FROM link WHERE kind = 'transformer_area' AND field = 'areas'
            AND target IN (SELECT value FROM json_each(?)))""",
    "customer": """
        name_id = ? AND EXISTS (
            SELECT 1 FROM link WHERE kind = 'transformer_area' AND field = 'areas'
            AND link.id = customer.transformer_area AND target IN (SELECT value FROM json_each(?)))""",
}


def bearing_name_inside(connection: Connection, nid: int, areas: Iterable[str]) -> list[Record]:
    """Transformer areas and customers of a name that are supplied in one of the areas, by kind and id."""
    listed = json.dumps(sorted(areas))
    return [
        record
        for kind, condition in _INSIDE.items()
        for record in _read(connection, kind, f"{condition} ORDER BY id LIMIT {MOST_NAMESAKES}", (nid, listed))
    ]


def branches_named(connection: Connection, text: str, areas: Iterable[str]) -> set[str]:
    """Ids of branches whose name starts with `text`, and of those that serve one of the areas."""
    rows = connection.execute(
        "SELECT id FROM branch WHERE substr(name, 1, ?) = ?"
        " UNION SELECT branch FROM area WHERE branch IS NOT NULL AND id IN (SELECT value FROM json_each(?))",
        (len(text), text, json.dumps(sorted(areas))),
    )
    return {branch for (branch,) in rows}
