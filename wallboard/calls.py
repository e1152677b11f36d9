"""Call events in the hub's store: imported from the exchange's log, or added as they happen."""

import gzip
import hashlib
import json
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TextIO, TypedDict
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects import postgresql, sqlite

from data.clock import from_iso, to_iso
from data.store.schema import CALL_EVENT
from wallboard.queue_log import CallEvent, QueueLogError, parse_line

_BATCH = 2000
_SHOWN_CHARACTERS = 200
_GZIP_MAGIC = b"\x1f\x8b"


class RejectedLine(TypedDict):
    """A line that told of no event; `line` counts from 1."""

    line: int
    text: str
    reason: str


class ImportResult(TypedDict):
    """What an import did: `lines` is `added` + `known` + the rejected ones."""

    lines: int
    added: int
    known: int
    rejected: list[RejectedLine]


def import_calls_file(connection: Connection, path: Path, *, timezone: ZoneInfo | None = None) -> ImportResult:
    """What importing a queue_log file did; importing it, or a longer copy of it, again adds only what is new.

    Args:
        connection: In a transaction that the caller commits.
        path: Plain or gzip-compressed, whatever its name ends in.
        timezone: See `wallboard.queue_log.parse_line`.

    Raises:
        QueueLogError: the file cannot be read to its end; the caller rolls back.
    """
    with _readable(path) as lines:
        return import_queue_log(connection, lines, timezone=timezone)


def import_queue_log(connection: Connection, lines: Iterable[str], *, timezone: ZoneInfo | None = None) -> ImportResult:
    """What importing queue_log lines did: the events are stored in the order of the lines.

    A line is known again by its content and, among equal lines, by its number; so two equal lines are two events,
    and the same log is never counted twice.

    Args:
        connection: In a transaction that the caller commits.
        lines: A whole log from its beginning, with or without line ends; read once, not kept.
        timezone: See `wallboard.queue_log.parse_line`.
    """
    result = ImportResult(lines=0, added=0, known=0, rejected=[])
    rows = _rows(lines, timezone, result)
    while batch := list(islice(rows, _BATCH)):
        added = _insert_new(connection, batch)
        result["added"] += added
        result["known"] += len(batch) - added
    return result


def call_events(connection: Connection, start: datetime, end: datetime) -> Iterator[CallEvent]:
    """The events from `start` until before `end`, by time; within one second in the order of their log."""
    columns = CALL_EVENT.c
    rows = connection.execute(
        select(columns.at, columns.call_id, columns.queue, columns.agent, columns.event, columns.args)
        .where(columns.at >= to_iso(start), columns.at < to_iso(end))
        .order_by(columns.at, columns.seq)
    )
    for at, call_id, queue, agent, event, args in rows:
        yield CallEvent(from_iso(at), call_id, queue, agent, event, tuple(json.loads(args)))


def last_event_number(connection: Connection) -> int:
    """The number of the event stored last, 0 in a store without any: a report made from it says so."""
    return connection.execute(select(func.max(CALL_EVENT.c.seq))).scalar() or 0


def known_queues(connection: Connection) -> list[str]:
    """Every queue that a call ever entered, by name."""
    entered = select(CALL_EVENT.c.queue).where(CALL_EVENT.c.event == "ENTERQUEUE").distinct()
    return sorted(connection.execute(entered).scalars())


@contextmanager
def _readable(path: Path) -> Iterator[TextIO]:
    """The file's text; bytes that are not UTF-8 stay told apart, so that they cannot make two lines equal."""
    try:
        with path.open("rb") as file:
            compressed = file.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC
        opener = gzip.open if compressed else open
        with opener(path, "rt", encoding="utf-8", errors="backslashreplace", newline="\n") as text:
            yield text
    except (OSError, EOFError, zlib.error) as error:
        why = getattr(error, "strerror", None) or error
        raise QueueLogError(f"{path}: cannot be read to its end ({why}); nothing was imported from it") from error


def _rows(lines: Iterable[str], timezone: ZoneInfo | None, result: ImportResult) -> Iterator[dict[str, str]]:
    seen: Counter[str] = Counter()
    for number, line in enumerate(lines, start=1):
        result["lines"] = number
        try:
            event = parse_line(line, timezone)
        except QueueLogError as error:
            text = line.rstrip("\r\n")[:_SHOWN_CHARACTERS]
            result["rejected"].append({"line": number, "text": text, "reason": str(error)})
            continue
        first = _digest(event, 1)
        seen[first] += 1
        yield _row(event, seen[first])


def _row(event: CallEvent, occurrence: int) -> dict[str, str]:
    return {
        "digest": _digest(event, occurrence),
        "at": to_iso(event.at),
        "call_id": event.call_id,
        "queue": event.queue,
        "agent": event.agent,
        "event": event.event,
        "args": json.dumps(event.args, ensure_ascii=False),
    }


def _digest(event: CallEvent, occurrence: int) -> str:
    return hashlib.blake2b(f"{occurrence}|{event.line()}".encode(), digest_size=16).hexdigest()


def _insert_new(connection: Connection, rows: list[dict[str, str]]) -> int:
    digests = [row["digest"] for row in rows]
    known = set(connection.execute(select(CALL_EVENT.c.digest).where(CALL_EVENT.c.digest.in_(digests))).scalars())
    new = [row for row in rows if row["digest"] not in known]
    if new:
        # another process may have stored one of them since the line above
        dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
        connection.execute(dialect.insert(CALL_EVENT).on_conflict_do_nothing(index_elements=["digest"]), new)
    return len(new)
