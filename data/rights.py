"""Who may do what: one table, which the hub reads and its tests walk."""

from data.errors import DataError

ROLES = {
    "agent": "坐席",
    "duty_officer": "值班员",
    "maintainer": "检修人员",
    "supervisor": "班长",
    "administrator": "管理员",
}

RIGHTS: dict[str, frozenset[str]] = {
    "see_desk": frozenset(ROLES),
    "see_wallboard": frozenset(ROLES),
    "set_outage": frozenset({"duty_officer", "maintainer", "supervisor", "administrator"}),
    "make_ticket": frozenset({"agent", "duty_officer", "supervisor", "administrator"}),
    "find_by_phone": frozenset({"agent", "duty_officer", "supervisor", "administrator"}),
    "send_call_events": frozenset({"administrator"}),
}
"""For each act, the roles that may do it."""


class ForbiddenError(DataError):
    """This person may not do that."""


def check(role: str, act: str) -> None:
    """Does nothing where `role` may do `act`.

    Raises:
        ForbiddenError: it may not.
    """
    if role not in RIGHTS[act]:
        allowed = ", ".join(sorted(RIGHTS[act]))
        raise ForbiddenError(f"the role {role} may not {act.replace('_', ' ')}: {allowed} may")
