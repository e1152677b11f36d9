"""Which tickets are whose: one condition, which lists, counts and acts ask alike."""

from sqlalchemy import ColumnElement, Connection, and_, or_, true

from data.outages.branch_limits import branches_below, is_supplied
from data.readers import Reader
from data.store.schema import TICKET


def is_theirs(connection: Connection, reader: Reader) -> ColumnElement[bool]:
    """The condition that a ticket is one of somebody's who works for some branches; all are for who works for all.

    It is theirs where their branches, or any below, supply its place or have it assigned; where it is assigned to them
    or was entered by them; and where nobody knows whose it is, lest it is left lying.
    """
    if not reader.branches:
        return true()
    within = branches_below(connection, reader.branches)
    place = TICKET.c.place_kind, TICKET.c.place_id
    nobodys = and_(TICKET.c.branch.is_(None), ~is_supplied(*place, None))
    own = or_(TICKET.c.person == reader.name, TICKET.c.created_by == reader.name)
    return or_(TICKET.c.branch.in_(sorted(within)), is_supplied(*place, within), own, nobodys)
