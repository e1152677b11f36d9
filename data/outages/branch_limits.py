"""What is whose: which branch supplies a place, and refusing another's to whoever works for some branches only.

The rule is written once, as a condition: lists ask it of their columns, acts of the one place they are about.
"""

from collections.abc import Callable, Collection, Iterable

from sqlalchemy import ColumnElement, Connection, Select, and_, false, func, or_, select

from data.outages.windows import ScopeItem
from data.rights import ForbiddenError
from data.store.rows import chunks
from data.store.schema import RECORDS

Branches = Collection[str] | None
"""Ids of branches; None stands for every branch that is known."""


def branches_below(connection: Connection, branches: Collection[str]) -> frozenset[str]:
    """These branches and all below them."""
    table = RECORDS["branch"]
    found = select(table.c.id).where(table.c.id.in_(branches)).cte("below", recursive=True)
    found = found.union(select(table.c.id).join(found, table.c.parent_id == found.c.id))
    return frozenset(connection.execute(select(found.c.id)).scalars()) | frozenset(branches)


def is_supplied(
    kind: ColumnElement[str | None], key: ColumnElement[str | None], branches: Branches
) -> ColumnElement[bool]:
    """The condition that one of `branches` supplies the place whose kind and id stand in two columns; never NULL.

    An area is of the branch that it names, else of the nearest area around it that names one.
    """
    told = func.coalesce(kind, "")
    return or_(*(and_(told == name, holds(key, branches)) for name, holds in _HOLDS.items()))


def check_branches(connection: Connection, scope: Iterable[ScopeItem], branches: Collection[str]) -> None:
    """Does nothing where each item is supplied by one of `branches`, or by one below; none stands for every branch.

    Raises:
        ForbiddenError: one is not.
    """
    if not branches:
        return
    items = list(scope)
    own = supplied_among(connection, items, branches_below(connection, branches))
    for item in items:
        if item not in own:
            named = f"the {item.kind.replace('_', ' ')} {item.id}"
            refused = ForbiddenError(f"{named} is not one of your branches' 不归本单位供电")
            raise refused.about("not_your_branch", kind=item.kind, name=item.id)


def check_not_elsewhere(connection: Connection, place: ScopeItem, branches: Collection[str]) -> None:
    """Does nothing for a place of `branches`, and for one of which nobody knows who supplies it.

    Raises:
        ForbiddenError: another branch supplies it.
    """
    if branches and supplied_among(connection, [place], None):
        check_branches(connection, [place], branches)


def supplied_among(connection: Connection, places: Iterable[ScopeItem], branches: Branches) -> frozenset[ScopeItem]:
    """Those of some places that one of `branches` supplies; for None those of which it is known who does."""
    ids: dict[str, set[str]] = {}
    for place in places:
        ids.setdefault(place.kind, set()).add(place.id)
    found = set[ScopeItem]()
    for kind, keys in ids.items():
        table = RECORDS[kind]
        for chunk in chunks(sorted(keys)):
            wanted = select(table.c.id).where(table.c.id.in_(chunk), _HOLDS[kind](table.c.id, branches))
            found |= {ScopeItem(kind, key) for key in connection.execute(wanted).scalars()}
    return frozenset(found)


def _is_one(column: ColumnElement[str | None], branches: Branches) -> ColumnElement[bool]:
    if branches is None:
        return column.is_not(None)
    return column.in_(sorted(branches)) if branches else false()


def _feeder(key: ColumnElement[str | None], branches: Branches) -> ColumnElement[bool]:
    feeder = RECORDS["feeder"].alias()
    return select(feeder.c.id).where(feeder.c.id == key, _is_one(feeder.c.branch, branches)).exists()


def _transformer_area(key: ColumnElement[str | None], branches: Branches) -> ColumnElement[bool]:
    area = RECORDS["transformer_area"].alias()
    return select(area.c.id).where(area.c.id == key, _feeder(area.c.feeder, branches)).exists()


def _customer(key: ColumnElement[str | None], branches: Branches) -> ColumnElement[bool]:
    """By its transformer area, else by the feeder that is named with it."""
    customer = RECORDS["customer"].alias()
    straight = _feeder(customer.c.feeder, branches)
    if branches is not None:
        straight = and_(~_transformer_area(customer.c.transformer_area, None), straight)
    there = or_(_transformer_area(customer.c.transformer_area, branches), straight)
    return select(customer.c.id).where(customer.c.id == key, there).exists()


def _area(key: ColumnElement[str | None], branches: Branches) -> ColumnElement[bool]:
    return and_(key.is_not(None), func.coalesce(key, "").in_(_areas(branches)))


def _areas(branches: Branches) -> Select[tuple[str]]:
    """The areas that name one of these branches, with those below them that name none."""
    area, below = RECORDS["area"].alias(), RECORDS["area"].alias()
    found = select(area.c.id).where(_is_one(area.c.branch, branches)).cte(recursive=True)
    within = select(below.c.id).join(found, below.c.parent_id == found.c.id).where(below.c.branch.is_(None))
    return select(found.union(within).c.id)


_HOLDS: dict[str, Callable[[ColumnElement[str | None], Branches], ColumnElement[bool]]] = {
    "feeder": _feeder,
    "transformer_area": _transformer_area,
    "customer": _customer,
    "area": _area,
}
