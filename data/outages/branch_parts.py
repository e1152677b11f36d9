"""Windows that cross branches: which part of one is whose."""

from collections.abc import Collection, Iterable

from sqlalchemy import Connection

from data.outages.branch_limits import branches_below, supplied_among
from data.outages.reach import Reach
from data.outages.windows import OutageWindow, ScopeItem


def own_part(connection: Connection, window: OutageWindow, branches: Collection[str]) -> list[ScopeItem] | None:
    """What of a window's scope `branches` supply, or those below them; None where that is all of it.

    Pieces of the scope as they are, else those of their transformer areas that are supplied so. Empty where nothing is.
    """
    if not branches:
        return None
    within = branches_below(connection, branches)
    whole = supplied_among(connection, window.scope, within)
    if whole.issuperset(window.scope):
        return None
    crossing = [item for item in window.scope if item not in whole]
    below = Reach(connection, crossing).affected_by(crossing).transformer_areas
    areas = supplied_among(connection, [ScopeItem("transformer_area", key) for key in below], within)
    return [*(item for item in window.scope if item in whole), *sorted(areas, key=lambda item: item.id)]


def is_whole(connection: Connection, window: OutageWindow, parts: Iterable[ScopeItem]) -> bool:
    """Whether parts of a window's scope are all of it."""
    named = list(parts)
    reach = Reach(connection, [*window.scope, *named])
    left = reach.affected_by(window.scope, named)
    # An area is no more than its transformer areas where it has some.
    areas = [key for key in left.areas if not reach.transformer_areas_of_area(key)]
    feeders = [key for key in left.feeders if not reach.transformer_areas_of_feeder(key)]
    return not (left.transformer_areas or left.customers or areas or feeders)
