"""What was read of an open cache for one keystroke and serves the next, which mostly asks for the same names."""

from typing import Any

from data.sqlite import Connection


class Remembered:
    """Keeps what was read of one open cache for as long as nobody changes the cache.

    So an answer is the same whether or not something else was asked before.

    Args:
        connection: An open cache; it is only read.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._state: tuple[int, int] | None = None
        self._kept: list[tuple[dict[Any, Any], int]] = []

    def keep(self, kept: dict[Any, Any], most: int) -> None:
        """Has `kept` emptied before a search when the cache has changed, and when it holds more than so many."""
        self._kept.append((kept, most))

    def refresh(self) -> None:
        """Forgets what may not be so any more; to be called before each search."""
        others = self._connection.execute("PRAGMA data_version").fetchone()[0]
        state = others, self._connection.total_changes
        for kept, most in self._kept:
            if state != self._state or len(kept) > most:
                kept.clear()
        self._state = state
