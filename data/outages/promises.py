"""Whose promises fall due, or went by unconfirmed: whoever set a window or moved it last is reminded."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from data.outages.windows import OutageWindow

REMINDED_BEFORE = timedelta(minutes=30)
"""How long before its ETR a window's owners are reminded."""

_PROMISES = frozenset({"plan_change", "site_change", "reopened"})


@dataclass(frozen=True, slots=True)
class Promise:
    """An ETR that somebody gave, to be looked after either before it passes or once it has passed unconfirmed.

    Attributes:
        window: Its id.
        owners: Who is reminded, such as `person:wang`.
        etr: When power is back by it: where there is a timetable, with the last of its hours.
        told: What the window is about.
        overdue: To be looked after from the ETR on, for the window is held until somebody confirms; else before.
    """

    window: str
    owners: frozenset[str]
    etr: datetime
    told: str
    overdue: bool = False

    @property
    def key(self) -> str:
        """Tells this promise from the one that it becomes when it is moved, or when it has passed."""
        return f"{'overdue' if self.overdue else 'promise'}:{self.window}:{self.etr:%Y%m%d%H%M%S}"

    @property
    def due_from(self) -> datetime:
        """From when on it is time to look after it."""
        return self.etr if self.overdue else self.etr - REMINDED_BEFORE

    def due(self, at: datetime) -> bool:
        """Whether it is time to look after it."""
        return self.due_from <= at and (self.overdue or at < self.etr)


def open_promises(windows: Iterable[OutageWindow], at: datetime) -> list[Promise]:
    """The promises of windows that go on or are still to come at `at`, the first to fall due first.

    A window that is held has two: to be kept, and to be confirmed when it was not.
    """
    made = []
    for one in windows:
        if (phase := one.phase(at)) in {"upcoming", "active", "overdue"}:
            promise = Promise(one.id, owners(one), one.ends, one.public_scope or one.reason)
            made += [promise] if phase != "overdue" else []
            made += [replace(promise, overdue=True)] if one.hold else []
    return sorted(made, key=lambda promise: (promise.due_from, promise.window))


def next_reminder(promises: Iterable[Promise], at: datetime) -> datetime | None:
    """The next moment after `at` at which somebody is to be reminded, if there is one."""
    return min((one.due_from for one in promises if one.due_from > at), default=None)


def needs_its_owner(window: OutageWindow, at: datetime) -> bool:
    """Whether somebody has to say what becomes of the promise: its time is near, or it went by unconfirmed."""
    phase = window.phase(at)
    return phase in {"overdue", "ended_by_clock"} or (phase == "active" and window.ends - at <= REMINDED_BEFORE)


def owners(window: OutageWindow) -> frozenset[str]:
    """Who set a window and who last changed its promise, as they stand in the logs."""
    promises = [one.by for one in window.revisions if one.change in _PROMISES]
    return frozenset([window.author, *promises[-1:]])
