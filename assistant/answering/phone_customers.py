"""The customers whom the hub named for a phone number, as this PC's cache knows them."""

from collections.abc import Sequence

from assistant.lookup.lookup import Hit
from data.caches.cache import read_row
from data.kinds import CUSTOMER
from data.sqlite import Connection

_SCORE = 100.0


def with_customers(connection: Connection, hits: list[Hit], customers: Sequence[str], limit: int) -> list[Hit]:
    """`hits`, and below them the customers of these numbers that the cache holds; at most `limit`, none twice.

    Where both are many, each gets half.
    """
    found = [hit for key in customers[:limit] if (hit := _hit(connection, key))]
    named = {hit.id for hit in found}
    others = [hit for hit in hits if hit.kind != CUSTOMER.name or hit.id not in named]
    kept = max(limit - len(found), (limit + 1) // 2)
    return [*others[:kept], *found][:limit]


def _hit(connection: Connection, customer: str) -> Hit | None:
    row = read_row(connection, CUSTOMER, customer)
    if row is None:  # a change that is still on its way
        return None
    return Hit(
        kind=CUSTOMER.name,
        id=customer,
        rid=row.rid,
        name=str(row.doc["name"]),
        code=customer,
        score=_SCORE,
        reason="phone",
        spans=(),
    )
