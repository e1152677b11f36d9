"""Whose windows a person may set, who works for some branches only."""

from collections.abc import Iterable

from sqlalchemy import Connection, text

from data.outages.windows import ScopeItem
from data.rights import ForbiddenError

_SUPPLIED_BY = {
    "feeder": "SELECT branch FROM feeder WHERE id = :id",
    "transformer_area": "SELECT feeder.branch FROM transformer_area AS t JOIN feeder ON feeder.id = t.feeder"
    " WHERE t.id = :id",
    "customer": "SELECT coalesce(own.branch, straight.branch) FROM customer"
    " LEFT JOIN transformer_area AS t ON t.id = customer.transformer_area LEFT JOIN feeder AS own ON own.id = t.feeder"
    " LEFT JOIN feeder AS straight ON straight.id = customer.feeder WHERE customer.id = :id",
    "area": "WITH RECURSIVE up(parent_id, branch, depth) AS (SELECT parent_id, branch, 0 FROM area WHERE id = :id"
    " UNION ALL SELECT area.parent_id, area.branch, depth + 1 FROM up JOIN area ON area.id = up.parent_id"
    " WHERE depth < 10) SELECT branch FROM up WHERE branch IS NOT NULL ORDER BY depth LIMIT 1",
}
_AND_ABOVE = (
    "WITH RECURSIVE up(id, parent_id, depth) AS (SELECT id, parent_id, 0 FROM branch WHERE id = :id"
    " UNION ALL SELECT branch.id, branch.parent_id, depth + 1 FROM up JOIN branch ON branch.id = up.parent_id"
    " WHERE depth < 10) SELECT id FROM up"
)


def check_branches(connection: Connection, scope: Iterable[ScopeItem], branches: tuple[str, ...]) -> None:
    """Does nothing where each item is supplied by one of `branches`, or by one below; none stands for every branch.

    Raises:
        ForbiddenError: one is not.
    """
    if not branches:
        return
    for item in scope:
        supplier = connection.execute(text(_SUPPLIED_BY[item.kind]), {"id": item.id}).scalar()
        above = connection.execute(text(_AND_ABOVE), {"id": supplier}).scalars() if supplier else ()
        if not set(above) & set(branches):
            kind = item.kind.replace("_", " ")
            refused = ForbiddenError(f"the {kind} {item.id} is not one of your branches' 不归本单位供电")
            raise refused.about("not_your_branch", kind=item.kind, name=item.id)
