"""What keeps a hub safe by the clock: checkpoints, archives of old audit entries, backups, and forgetting.

Each is done once a day.
"""

import logging
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

from apscheduler.triggers.interval import IntervalTrigger

from data.errors import SwitchboardError
from data.privacy.forgetting import forget_customers
from data.store.store import Store
from sync.audit.trail import AuditTrail
from sync.copies.backup import backup_of_the_day, backup_wanted
from sync.errors import EndedError
from sync.hub.apart import ProcessApart
from sync.hub.home import HubHome
from sync.hub.schedule import HubSchedule

_LOG = logging.getLogger(__name__)
_LOOKS_EVERY = timedelta(minutes=15)
_BEGINS_AFTER = timedelta(minutes=1)


class Keeper:
    """Looks every quarter of an hour whether today's are there yet: a hub that was off catches up.

    Args:
        home: The hub's home.
        store: Its store.
        version: Of this Switchboard.
    """

    def __init__(self, home: HubHome, store: Store, version: str) -> None:
        self._home = home
        self._store = store
        self._version = version
        self._backing_up = ProcessApart("backup")
        self._forgotten_at: date | None = None
        self._trail = AuditTrail(home.path, store)

    def add_to(self, schedule: HubSchedule) -> None:
        """Has it done by the hub process that leads."""
        begins = datetime.now(UTC) + _BEGINS_AFTER
        for job in (self.keep_checkpoint, self.archive_audit, self.back_up, self.forget_customers):
            trigger = IntervalTrigger(seconds=int(_LOOKS_EVERY.total_seconds()), start_date=begins)
            schedule.add(partial(_logged, job), trigger)

    def close(self) -> None:
        """Ends a backup that is being made; nothing is left of it."""
        self._backing_up.close()

    def keep_checkpoint(self) -> None:
        """Keeps today's checkpoint of the audit trail, in the home and where the settings say."""
        self._trail.keep_checkpoint(self._home.keeping.checkpoints)

    def archive_audit(self) -> None:
        """Puts audit entries into a file that are older than the settings say."""
        if self._home.keeping.audit_days is not None:
            self._trail.archive_old(self._home.keeping.audit_days)

    def back_up(self) -> None:
        """Makes today's backup, in a process apart."""
        if backup_wanted(self._store, self._home.keeping):
            self._backing_up.run(back_up_home, self._home.path, self._version)

    def forget_customers(self) -> None:
        """Forgets, once a day, what is older than the settings say."""
        days, now = self._home.keeping.customer_days, self._store.clock.now()
        if days is None or self._forgotten_at == now.date():
            return
        forget_customers(self._store, now - timedelta(days=days))
        self._forgotten_at = now.date()


def back_up_home(home: Path, version: str) -> None:
    """Makes today's backup of the hub in a home; what the process apart does."""
    opened = HubHome(home)
    store = opened.open_store()
    try:
        backup_of_the_day(home, store, opened.keeping, version)
    finally:
        store.engine.dispose()


def _logged(job: Callable[[], None]) -> None:
    """The dispatcher of the jobs: what fails is tried again a quarter of an hour later."""
    try:
        job()
    except EndedError:
        pass  # the hub is ending
    except (SwitchboardError, OSError) as error:
        _LOG.error("%s failed: %s", job.__name__.replace("_", " "), error)
