"""The published snapshots of a hub: which are there, and having those made that are missing.

They are made in a process apart, so that the hub goes on answering; the shelf only looks after it.
"""

import logging
import threading
import time
from pathlib import Path

from data.clock import SystemClock
from data.errors import SwitchboardError
from data.store.database import open_database
from data.store.store import Store
from sync.errors import DamagedError, EndedError
from sync.hub.apart import ProcessApart
from sync.hub.snapshots import (
    PUBLISHED,
    Scope,
    clear_leftovers,
    copy_master,
    leads_on,
    publish,
    published,
    remove_damaged,
)
from sync.protocol import Manifest

_LOG = logging.getLogger(__name__)
_TRIED_AGAIN_AFTER_S = 60.0
_DOUBTED_AGAIN_AFTER_S, _WAITS_S = 60.0, 5.0
_READING_BYTES = 8_000_000
"""The store is read from beginning to end: nothing of it is wanted twice."""


class SnapshotShelf:
    """The published snapshots in one directory.

    Args:
        directory: Where they are kept, a directory a scope.
        store: What they are made of.
        encrypted: Each with a key of its own.
    """

    def __init__(self, directory: Path, store: Store, *, encrypted: bool = False) -> None:
        self._directory = directory
        self._store = store
        self._encrypted = encrypted
        self._publishing = ProcessApart("snapshot")
        self._locks: dict[str, threading.Lock] = {}
        self._preparing: set[str] = set()
        self._failed: dict[str, tuple[float, str]] = {}
        self._doubted: dict[str, tuple[float, str]] = {}
        self._guard = threading.Lock()

    def fresh(self, scope: Scope) -> Manifest | None:
        """The newest published snapshot, if the change log leads on from it; None where one must be made first."""
        manifest = published(self._directory / scope.key)
        if manifest is None or bool(manifest.key) != self._encrypted:
            return None
        with self._store.read() as connection:
            return manifest if leads_on(connection, scope, manifest) else None

    def ensure(self, scope: Scope) -> Manifest:
        """A snapshot from which the change log leads on; made now if there is none. May take minutes.

        Raises:
            DamagedError: what was built does not hold what the store says it should.
            EndedError: the shelf was closed, or the process that made it was ended.
        """
        with self._lock_of(scope):
            return self.fresh(scope) or self._publish(scope)

    def doubt(self, scope: Scope, etag: str) -> None:
        """Looks at the newest published file, which came damaged to somebody; one that is damaged here is removed.

        Not again within a minute: a line that damages every download must not keep the hub reading.
        """
        directory, lock = self._directory / scope.key, self._lock_of(scope)
        if not lock.acquire(timeout=_WAITS_S):  # another is being made
            return
        try:
            manifest, (at, doubted) = published(directory), self._doubted.get(scope.key, (0.0, ""))
            again = doubted == etag and time.monotonic() - at < _DOUBTED_AGAIN_AFTER_S
            if manifest is None or manifest.etag != etag or again:
                return
            self._doubted[scope.key] = time.monotonic(), etag
            if remove_damaged(directory, manifest):
                _LOG.error("the snapshot %s was damaged on this disk: another is made", manifest.url)
        finally:
            lock.release()

    def copy_to(self, scope: Scope, target: Path) -> None:
        """Writes the cache that the newest snapshot of a scope was made of to `target`; may take minutes.

        Raises:
            DamagedError, EndedError: as `ensure`.
        """
        self.ensure(scope)
        copy_master(self._directory / scope.key, target)

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

    def file(self, scope_key: str, name: str) -> Path | None:
        """A published file by the name that its manifest gives, or None."""
        directory = self._directory / scope_key
        files = {path.name: path for path in directory.glob(f"*{PUBLISHED}")} if scope_key.isalnum() else {}
        return files.get(name)

    def manifests(self) -> list[Manifest]:
        """Every scope's newest published snapshot."""
        found = (published(path) for path in self._directory.iterdir()) if self._directory.is_dir() else ()
        return [manifest for manifest in found if manifest is not None]

    def close(self) -> None:
        """Ends a process that is making a snapshot; no further one is made."""
        self._publishing.close()

    def _lock_of(self, scope: Scope) -> threading.Lock:
        with self._guard:
            return self._locks.setdefault(scope.key, threading.Lock())

    def _prepare(self, scope: Scope) -> None:
        """The dispatcher of the thread."""
        try:
            self.ensure(scope)
            self._failed.pop(scope.key, None)
        except SwitchboardError as error:
            if not self._publishing.closed:
                _LOG.error("no snapshot: %s", error)
                self._failed[scope.key] = (time.monotonic(), str(error))
        except Exception as error:  # noqa: BLE001 - the dispatcher
            _LOG.exception("no snapshot of scope %s", scope.key)
            self._failed[scope.key] = (time.monotonic(), " ".join(str(error).split()))
        finally:
            with self._guard:
                self._preparing.discard(scope.key)

    def _publish(self, scope: Scope) -> Manifest:
        directory = self._directory / scope.key
        url = self._store.engine.url.render_as_string(hide_password=False)
        try:
            self._publishing.run(publish_from, url, scope, directory, self._encrypted)
        except EndedError:
            clear_leftovers(directory)
            raise
        manifest = published(directory)
        if manifest is None:
            raise DamagedError(f"the snapshot of scope {scope.key} was removed as soon as it was made")
        return manifest


def publish_from(database: str, scope: Scope, directory: Path, encrypted: bool = False) -> None:  # noqa: FBT001, FBT002 - sent by place
    """Publishes a snapshot of the store at a URL; what the process apart does.

    Raises:
        DamagedError: what was built does not hold what the store says it should; nothing was published.
    """
    engine = open_database(database, cache_bytes=_READING_BYTES)
    try:
        publish(Store(engine, SystemClock()), scope, directory, encrypted=encrypted)
    finally:
        engine.dispose()
