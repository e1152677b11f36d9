"""How long the change log is kept: as long as somebody will ask for it, and no longer.

Devices and snapshots hold leases on it: "from this revision on, until then". A device's is renewed whenever it asks
for changes, a snapshot's whenever it is handed out or fetched, so that the log leads on from what is being downloaded.
Compaction drops what no lease needs, and of each record all entries but the newest: whoever is sent that lacks nothing.
"""

import logging
import threading
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, func, select
from sqlalchemy.exc import SQLAlchemyError

from data.clock import to_iso
from data.store import change_log
from data.store.schema import CHANGE, COMMIT, LOG_LEASE
from data.store.store import Store
from sync.protocol import Manifest

DEVICE_LASTS = timedelta(days=14)
"""A device that was away for longer takes a snapshot."""

SNAPSHOT_LASTS = timedelta(days=1)
KEPT_ANYWAY = timedelta(days=1)
"""What was committed since then stays: leases are written down a little later than they are taken."""

COMMITS_KEPT = timedelta(days=90)
_FLUSH_EVERY, _RENEW_EVERY = timedelta(minutes=1), timedelta(minutes=10)
_ROWS_AT_ONCE = 5_000
"""Rows deleted in one transaction: writers wait for no longer than that takes."""

_SUPERSEDED_AT_MOST = 200_000
_KEY = ("revision", "kind", "id", "bucket")
_LOG = logging.getLogger(__name__)


class LogRetention:
    """The leases on a store's change log, and its compaction."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._flushing = threading.Lock()
        self._seen: dict[str, int] = {}
        self._flushed_at = store.clock.now()
        self._held: dict[str, datetime] = {}

    def seen(self, device: str, revision: int) -> None:
        """Notes that a device's cache is at `revision`; written down with the others' once a minute."""
        now = self._store.clock.now()
        with self._lock:
            self._seen[device] = revision
            due = not timedelta(0) <= now - self._flushed_at < _FLUSH_EVERY
            if due:
                self._flushed_at = now
        if due:  # whoever writes just now may write for long: nobody who asks for changes waits for that
            threading.Thread(target=self._flush_beside, name="log leases", daemon=True).start()

    def _flush_beside(self) -> None:
        """The dispatcher of its thread: what was not written down is with the next."""
        with self._lock:
            seen = dict(self._seen)
        try:
            self.flush()
        except SQLAlchemyError as error:
            _LOG.warning("where devices are could not be written down: %s", error)
            with self._lock:
                self._seen = {**seen, **self._seen}

    def flush(self) -> None:
        """Writes down where devices are; returns when what another thread has begun to write is written, too."""
        with self._flushing:
            with self._lock:
                seen, self._seen = self._seen, {}
            until = self._store.clock.now() + DEVICE_LASTS
            self._write([(f"device:{device}", revision, until) for device, revision in sorted(seen.items())])

    def hold(self, scope: str, revision: int) -> None:
        """Keeps the log after a snapshot's revision for as long as somebody may be fetching it."""
        reader, now = f"snapshot:{scope}:{revision}", self._store.clock.now()
        with self._lock:
            if timedelta(0) <= now - self._held.get(reader, now - SNAPSHOT_LASTS) < _RENEW_EVERY:
                return
            self._held = {one: at for one, at in self._held.items() if now - at < SNAPSHOT_LASTS}
            self._held[reader] = now
        self._write([(reader, revision, now + SNAPSHOT_LASTS)])

    def compact(self, snapshots: Iterable[Manifest] = ()) -> int:
        """Drops what nobody needs, a little at a time.

        Args:
            snapshots: Those that this hub has published: they are advanced by the log, too.

        Returns:
            How many entries went.
        """
        for manifest in snapshots:
            self.hold(manifest.scope, manifest.revision)
        self.flush()
        with self._store.write("hub", "compact the change log") as writing:
            floor = _needed_from(writing.connection, self._store.clock.now())
            change_log.raise_floor(writing.connection, floor)
        before = to_iso(self._store.clock.now() - COMMITS_KEPT)
        return self._drop_below(floor, before) + self._drop_superseded()

    def _drop_below(self, floor: int, before: str) -> int:
        dropped = 0
        while True:
            with self._store.write("hub", "compact the change log") as writing:
                some = _drop_below(writing.connection, floor, before)
            if not some:
                return dropped
            dropped += some

    def _drop_superseded(self) -> int:
        """Read beside the writers, deleted between them: what is superseded stays so."""
        with self._store.read() as connection:
            keys = _superseded(connection)
        own = and_(*(CHANGE.c[name] == bindparam(f"old_{name}") for name in _KEY))
        for start in range(0, len(keys), _ROWS_AT_ONCE):
            with self._store.write("hub", "compact the change log") as writing:
                writing.connection.execute(delete(CHANGE).where(own), keys[start : start + _ROWS_AT_ONCE])
        return len(keys)

    def _write(self, leases: list[tuple[str, int, datetime]]) -> None:
        if not leases:
            return
        rows = [{"reader": reader, "revision": revision, "until": to_iso(until)} for reader, revision, until in leases]
        with self._store.write("hub", "leases on the change log") as writing:
            for start in range(0, len(rows), 500):
                some = rows[start : start + 500]
                stale = LOG_LEASE.c.reader.in_([row["reader"] for row in some])
                writing.connection.execute(delete(LOG_LEASE).where(stale))
                writing.connection.execute(LOG_LEASE.insert(), some)


def _needed_from(connection: Connection, now: datetime) -> int:
    """The revision after which the log is still needed; leases that are over go."""
    connection.execute(delete(LOG_LEASE).where(LOG_LEASE.c.until <= to_iso(now)))
    oldest = connection.execute(select(func.min(LOG_LEASE.c.revision))).scalar_one()
    recent = select(COMMIT.c.revision).where(COMMIT.c.at <= to_iso(now - KEPT_ANYWAY))
    last_of_before = connection.execute(recent.order_by(COMMIT.c.revision.desc()).limit(1)).scalar_one_or_none() or 0
    return int(last_of_before if oldest is None else min(oldest, last_of_before))


def _drop_below(connection: Connection, floor: int, before: str) -> int:
    old = select(CHANGE.c.revision).where(CHANGE.c.revision <= floor).order_by(CHANGE.c.revision).limit(_ROWS_AT_ONCE)
    last = connection.execute(select(func.max(old.subquery().c.revision))).scalar_one()
    if last is None:
        commits = (COMMIT.c.revision < floor) & (COMMIT.c.at < before)
        some = select(COMMIT.c.revision).where(commits).order_by(COMMIT.c.revision).limit(_ROWS_AT_ONCE)
        return int(connection.execute(delete(COMMIT).where(COMMIT.c.revision.in_(some))).rowcount)
    return int(connection.execute(delete(CHANGE).where(CHANGE.c.revision <= last)).rowcount)


def _superseded(connection: Connection) -> list[dict[str, Any]]:
    """The keys of entries of a record in a bucket that has a newer one there; not more than are dropped at a time."""
    of_a_record = [CHANGE.c[name] for name in ("kind", "id", "bucket")]
    newer = func.lead(CHANGE.c.revision).over(partition_by=of_a_record, order_by=CHANGE.c.revision)
    entries = select(CHANGE, newer.label("newer")).subquery()
    keys = select(*(entries.c[name].label(f"old_{name}") for name in _KEY)).where(entries.c.newer.is_not(None))
    return [dict(row) for row in connection.execute(keys.limit(_SUPERSEDED_AT_MOST)).mappings()]
