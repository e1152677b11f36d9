"""How long ahead a window has to be made known, and when an interruption counts as one too many.

The defaults are those of the field: planned outages 7 days ahead, short-notice ones 24 hours; a centre may set others.
They are shown and kept, and never stand in the way: a fault on the line does not wait for a rule.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import Connection

from data.errors import BadValueError
from data.fields import Json
from data.kinds import OUTAGE_KINDS
from data.store.settings import read_setting, write_setting
from data.store.store import Writing

KEY = "notice_rules"
_HOURS_AT_MOST, _DAYS_AT_MOST, _TIMES_AT_MOST = 8_760, 366, 100
_HOUR, _DAY_H = timedelta(hours=1), 24


@dataclass(frozen=True, slots=True)
class NoticeRules:
    """What a centre holds itself to.

    Attributes:
        ahead_h: Hours of notice by kind of window; a kind that is not named needs none.
        repeat_days: Over how many days before its start a window's earlier ones are counted.
        repeat_from: From how many earlier ones on a window is called a repeat outage.
    """

    ahead_h: Mapping[str, int] = field(default_factory=lambda: {"planned": 7 * _DAY_H, "temporary": _DAY_H})
    repeat_days: int = 60
    repeat_from: int = 1

    def __post_init__(self) -> None:
        for kind, hours in self.ahead_h.items():
            if kind not in OUTAGE_KINDS:
                raise BadValueError("ahead_h", kind, f"give one of {', '.join(OUTAGE_KINDS)}")
            _check(f"ahead_h.{kind}", hours, 0, _HOURS_AT_MOST)
        _check("repeat_days", self.repeat_days, 1, _DAYS_AT_MOST)
        _check("repeat_from", self.repeat_from, 1, _TIMES_AT_MOST)

    def to_json(self) -> dict[str, Json]:
        """The rules as they are kept and sent."""
        ahead: dict[str, Json] = dict(sorted(self.ahead_h.items()))
        return {"ahead_h": ahead, "repeat_days": self.repeat_days, "repeat_from": self.repeat_from}


@dataclass(frozen=True, slots=True)
class Notice:
    """How a window stands to its rule.

    Attributes:
        needed_h: Hours of notice that the rule asks for.
        given_s: Seconds from now to the start; less than 0 where it has begun.
        late_s: Seconds by which the notice is late; 0 where it is in time.
    """

    needed_h: int
    given_s: int
    late_s: int

    @property
    def late_zh(self) -> str:
        """By how much it is late, as `2 天 3 小时`; empty where it is in time."""
        days, hours = divmod(ceil(self.late_s / _HOUR.total_seconds()), _DAY_H)
        return " ".join([*([f"{days} 天"] if days else []), *([f"{hours} 小时"] if hours else [])])

    @property
    def late_en(self) -> str:
        """By how much it is late, as `2 d 3 h`; empty where it is in time."""
        return self.late_zh.replace("天", "d").replace("小时", "h")


def notice_of(kind: str, start: datetime, now: datetime, rules: NoticeRules) -> Notice | None:
    """How a window of `kind` that starts at `start` and is entered now stands to its rule; None where it has none."""
    needed = rules.ahead_h.get(kind, 0)
    if not needed:
        return None
    given = start - now
    late = max(timedelta(0), needed * _HOUR - given)
    return Notice(needed, int(given.total_seconds()), int(late.total_seconds()))


def read_notice_rules(connection: Connection) -> NoticeRules:
    """The centre's rules; those of the field where it has set none."""
    kept = read_setting(connection, KEY)
    return rules_from_json(kept) if isinstance(kept, dict) else NoticeRules()


def write_notice_rules(writing: Writing, rules: NoticeRules, by: str) -> None:
    """Sets the centre's rules, audited."""
    write_setting(writing, KEY, rules.to_json(), by)


def rules_from_json(told: Mapping[str, Json]) -> NoticeRules:
    """The rules in what `to_json` made; what is left out is as the field has it.

    Raises:
        BadValueError: a value is none.
    """
    usual = NoticeRules()
    ahead = told.get("ahead_h", dict(usual.ahead_h))
    if not isinstance(ahead, dict):
        raise BadValueError("ahead_h", ahead, "give hours by kind, such as planned: 168")
    return NoticeRules(
        {kind: _whole(f"ahead_h.{kind}", hours) for kind, hours in ahead.items()},
        _whole("repeat_days", told.get("repeat_days", usual.repeat_days)),
        _whole("repeat_from", told.get("repeat_from", usual.repeat_from)),
    )


def _whole(name: str, value: Json) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise BadValueError(name, value, "give a whole number").about("whole_number_needed")
    return value


def _check(name: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise BadValueError(name, value, f"give {least} to {most}").about("out_of_range", least=least, most=most)
