"""Watching over the cache of an agent's home: checked after the start, every day, and when there is a doubt.

What it finds it notes in the home; whoever follows the hub then fetches a fresh snapshot.
"""

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from data.caches.check import CheckStoppedError, Damage, check_cache
from data.clock import Clock
from sync.pacing import Pace
from sync.replica.agent_home import AgentHome

_LOG = logging.getLogger(__name__)

SHARE = 0.05
"""Of one processor, at most, that a check takes."""

_EVERY = timedelta(days=1)
_AFTER_START_S, _AFTER_CRASH_S = 60.0, 2.0
_LOOK_AGAIN_S = 600.0
_LONGEST_LOG = 64 << 20
"""Bytes: a reader keeps a write-ahead log from beginning anew; a check lets go before that fills the disk."""

Level = Literal["hurried", "quick", "thorough"]


class CacheGuard:
    """A thread that checks the cache when nobody is at the popup.

    Args:
        home: The agent's.
        clock: Tells when a check is due.
        in_use: Whether somebody is looking things up just now; checks rest meanwhile.
    """

    def __init__(self, home: AgentHome, clock: Clock, in_use: Callable[[], bool]) -> None:
        self._home = home
        self._clock = clock
        self._in_use = in_use
        self._report: Callable[[bool], None] = lambda _: None
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._suspected = False
        self._doubted = False
        self._unchecked = True
        self._damaged = False
        self._told_bad = False

    def start(self, report: Callable[[bool], None]) -> Callable[[], None]:
        """Starts the thread; what it returns ends it, and notes that it ended in good order.

        Args:
            report: Called on the thread with whether the cache is known to be damaged, or cannot be made equal to the
                hub, when that changes.
        """
        self._report = report
        self._doubted = self._home.health.begin()
        thread = threading.Thread(target=self._run, name="cache guard", daemon=True)
        thread.start()

        def stop() -> None:
            self._stop.set()
            self._wake.set()
            thread.join(timeout=1.0)
            self._home.health.end()

        return stop

    def suspect(self) -> None:
        """Has the cache checked at once: a look-up could not read it. To be called from any thread."""
        self._suspected = True
        self._wake.set()

    def look(self) -> None:
        """Has the guard look at the home again: the cache has changed. To be called from any thread."""
        self._wake.set()

    def _run(self) -> None:
        """Turn after turn until it is stopped. The dispatcher of its thread."""
        self._settle()
        while not self._stop.is_set():
            self._wake.clear()
            try:
                more = self.turn()
            except CheckStoppedError:
                more = False
            except Exception:  # noqa: BLE001 - the dispatcher: a guard that died would let damage go unseen
                _LOG.exception("the cache could not be checked")
                more = False
            if not more:
                self._wake.wait(_LOOK_AGAIN_S)

    def _settle(self) -> None:
        """Waits until the start is over, and everything else that it sets going; a suspicion is no time to wait."""
        until = time.monotonic() + (_AFTER_CRASH_S if self._doubted else _AFTER_START_S)
        while not self._suspected and not self._stop.is_set() and (left := until - time.monotonic()) > 0:
            self._tell()
            self._wake.wait(left)
            self._wake.clear()

    def turn(self) -> bool:
        """Does the check that is due, if there is one, and reports what became known.

        Returns:
            Whether there was one: another may be due right after it.

        Raises:
            CheckStoppedError: it was broken off, to be done later.
        """
        self._tell()
        path = self._home.current_cache()
        level = self._due(path, self._clock.now()) if path and not self._damaged else None
        if path is None or level is None:
            return False
        damages = check_cache(path, thorough=level == "thorough", go_on=self._pace(path, level))
        if self._home.current_cache() == path:
            self._note(path, level, damages)
        return True

    def _due(self, path: Path, now: datetime) -> Level | None:
        if self._suspected:
            return "hurried"
        if self._unchecked:
            return "quick"
        last = self._home.health.checked_at(path)
        return "thorough" if self._doubted or last is None or abs(now - last) >= _EVERY else None

    def _pace(self, path: Path, level: Level) -> Callable[[], bool]:
        if level == "hurried":
            return lambda: not self._stop.is_set()
        log = path.with_name(f"{path.name}-wal")

        def worth_while() -> bool:
            in_bounds = not log.exists() or log.stat().st_size <= _LONGEST_LOG
            return in_bounds and not self._suspected and self._home.current_cache() == path

        return Pace(SHARE, self._stop, self._in_use, worth_while)

    def _note(self, path: Path, level: Level, damages: list[Damage]) -> None:
        self._home.health.note_check(path, self._clock.now(), damages, thorough=level == "thorough")
        self._doubted = not damages and (level == "hurried" or (self._doubted and level == "quick"))
        self._suspected = self._suspected and level != "hurried"
        self._unchecked = False
        self._tell()

    def _tell(self) -> None:
        """Reports, and logs, that damage became known, by this guard or another process, or was repaired."""
        path = self._home.current_cache()
        finding = self._home.health.finding(path) if path else None
        alarm = self._home.health.alarm()
        if finding and not self._damaged:
            _LOG.warning("the cache %s is damaged: %s", finding.cache, finding)
        elif self._damaged and not finding:
            _LOG.warning("the damaged cache was replaced")
        bad = finding is not None or alarm is not None
        if bad != self._told_bad:
            self._told_bad = bad
            self._report(bad)
        self._damaged = finding is not None
