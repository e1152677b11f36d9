"""Who works at this PC: signing in for the shift, handing over, and telling the hub how this PC fares."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, TypeVar

from assistant.model.popup_messages import ShiftSeen
from assistant.resident.asker import Sources
from assistant.resident.reports import Post
from assistant.words.wording import Language
from data.caches.cache import read_meta
from data.clock import Clock, to_iso
from data.errors import SwitchboardError
from data.sqlite import connect
from sync.errors import RefusedError, SyncError
from sync.replica.agent_home import AgentHome
from sync.replica.enrolment import Shift
from sync.replica.hub_client import HubClient

_LOG = logging.getLogger(__name__)
REPORT_EVERY_S = 60.0

Told = Callable[[str], None]
"""Called, on a thread of the shifts, with what went wrong in one line; with an empty one where nothing did."""

_T = TypeVar("_T")
_A = TypeVar("_A")


class SignInFirstError(SwitchboardError):
    """The policy wants somebody signed in before this PC answers."""


class Shifts:
    """The shifts of an enrolled PC while the assistant runs.

    Args:
        home: The PC's.
        clock: The hub's time as well as it is known.
        version: Of this program, for the hub.
        begun: Called when somebody has signed in.
        ending: Called before somebody hands over: sends what only they can send.
        language: In which whoever signs in is told why it is refused.

    Attributes:
        hotkey: `ready`, `taken`, `none` or `unknown`, for the hub.
    """

    def __init__(
        self,
        home: AgentHome,
        clock: Clock,
        version: str,
        begun: Callable[[], None] = lambda: None,
        ending: Callable[[], None] = lambda: None,
        language: Language = "zh",
    ) -> None:
        self._home = home
        self._clock = clock
        self._version = version
        self._begun = begun
        self._ending = ending
        self._language = language
        self._post: Post = lambda _: None
        self._stop = threading.Event()
        self._worker = ThreadPoolExecutor(1, "shift")
        self._complained = False
        self._seen: ShiftSeen | None = None
        self.hotkey = "unknown"

    def start(self, post: Post) -> Callable[[], None]:
        """Begins to report, to the hub and to the popup; what it returns ends it."""
        self._post = post
        self._tell()
        thread = threading.Thread(target=self._watch, name="shift-watch", daemon=True)
        thread.start()

        def stop() -> None:
            self._stop.set()
            self._worker.shutdown(wait=False, cancel_futures=True)
            thread.join(timeout=0.2)  # it may sit in a request; as a daemon it ends with the process

        return stop

    @property
    def person(self) -> str | None:
        """Who is signed in, None for nobody."""
        shift = self._shift()
        return shift.person if shift else None

    def sign_in(self, name: str, secret: str, told: Told) -> None:
        """Signs a person in, soon; who was signed in before is no more."""
        self._worker.submit(self._doing, told, lambda: self._sign_in(name, secret))

    def sign_out(self, told: Told) -> None:
        """Signs out whoever is signed in, soon. The hub hears of it now, or by the end of the shift."""
        self._worker.submit(self._doing, told, self._sign_out)

    def guarded(self, sources: Sources) -> Sources:
        """`sources`, which refuse where somebody has to sign in first and nobody is; nothing asked is answered."""

        def first(check: Callable[[_T], _A]) -> Callable[[_T], _A]:
            def checked(asked: _T) -> _A:
                if asked and self._home.files.sign_in_required() and self.person is None:
                    raise SignInFirstError("请先登录 Sign in first")
                return check(asked)

            return checked

        return replace(
            sources, answer=first(sources.answer), open_node=first(sources.open_node), card=first(sources.card)
        )

    def _sign_in(self, name: str, secret: str) -> None:
        if self.person is not None:  # the hub ends that shift with this one
            self._ending()
        self._home.files.begin_shift(HubClient.at(self._home).begin_shift(name, secret))
        self._begun()

    def _sign_out(self) -> None:
        """Also with the hub away: the next person must not work in this one's name."""
        try:
            self._ending()
            HubClient.at(self._home).end_shift()
        except SyncError as gone:
            _LOG.warning("the hub was not told that the shift has ended: %s", gone)
        self._home.files.end_shift()

    def _doing(self, told: Told, act: Callable[[], None]) -> None:
        """The dispatcher of the worker: what went wrong is told in one line."""
        try:
            act()
        except RefusedError as refused:
            told(refused.words(self._language))
        except SwitchboardError as problem:
            told(str(problem))
        except Exception as problem:  # noqa: BLE001 - the dispatcher
            _LOG.exception("signing in or out failed")
            told(str(problem))
        else:
            told("")
        self._tell()

    def _watch(self) -> None:
        """The dispatcher of its thread: a hub that does not answer is logged once."""
        while not self._stop.is_set():
            try:
                self._report()
                self._complained = False
            except SyncError as problem:
                if not self._complained:
                    _LOG.warning("the hub was not told how this PC fares: %s", problem)
                self._complained = True
            except Exception:  # noqa: BLE001 - the dispatcher
                _LOG.exception("telling the hub how this PC fares failed")
            self._tell()
            self._stop.wait(self._wait_s())

    def _wait_s(self) -> float:
        """Until the next report, or the end of the shift where that comes first."""
        shift = self._shift()
        left = (shift.ends - self._clock.now()).total_seconds() if shift else REPORT_EVERY_S
        return min(REPORT_EVERY_S, max(left, 0.1))

    def _report(self) -> None:
        said = HubClient.at(self._home).report_status(self._status())
        self._home.files.keep_sign_in_required(required=said.sign_in_required)
        shift = self._home.files.shift()
        if shift is not None and said.person != shift.person:
            self._home.files.end_shift()

    def _status(self) -> dict[str, Any]:
        confirmed = self._home.confirmed_at()
        told = {"version": self._version, "hotkey": self.hotkey, "revision": self._revision()}
        return told | {"confirmed_at": to_iso(confirmed) if confirmed else None}

    def _revision(self) -> int | None:
        path = self._home.current_cache()
        if path is None:
            return None
        try:
            connection = connect(path, read_only=True)
            try:
                return int(read_meta(connection)["revision"])
            finally:
                connection.close()
        except Exception as problem:  # noqa: BLE001 - a damaged cache raises what it likes; its guard sees to it
            _LOG.debug("no revision: %s", problem)
            return None

    def _shift(self) -> Shift | None:
        shift = self._home.files.shift()
        return shift if shift is not None and self._clock.now() < shift.ends else None

    def _tell(self) -> None:
        """Posts who is signed in where that is news: nothing else wakes a hidden popup."""
        seen = ShiftSeen(self.person, required=self._home.files.sign_in_required())
        if seen != self._seen:
            self._seen = seen
            self._post(seen)
