"""Counts and set hashes of customers as the least class of readers holds them.

They are kept from the first device of that class on: where there is none, no write pays for them.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from data.kinds import CUSTOMER
from data.masking import LEAST, counted_bucket, for_caches
from data.store import change_log
from data.store.cells import from_cells
from data.store.schema import BUCKET, RECORDS
from data.store.set_hash import SetSum, hash_bytes, row_hash

_META = "least_sums"
_ROWS_AT_ONCE = 5000


def are_kept(connection: Connection) -> bool:
    """Whether writes of customers have to keep them."""
    return change_log.get_meta(connection, _META) == "kept"


def keep(connection: Connection) -> None:
    """Has them kept from now on, in a transaction that may write; about half a minute a million customers, once."""
    change_log.lock(connection)
    if are_kept(connection):
        return
    table, sums = RECORDS[CUSTOMER.name], dict[str, SetSum]()
    for row in connection.execute(select(table), execution_options={"yield_per": _ROWS_AT_ONCE}).mappings():
        sums[row["bucket"]] = sums.get(row["bucket"], SetSum()).plus(least_hash(row))
    for bucket, one in sums.items():
        name = counted_bucket(bucket, LEAST)
        connection.execute(delete(BUCKET).where(BUCKET.c.bucket == name))
        values = {"rows": one.rows, "set_hash": hash_bytes(one.set_hash)}
        connection.execute(insert(BUCKET).values(bucket=name, kind=CUSTOMER.name, **values))
    change_log.set_meta(connection, _META, "kept")


def least_hash(row: Mapping[Any, Any]) -> int:
    """The hash of a customer, of whom all columns are in `row`, as the least class holds it."""
    doc = from_cells(CUSTOMER.fields, [row[field.name] for field in CUSTOMER.fields])
    return row_hash(CUSTOMER, for_caches(CUSTOMER, doc, LEAST))
