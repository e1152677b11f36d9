"""Whose promises are about to fall due: whoever said last until when is reminded before that."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from data.outages.windows import OutageWindow

REMINDED_BEFORE = timedelta(minutes=30)
"""How long before its ETR a window's owner is reminded."""

_PROMISES = frozenset({"new", "plan_change", "site_change", "reopened"})


@dataclass(frozen=True, slots=True)
class Promise:
    """An ETR that somebody gave.

    Attributes:
        window: Its id.
        by: Who said it last, such as `person:wang`.
        etr: When power is back by it: where there is a timetable, with the last of its hours.
        told: What the window is about.
    """

    window: str
    by: str
    etr: datetime
    told: str

    @property
    def key(self) -> str:
        """Tells this promise from the one that it becomes when it is moved."""
        return f"promise:{self.window}:{self.etr:%Y%m%d%H%M%S}"

    def due(self, at: datetime) -> bool:
        """Whether it is time to look after it: from half an hour before until it has passed."""
        return self.etr - REMINDED_BEFORE <= at < self.etr


def open_promises(windows: Iterable[OutageWindow], at: datetime) -> list[Promise]:
    """The promises of windows that go on or are still to come at `at`, the first to fall due first."""
    going = [one for one in windows if one.phase(at) in {"upcoming", "active"}]
    made = [Promise(one.id, _promised_by(one), one.ends, one.public_scope or one.reason) for one in going]
    return sorted(made, key=lambda promise: (promise.etr, promise.window))


def next_reminder(promises: Iterable[Promise], at: datetime) -> datetime | None:
    """The next moment after `at` at which somebody is to be reminded, if there is one."""
    moments = (promise.etr - REMINDED_BEFORE for promise in promises)
    return min((moment for moment in moments if moment > at), default=None)


def _promised_by(window: OutageWindow) -> str:
    return next((one.by for one in reversed(window.revisions) if one.change in _PROMISES), "")
