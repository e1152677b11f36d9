"""Statements that are executed on a thread of their own, while the rows of the next ones are made."""

from collections import deque
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Any, Self

from data.fields import Json, canonical_json
from data.sqlite import Connection

_AHEAD = 3
"""Statements that wait at most: what they hold of rows is in memory."""


class Statements:
    """Executes statements in the order in which they are given, a few behind whoever gives them.

    SQLite works outside the interpreter's lock, but takes it again for each row that it is given. So many are given
    at once as a text of JSON, which SQLite takes apart itself: that costs no more, and leaves the lock to the caller.

    Args:
        connection: Whoever uses it while this is open calls `wait` first.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._executor = ThreadPoolExecutor(1, "statements")
        self._under_way: deque[Future[Any]] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Waits for the end of all, or, where something went wrong, of the one that is being executed."""
        try:
            if error is None:
                self.wait()
        finally:
            self._executor.shutdown(cancel_futures=True)

    def execute(self, statement: str, *values: Json) -> None:
        """Has a statement executed.

        Raises:
            DatabaseError: one of those before failed.
        """
        self._under_way.append(self._executor.submit(self._connection.execute, statement, values))
        if len(self._under_way) > _AHEAD:
            self._under_way.popleft().result()

    def insert(self, statement: str, rows: Iterable[Any], *values: Json) -> None:
        """Has a statement executed that reads `rows` from `json_each(?)`, the last of its values.

        Args:
            statement: `INSERT INTO … SELECT … FROM json_each(?)`: a row is `value`, how many are before it is `key`.
            rows: Not too many thousands; where there are none, nothing is executed.
            values: Those before the last.
        """
        if some := list(rows):
            self.execute(statement, *values, canonical_json(some))

    def insert_plain(self, statement: str, texts: Sequence[str], *values: Json) -> None:
        """Does what `insert` does with texts without quotes, backslashes and control characters, and sooner.

        Args:
            statement: As `insert` takes it.
            texts: Such as search tokens: nothing in them is looked for.
            values: As `insert` takes them.
        """
        if texts:
            self.execute(statement, *values, '["' + '","'.join(texts) + '"]')

    def wait(self) -> None:
        """Returns when all is executed.

        Raises:
            DatabaseError: a statement failed.
        """
        while self._under_way:
            self._under_way.popleft().result()
