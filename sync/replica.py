"""Keeping an agent's cache equal to the hub: fetch, verify, apply, and only then show."""

import hashlib
import logging
import os
import time
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import zstandard

from data import cache
from data.cache_check import is_damage
from data.clock import CorrectedClock, to_iso
from data.errors import DataError
from data.set_hash import Sums, differing
from data.sqlite import Connection, DatabaseError, connect
from sync.agent_home import AgentHome
from sync.errors import DamagedError, HomeError, SnapshotNeededError, SyncError
from sync.hub_client import HubClient
from sync.protocol import ChangeBatch, Manifest

_LOG = logging.getLogger(__name__)
_BLOCK = 1 << 20
_REPLACED_AT_MOST_EVERY = timedelta(days=1)
"""A hub whose sums are wrong must not have every agent fetch snapshot after snapshot."""


@dataclass(frozen=True, slots=True)
class SyncReport:
    """How a synchronisation went.

    Attributes:
        rows: Records written.
        bytes: Received from the hub.
        verified: Counts and set hash of every kind were compared with the hub's.
    """

    mode: Literal["snapshot", "changes", "current"]
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

    def sync(self) -> SyncReport:
        """Brings the cache up to date, by changes where the log reaches, else by a snapshot and changes after it.

        A crash at any point leaves the cache that was there, or the new one.

        Raises:
            HubUnreachableError, RefusedError: nothing has changed.
            DamagedError: the cache differs from the hub, for the second time in a day, or cannot be read, after it
                was replaced for damage `REPAIRS_A_DAY` times; or a snapshot was damaged.
        """
        began, received = time.monotonic(), self.client.received
        mode: Literal["snapshot", "changes", "current"] = "changes"
        rows = 0
        try:
            revision, rows = self._follow()
            if rows == 0:
                mode = "current"
        except SnapshotNeededError as needed:
            mode, rows = "snapshot", self._fetch_snapshot()
            if isinstance(needed, _RepairNeededError):
                self.home.health.note_repair(self.clock.now())
            revision, more = self._follow()
            rows += more
        self.home.confirm(self.clock.now(), self.clock.offset)
        seconds = time.monotonic() - began
        return SyncReport(mode, revision, rows, self.client.received - received, round(seconds, 3), verified=True)

    def _follow(self) -> tuple[int, int]:
        """The revision reached through the change log and the number of records it brought."""
        path = self.home.current_cache()
        if path is None:
            raise SnapshotNeededError("there is no cache yet")
        if self.repair_due():
            raise _RepairNeededError(f"the cache {path.name} is damaged")
        try:
            with closing(connect(path)) as connection:
                batch = self._next_batch(connection)
                while not apply_batch(connection, batch):
                    batch = self._next_batch(connection)
        except DamagedError as error:
            self._may_replace(error)
            raise SnapshotNeededError(str(error)) from error
        except DatabaseError as error:
            raise self._unreadable(path, error) from error
        return batch.revision, len(batch.changes)

    def repair_due(self) -> bool:
        """Whether the cache is known to be damaged and may be replaced today; else it is followed as it is."""
        path = self.home.current_cache()
        damaged = path is not None and self.home.health.finding(path) is not None
        return damaged and self.home.health.may_repair(self.clock.now())

    def _unreadable(self, path: Path, error: DatabaseError) -> SyncError:
        """What is to be done about a cache that cannot be read or written."""
        if not is_damage(error):
            return HomeError(f"the cache {path.name} is in use or its disk is full ({error}): it is tried again")
        if not self.home.health.may_repair(self.clock.now()):
            return DamagedError(
                f"the cache {path.name} cannot be read ({error}), once more today: look at this PC's disk"
            )
        _LOG.warning("the cache %s cannot be read (%s): a snapshot is fetched", path.name, error)
        return _RepairNeededError(str(error))

    def _may_replace(self, error: DamagedError) -> None:
        """Notes that a cache that differs from the hub is replaced now, unless that was done not long ago."""
        now, before = self.clock.now(), self.home.replaced_at()
        if before is not None and before <= now < before + _REPLACED_AT_MOST_EVERY:
            again = f"{error}, and was replaced for that at {to_iso(before)} already: tell whoever runs the hub"
            raise DamagedError(again) from error
        _LOG.warning("%s: it is replaced by a snapshot", error)
        self.home.note_replaced(now)

    def _next_batch(self, connection: Connection) -> ChangeBatch:
        meta = cache.read_meta(connection)
        if meta.get("schema") != str(cache.SCHEMA):
            raise SnapshotNeededError("the cache is of another version")
        try:
            here = meta["epoch"], meta["scope"], int(meta["revision"])
        except (KeyError, ValueError):
            raise SnapshotNeededError("the cache does not say where it stands") from None
        batch = self.client.changes(*here)
        if batch.time is not None:
            self.clock.observe(batch.time)
        return batch

    def _fetch_snapshot(self) -> int:
        manifest = self.client.manifest()
        target = self.home.caches / f"{manifest.epoch[:8]}-{manifest.revision}-{time.time_ns()}.db"
        packed = self.home.caches / f"{manifest.sha256}.part"
        for leftover in self.home.caches.glob("*.part"):
            if leftover != packed:
                leftover.unlink(missing_ok=True)
        try:
            self.client.download(manifest, packed)
            expand(packed, target, manifest)
            check_snapshot(target, manifest)
        except BaseException:
            target.unlink(missing_ok=True)
            raise
        self.home.switch_to(target)
        self.home.health.note_check(target, self.clock.now(), (), thorough=True)  # by its SHA-256
        packed.unlink(missing_ok=True)
        return sum(one.rows for one in manifest.sums.values())


def apply_batch(connection: Connection, batch: ChangeBatch) -> bool:
    """Applies a whole batch with its checkpoint, or nothing.

    Returns:
        False where another process has moved the cache on meanwhile: the batch does not follow it any more.

    Raises:
        DamagedError: the cache would not hold what the hub says it should; nothing was changed.
    """
    if batch.since == batch.revision:
        _compare(cache.read_sums(connection), batch.sums)
        return True
    connection.execute("BEGIN IMMEDIATE")
    try:
        if cache.read_meta(connection).get("revision") != str(batch.since):
            return False
        writer = cache.CacheWriter(connection)
        writer.apply(batch.changes)
        _compare(writer.sums, batch.sums)
        writer.save_sums()
        cache.write_meta(connection, {"revision": str(batch.revision)})
        connection.execute("COMMIT")
    except (DataError, KeyError, TypeError, ValueError) as error:
        raise DamagedError(f"what changed does not fit the cache ({error})") from error
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
    return True


def _compare(ours: Sums, theirs: Sums) -> None:
    if wrong := differing(ours, theirs):
        raise DamagedError("the cache differs from the hub in " + ", ".join("/".join(part) for part in wrong))


def expand(packed: Path, target: Path, manifest: Manifest) -> None:
    """Checks the downloaded file against its manifest while writing the cache in it to `target`, synced.

    Raises:
        DamagedError: size or SHA-256 differ; the downloaded file is removed.
    """
    digest = hashlib.sha256()
    expander = zstandard.ZstdDecompressor().decompressobj()
    try:
        with packed.open("rb") as read, target.open("wb") as write:
            while block := read.read(_BLOCK):
                digest.update(block)
                write.write(expander.decompress(block))
            write.flush()
            os.fsync(write.fileno())
    except zstandard.ZstdError as error:
        packed.unlink(missing_ok=True)
        raise DamagedError(f"the snapshot was damaged on its way: {error}") from None
    if digest.hexdigest() != manifest.sha256 or target.stat().st_size != manifest.expanded:
        packed.unlink(missing_ok=True)
        raise DamagedError("the snapshot was damaged on its way: its checksum differs")


def check_snapshot(path: Path, manifest: Manifest) -> None:
    """Compares what a cache file says of itself with its manifest.

    Raises:
        DamagedError: they differ, or the file is no cache.
    """
    try:
        with closing(connect(path)) as connection:
            meta, sums = cache.read_meta(connection), cache.read_sums(connection)
    except DatabaseError as error:
        raise DamagedError(f"the snapshot is no cache: {error}") from None
    said = (meta.get("epoch"), meta.get("revision"), meta.get("scope"), meta.get("schema"))
    if said != (manifest.epoch, str(manifest.revision), manifest.scope, str(manifest.schema)):
        raise DamagedError("the snapshot is not the one that its manifest describes")
    _compare(sums, manifest.sums)
