"""Work in the background that nobody is to feel."""

import threading
import time
from collections.abc import Callable

_SLICE_S = 0.005
_LONGEST_PAUSE_S = 1.0
_LOOK_AGAIN_S = 0.25


class Pace:
    """Called over and over by work on one thread: sleeps so that it takes a small share of one processor.

    Args:
        share: Of one processor, above 0 to 1.
        stop: Ends the work.
        gives_way: Whether somebody needs the machine more; the work rests as long as that holds.
        worth_while: Whether the work still is; asked after every pause.
    """

    def __init__(
        self, share: float, stop: threading.Event, gives_way: Callable[[], bool], worth_while: Callable[[], bool]
    ) -> None:
        self._pause_for_each = 1 / share - 1
        self._stop = stop
        self._gives_way = gives_way
        self._worth_while = worth_while
        self._since = time.thread_time()

    def __call__(self) -> bool:
        """Whether to go on; returns after the pause that is due."""
        spent = time.thread_time() - self._since
        if spent < _SLICE_S:
            return True
        pause = min(spent * self._pause_for_each, _LONGEST_PAUSE_S)
        while not self._stop.wait(pause) and self._gives_way():
            pause = _LOOK_AGAIN_S
        self._since = time.thread_time()
        return not self._stop.is_set() and self._worth_while()
