"""Sending what is in the outbox: in order, again and again until the hub has given its answer to each entry.

Only an answer that names the entry's key and what became of it counts. A hub that is gone, busy or in trouble, a proxy
or a guest network's page leaves every entry where it is.
"""

import logging
import random
import threading
from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Any, Protocol

from data.clock import Clock
from data.entries.entries import Outcome, read_outcome
from data.errors import DataError
from sync.errors import AskedTooOftenError, RefusedError, ShiftOverError, SyncError
from sync.outbox.waiting import Author, Kept, Outbox, OutboxCounts, OutboxError

_LOG = logging.getLogger(__name__)

AT_ONCE = 20
"""Entries in a request: of the largest, they stay below what a hub takes."""

WAITS_FOR_AUTHOR = "waits until the person who entered it signs in here again 等待登记人重新登录"

_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.5, 60.0
_LAST_WORDS_S = 2.0


class EntryTaker(Protocol):
    """What the sender needs of a hub; `sync.replica.hub_client.HubClient` is one."""

    def send_entries(self, entries: list[dict[str, Any]], session: str) -> dict[str, dict[str, Any]]:
        """What became of entries, by key."""
        ...

    def settled(self, key: str) -> str:
        """How the conflict of an entry was settled, `unknown` where there is none; empty while it waits."""
        ...


class OutboxSender:
    """Empties an outbox into the hub.

    Args:
        outbox: Where the entries wait.
        client: Speaks to the hub.
        clock: The hub's time as well as it is known.
        signed_in: Who is signed in at this PC now: their entries go under the present shift.
        on_change: Called on the thread with what is in the outbox, when that has changed.
        on_outcome: Called with an entry's key and what became of it.
    """

    def __init__(
        self,
        outbox: Outbox,
        client: EntryTaker,
        clock: Clock,
        signed_in: Callable[[], Author] = Author,
        on_change: Callable[[OutboxCounts], None] = lambda _: None,
        on_outcome: Callable[[str, Outcome], object] = lambda _key, _outcome: None,
    ) -> None:
        self._outbox = outbox
        self._client = client
        self._clock = clock
        self._signed_in = signed_in
        self._on_change = on_change
        self._on_outcome = on_outcome
        self._told: OutboxCounts | None = None
        self._wake = threading.Event()
        self._stopped = threading.Event()
        self._wait_s = _FIRST_WAIT_S

    def send(self) -> bool:
        """Sends all that can be sent; whether the hub has answered for everything that was due.

        Raises:
            SyncError: the hub did not take it, or the outbox cannot be used; what waits is still there.
        """
        silent: set[str] = set()
        while due := [kept for kept in self._outbox.due(self._clock.now()) if kept.entry.key not in silent]:
            for group in self._groups(due):
                silent |= self._send_group(group)
                if self._stopped.is_set():
                    return False
        self._ask_for_settled()
        return not silent

    def start(self) -> Callable[[], None]:
        """Starts the thread; what it returns ends it, waiting no longer than a moment."""
        thread = threading.Thread(target=self._run, name="outbox-sender", daemon=True)
        thread.start()

        def stop() -> None:
            self._stopped.set()
            self._wake.set()
            thread.join(_LAST_WORDS_S)  # what is not answered by then is sent again next time

        return stop

    def wake(self) -> None:
        """Has the thread look at once: something was entered, the hub is back, or somebody has signed in."""
        self._wait_s = _FIRST_WAIT_S
        self._wake.set()

    def _groups(self, due: list[Kept]) -> Iterator[list[Kept]]:
        """Entries that are sent together: of one shift, not too many."""
        due.sort(key=self._session)
        for _, group in groupby(due, key=self._session):
            of_one = list(group)
            yield from (of_one[start : start + AT_ONCE] for start in range(0, len(of_one), AT_ONCE))

    def _session(self, kept: Kept) -> str:
        """The shift in which an entry is sent: its author's, the present one where they are signed in again.

        Empty for look-ups: they are nobody's.
        """
        if kept.entry.kind == "look_up":
            return ""
        present = self._signed_in()
        return present.session if present.name == kept.author.name else kept.author.session

    def _send_group(self, group: list[Kept]) -> set[str]:
        """Sends entries of one shift; the keys of those for which the hub has not said what became of them."""
        untried = [kept.entry.key for kept in group if not kept.tried]
        if untried:
            self._outbox.mark_tried(untried)
        try:
            answers = self._client.send_entries([kept.to_send() for kept in group], self._session(group[0]))
        except AskedTooOftenError:
            raise  # no entry is to blame: they are sent later
        except RefusedError as refusal:
            over = isinstance(refusal, ShiftOverError)
            if len(group) > 1 and not over:  # one of them may be to blame
                return set().union(*(self._send_group([kept]) for kept in group))
            keys = [kept.entry.key for kept in group]
            self._outbox.note(keys, WAITS_FOR_AUTHOR if over else str(refusal))
            return {*keys}
        return self._conclude({kept.entry.key: answers.get(kept.entry.key, {}) for kept in group})

    def _conclude(self, answers: dict[str, dict[str, Any]]) -> set[str]:
        """Does what follows from the hub's answers; the keys of those that say nothing."""
        outcomes: dict[str, Outcome] = {}
        for key, answer in answers.items():
            try:
                outcomes[key] = read_outcome(answer)
            except DataError:
                self._outbox.note([key], str(answer.get("detail") or "the hub did not answer for this entry"))
        if outcomes:
            self._outbox.conclude(outcomes, self._clock.now())
        for key, outcome in outcomes.items():
            self._on_outcome(key, outcome)
        return answers.keys() - outcomes.keys()

    def _ask_for_settled(self) -> None:
        for kept in self._outbox.entries():
            if kept.state != "conflict":
                continue
            if self._client.settled(kept.entry.key):
                self._outbox.dismiss(kept.entry.key)

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._wake.clear()
            try:
                idle = self.send()
            except SyncError as problem:  # the follower tells that the hub is gone
                _LOG.info("what was entered is sent later: %s", problem)
                idle = False
            except Exception:  # noqa: BLE001 - the thread's dispatcher
                _LOG.exception("sending what was entered failed")
                idle = False
            self._tell()
            self._wait_s = _LONGEST_WAIT_S / 2 if idle else min(self._wait_s * 2, _LONGEST_WAIT_S)
            # Thousands of agents lose a hub at once: they must not come back in step.
            self._wake.wait(self._wait_s * random.uniform(0.5, 1.5))  # noqa: S311 - no secret

    def _tell(self) -> None:
        try:
            counts = self._outbox.counts()
        except OutboxError as problem:
            _LOG.warning("%s", problem)
            return
        if counts != self._told:
            self._told = counts
            self._on_change(counts)
