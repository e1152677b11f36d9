"""Rows of a central system as the lines of an exchange's log: call events have one way into the store."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from sync.central.lots import SourceRow
from sync.central.mapping import Feed

NONE = "NONE"


class TakenLines(Protocol):
    """What became of the lines of a log."""

    def __getitem__(self, name: Any, /) -> Any:  # noqa: ANN401 - `added`, `known`, and `rejected`: a list
        """One of the counts."""
        ...


TakeLines = Callable[[Connection, Iterable[str], ZoneInfo], TakenLines]
"""Takes the lines of a queue_log into the store, each once however often it comes; local times are of the zone."""


def log_lines(feed: Feed, rows: Iterable[SourceRow], names: tuple[str, ...]) -> Iterator[str]:
    """The rows as lines `time|call|queue|agent|event|argument…`; NONE where nothing is known.

    Args:
        feed: Of call events.
        rows: In the order of the log.
        names: The fields of the rows' cells; the arguments stand after them.
    """
    codes = [feed.values[name].codes for name in names]
    for row in rows:
        said = {
            name: cell if code is None else code.get(cell, cell)
            for name, cell, code in zip(names, row.cells, codes, strict=False)
        }
        arguments = list(row.cells[len(names) :]) or ([said["args"]] if said.get("args") else [])
        while arguments and not arguments[-1]:
            arguments.pop()
        parts = (_time(said["at"]), *(said.get(name) or NONE for name in ("call_id", "queue", "agent")), said["event"])
        yield "|".join((*parts, *arguments))


def _time(text: str) -> str:
    """A time as a log holds it, to the second; whatever it is, the log's own reader judges it."""
    try:
        return datetime.fromisoformat(text).replace(microsecond=0).isoformat(" ")
    except ValueError:
        return text
