"""Making a thing once for all who ask for it at the same time, and keeping the last few."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from threading import Lock
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Made = TypeVar("Made")


class SingleFlight(Generic[Key, Made]):
    """What was made, by key. Whoever asks for another key does not wait.

    Args:
        kept: How many are remembered, those that were asked for last.
    """

    def __init__(self, kept: int) -> None:
        self._kept = kept
        self._made: OrderedDict[Key, Future[Made]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Key, make: Callable[[], Made], *, keep: bool = True) -> Made:
        """What `make` gives, called by the first to ask for `key`; the others wait for it, and for its failure.

        Args:
            key: Of what is wanted.
            make: Makes it.
            keep: Remembers it; otherwise only those share it who ask while it is made.
        """
        with self._lock:
            under_way = self._made.get(key)
            if under_way is None:
                made = self._made[key] = Future[Made]()
            else:
                self._made.move_to_end(key)
        if under_way is not None:
            return under_way.result()
        try:
            made.set_result(make())
        except BaseException as error:
            made.set_exception(error)
            self._forget(key)
            raise
        if not keep:
            self._forget(key)
        self._drop_oldest()
        return made.result()

    def _forget(self, key: Key) -> None:
        with self._lock:
            self._made.pop(key, None)

    def _drop_oldest(self) -> None:
        with self._lock:
            done = [key for key, one in self._made.items() if one.done()]
            for key in done[: max(0, len(self._made) - self._kept)]:
                del self._made[key]
