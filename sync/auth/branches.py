"""The branches that a person or a device is held to."""

import json

from sqlalchemy import Connection, select

from data.errors import NotFoundError
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
