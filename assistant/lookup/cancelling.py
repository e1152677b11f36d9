"""Giving a look-up up when nobody waits for its answer any more."""

import threading
from collections.abc import Callable

from data.errors import SwitchboardError

Cancelled = Callable[[], bool]
"""Whether nobody waits any more; asked often, so it must cost nothing."""


class CancelledError(SwitchboardError):
    """The look-up was given up: there is no answer, and nothing is wrong."""


class Cancellation:
    """A `Cancelled` that two threads share: one asks and gives up, the other looks whether it should go on."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def __call__(self) -> bool:
        """Whether nobody waits any more."""
        return self._event.is_set()

    def cancel(self) -> None:
        """From now on nobody waits."""
        self._event.set()

    def renew(self) -> None:
        """From now on somebody waits, for something new."""
        self._event.clear()


def never() -> bool:
    """False: somebody waits."""
    return False


def give_up_if(cancelled: Cancelled) -> None:
    """Raises where nobody waits; to be called between the stages of a look-up.

    Raises:
        CancelledError: nobody waits for the answer.
    """
    if cancelled():
        raise CancelledError("given up for a newer question")
