"""What the hub does by the clock: fresh snapshots, and clearing away what is over. No state depends on it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.interval import IntervalTrigger

from data.entries.calls import forget_old_look_ups
from data.entries.conflicts import forget_settled
from data.entries.ledger import forget_old_entries
from data.notices.board import forget_old_notices
from data.outages.suspecting import forget_old_suspicions
from data.store.audit_tally import settle_tallies
from data.team_choices import clean_team_choices
from data.telling.call_backs import forget_closed_call_backs
from data.upkeep.uploads import forget_old_uploads
from sync.auth import drop_old_sessions
from sync.auth.fleet import note_displays
from sync.hub.hub import Hub
from sync.hub.leading import LASTS_S, Leading
from sync.hub.snapshots import Scope
from sync.hub.suspecting import LOOKS_EVERY, Suspecting

_SNAPSHOT_EVERY_MINUTES = 10
_SESSIONS_EVERY_MINUTES = 60
_CHOICES_EVERY_MINUTES = 60
_LOG_EVERY_MINUTES = 60
_ENTRIES_EVERY_MINUTES = 60
_DISPLAYS_EVERY_MINUTES = 1
_CHECKS_EVERY_MINUTES = 60
_FIRST_CHECK_AFTER = timedelta(seconds=20)
_TAKEN_OVER_WITHIN = timedelta(seconds=3 * LASTS_S)


class HubSchedule:
    """The hub's jobs.

    Of several hub processes on one database each keeps its own snapshots and notes its own displays; the rest is done
    by the one that leads.

    Args:
        hub: What they work on.
    """

    def __init__(self, hub: Hub) -> None:
        self._own, self._leaders = _scheduler(), _scheduler()
        self._leading = Leading(hub.store.engine, self._on_lead)
        self._own.add_job(lambda: hub.shelf.prepare(Scope.of(None)), "interval", minutes=_SNAPSHOT_EVERY_MINUTES)
        self._own.add_job(lambda: _note_displays(hub), "interval", minutes=_DISPLAYS_EVERY_MINUTES)
        self.add(lambda: drop_old_sessions(hub.store), IntervalTrigger(minutes=_SESSIONS_EVERY_MINUTES))
        self.add(lambda: _clean_choices(hub), IntervalTrigger(minutes=_CHOICES_EVERY_MINUTES))
        compact = hub.jobs.watched("compact_log", lambda: _compact(hub))
        self.add(compact, IntervalTrigger(minutes=_LOG_EVERY_MINUTES))
        suspecting = Suspecting(hub.store, hub.stream.look_now)
        self.add(suspecting.look, IntervalTrigger(seconds=int(LOOKS_EVERY.total_seconds())))
        clean_up = hub.jobs.watched("clean_up", lambda: _clean_entries(hub))
        self.add(clean_up, IntervalTrigger(minutes=_ENTRIES_EVERY_MINUTES))
        if hub.soundness.checked:
            first = datetime.now(UTC) + _FIRST_CHECK_AFTER
            check = hub.jobs.watched("check_store", hub.soundness.check)
            self.add(check, IntervalTrigger(minutes=_CHECKS_EVERY_MINUTES, start_date=first))

    def add(self, job: Callable[[], object], trigger: BaseTrigger) -> None:
        """Has a job done by the hub process that leads; never twice at once in one process.

        It may be done once more when the lead goes over to another process, or be done still when another begins with
        it: a job that must not overlap looks after that itself.
        """
        self._leaders.add_job(job, trigger)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Runs the jobs while the block runs."""
        self._own.start()
        self._leaders.start(paused=True)
        try:
            with self._leading.running():
                yield
        finally:
            self._leaders.shutdown(wait=False)
            self._own.shutdown(wait=False)

    def _on_lead(self, leads: bool) -> None:  # noqa: FBT001 - a callback
        if not leads:
            self._leaders.pause()
            return
        # What came due while another process led was its business, unless it ended just then.
        now = datetime.now(UTC)
        for job in self._leaders.get_jobs():
            if job.next_run_time is not None and job.next_run_time < now - _TAKEN_OVER_WITHIN:
                job.modify(next_run_time=job.trigger.get_next_fire_time(None, now))
        self._leaders.resume()


def _scheduler() -> BackgroundScheduler:
    defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    return BackgroundScheduler(timezone="UTC", job_defaults=defaults)


def _note_displays(hub: Hub) -> None:
    note_displays(hub.store, hub.withdrawals.devices())


def _clean_choices(hub: Hub) -> None:
    with hub.store.write("hub", "clean team choices") as writing:
        clean_team_choices(writing)


def _compact(hub: Hub) -> bool:
    hub.retention.compact(hub.shelf.manifests())
    return True


def _clean_entries(hub: Hub) -> bool:
    with hub.store.write("hub", "clean entries") as writing:
        forget_old_entries(writing)
        forget_settled(writing)
        forget_old_look_ups(writing)
        forget_old_suspicions(writing)
        forget_closed_call_backs(writing)
        forget_old_uploads(writing)
        forget_old_notices(writing)
        settle_tallies(writing)
    return True
