"""Which call-backs are whose: one condition, which lists, counts and acts ask alike."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, and_, literal, or_, select, true

from data.outages.branch_limits import branches_below, check_not_elsewhere, is_supplied
from data.outages.documents import outage_from_doc
from data.outages.listing import branches_touched
from data.outages.windows import ScopeItem
from data.readers import Reader
from data.rights import ForbiddenError
from data.store.desk_tables import CALL_BACK
from data.store.rows import get_docs

_CUSTOMER: ColumnElement[str | None] = literal("customer")


def is_theirs(connection: Connection, reader: Reader) -> ColumnElement[bool]:
    """The condition that a call-back is one of somebody's who works for some branches; all are for who works for all.

    It is theirs where their branches, or any below, supply the caller's place; where that is not known, one of them is
    touched by the window; where they entered it; and where nobody knows whose it is, lest it is left lying.
    """
    if not reader.branches:
        return true()
    within = branches_below(connection, reader.branches)
    table = CALL_BACK.c
    supplied = or_(
        is_supplied(table.place_kind, table.place_id, within), is_supplied(_CUSTOMER, table.customer, within)
    )
    known = or_(is_supplied(table.place_kind, table.place_id, None), is_supplied(_CUSTOMER, table.customer, None))
    placeless = select(table.outage).where(table.phone != "", table.outage.is_not(None), ~known).distinct()
    touched = _touched(connection, connection.execute(placeless).scalars())
    ours = [key for key, branches in touched.items() if not branches or branches & within]
    by_window = and_(~known, or_(table.outage.is_(None), table.outage.in_(ours)))
    return or_(supplied, table.by == f"person:{reader.name}", by_window)


def check_new(
    connection: Connection, places: Iterable[ScopeItem], outage: str | None, branches: tuple[str, ...]
) -> None:
    """Does nothing where somebody of `branches` may enter a call-back for these places, or else for this window.

    Raises:
        ForbiddenError: another branch supplies one of the places; or none is given, and the window touches others only.
    """
    if not branches:
        return
    given = list(places)
    for place in given:
        check_not_elsewhere(connection, place, branches)
    if outage and not given:
        touched = _touched(connection, [outage])[outage]
        if touched and not touched & branches_below(connection, branches):
            refused = ForbiddenError(f"outage {outage} touches none of your branches 不涉及本单位")
            raise refused.about("outage_elsewhere", name=outage)


def _touched(connection: Connection, outages: Iterable[str]) -> dict[str, frozenset[str]]:
    """The branches that windows touch, and those above them, by window."""
    docs = get_docs(connection, "outage", outages)
    return branches_touched(connection, [outage_from_doc(doc) for doc in docs.values()])
