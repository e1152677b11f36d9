"""The branches that a person or a device is held to."""

import json

from sqlalchemy import Connection, select

from data.buckets import branch_bucket, buckets_of_scope
from data.errors import NotFoundError
from data.schema import RECORDS
from data.set_hash import GLOBAL


def branch_list(connection: Connection, branches: tuple[str, ...]) -> str:
    """`branches` as they are stored: JSON.

    Raises:
        NotFoundError: one is not known.
    """
    known = select(RECORDS["branch"].c.id).where(RECORDS["branch"].c.id.in_(branches))
    missing = set(branches) - set(connection.execute(known).scalars())
    if missing:
        raise NotFoundError(f"no branch has the id {', '.join(sorted(missing))}")
    return json.dumps(list(branches))


def within(connection: Connection, branches: tuple[str, ...], branch: str | None) -> bool:
    """Whether `branch` is one of `branches` or below one; everything is within none at all, which means all."""
    buckets = buckets_of_scope(connection, branches)
    return buckets is None or (branch is not None and branch_bucket(branch) in set(buckets) - {GLOBAL})
