"""Giving a look-up up when nobody waits for its answer any more."""

from collections.abc import Callable

from data.errors import SwitchboardError

Cancelled = Callable[[], bool]
"""Whether nobody waits any more; asked often, so it must cost nothing."""


class CancelledError(SwitchboardError):
    """The look-up was given up: there is no answer, and nothing is wrong."""


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
