"""What is entered at this PC, beside the assistant: sent in the background, counted in the foot."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from assistant.desktop import Post
from assistant.popup_messages import OutboxSeen
from data.clock import Clock
from sync.errors import SyncError
from sync.outbox.entering import Entering, author_at
from sync.outbox.sending import OutboxSender
from sync.outbox.waiting import Author, Outbox, OutboxCounts, OutboxError
from sync.replica.agent_home import AgentHome
from sync.replica.hub_client import HubClient

_LOG = logging.getLogger(__name__)


class Entries:
    """The outbox of an enrolled PC while the assistant runs.

    Args:
        home: The PC's.
        clock: The hub's time as well as it is known.
    """

    def __init__(self, home: AgentHome, clock: Clock) -> None:
        self._home = home
        self._clock = clock
        self._outbox = Outbox(home.path)
        self._entering = Entering(home, self._outbox, clock)
        self._post: Post = lambda _: None
        self._sender = OutboxSender(
            self._outbox, HubClient.at(home), clock, signed_in=self._author, on_change=self._changed
        )
        # The disk may keep a write waiting, which an agent would feel on the screen.
        self._writer = ThreadPoolExecutor(1, "look-ups")
        self._complained = False

    def start(self, post: Post) -> Callable[[], None]:
        """Begins to send, and reports what waits; what it returns ends it."""
        self._post = post
        stop_sending = self._sender.start()

        def stop() -> None:
            self._writer.shutdown()
            stop_sending()

        return stop

    def wake(self) -> None:
        """The hub is back, something was entered, or somebody has signed in."""
        self._sender.wake()

    def send_now(self) -> None:
        """Sends what waits, before a shift ends: afterwards only its author could. What the hub does not take stays."""
        try:
            self._sender.send()
        except SyncError as problem:
            _LOG.info("what was entered is sent later: %s", problem)

    def looked_up(self, kind: str, key: str) -> None:
        """A record was used; returns at once."""
        self._writer.submit(self._keep_look_up, kind, key)

    def _keep_look_up(self, kind: str, key: str) -> None:
        try:
            self._entering.look_up(kind, key)
        except OutboxError as problem:
            if not self._complained:
                _LOG.warning("look-ups are not counted: %s", problem)
                self._complained = True

    def _author(self) -> Author:
        return author_at(self._home, self._clock.now())

    def _changed(self, counts: OutboxCounts) -> None:
        self._post(OutboxSeen(counts.waiting, counts.refused + counts.conflict))
