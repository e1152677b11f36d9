"""Keeping an agent's cache equal to the hub: fetch, verify, apply, and only then show."""

import logging
import os
import time
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from data.caches import cache
from data.caches.check import is_damage
from data.caches.columns import fit_tables
from data.clock import CorrectedClock
from data.errors import DataError
from data.sqlite import Connection, DatabaseError, connect, is_encrypted, unlock
from sync.errors import DamagedError, DifferingError, HomeError, SnapshotNeededError, SyncError, TooOldError
from sync.file_lock import locked
from sync.protocol import PLAIN, VERSION, ZSTD, ChangeBatch, Manifest, Repair
from sync.replica.agent_home import AgentHome
from sync.replica.download import fetch
from sync.replica.hub_client import HubClient
from sync.replica.mending import differing_parts, mend, question

_LOG = logging.getLogger(__name__)
_TRIES_WHILE_SHARED = 10
_CONFIRMED_AGAIN = timedelta(seconds=1)
"""Batches may come faster than a small file should be written."""

_FOLLOWING_KIB = 8000
"""Pages kept while the cache is brought up to date: with fewer a thousand changes read, and decrypt, many twice."""

_WRITTEN_BACK_AFTER = 50
"""Batches or records: with these SQLite itself would let its log grow no further."""

Mode = Literal["snapshot", "changes", "current"]


@dataclass(frozen=True, slots=True)
class SyncReport:
    """How a synchronisation went.

    Attributes:
        rows: Records written.
        bytes: Received from the hub.
        verified: Counts and set hash of every bucket and kind were compared with the hub's.
    """

    mode: Mode
    revision: int
    rows: int
    bytes: int
    seconds: float
    verified: bool

    def to_json(self) -> dict[str, Any]:
        """The public JSON form."""
        return asdict(self)


class _RepairNeededError(SnapshotNeededError):
    """The cache is damaged, and a snapshot is to take its place."""


class Replica:
    """The cache in an agent's home and its hub.

    Args:
        home: Enrolled.
        client: Speaks to the hub.
        clock: Corrected by what the hub says.
    """

    def __init__(self, home: AgentHome, client: HubClient, clock: CorrectedClock | None = None) -> None:
        self.home = home
        self.client = client
        self.clock = clock or home.clock()
        self.epoch = ""
        """Of the history that the cache was last found to follow."""
        self._encryption_settled = False
        self._held: tuple[Path, Connection] | None = None
        self._in_log = 0
        self._confirmed_at = datetime.min.replace(tzinfo=UTC)

    def sync(self) -> SyncReport:
        """Brings the cache up to date, by changes where the log reaches, else by a snapshot and changes after it.

        Parts that do not add up are fetched again, once a day. A crash at any point leaves the cache that was there, or
        the new one.

        Raises:
            HubUnreachableError, RefusedError: nothing has changed.
            DamagedError: the cache differs from the hub in a part that was fetched again within a day, or cannot be
                read, after it was replaced for damage `REPAIRS_A_DAY` times; or a snapshot was damaged.
        """
        began, received, before = time.monotonic(), self.client.received, self.home.current_cache()
        try:
            mode, revision, rows = self._follow()
        except SnapshotNeededError as needed:
            mode, fetched = "snapshot", self._fetch_snapshot(before)
            if isinstance(needed, _RepairNeededError):
                self.home.health.note_repair(self.clock.now())
            try:
                _, revision, rows = self._follow()
            except SnapshotNeededError:  # the log went on without it while it was fetched: the next leads on
                fetched = self._fetch_snapshot(self.home.current_cache())
                _, revision, rows = self._follow()
            rows += fetched
        self.home.health.end_alarm()
        self._confirm()
        seconds = time.monotonic() - began
        return SyncReport(mode, revision, rows, self.client.received - received, round(seconds, 3), verified=True)

    def take(self, batch: ChangeBatch) -> SyncReport | None:
        """Applies a batch that came by itself, if it follows and adds up; else None: `sync` must be called."""
        began, path = time.monotonic(), self.home.current_cache()
        if path is None or self.repair_due() or self.home.health.alarm() is not None:
            return None
        try:
            connection = self._hold(path)
            if cache.read_meta(connection).get("epoch") != batch.epoch or not apply_batch(connection, batch):
                return None
            self._in_log += 1
            connection.execute("PRAGMA shrink_memory")
        except (DamagedError, DatabaseError):
            self.let_go()
            return None
        if not timedelta(0) <= self.clock.now() - self._confirmed_at < _CONFIRMED_AGAIN:
            self._confirm()
        seconds = round(time.monotonic() - began, 3)
        return SyncReport("changes", batch.revision, len(batch.changes), 0, seconds, verified=True)

    def _confirm(self) -> None:
        self._confirmed_at = self.clock.now()
        self.home.confirm(self._confirmed_at, self.clock.offset)

    def write_back(self) -> None:
        """Writes the cache's log back once many records have gone there; to be called when nobody waits.

        SQLite would do it within the commit that makes the log long: ten times as long as the others.
        """
        path = self.home.current_cache()
        if path is None or self._in_log < _WRITTEN_BACK_AFTER:
            return
        try:
            self._hold(path).execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        except DatabaseError:
            return  # the log holds what was committed; what is wrong shows at the next batch
        self._in_log = 0

    def let_go(self) -> None:
        """Closes what is held open between batches; to be called where no more will come."""
        if self._held is not None:
            self._held[1].close()
            self._held = None

    def _hold(self, path: Path) -> Connection:
        """The cache, open from one batch to the next.

        Opening takes as long as applying, and the last one to close a cache writes its log back.
        """
        if self._held is None or self._held[0] != path:
            self.let_go()
            self._held = (path, connect(path))
            self._held[1].execute("PRAGMA wal_autocheckpoint=0")
        return self._held[1]

    def _follow(self) -> tuple[Mode, int, int]:
        """Whether the change log brought anything, the revision reached through it and the number of records."""
        path = self.home.current_cache()
        if path is None:
            raise SnapshotNeededError("there is no cache yet")
        if self.repair_due():
            raise _RepairNeededError(f"the cache {path.name} is damaged")
        if not self._encryption_settled and not is_encrypted(path) and self.client.manifest().key:
            raise SnapshotNeededError("the hub encrypts its caches now")
        self._encryption_settled = True
        try:
            with closing(connect(path)) as connection:
                connection.execute(f"PRAGMA cache_size=-{_FOLLOWING_KIB}")
                connection.execute("PRAGMA wal_autocheckpoint=0")
                followed = self._follow_in(connection)
                self._in_log += followed[2]
                return followed
        except DatabaseError as error:
            raise self._unreadable(path, error) from error

    def _follow_in(self, connection: Connection) -> tuple[Mode, int, int]:
        for _ in range(_TRIES_WHILE_SHARED):
            batch = self._next_batch(connection)
            try:
                if apply_batch(connection, batch):
                    return "changes" if batch.changes else "current", batch.revision, len(batch.changes)
            except DifferingError as error:
                if (repair := self._mend(connection, error)) is not None:
                    renewed = sum(len(one.records) for one in repair.renewed)
                    return "changes", repair.batch.revision, len(repair.batch.changes) + renewed
            except DamagedError as error:
                self._note_differing((("", ""),), error)
                raise SnapshotNeededError(str(error)) from error
        raise HomeError("another process of this home changes the cache all the time: it is tried again")

    def _mend(self, connection: Connection, differing: DifferingError) -> Repair | None:
        """Has the parts that differ fetched again; None where another process has moved the cache on meanwhile."""
        self._note_differing(differing.parts, differing)
        repair = self.client.repair(question(connection, differing.parts))
        try:
            return repair if apply_repair(connection, repair) else None
        except DamagedError as error:
            raise self._alarm(error) from error

    def _note_differing(self, parts: tuple[tuple[str, str], ...], error: DamagedError) -> None:
        """Notes that what differs from the hub is fetched now, unless that was done not long ago: then it is an alarm.

        A hub whose sums are wrong must not have every agent fetch the same again and again.
        """
        now, health = self.clock.now(), self.home.health
        if not health.may_mend(parts, now):
            raise self._alarm(error) from error
        _LOG.warning("%s: that is fetched again", error)
        health.note_mended(parts, now)

    def _alarm(self, error: DamagedError) -> DamagedError:
        again = f"{error}, and was fetched again for that within a day: tell whoever runs the hub"
        self.home.health.note_alarm(again, self.clock.now())
        return DamagedError(again)

    def repair_due(self) -> bool:
        """Whether the cache is known to be damaged and may be replaced today; else it is followed as it is."""
        path = self.home.current_cache()
        damaged = path is not None and self.home.health.finding(path) is not None
        return damaged and self.home.health.may_repair(self.clock.now())

    def _unreadable(self, path: Path, error: DatabaseError) -> SyncError:
        """What is to be done about a cache that cannot be read or written."""
        if not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
            return HomeError(
                f"{path.parent} may only be read by whoever runs this: the cache there answers, and is not brought up "
                "to date until it may be written"
            )
        if not is_damage(error):
            return HomeError(f"the cache {path.name} is in use or its disk is full ({error}): it is tried again")
        if not self.home.health.may_repair(self.clock.now()):
            return DamagedError(
                f"the cache {path.name} cannot be read ({error}), once more today: look at this PC's disk"
            )
        _LOG.warning("the cache %s cannot be read (%s): a snapshot is fetched", path.name, error)
        return _RepairNeededError(str(error))

    def _next_batch(self, connection: Connection) -> ChangeBatch:
        meta = cache.read_meta(connection)
        if meta.get("schema") != str(cache.SCHEMA):
            raise SnapshotNeededError("the cache is of another version")
        try:
            here = meta["epoch"], meta["scope"], int(meta["revision"])
        except (KeyError, ValueError):
            raise SnapshotNeededError("the cache does not say where it stands") from None
        batch = self.client.changes(*here)
        self.epoch = batch.epoch
        if batch.time is not None:
            self.clock.observe(batch.time)
        return batch

    def _fetch_snapshot(self, before: Path | None) -> int:
        """Puts a snapshot in the place of the cache `before`; one process of a home does at a time.

        Returns:
            The number of its records; 0 where another process has done so meanwhile.
        """
        try:
            with locked(self.home.caches / "fetching.lock"):
                return self._fetch_alone() if self.home.current_cache() == before else 0
        except OSError as error:
            raise HomeError(f"the snapshot cannot be kept in {self.home.path}: {error.strerror or error}") from error

    def _fetch_alone(self) -> int:
        self.let_go()
        manifest = self.client.manifest()
        try:
            return self._fetch_file(manifest)
        except DamagedError:
            another = self.client.manifest(damaged=manifest.etag)
            if another.sha256 == manifest.sha256:  # the hub's file is whole: it was the line
                raise
        return self._fetch_file(another)

    def _fetch_file(self, manifest: Manifest) -> int:
        check_version(manifest)
        target = self.home.caches / f"{manifest.epoch[:8]}-{manifest.revision}-{time.time_ns()}.db"
        packed = self.home.caches / f"{manifest.sha256}.part"
        for leftover in self.home.caches.glob("*.part"):
            if leftover != packed:
                leftover.unlink(missing_ok=True)
        try:
            manifest = fetch(self.client, manifest, packed, target)
            check_version(manifest)
            unlock(target, manifest.key)
            check_snapshot(target, manifest)
        except BaseException:
            target.unlink(missing_ok=True)
            raise
        self.home.switch_to(target, manifest.key)
        self.home.health.note_check(target, self.clock.now(), (), thorough=True)  # by its SHA-256
        packed.unlink(missing_ok=True)
        return manifest.rows


def apply_batch(connection: Connection, batch: ChangeBatch) -> bool:
    """Applies a whole batch with its checkpoint, or nothing.

    Returns:
        False where another process has moved the cache on meanwhile: the batch does not follow it any more.

    Raises:
        DifferingError: the cache would not hold what the hub says it should; nothing was changed.
        DamagedError: the batch does not fit the cache; nothing was changed.
    """
    if batch.since == batch.revision:
        if wrong := differing_parts(connection, cache.read_sums(connection), batch.sums, partial=batch.partial):
            raise DifferingError(wrong)
        return True
    return apply_repair(connection, Repair(batch, ()))


def apply_repair(connection: Connection, repair: Repair) -> bool:
    """Applies a batch and the parts that are renewed with it, or nothing; see `apply_batch`."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        wrong = mend(connection, repair)
        if wrong is None:
            return False
        if wrong:
            raise DifferingError(wrong)
        connection.execute("COMMIT")
    except (DataError, KeyError, TypeError, ValueError) as error:
        raise DamagedError(f"what changed does not fit the cache ({error})") from error
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
    return True


def check_version(manifest: Manifest) -> None:
    """Does nothing where this program reads the caches of a hub.

    Raises:
        TooOldError: it does not, and which of the two should be updated.
    """
    if manifest.minimum_client > VERSION or manifest.schema > cache.SCHEMA:
        raise TooOldError("the hub's caches are newer than this program: update the program on this PC")
    if manifest.schema < cache.SCHEMA or manifest.compression not in {ZSTD, PLAIN}:
        raise TooOldError("the hub's caches are older than this program: update the hub")


def check_snapshot(path: Path, manifest: Manifest) -> None:
    """Compares what a cache file says of itself with its manifest.

    Raises:
        DamagedError: they differ, or the file is no cache.
    """
    try:
        with closing(connect(path)) as connection:
            meta, sums = cache.read_meta(connection), cache.read_sums(connection)
            wrong = differing_parts(connection, sums, manifest.sums, partial=False)
            fit_tables(connection)
    except DatabaseError as error:
        raise DamagedError(f"the snapshot is no cache: {error}") from None
    said = (meta.get("epoch"), meta.get("revision"), meta.get("scope"), meta.get("schema"))
    if said != (manifest.epoch, str(manifest.revision), manifest.scope, str(manifest.schema)):
        raise DamagedError("the snapshot is not the one that its manifest describes")
    if wrong:
        raise DifferingError(wrong)
