"""What keeps a hub safe by the clock: checkpoints, archives of old audit entries, backups, and forgetting.

Each is done once a day.
"""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from apscheduler.triggers.interval import IntervalTrigger

from data.privacy.forgetting import forget_customers
from data.store.store import Store
from sync.audit.trail import AuditTrail
from sync.copies.backup import backup_of_the_day, backup_wanted
from sync.hub.apart import ProcessApart
from sync.hub.home import HubHome
from sync.hub.jobs import Jobs
from sync.hub.schedule import HubSchedule

_LOOKS_EVERY = timedelta(minutes=15)
_BEGINS_AFTER = timedelta(minutes=1)


class Keeper:
    """Looks every quarter of an hour whether today's are there yet: a hub that was off catches up.

    Args:
        home: The hub's home.
        store: Its store.
        version: Of this Switchboard.
        jobs: Where it is noted how they end.
    """

    def __init__(self, home: HubHome, store: Store, version: str, jobs: Jobs) -> None:
        self._home = home
        self._store = store
        self._version = version
        self._jobs = jobs
        self._backing_up = ProcessApart("backup")
        self._forgotten_at: date | None = None
        self._trail = AuditTrail(home.path, store)

    def add_to(self, schedule: HubSchedule) -> None:
        """Has it done by the hub process that leads; what fails is tried again a quarter of an hour later."""
        begins = datetime.now(UTC) + _BEGINS_AFTER
        for job in (self.keep_checkpoint, self.archive_audit, self.back_up, self.forget_customers):
            trigger = IntervalTrigger(seconds=int(_LOOKS_EVERY.total_seconds()), start_date=begins)
            schedule.add(self._jobs.watched(job.__name__, job), trigger)

    def close(self) -> None:
        """Ends a backup that is being made; nothing is left of it."""
        self._backing_up.close()

    def keep_checkpoint(self) -> bool:
        """Keeps today's checkpoint of the audit trail, in the home and where the settings say; whether it was due."""
        return self._trail.keep_checkpoint(self._home.keeping.checkpoints)

    def archive_audit(self) -> bool:
        """Puts audit entries into a file that are older than the settings say; whether they say anything."""
        if self._home.keeping.audit_days is None:
            return False
        self._trail.archive_old(self._home.keeping.audit_days)
        return True

    def back_up(self) -> bool:
        """Makes today's backup, in a process apart; whether it was due."""
        if not backup_wanted(self._store, self._home.keeping):
            return False
        self._backing_up.run(back_up_home, self._home.path, self._version)
        return True

    def forget_customers(self) -> bool:
        """Forgets, once a day, what is older than the settings say; whether it was due."""
        days, now = self._home.keeping.customer_days, self._store.clock.now()
        if days is None or self._forgotten_at == now.date():
            return False
        forget_customers(self._store, now - timedelta(days=days))
        self._forgotten_at = now.date()
        return True


def back_up_home(home: Path, version: str) -> None:
    """Makes today's backup of the hub in a home; what the process apart does."""
    opened = HubHome(home)
    store = opened.open_store()
    try:
        backup_of_the_day(home, store, opened.keeping, version)
    finally:
        store.engine.dispose()
