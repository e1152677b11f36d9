"""Which customers places supply: an area, a feeder, a transformer area, a branch, each with what lies below it."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

from assistant.lookup.records import Record
from data.names.area_codes import spoken_name
from data.sqlite import Connection

FEEDERS_OF_LISTED = """(
    SELECT value FROM json_each(:feeders)
    UNION SELECT t.feeder FROM json_each(:listed) AS j CROSS JOIN transformer_area AS t ON t.id = j.value
    WHERE :areas <> '[]')"""
"""SQL of the feeders on which places may have customers straight: their own, for areas those of `:listed`."""

_WITHIN = """WITH RECURSIVE within(id) AS (
    SELECT value FROM json_each(?) UNION SELECT {kind}.id FROM within JOIN {kind} ON {kind}.parent_id = within.id)
    SELECT {wanted}"""
_AREAS = _WITHIN.format(kind="area", wanted="id FROM within")
_FEEDERS = _WITHIN.format(kind="branch", wanted="feeder.id FROM within CROSS JOIN feeder ON feeder.branch = within.id")

_TRANSFORMER_AREAS = """
    SELECT value FROM json_each(:transformer_areas)
    UNION SELECT t.id FROM json_each(:feeders) CROSS JOIN transformer_area AS t ON t.feeder = value
    UNION SELECT link.id FROM json_each(:areas) CROSS JOIN link
        ON link.target = value AND link.kind = 'transformer_area' AND link.field = 'areas'
    LIMIT :most"""


@dataclass(frozen=True, slots=True)
class Supplied:
    """Places with all that lies below them, down to what customers hang on.

    A customer belongs to them who is one of `customers`, or whose transformer area is one of `transformer_areas`, hangs
    on one of `feeders` or serves one of `areas`. A customer straight on a feeder belongs to them if it is one of
    `feeders`, or if it supplies one of `areas` and either nothing beside them or the customer's address holds one of
    `names`.

    Attributes:
        areas: Ids of areas, those within others included.
        names: What people call the areas that were named.
        feeders: Ids of feeders, those of branches included.
        transformer_areas: Ids of transformer areas that were named as such.
        customers: Ids of customers that were named as such.
    """

    areas: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    feeders: tuple[str, ...] = ()
    transformer_areas: tuple[str, ...] = ()
    customers: tuple[str, ...] = ()

    def values(self, prefix: str = "") -> dict[str, str]:
        """Each list as JSON under its name, for SQL to be bound to."""
        return {
            prefix + field.name: json.dumps(getattr(self, field.name), ensure_ascii=False) for field in fields(self)
        }


def holds(prefix: str = "") -> str:
    """SQL that tells whether the customer `c` belongs to places whose `values(prefix)` are bound."""

    def listed(name: str) -> str:
        return f"(SELECT value FROM json_each(:{prefix}{name}))"

    def serves(transformer_area: str) -> str:
        return (
            "EXISTS (SELECT 1 FROM link WHERE link.kind = 'transformer_area' AND link.field = 'areas'"
            f" AND link.id = {transformer_area} AND +link.target IN {listed('areas')})"
        )

    behind = "SELECT 1 FROM transformer_area AS t WHERE t.feeder = c.feeder AND"
    named = f"EXISTS (SELECT 1 FROM json_each(:{prefix}names) WHERE instr(c.address, value))"
    return f"""(c.id IN {listed("customers")} OR CASE
        WHEN c.transformer_area IS NULL THEN c.feeder IN {listed("feeders")}
            OR (EXISTS ({behind} {serves("t.id")}) AND ({named} OR NOT EXISTS ({behind} NOT {serves("t.id")})))
        ELSE c.transformer_area IN {listed("transformer_areas")}
            OR (SELECT t.feeder FROM transformer_area AS t WHERE t.id = c.transformer_area) IN {listed("feeders")}
            OR {serves("c.transformer_area")}
        END)"""


def supplied(connection: Connection, places: Sequence[Record]) -> Supplied:
    """What places of any kind supply.

    Args:
        connection: The cache.
        places: Areas, feeders, transformer areas, customers; also branches, with those below them. All together are
            meant, in no order.
    """
    ids: dict[str, list[str]] = {}
    for place in places:
        ids.setdefault(place.kind, []).append(place.id)
    feeders = dict.fromkeys([*ids.get("feeder", ()), *_ids(connection, _FEEDERS, ids.get("branch", ()))])
    return Supplied(
        areas=tuple(_ids(connection, _AREAS, ids.get("area", ()))),
        names=tuple(spoken_name(place.name) for place in places if place.kind == "area" and place.name),
        feeders=tuple(feeders),
        transformer_areas=tuple(ids.get("transformer_area", ())),
        customers=tuple(ids.get("customer", ())),
    )


def supplied_by_branches(connection: Connection, branches: Iterable[str]) -> Supplied:
    """What these branches supply themselves, without those below them."""
    rows = connection.execute(
        "SELECT feeder.id FROM json_each(?) CROSS JOIN feeder ON feeder.branch = value", (json.dumps(sorted(branches)),)
    )
    return Supplied(feeders=tuple(key for (key,) in rows))


def transformer_areas_of(connection: Connection, places: Supplied, most: int = -1) -> list[str] | None:
    """Ids of the transformer areas of these places, in no order; None for about more than `most`, if not -1."""
    if 0 <= most < max(len(places.areas), len(places.feeders)):
        return None  # hardly any of them is without a transformer area, and counting takes time
    values: dict[str, object] = {**places.values(), "most": most + 1 if most >= 0 else most}
    found = [key for (key,) in connection.execute(_TRANSFORMER_AREAS, values)]
    return found if most < 0 or len(found) <= most else None


def read_customers(connection: Connection, rids: Sequence[int]) -> list[Record]:
    """The customers of these rows, in their order."""
    rows = connection.execute(
        "SELECT c.rid, c.id, name.text FROM json_each(?) CROSS JOIN customer AS c ON c.rid = value"
        " JOIN name ON name.nid = c.name_id",
        (json.dumps(rids),),
    )
    records = {rid: Record("customer", rid, key, name, key) for rid, key, name in rows}
    return [records[rid] for rid in rids]


def _ids(connection: Connection, sql: str, keys: Sequence[str]) -> list[str]:
    return [key for (key,) in connection.execute(sql, (json.dumps(keys),))] if keys else []
