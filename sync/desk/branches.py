"""Branches as people name them on the pages: by their names."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, select

from data.finding import find_one
from data.store.schema import RECORDS

_SEPARATORS = "[;；,，、]"


def branch_names(connection: Connection) -> dict[str, str]:
    """Every branch's name under its id, by id."""
    table = RECORDS["branch"]
    rows = connection.execute(select(table.c.id, table.c.name).order_by(table.c.id))
    return {row.id: row.name for row in rows}


def branches_named(connection: Connection, text: str) -> tuple[str, ...]:
    """The ids of the branches that a field of a form names, each by its id or name; none for an empty field.

    Raises:
        NotFoundError: a branch is not known.
        AmbiguousError: several have a name.
    """
    named = [one.strip() for one in re.split(_SEPARATORS, text)]
    return tuple(dict.fromkeys(find_one(connection, "branch", one) for one in named if one))


def in_a_field(ids: Iterable[str], names: Mapping[str, str]) -> str:
    """Branches as `branches_named` understands them: by their names, but by id where several have one."""
    bearers = Counter(names.values())
    return "；".join(names[one] if bearers[names.get(one, "")] == 1 else one for one in ids)
