"""CSV lines to rows, such that one broken line costs one row.

The csv module alone reads on to the next quote, however far: a quote that is never closed would swallow good rows
without a word. Here a record may run over some lines only if it then has exactly the header's width.
"""

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import StringIO
from itertools import islice

_MOST_LINES = 30
_AT_THE_END = "end of data"
_UNCLOSED = "a quotation mark is opened and not closed"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file.

    Attributes:
        number: Counted from 1 with the header, as a spreadsheet and an editor count; of several lines, the first.
        cells: Texts, stripped.
        fault: Why the row cannot be read, or empty.
    """

    number: int
    cells: tuple[str, ...]
    fault: str = ""


def csv_rows(lines: Iterable[str]) -> Iterator[Row]:
    """The rows of `lines`, the header first; an empty line is a row without cells."""
    feed = iter(lines)
    waiting: deque[str] = deque()
    number, width = 1, 0
    while waiting or (waiting := deque(islice(feed, 1))):
        row, used = _first_row(waiting, feed, number, width)
        width = width or len(row.cells)
        for _ in range(used):
            waiting.popleft()
        number += used
        yield row


def _first_row(waiting: deque[str], feed: Iterator[str], number: int, width: int) -> tuple[Row, int]:
    """The row that begins `waiting`, and how many lines it takes up."""
    first = text = waiting[0]
    used = 1
    while '"' in first and (fault := _fault(text)):
        if not fault.endswith(_AT_THE_END):
            # csv reads on after a stray quote: right within one line, but several lines must be beyond doubt
            return (_parsed(number, first), 1) if used == 1 else (_broken(number, first), 1)
        if used == len(waiting):
            waiting.extend(islice(feed, 1))
        if used in {len(waiting), _MOST_LINES}:
            return _broken(number, first), 1
        text += waiting[used]
        used += 1
    row = _parsed(number, text)
    if used > 1 and width and len(row.cells) != width:
        return _broken(number, first), 1
    return row, used


def _fault(text: str) -> str:
    """What a strict reader objects to, or empty."""
    try:
        list(csv.reader(StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        return str(error)
    return ""


def _parsed(number: int, text: str) -> Row:
    try:
        cells = next(csv.reader(StringIO(text, newline="")), [])
    except csv.Error as error:
        return Row(number, (text[:80],), f"not a row of a CSV file: {error}")
    return Row(number, tuple(cell.strip() for cell in cells))


def _broken(number: int, line: str) -> Row:
    return Row(number, (line.strip()[:80],), _UNCLOSED)
