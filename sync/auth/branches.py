"""The branches that a person or a device is held to."""

import json
from collections.abc import Iterable

from sqlalchemy import Connection, select

from data.errors import NotFoundError
from data.store.buckets import buckets_of_scope
from data.store.schema import RECORDS


def branch_list(connection: Connection, branches: tuple[str, ...]) -> str:
    """`branches` as they are stored: JSON.

    Raises:
        NotFoundError: one is not known.
    """
    known = select(RECORDS["branch"].c.id).where(RECORDS["branch"].c.id.in_(branches))
    missing = set(branches) - set(connection.execute(known).scalars())
    if missing:
        listed = ", ".join(sorted(missing))
        raise NotFoundError(f"no branch has the id {listed}").about("no_branch", listed=listed)
    return json.dumps(list(branches))


def shared_buckets(connection: Connection, *held_to: Iterable[str]) -> list[str] | None:
    """The buckets that all may see who are held to these branches, such as a PC and the person at it; None: all."""
    limits = [one for branches in held_to if (one := buckets_of_scope(connection, branches)) is not None]
    return [bucket for bucket in limits[0] if all(bucket in one for one in limits)] if limits else None
