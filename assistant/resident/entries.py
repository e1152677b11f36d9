"""What is entered at this PC, beside the assistant: sent in the background, counted in the foot."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

from assistant.forms.form import Choice, Entered
from assistant.model.popup_messages import OutboxSeen
from assistant.resident.reports import Post
from data.caches.cache import all_docs_of
from data.clock import Clock
from data.errors import SwitchboardError
from data.fields import Doc
from data.kinds import KINDS
from data.sqlite import DatabaseError, connect
from data.tickets.business import Catalogue, catalogue_of
from data.tickets.states import TICKET_KINDS
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

    def enter(self, entered: Entered, told: Callable[[str], None]) -> None:
        """Keeps an entry, soon, and tells what went wrong; empty for nothing. Returns at once."""
        self._writer.submit(self._enter, entered, told)

    def catalogue(self) -> list[Choice]:
        """What a ticket may be filed under, as this PC knows it: what its cache lacks is as everybody begins with."""
        catalogue = catalogue_of(self._business())
        offered = [one for kind in TICKET_KINDS for one in catalogue.offered(kind)]
        return [Choice(one.code, _below_its_root(catalogue, one.code)) for one in offered]

    def _business(self) -> list[Doc]:
        path = self._home.current_cache()
        if path is None:
            return []
        try:
            with closing(connect(path, read_only=True)) as connection:
                return list(all_docs_of(connection, KINDS["business"]))
        except DatabaseError as problem:
            _LOG.warning("the catalogue cannot be read: %s", problem)
            return []

    def _enter(self, entered: Entered, told: Callable[[str], None]) -> None:
        """The dispatcher of the writer's thread: what went wrong is told in one line."""
        try:
            entered(self._entering)
        except SwitchboardError as problem:
            told(str(problem))
        except Exception as problem:  # noqa: BLE001 - the dispatcher
            _LOG.exception("entering failed")
            told(str(problem))
        else:
            told("")
            self._sender.wake()

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


def _below_its_root(catalogue: Catalogue, code: str) -> str:
    """`无电 › 单户`: an entry with what it is below, without the kind of ticket that is the root."""
    return " › ".join(catalogue.path(code).split(" > ")[1:])
