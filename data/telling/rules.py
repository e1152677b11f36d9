"""What a centre has set about telling people: who has to be told, and from which delay on they are told again."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from data.store.settings import read_setting

SENSITIVE, LATER_MINUTES = "telling.sensitive", "telling.later_minutes"
"""Keys of the centre's settings: a flag, and a number of minutes."""


@dataclass(frozen=True, slots=True)
class TellingRules:
    """What holds where a centre has set nothing.

    Attributes:
        sensitive: Sensitive customers have to be told, beside the important and the high-risk ones.
        moved: A promise that has moved by more than this is told again.
    """

    sensitive: bool = False
    moved: timedelta = timedelta(minutes=15)


def telling_rules(connection: Connection) -> TellingRules:
    """What this centre has set; the default where it has set nothing, or nothing that can be."""
    sensitive, minutes = read_setting(connection, SENSITIVE), read_setting(connection, LATER_MINUTES)
    usual = TellingRules()
    counts = isinstance(minutes, int | float) and not isinstance(minutes, bool) and minutes >= 0
    moved = timedelta(minutes=float(minutes)) if counts else usual.moved  # type: ignore[arg-type]  # a number, see above
    return TellingRules(sensitive is True, moved)
