"""Publishing snapshots: one ready-to-search cache file for each scope in use, compressed, with its manifest.

Beside each published file lies the cache it was made of. A newer snapshot is made by bringing that cache up to date
through the change log, as an agent would; only where the log does not reach back is it made afresh from the store.
"""

import hashlib
import json
import logging
import os
import threading
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import zstandard
from sqlalchemy import Connection

from data import cache, change_log
from data.cache_build import build_cache, changes_for
from data.errors import DataError, SwitchboardError
from data.set_hash import SetSum, same_sums
from data.sqlite import Connection as CacheConnection
from data.sqlite import DatabaseError, connect
from data.store import Store
from sync.errors import DamagedError
from sync.private_files import make_private_directory, write_whole
from sync.protocol import Manifest

CHANGES_AT_MOST = 20_000
"""A cache that is further behind than this many records takes a snapshot: fetching it is faster by then."""

_BEHIND_AT_MOST = 2_000
"""A published snapshot that is further behind than this many records is made anew."""

_LOG = logging.getLogger(__name__)
_KEPT = 2
_TRIED_AGAIN_AFTER_S = 60.0
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Scope:
    """Which records a device may hold.

    Attributes:
        key: Names the scope; a cache of another key is replaced by a snapshot.
        buckets: Its buckets, or None for all.
    """

    key: str
    buckets: tuple[str, ...] | None

    @staticmethod
    def of(buckets: list[str] | None) -> "Scope":
        """The scope of these buckets."""
        if buckets is None:
            return Scope("all", None)
        digest = hashlib.sha256("\n".join(sorted(buckets)).encode()).hexdigest()
        return Scope(digest[:16], tuple(sorted(buckets)))

    @property
    def bucket_list(self) -> list[str] | None:
        """The buckets as the data package takes them."""
        return None if self.buckets is None else list(self.buckets)


class SnapshotShelf:
    """The published snapshots in one directory.

    Args:
        directory: Where they are kept, a directory a scope.
        store: What they are made of.
    """

    def __init__(self, directory: Path, store: Store) -> None:
        self._directory = directory
        self._store = store
        self._locks: dict[str, threading.Lock] = {}
        self._preparing: set[str] = set()
        self._failed: dict[str, tuple[float, str]] = {}
        self._guard = threading.Lock()

    def fresh(self, scope: Scope) -> Manifest | None:
        """The newest published snapshot, if the change log leads on from it; None where one must be made first."""
        manifest = self._newest(scope)
        if manifest is None:
            return None
        with self._store.read() as connection:
            if change_log.committed_at(connection, manifest.revision) != manifest.committed_at:
                return None
            behind = _behind(connection, scope, manifest.epoch, manifest.revision, _BEHIND_AT_MOST)
        return manifest if behind is not None else None

    def ensure(self, scope: Scope) -> Manifest:
        """A snapshot from which the change log leads on; made now if there is none. May take minutes.

        Raises:
            DamagedError: what was built does not hold what the store says it should.
        """
        with self._guard:
            lock = self._locks.setdefault(scope.key, threading.Lock())
        with lock:
            return self.fresh(scope) or self._publish(scope)

    def prepare(self, scope: Scope) -> None:
        """Has `ensure` done on a thread; does nothing where that is under way: every waiting agent asks again.

        Raises:
            DamagedError: it failed a short while ago, and why; a try for every request would only keep the disk full.
        """
        with self._guard:
            failed_at, reason = self._failed.get(scope.key, (0.0, ""))
            if reason and time.monotonic() - failed_at < _TRIED_AGAIN_AFTER_S:
                raise DamagedError(f"the snapshot cannot be made: {reason}")
            if scope.key in self._preparing:
                return
            self._preparing.add(scope.key)
        threading.Thread(target=self._prepare, args=(scope,), name=f"snapshot-{scope.key}", daemon=True).start()

    def _prepare(self, scope: Scope) -> None:
        """The dispatcher of the thread."""
        try:
            self.ensure(scope)
            self._failed.pop(scope.key, None)
        except SwitchboardError as error:
            _LOG.error("no snapshot: %s", error)
            self._failed[scope.key] = (time.monotonic(), str(error))
        except Exception as error:  # noqa: BLE001 - the dispatcher
            _LOG.exception("no snapshot of scope %s", scope.key)
            self._failed[scope.key] = (time.monotonic(), " ".join(str(error).split()))
        finally:
            with self._guard:
                self._preparing.discard(scope.key)

    def file(self, scope_key: str, name: str) -> Path | None:
        """A published file by the name that its manifest gives, or None."""
        directory = self._directory / scope_key
        published = {path.name: path for path in directory.glob("*.zst")} if scope_key.isalnum() else {}
        return published.get(name)

    def _publish(self, scope: Scope) -> Manifest:
        directory = self._directory / scope.key
        make_private_directory(directory)
        master = directory / "master.db"
        with self._store.read() as store:
            epoch, sums = change_log.epoch(store), change_log.sums(store, scope.bucket_list)
            revision = self._advance(store, scope, master) or self._rebuild(store, scope, master)
            committed_at = change_log.committed_at(store, revision)
        if not same_sums(_stored_sums(master), sums):
            _remove_database(master)
            raise DamagedError(f"the snapshot of scope {scope.key} at revision {revision} does not match the store")
        name = f"{epoch[:8]}-{revision}.zst"
        size, digest = _compress(master, directory / name)
        manifest = Manifest(
            epoch=epoch,
            scope=scope.key,
            revision=revision,
            committed_at=committed_at,
            url=f"/snapshot/{scope.key}/{name}",
            size=size,
            sha256=digest,
            expanded=master.stat().st_size,
            schema=cache.SCHEMA,
            sums=sums,
        )
        write_whole(directory / "manifest.json", json.dumps(manifest.to_json()))
        _prune(directory)
        return manifest

    def _newest(self, scope: Scope) -> Manifest | None:
        try:
            text = (self._directory / scope.key / "manifest.json").read_text(encoding="utf-8")
            manifest = Manifest.from_json(json.loads(text))
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return manifest if self.file(scope.key, Path(manifest.url).name) else None

    def _advance(self, store: Connection, scope: Scope, master: Path) -> int | None:
        """Brings the cache beside the published files up to date, if the log leads that far."""
        if not master.exists():
            return None
        try:
            with closing(connect(master)) as connection:
                return _follow(store, scope, connection)
        except (DatabaseError, DataError, KeyError, ValueError) as error:
            _LOG.warning("the cache of scope %s is damaged (%s): it is made afresh", scope.key, error)
            return None

    def _rebuild(self, store: Connection, scope: Scope, master: Path) -> int:
        fresh = master.with_name("building.db")
        _remove_database(fresh)
        revision = build_cache(store, fresh, scope.key, scope.bucket_list)
        _remove_database(master)
        fresh.replace(master)
        return revision


def _follow(store: Connection, scope: Scope, master: CacheConnection) -> int | None:
    meta = cache.read_meta(master)
    if meta.get("schema") != str(cache.SCHEMA):
        return None
    if meta["committed_at"] != change_log.committed_at(store, int(meta["revision"])):
        return None
    touched = _behind(store, scope, meta["epoch"], int(meta["revision"]), CHANGES_AT_MOST)
    if touched is None:
        return None
    revision = change_log.head(store)
    master.execute("BEGIN IMMEDIATE")
    writer = cache.CacheWriter(master)
    writer.apply(changes_for(store, touched, scope.bucket_list))
    writer.save_sums()
    committed_at = change_log.committed_at(store, revision)
    cache.write_meta(master, {"revision": str(revision), "committed_at": committed_at})
    master.execute("COMMIT")
    master.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return revision


def _behind(
    connection: Connection, scope: Scope, epoch: str, revision: int, limit: int
) -> list[tuple[str, str]] | None:
    """What a cache at `revision` lacks, or None where the log cannot tell or it is more than `limit`."""
    if epoch != change_log.epoch(connection):
        return None
    if not change_log.floor(connection) <= revision <= change_log.head(connection):
        return None
    return change_log.touched_since(connection, revision, scope.bucket_list, limit)


def changes_after(connection: Connection, scope: Scope, epoch: str, revision: int) -> list[tuple[str, str]] | None:
    """The records that a replica at `revision` of `epoch` must be sent, or None where it needs a snapshot."""
    return _behind(connection, scope, epoch, revision, CHANGES_AT_MOST)


def _stored_sums(master: Path) -> dict[str, SetSum]:
    with closing(connect(master, read_only=True)) as connection:
        return cache.read_sums(connection)


def _compress(source: Path, target: Path) -> tuple[int, str]:
    """Size and SHA-256 of the compressed file, synced to disk before it gets its name."""
    temporary, digest, size = target.with_suffix(".part"), hashlib.sha256(), 0
    compressor = zstandard.ZstdCompressor(level=3, threads=-1)
    with source.open("rb") as read, temporary.open("wb") as write:
        for block in compressor.read_to_iter(read, read_size=_BLOCK, write_size=_BLOCK):
            digest.update(block)
            size += write.write(block)
        write.flush()
        os.fsync(write.fileno())
    temporary.replace(target)
    return size, digest.hexdigest()


def _prune(directory: Path) -> None:
    published = sorted(directory.glob("*.zst"), key=lambda path: path.stat().st_mtime, reverse=True)
    for old in published[_KEPT:]:
        old.unlink(missing_ok=True)


def _remove_database(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
