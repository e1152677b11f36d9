"""A cache that the hub keeps for its own pages, so that they answer as a PC does: made once, then followed."""

import logging
import threading
import time
from contextlib import closing, suppress
from pathlib import Path

from sqlalchemy import Connection

from data.caches import cache
from data.caches.build import build_cache
from data.clock import SystemClock
from data.errors import SwitchboardError
from data.sqlite import DatabaseError, connect
from data.store import change_log
from data.store.database import open_database
from data.store.set_hash import same_sums
from data.store.store import Store
from sync.errors import DamagedError
from sync.hub.apart import ProcessApart
from sync.hub.shelf import SnapshotShelf
from sync.hub.snapshots import CHANGES_AT_MOST, Scope, follow
from sync.replica.agent_home import AgentHome

_LOG = logging.getLogger(__name__)
_AT_ONCE = 500
"""Changes that whoever asks waits for; more are brought in on a thread, while the older state is answered from."""

_TRIED_AGAIN_AFTER_S = 60.0
_READING_BYTES = 8_000_000


class OwnCache:
    """The cache of one scope in a home of the hub's own.

    Args:
        home: Where it is kept, as on a PC.
        scope: What it holds.
        store: What it is made of.
        shelf: Has the cache of everything, which is copied from there.
        apart: Makes those of other scopes.
    """

    def __init__(self, home: AgentHome, scope: Scope, store: Store, shelf: SnapshotShelf, apart: ProcessApart) -> None:
        self.home = home
        self._scope = scope
        self._store = store
        self._shelf = shelf
        self._apart = apart
        self._turn = threading.Lock()
        self._work: threading.Thread | None = None
        self._equal_at: tuple[str, int] | None = None
        self._failed_at = -_TRIED_AGAIN_AFTER_S

    def refresh(self, patience_s: float = 0.0) -> None:
        """Brings the cache up to date with the store if that takes a moment, else has it done on a thread.

        What was written before is in the cache afterwards, unless it is still behind: its `confirmed_at` tells.

        Args:
            patience_s: So long it waits for the thread where there is no cache yet.
        """
        with self._turn:
            if not self._working() and not self._follow(_AT_ONCE) and self._may_try():
                self._work = threading.Thread(target=self._catch_up, name=f"own-cache-{self._scope.key}", daemon=True)
                self._work.start()
            work = self._work
        if work is not None and self.home.current_cache() is None:
            work.join(patience_s)

    def finish(self, patience_s: float) -> None:
        """Waits so long for the thread, which reads the store; to be called before that is closed."""
        with self._turn:
            work = self._work
        if work is not None:
            work.join(patience_s)

    def _working(self) -> bool:
        return self._work is not None and self._work.is_alive()

    def _may_try(self) -> bool:
        return time.monotonic() - self._failed_at >= _TRIED_AGAIN_AFTER_S

    def _follow(self, most: int) -> bool:
        """Whether the cache is equal to the store now."""
        path = self.home.current_cache()
        if path is None:
            return False
        now = self._store.clock.now()
        with self._store.read() as connection:
            head = change_log.epoch(connection), change_log.head(connection)
            if head != self._equal_at:
                try:
                    if not self._bring_to_head(connection, path, most):
                        return False
                except (DatabaseError, SwitchboardError, KeyError, ValueError) as error:
                    _LOG.warning("the hub's own cache %s (%s) is made afresh", path.name, error)
                    with suppress(OSError):  # where a reader has it open it may stay; the fresh one takes its place
                        path.unlink()
                    return False
        self._equal_at = head
        self.home.confirm(now)
        return True

    def _bring_to_head(self, connection: Connection, path: Path, most: int) -> bool:
        """Whether the log led there in at most so many changes.

        Raises:
            DamagedError: the cache does not hold then what the store says it should.
        """
        with closing(connect(path)) as own:
            if follow(connection, self._scope, own, most) is None:
                return False
            sums = change_log.sums(connection, self._scope.bucket_list, self._scope.reader)
            if not same_sums(cache.read_sums(own), sums):
                raise DamagedError("it does not match the store")
        return True

    def _catch_up(self) -> None:
        """The dispatcher of the thread."""
        try:
            if not self._follow(CHANGES_AT_MOST):
                self._make()
                self._follow(CHANGES_AT_MOST)
        except Exception as error:  # noqa: BLE001 - the dispatcher
            self._failed_at = time.monotonic()
            if not self._apart.closed:
                _LOG.error("the pages have no cache to answer from: %s", error)

    def _make(self) -> None:
        fresh = self.home.caches / f"{time.time_ns()}.db"
        try:
            if self._scope.buckets is None:
                self._shelf.copy_to(self._scope, fresh)
            else:
                url = self._store.engine.url.render_as_string(hide_password=False)
                self._apart.run(build_from, url, self._scope, fresh)
        except BaseException:
            fresh.unlink(missing_ok=True)
            raise
        self._equal_at = None
        self.home.switch_to(fresh)


def build_from(database: str, scope: Scope, path: Path) -> None:
    """Makes the cache of a scope from the store at a URL; what the process apart does."""
    engine = open_database(database, cache_bytes=_READING_BYTES)
    try:
        with Store(engine, SystemClock()).read() as connection:
            build_cache(connection, path, scope.key, scope.bucket_list, scope.reader)
    finally:
        engine.dispose()
