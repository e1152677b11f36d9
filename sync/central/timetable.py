"""When the hub pulls by the clock: a process apart for each pull, one at a time for each source."""

import logging
from collections.abc import Callable, Iterable
from functools import partial

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from sync.central.errors import MappingError
from sync.central.mapping import Source, Timing
from sync.errors import EndedError, SyncError
from sync.hub.apart import ProcessApart

_LOG = logging.getLogger(__name__)
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_FIELDS = 5

AddJob = Callable[[Callable[[], object], BaseTrigger], None]
"""Has a job done by the one hub process that leads, never twice at once."""


class PullTimetable:
    """Pulls each source when its mapping says.

    Args:
        sources: What the mapping says.
        pull: Pulls the source of this name, whole or what has changed; a function of a module, called in a process of
            its own.
        on_done: Called after each pull in this process.
    """

    def __init__(
        self, sources: Iterable[Source], pull: Callable[[str, bool], None], on_done: Callable[[], None]
    ) -> None:
        self._sources = tuple(sources)
        self._pull = pull
        self._on_done = on_done
        self._apart = {source.name: ProcessApart(f"pull of {source.name}") for source in self._sources}

    def add_to(self, add: AddJob) -> None:
        """Adds a job for each timing."""
        for source in self._sources:
            for timing, changed in ((source.full, False), (source.changed, True)):
                if timing is not None:
                    add(partial(self.pull_now, source.name, changed=changed), trigger_of(timing))

    def pull_now(self, name: str, *, changed: bool) -> None:
        """One pull; what goes wrong is in the history of pulls, and logged in one line."""
        try:
            self._apart[name].run(self._pull, name, changed)
        except EndedError:
            _LOG.info("the pull of %s was ended with the hub", name)
        except SyncError as error:
            _LOG.warning("the pull of %s failed: %s", name, error)
        self._on_done()

    def close(self) -> None:
        """Ends what runs: the store is as it was before."""
        for one in self._apart.values():
            one.close()


def trigger_of(timing: Timing) -> BaseTrigger:
    """The trigger of APScheduler for a timing.

    Raises:
        MappingError: its cron expression is none.
    """
    jitter = timing.jitter_s or None
    if timing.every_s:
        return IntervalTrigger(seconds=timing.every_s, jitter=jitter, timezone=timing.timezone)
    fields = timing.cron.split()
    if len(fields) != _FIELDS:
        raise MappingError(f"cron {timing.cron!r}: it has five fields: minute, hour, day, month, day of week")
    minute, hour, day, month, weekday = fields
    try:
        return CronTrigger(
            minute=minute,
            hour=hour,
            day=day,
            month=month,
            day_of_week=_weekdays(weekday),
            timezone=timing.timezone,
            jitter=jitter,
        )
    except ValueError as error:
        raise MappingError(f"cron {timing.cron!r}: {error}") from None


def _weekdays(text: str) -> str:
    """Days of the week by name: cron counts from Sunday, and 7 is Sunday too; APScheduler counts from Monday."""
    return ",".join(_named(one) for one in text.split(","))


def _named(text: str) -> str:
    span, slash, step = text.partition("/")
    if not span.replace("-", "").isdecimal():
        return text.lower()
    first, _, last = span.partition("-")
    numbers = range(int(first), int(last or first) + 1, int(step) if slash else 1)
    if not numbers or numbers[-1] >= len(_DAYS) + 1:
        raise ValueError(f"{text} is no day of the week")
    return ",".join(_DAYS[number % len(_DAYS)] for number in numbers)
