"""What the hub does by the clock: fresh snapshots, and clearing away what is over. No state depends on it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from apscheduler.schedulers.background import BackgroundScheduler

from data.team_choices import clean_team_choices
from sync.auth import drop_old_sessions
from sync.hub import Hub
from sync.snapshots import Scope

_SNAPSHOT_EVERY_MINUTES = 10
_SESSIONS_EVERY_MINUTES = 60
_CHOICES_EVERY_MINUTES = 60


class HubSchedule:
    """The hub's jobs.

    Args:
        hub: What they work on.
    """

    def __init__(self, hub: Hub) -> None:
        defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        self._scheduler = BackgroundScheduler(timezone="UTC", job_defaults=defaults)
        self._every(_SNAPSHOT_EVERY_MINUTES, lambda: hub.shelf.prepare(Scope.of(None)))
        self._every(_SESSIONS_EVERY_MINUTES, lambda: drop_old_sessions(hub.store))
        self._every(_CHOICES_EVERY_MINUTES, lambda: _clean_choices(hub))

    @contextmanager
    def running(self) -> Iterator[None]:
        """Runs the jobs while the block runs."""
        self._scheduler.start()
        try:
            yield
        finally:
            self._scheduler.shutdown(wait=False)

    def _every(self, minutes: int, job: Callable[[], object]) -> None:
        self._scheduler.add_job(job, "interval", minutes=minutes)


def _clean_choices(hub: Hub) -> None:
    with hub.store.write("hub", "clean team choices") as writing:
        clean_team_choices(writing)
