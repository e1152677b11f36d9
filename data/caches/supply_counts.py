"""How many customers hang where, and which of them are important: kept in the cache by triggers.

Counting a million customers while someone opens a tree would be a pause; reading a row is none. A build counts once,
with one pass over the customers; from then on triggers move the counts with each change, in its own transaction,
whoever writes it.

`supply_count` has a row for each transformer area that customers name and each feeder that has anything on it; what
hangs on no feeder of record stands under the feeder '': customers without supply data, and those of transformer areas
that the cache does not hold. `important_customer` lists the important, high-risk and sensitive ones by feeder.
"""

from collections.abc import Iterator
from typing import Any

from data.kinds import IMPORTANCE
from data.sqlite import Connection

_COUNTED = ("customers", "important", "high_risk", "sensitive")
_ALL_COUNTED = ("transformer_areas", *_COUNTED)

_TABLES = """
CREATE TABLE supply_count (
    kind TEXT, id TEXT, transformer_areas INTEGER NOT NULL, customers INTEGER NOT NULL,
    important INTEGER NOT NULL, high_risk INTEGER NOT NULL, sensitive INTEGER NOT NULL, PRIMARY KEY (kind, id)
) WITHOUT ROWID;
CREATE TABLE important_customer (
    feeder TEXT, rank INTEGER, id TEXT, transformer_area TEXT, PRIMARY KEY (feeder, rank, id)
) WITHOUT ROWID;
CREATE INDEX important_customer_transformer_area ON important_customer (transformer_area, rank, id);
CREATE INDEX customer_unattached ON customer (id) WHERE transformer_area IS NULL AND feeder IS NULL
"""

_MARKS = "{0}.importance IS NOT NULL, {0}.high_risk, {0}.sensitive"
_IS_IMPORTANT = "({0}.importance IS NOT NULL OR {0}.high_risk OR {0}.sensitive)"
_RANK = (
    "CASE {0}.importance "
    + " ".join(f"WHEN '{key}' THEN {rank}" for rank, key in enumerate(IMPORTANCE))
    + f" ELSE CASE WHEN {{0}}.high_risk THEN {len(IMPORTANCE)} ELSE {len(IMPORTANCE) + 1} END END"
)
_FEEDER = (
    "CASE WHEN {0}.transformer_area IS NULL THEN coalesce({0}.feeder, '')"
    " ELSE coalesce((SELECT feeder FROM transformer_area AS own WHERE own.id = {0}.transformer_area), '') END"
)
_ADD_UP = "ON CONFLICT (kind, id) DO UPDATE SET " + ", ".join(
    f"{name} = {name} + excluded.{name}" for name in _ALL_COUNTED
)


_SUMS = "count(*), sum(importance IS NOT NULL), sum(high_risk), sum(sensitive)"

# NOT INDEXED: by the index each customer's row would be read from another page.
_COUNTING = f"""
INSERT INTO supply_count
SELECT 'transformer_area', transformer_area, 0, {_SUMS} FROM customer NOT INDEXED
WHERE transformer_area IS NOT NULL GROUP BY transformer_area;
INSERT INTO supply_count
SELECT 'feeder', feeder, {", ".join(f"sum({name})" for name in _ALL_COUNTED)} FROM (
    SELECT coalesce(feeder, '') AS feeder, 1 AS transformer_areas,
        {", ".join(f"coalesce({name}, 0) AS {name}" for name in _COUNTED)}
    FROM transformer_area
    LEFT JOIN supply_count AS own ON own.kind = 'transformer_area' AND own.id = transformer_area.id
    UNION ALL
    SELECT '', 0, {", ".join(_COUNTED)} FROM supply_count AS own WHERE kind = 'transformer_area'
    AND NOT EXISTS (SELECT 1 FROM transformer_area WHERE transformer_area.id = own.id)
    UNION ALL
    SELECT coalesce(feeder, ''), 0, {_SUMS} FROM customer
    WHERE transformer_area IS NULL GROUP BY coalesce(feeder, '')
) GROUP BY feeder;
INSERT INTO important_customer
SELECT {_FEEDER.format("customer")}, {_RANK.format("customer")}, id, transformer_area FROM customer NOT INDEXED
WHERE {_IS_IMPORTANT.format("customer")}
"""


def create_supply_counts(connection: Connection) -> None:
    """Makes the tables, counts what the cache holds, and sets the triggers; a build does so when the rows are there."""
    for statement in (*_TABLES.split(";\n"), *_COUNTING.split(";\n"), *_triggers()):
        connection.execute(statement)


def counted_afresh(connection: Connection) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Each table's name with a row that it should hold, in no order; a feeder's sums are of its transformer areas'."""
    for statement in _COUNTING.split(";\n"):
        table, select = statement.strip().removeprefix("INSERT INTO ").split("\n", 1)
        # By the index a group is counted at a time: sorting a million customers would take their memory.
        for row in connection.execute(select.replace("NOT INDEXED", "")):
            yield table, row


def _triggers() -> list[str]:
    """After an insertion what is new is counted in, after a deletion what is gone is counted out, both on an update."""
    made = []
    for table, count, columns in (
        ("customer", _count_customer, "id, transformer_area, feeder, importance, high_risk, sensitive"),
        ("transformer_area", _count_transformer_area, "id, feeder"),
    ):
        came, went = count("NEW", 1), count("OLD", -1)
        for event, acts in (("INSERT", came), ("DELETE", went), (f"UPDATE OF {columns}", went + came)):
            name = f"{table}_counted_on_{event.split()[0].lower()}"
            made.append(f"CREATE TRIGGER {name} AFTER {event} ON {table} BEGIN {'; '.join(acts)}; END")
    return made


def _count_customer(row: str, sign: int) -> list[str]:
    marks, feeder = _MARKS.format(row), _FEEDER.format(row)
    signed = ", ".join(f"{sign} * ({mark})" for mark in marks.split(", "))
    counted = (
        f"INSERT INTO supply_count SELECT kind, id, 0, {sign}, {signed}"
        f" FROM (SELECT 'transformer_area' AS kind, {row}.transformer_area AS id UNION ALL SELECT 'feeder', {feeder})"
        f" WHERE id IS NOT NULL {_ADD_UP}"
    )
    if sign > 0:
        listed = (
            f"INSERT INTO important_customer SELECT {feeder}, {_RANK.format(row)}, {row}.id, {row}.transformer_area"
            f" WHERE {_IS_IMPORTANT.format(row)}"
        )
        return [counted, listed]
    unlisted = (
        f"DELETE FROM important_customer WHERE feeder = {feeder} AND rank = {_RANK.format(row)} AND id = {row}.id"
        f" AND {_IS_IMPORTANT.format(row)}"
    )
    emptied = _drop_empty("transformer_area", f"{row}.transformer_area")
    return [counted, unlisted, emptied, _drop_empty("feeder", feeder)]


def _count_transformer_area(row: str, sign: int) -> list[str]:
    """One that comes takes its customers from the feeder '' along; one that goes gives them back."""
    feeder = f"coalesce({row}.feeder, '')"
    moved = f"FROM supply_count WHERE kind = 'transformer_area' AND id = {row}.id"
    sums = ", ".join(f"{{0}} * coalesce(sum({name}), 0)" for name in _COUNTED)
    listed = feeder if sign > 0 else "''"
    return [
        f"INSERT INTO supply_count SELECT 'feeder', {feeder}, {sign}, {sums.format(sign)} {moved} {_ADD_UP}",
        f"INSERT INTO supply_count SELECT 'feeder', '', 0, {sums.format(-sign)} {moved} {_ADD_UP}",
        f"UPDATE important_customer SET feeder = {listed} WHERE transformer_area = {row}.id",
        _drop_empty("feeder", feeder),
        _drop_empty("feeder", "''"),
    ]


def _drop_empty(kind: str, key: str) -> str:
    return f"DELETE FROM supply_count WHERE kind = '{kind}' AND id = {key} AND transformer_areas = 0 AND customers = 0"
