"""What a centre has set about telling people: who has to be told, and from which delay on they are told again."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from data.errors import BadValueError
from data.store.settings import read_setting, write_setting
from data.store.store import Writing

SENSITIVE, LATER_MINUTES = "telling.sensitive", "telling.later_minutes"
"""Keys of the centre's settings: a flag, and a number of minutes."""

_MINUTES_AT_MOST = 7 * 24 * 60


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


def set_telling_rules(writing: Writing, *, sensitive: bool, minutes: int, by: str) -> None:
    """Sets the rules, from now on.

    Raises:
        BadValueError: the minutes are out of their bounds.
    """
    if not 0 <= minutes <= _MINUTES_AT_MOST:
        refused = BadValueError("minutes", minutes, f"填写 0 至 {_MINUTES_AT_MOST} give 0 to {_MINUTES_AT_MOST}")
        raise refused.about("out_of_range", least=0, most=_MINUTES_AT_MOST)
    write_setting(writing, SENSITIVE, sensitive, by)
    write_setting(writing, LATER_MINUTES, minutes, by)
