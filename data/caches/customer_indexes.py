"""The indexes by which customers are found by capacity and standing: small, because most customers are in none.

Of a thousand customers some ten are important, high-risk or sensitive, and some hundred have a large contract. Partial
indexes hold these alone, in the order in which they are answered, so that a query stops at the first ten.
"""

from data.kinds import IMPORTANCE
from data.sqlite import Connection

LARGE_KVA = 50
"""Contract capacity in kVA from which `customer_large` holds a customer: above every usual household."""

STANDING = (
    "CASE importance "
    + " ".join(f"WHEN '{grade}' THEN {rank}" for rank, grade in enumerate(IMPORTANCE))
    + f" ELSE CASE WHEN high_risk THEN {len(IMPORTANCE)} ELSE {len(IMPORTANCE) + 1} END END"
)
"""SQL for the rank of a customer's standing: the grades of importance, then high-risk customers, then all others."""

IS_NOTED = "(importance IS NOT NULL OR high_risk OR sensitive)"
IS_ORDINARY = "(importance IS NULL AND NOT high_risk)"
IS_LARGE = f"NOT (contract_kva < {LARGE_KVA})"
"""SQL conditions, to be repeated word for word by a query that wants the partial index. `NOT <` because a second `>=`
on an indexed column may be taken for the end of the range in place of the query's own."""

_INDEXES = (
    "customer_transformer_area ON customer (transformer_area, contract_kva)",
    "customer_feeder ON customer (feeder, contract_kva) WHERE feeder IS NOT NULL",
    f"customer_noted ON customer ({STANDING}, contract_kva DESC, id, high_risk, sensitive) WHERE {IS_NOTED}",
    f"customer_large ON customer (contract_kva DESC, id) WHERE {IS_LARGE} AND {IS_ORDINARY}",
)


def create_customer_indexes(connection: Connection) -> None:
    """Makes the indexes; a build does so last, when the rows are there."""
    for index in _INDEXES:
        connection.execute(f"CREATE INDEX {index}")
