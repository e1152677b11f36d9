"""Finding the one record that a person names by id, code, number or name."""

from sqlalchemy import Connection, or_, select

from data.errors import AmbiguousError, NotFoundError
from data.kinds import KINDS
from data.store.schema import RECORDS

LISTED_AT_MOST = 8


def find_one(connection: Connection, kind: str, text: str) -> str:
    """The id of the record of `kind` whose id, code, number or name is `text`.

    An id wins over the rest; among the rest, `text` must be unique.

    Raises:
        NotFoundError: there is none.
        AmbiguousError: there are several; the message lists them with their ids.
    """
    table, described = RECORDS[kind], KINDS[kind]
    wanted = text.strip()
    if connection.execute(select(table.c.id).where(table.c.id == wanted)).first():
        return wanted
    ways = [table.c[field] == (wanted.lower() if kind == "area" else wanted) for field in described.codes]
    ways.append(table.c.name == wanted)
    found = connection.execute(
        select(table.c.id, table.c.name).where(or_(*ways)).order_by(table.c.id).limit(LISTED_AT_MOST + 1)
    ).all()
    if not found:
        refused = NotFoundError(f"no {kind.replace('_', ' ')} has the id, number or name {wanted!r}")
        raise refused.about("nothing_named_so", kind=kind, name=wanted)
    if len(found) > 1:
        listed = ", ".join(f"{row.id} ({row.name})" for row in found[:LISTED_AT_MOST])
        more = " and more" if len(found) > LISTED_AT_MOST else ""
        told = f"{kind.replace('_', ' ')} {wanted!r} is not unique: give one of the ids {listed}{more}"
        raise AmbiguousError(told).about("several_named_so", kind=kind, name=wanted, listed=listed)
    return str(found[0].id)
