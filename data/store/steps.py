"""The transactions in which a long work is stored: short ones, so that others can write in between."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from sqlalchemy import Engine

from data.store.store import Writing
from data.store.waiting_writers import somebody_waits


@dataclass(frozen=True, slots=True)
class Pace:
    """How a long work shares the store with others who write, and the machine.

    Attributes:
        cost: A transaction ends when it has cost so much: 1 for a row that is stored as it is, `PLANNED` for one that
            has to be planned; some 0.3 s.
        together: So many rows are compared and stored together; a transaction ends between two such lots.
        in_memory: What was seen of so many rows is kept in memory, the rest on disk.
        waits: Whether somebody else waits to write; asked between two transactions.
        pause_s: What they are given then: whoever waits for SQLite's lock looks for it every 0.1 s.
        pause: Waits for so many seconds.
    """

    cost: int = 16_000
    together: int = 1_000
    in_memory: int = 200_000
    waits: Callable[[Engine], bool] = somebody_waits
    pause_s: float = 0.12
    pause: Callable[[float], None] = time.sleep

    def give_way(self, engine: Engine) -> None:
        """Lets those write who wait."""
        if self.waits(engine):
            self.pause(self.pause_s)


PLANNED = 24
"""What a row costs that is not plain, beside one that is."""


class Steps:
    """The transactions of one work, one after the other; as a context, the last one ends with it.

    Args:
        begin: Opens one.
        pace: When one ends.
        engine: Of the store.
        whole: There is one alone, however long: a rehearsal, or what must not be seen in parts.
    """

    def __init__(
        self, begin: Callable[[], AbstractContextManager[Writing]], pace: Pace, engine: Engine, *, whole: bool
    ) -> None:
        self._begin = begin
        self.pace = pace
        self._engine = engine
        self._whole = whole
        self._open: _Open | None = None
        self._rested = True
        self.revision: int | None = None
        """Of the last one that changed anything."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._open is not None:
            self._open.context.__exit__(kind, error, at)
            self._note_revision(self._open.writing)

    @property
    def writing(self) -> Writing:
        """The transaction that is open; one is opened where none is."""
        if self._open is None:
            if not self._rested:
                self.pace.give_way(self._engine)
            context = ExitStack()
            self._open = _Open(context, context.enter_context(self._begin()))
        return self._open.writing

    def spend(self, cost: int) -> None:
        """Ends the transaction if it has now cost enough; to be called where others may see what was done so far."""
        if self._open is None:
            return
        self._open.cost += cost
        if self._whole or self._open.cost < self.pace.cost:
            return
        ended, self._open, self._rested = self._open, None, False
        ended.context.close()
        self._note_revision(ended.writing)

    def _note_revision(self, writing: Writing) -> None:
        self.revision = writing.revision or self.revision


@dataclass(slots=True)
class _Open:
    context: ExitStack
    writing: Writing
    cost: int = field(default=0)
