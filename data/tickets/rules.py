"""What a centre sets for its tickets."""

from dataclasses import asdict, dataclass
from datetime import timedelta

from sqlalchemy import Connection

from data.errors import BadValueError
from data.store.settings import read_setting, write_setting
from data.store.store import Writing

_KEY = "tickets"
_HOURS_AT_MOST = 72.0


@dataclass(frozen=True, slots=True)
class TicketRules:
    """The rules.

    Attributes:
        duplicate_hours: A trouble report that comes so many hours after an open one of the same place belongs to it.
        due_soon_hours: So many hours before it is due, a ticket is marked.
    """

    duplicate_hours: float = 6.0
    due_soon_hours: float = 2.0

    @property
    def duplicates_within(self) -> timedelta:
        """`duplicate_hours` as a span of time."""
        return timedelta(hours=self.duplicate_hours)

    @property
    def soon(self) -> timedelta:
        """`due_soon_hours` as a span of time."""
        return timedelta(hours=self.due_soon_hours)


def read_rules(connection: Connection) -> TicketRules:
    """The rules that were set, the usual ones where none were."""
    told = read_setting(connection, _KEY)
    if not isinstance(told, dict):
        return TicketRules()
    return TicketRules(**{name: float(str(value)) for name, value in told.items()})


def set_rules(writing: Writing, rules: TicketRules, by: str) -> None:
    """Sets the rules, from now on.

    Raises:
        BadValueError: a number of hours is none.
    """
    for name, hours in asdict(rules).items():
        if not 0 <= hours <= _HOURS_AT_MOST:
            raise BadValueError(name, hours, f"give hours from 0 to {_HOURS_AT_MOST:g} 请填写 0 至 72 小时")
    write_setting(writing, _KEY, asdict(rules), by)
