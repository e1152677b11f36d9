"""The popup's answers to whole phone numbers: this PC's at once, the hub's below them when they have come."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from assistant.answering.phone_lookup import Find, LocalAnswers, Owners, owners_of
from assistant.card.answer import Answer, PhoneLookup
from data.phone_numbers import normal_form

_LOG = logging.getLogger(__name__)

PAUSE_S = 0.3
"""So long a number must stand: 7 digits on the way to a customer number are a phone number for a moment."""

KEPT_S = 600.0
TRIED_AGAIN_AFTER_S = 10.0
_STOP_WAIT_S = 0.2


@dataclass(frozen=True, slots=True)
class _Known:
    """What came of asking for `number`, at a moment of the monotonic clock."""

    number: str
    owners: Owners
    at: float

    def holds(self, number: str | None, now: float) -> bool:
        """Whether it answers for `number` and need not be asked for again."""
        good = self.owners.lookup.state in {"found", "none"}
        return self.number == number and now - self.at < (KEPT_S if good else TRIED_AGAIN_AFTER_S)


class PhoneAnswers:
    """Answers at once, and has a thread ask the hub whose the phone number is that was asked for last.

    Only that one number and its owners are remembered, and only in memory.

    Args:
        answers: This PC's.
        find: Asks the hub; may wait.
        pause_s: How long a number must stand before the hub is asked.
        monotonic: A clock that never goes back, in seconds.
    """

    def __init__(
        self,
        answers: LocalAnswers,
        find: Find,
        *,
        pause_s: float = PAUSE_S,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._answers = answers
        self._find = find
        self._pause_s = pause_s
        self._now = monotonic
        self._changed = threading.Condition()
        self._wanted: str | None = None
        self._known: _Known | None = None
        self._stopped = False

    def start(self, post: Callable[[str], None]) -> Callable[[], None]:
        """Begins to ask the hub, and posts `cache_changed` when there is something new; what it returns ends it."""
        thread = threading.Thread(target=self._run, args=(post,), name="phone", daemon=True)
        thread.start()

        def stop() -> None:
            with self._changed:
                self._stopped = True
                self._changed.notify()
            thread.join(_STOP_WAIT_S)  # it may wait for the hub; as a daemon it ends with the process

        return stop

    def answer(self, query: str, limit: int = 10) -> Answer:
        """What `query` finds on this PC, with the owners of the phone number that it is as far as they are known."""
        number = normal_form(query)
        owners = self._owners(number)
        if number is None:
            return self._answers.answer(query, limit)
        if owners is None:
            return replace(self._answers.answer(query, limit), phone=PhoneLookup("asking"))
        return replace(self._answers.answer(query, limit, by_phone=owners.customers), phone=owners.lookup)

    def _owners(self, number: str | None) -> Owners | None:
        """What is known of the number; has it asked for where that is nothing, or old."""
        with self._changed:
            if self._known and self._known.number != number:
                self._known = None
            self._wanted = number
            if self._due():
                self._changed.notify()
            return self._known.owners if self._known else None

    def _due(self) -> bool:
        known = self._known is not None and self._known.holds(self._wanted, self._now())
        return self._wanted is not None and not known

    def _run(self, post: Callable[[str], None]) -> None:
        while (number := self._next()) is not None:
            try:
                owners = owners_of(number, self._find)
            except Exception as problem:  # noqa: BLE001 - the thread's dispatcher
                # no trace: it might show the number
                _LOG.error("asking the hub for a phone number failed: %s", type(problem).__name__)
                owners = Owners(PhoneLookup("no_hub", type(problem).__name__))
            with self._changed:
                self._known = _Known(number, owners, self._now())
            post("cache_changed")

    def _next(self) -> str | None:
        """The number to ask for, once it has stood for the pause; None at the end."""
        with self._changed:
            while not self._stopped:
                number = self._wanted
                if not self._due():
                    self._changed.wait()
                elif not self._changed.wait_for(lambda: self._stopped or self._wanted != number, self._pause_s):  # noqa: B023 - called at once
                    return number
        return None
