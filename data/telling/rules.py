"""What a centre has set about telling people: who has to be told, and from which delay on they are told again."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from data.errors import BadValueError
from data.store.settings import read_setting, write_setting
from data.store.store import Writing

SENSITIVE, LATER_MINUTES, CLAIMS = "telling.sensitive", "telling.later_minutes", "telling.claims"
"""Keys of the centre's settings: a flag, a number of minutes, and a number of call-backs."""

_MINUTES_AT_MOST = 7 * 24 * 60
_CLAIMS_AT_MOST = 50


@dataclass(frozen=True, slots=True)
class TellingRules:
    """What holds where a centre has set nothing.

    Attributes:
        sensitive: Sensitive customers have to be told, beside the important and the high-risk ones.
        moved: A promise that has moved by more than this is told again.
        claims: So many call-backs, whose numbers are shown, somebody may have in hand at once.
    """

    sensitive: bool = False
    moved: timedelta = timedelta(minutes=15)
    claims: int = 5


def telling_rules(connection: Connection) -> TellingRules:
    """What this centre has set; the default where it has set nothing, or nothing that can be."""
    sensitive, minutes = read_setting(connection, SENSITIVE), read_setting(connection, LATER_MINUTES)
    usual = TellingRules()
    counts = isinstance(minutes, int | float) and not isinstance(minutes, bool) and minutes >= 0
    moved = timedelta(minutes=float(minutes)) if counts else usual.moved  # type: ignore[arg-type]  # a number, see above
    claims = read_setting(connection, CLAIMS)
    return TellingRules(sensitive is True, moved, claims if isinstance(claims, int) and claims > 0 else usual.claims)


def set_telling_rules(writing: Writing, *, sensitive: bool, minutes: int, claims: int, by: str) -> None:
    """Sets the rules, from now on.

    Raises:
        BadValueError: the minutes or claims are out of their bounds.
    """
    _check_within("minutes", minutes, 0, _MINUTES_AT_MOST)
    _check_within("claims", claims, 1, _CLAIMS_AT_MOST)
    write_setting(writing, SENSITIVE, sensitive, by)
    write_setting(writing, LATER_MINUTES, minutes, by)
    write_setting(writing, CLAIMS, claims, by)


def _check_within(name: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        refused = BadValueError(name, value, f"填写 {least} 至 {most} give {least} to {most}")
        raise refused.about("out_of_range", least=least, most=most)
