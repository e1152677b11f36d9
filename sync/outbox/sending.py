"""Sending what is in the outbox: in order, again and again until the hub has given its answer to each entry.

Only an answer that names the entry's key and what became of it counts. A hub that is gone, busy or in trouble, a proxy
or a guest network's page leaves every entry where it is. One entry at which the hub fails waits; the others go.
"""

import logging
import random
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Protocol

from data.clock import Clock
from data.entries.entries import Outcome, read_outcome
from data.errors import DataError
from sync.errors import AskedTooOftenError, HubTroubleError, RefusedError, ShiftOverError, SyncError
from sync.outbox.holding_back import FAILURES_IN_A_ROW, HeldBack
from sync.outbox.waiting import Author, Kept, Outbox, OutboxCounts, OutboxError
from sync.replica.hub_line import PreparingError

_LOG = logging.getLogger(__name__)

AT_ONCE = 20
"""Entries in a request: of the largest, they stay below what a hub takes."""

WAITS_FOR_AUTHOR = "waits until the person who entered it signs in here again 等待登记人重新登录"

_TROUBLE = (HubTroubleError, PreparingError)
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


@dataclass(slots=True)
class _Round:
    """How the entries fare that are sent one after the other.

    Attributes:
        silent: Keys for which the hub has not said what became of them.
        failed: Those of them at which it failed.
        answered: It has said what became of another.
    """

    silent: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)
    answered: bool = False
    _in_a_row: int = 0

    def answer(self) -> None:
        self.answered, self._in_a_row = True, 0

    def trouble(self, key: str, trouble: SyncError) -> None:
        """Notes that the hub failed at one entry.

        Raises:
            SyncError: it was not the only one.
        """
        self.silent.add(key)
        self.failed.add(key)
        self._in_a_row += 1
        if self._in_a_row >= FAILURES_IN_A_ROW:
            raise trouble


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
        self._held_back = HeldBack()
        self._told: OutboxCounts | None = None
        self._wake = threading.Event()
        self._stopped = threading.Event()
        self._wait_s = _FIRST_WAIT_S

    def send(self) -> bool:
        """Sends all that can be sent; whether the hub has answered for everything that was due.

        Raises:
            SyncError: the hub did not take it, or the outbox cannot be used; what waits is still there.
        """
        now, this = self._clock.now(), _Round()
        self._outbox.forget_callers(now)
        resting = {kept.entry.key for kept in self._outbox.due(now) if self._held_back.rests(kept.entry.key, now)}
        this.silent |= resting
        try:
            while due := [kept for kept in self._outbox.due(self._clock.now()) if kept.entry.key not in this.silent]:
                for group in self._groups(due):
                    self._send_group(group, this)
                    if self._stopped.is_set():
                        return False
            self._ask_for_settled(this)
        finally:
            self._held_back.note(this.failed, self._clock.now(), hub_is_well=this.answered)
        return not this.silent

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
        """Entries that are sent together: of one shift, not too many; those at which the hub has failed alone, last."""
        held_back = self._held_back
        fresh = sorted((kept for kept in due if not held_back.count(kept.entry.key)), key=self._session)
        for _, group in groupby(fresh, key=self._session):
            of_one = list(group)
            yield from (of_one[start : start + AT_ONCE] for start in range(0, len(of_one), AT_ONCE))
        suspects = (kept for kept in due if held_back.count(kept.entry.key))
        yield from ([kept] for kept in sorted(suspects, key=lambda kept: held_back.count(kept.entry.key)))

    def _session(self, kept: Kept) -> str:
        """The shift in which an entry is sent: its author's, the present one where they are signed in again.

        Empty for look-ups: they are nobody's.
        """
        if kept.entry.kind == "look_up":
            return ""
        present = self._signed_in()
        return present.session if present.name == kept.author.name else kept.author.session

    def _send_group(self, group: list[Kept], this: _Round) -> None:
        """Sends entries of one shift; `this` is told how they fare."""
        untried = [kept.entry.key for kept in group if not kept.tried]
        if untried:
            self._outbox.mark_tried(untried)
        try:
            answers = self._client.send_entries([kept.to_send() for kept in group], self._session(group[0]))
        except AskedTooOftenError:
            raise  # no entry is to blame: they are sent later
        except (RefusedError, PreparingError) as refusal:
            over = isinstance(refusal, ShiftOverError)
            if len(group) > 1 and not over:  # one of them may be to blame
                for kept in group:
                    self._send_group([kept], this)
                return
            keys = [kept.entry.key for kept in group]
            self._outbox.note(keys, WAITS_FOR_AUTHOR if over else str(refusal))
            this.silent.update(keys)
            if isinstance(refusal, _TROUBLE):
                this.trouble(keys[0], refusal)
            return
        self._conclude({kept.entry.key: answers.get(kept.entry.key, {}) for kept in group}, this)

    def _conclude(self, answers: dict[str, dict[str, Any]], this: _Round) -> None:
        """Does what follows from the hub's answers; some may say nothing."""
        outcomes: dict[str, Outcome] = {}
        for key, answer in answers.items():
            try:
                outcomes[key] = read_outcome(answer)
            except DataError:
                self._outbox.note([key], str(answer.get("detail") or "the hub did not answer for this entry"))
        if outcomes:
            self._outbox.conclude(outcomes, self._clock.now())
            self._held_back.forget(outcomes)
            this.answer()
        for key, outcome in outcomes.items():
            self._on_outcome(key, outcome)
        silent = answers.keys() - outcomes.keys()
        this.silent |= silent
        this.failed |= silent

    def _ask_for_settled(self, this: _Round) -> None:
        now = self._clock.now()
        for kept in self._outbox.entries():
            key = kept.entry.key
            if kept.state != "conflict" or self._held_back.rests(key, now):
                continue
            try:
                settled = self._client.settled(key)
            except _TROUBLE as trouble:
                this.trouble(key, trouble)
                continue
            this.answer()
            self._held_back.forget([key])
            if settled:
                self._outbox.dismiss(key)

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
