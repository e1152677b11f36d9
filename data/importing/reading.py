"""A file of records, CSV or XLSX, as a header and a stream of rows of texts."""

import codecs
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from data.errors import DataError
from data.importing.csv_rows import Row, csv_rows
from data.importing.workbook_size import check_size

__all__ = ["Row", "Table", "open_table"]

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0"
_NO_TEXT = re.compile("[\0\ud800-\udfff]")
_ONE_IN = 10
"""At most one line in so many may be broken: with more, the guess at the encoding is none."""
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_WHOLE_UP_TO = 1e15  # a float keeps every digit of a whole number below this


@dataclass(frozen=True, slots=True)
class Table:
    """A file's header, and the rows below it that are not empty."""

    header: tuple[str, ...]
    rows: Iterator[Row]


@contextmanager
def open_table(path: Path) -> Iterator[Table]:
    """The table in `path`; its first row that is not empty is the header.

    XLSX is known by its content, and its first visible sheet is read; everything else is CSV in UTF-8 (with or
    without its mark) or GB18030. CSV is streamed, never held as a whole.

    Raises:
        DataError: the file is not there, is empty, is of a type or in an encoding that is not read here, or is a
            workbook that unpacks to too much.
    """
    try:
        with path.open("rb") as file:
            start = file.read(8)
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from error
    if start.startswith(_OLE):
        raise DataError(f"{path}: an old .xls or a protected workbook: save it as .xlsx or CSV without a password")
    if start.startswith(_ZIP):
        yield _table(path, _sheet_rows(path))
        return
    encoding = _encoding(path, start)
    with path.open(encoding=encoding, errors="surrogateescape", newline="") as lines:
        yield _table(path, _readable(csv_rows(lines), encoding))


def _readable(rows: Iterable[Row], encoding: str) -> Iterator[Row]:
    """The rows; one with bytes that are no text in `encoding` gets a fault and costs no other row."""
    for row in rows:
        if any(_NO_TEXT.search(cell) for cell in row.cells):
            shown = tuple(_NO_TEXT.sub("\ufffd", cell) for cell in row.cells)
            yield Row(row.number, shown, row.fault or f"holds bytes that are no {encoding} text: type the row anew")
        else:
            yield row


def _table(path: Path, rows: Iterable[Row]) -> Table:
    filled = (row for row in rows if row.fault or any(row.cells))
    header = next(filled, None)
    if header is None:
        raise DataError(f"{path}: the file is empty: a header and rows are wanted")
    if header.fault:
        raise DataError(f"{path}: the header in row {header.number}: {header.fault}")
    return Table(header.cells, filled)


def _encoding(path: Path, start: bytes) -> str:
    """The encoding in which all lines, or all but a few, can be read."""
    if start.startswith(_UTF_16):
        raise DataError(f"{path}: the text is UTF-16: save it as CSV UTF-8")
    broken: dict[str, int] = {}
    for encoding in ("utf-8-sig", "gb18030"):
        lines, broken[encoding] = _count_broken(path, encoding)
        if not broken[encoding]:
            return encoding
    best = min(broken, key=lambda encoding: broken[encoding])
    if broken[best] * _ONE_IN > lines:
        raise DataError(f"{path}: neither UTF-8 nor GB18030 text, nor a spreadsheet: save it as .xlsx or CSV UTF-8")
    return best


def _count_broken(path: Path, encoding: str) -> tuple[int, int]:
    """How many lines there are, and how many of them are no text in `encoding`."""
    lines = broken = 0
    with path.open("rb") as file:
        for line in file:
            lines += 1
            try:
                broken += "\0" in line.decode(encoding)
            except UnicodeDecodeError:
                broken += 1
    return lines, broken


def _sheet_rows(path: Path) -> Iterator[Row]:
    check_size(path)
    try:
        with path.open("rb") as file, CalamineWorkbook.from_filelike(file) as workbook:
            names = [
                sheet.name
                for sheet in workbook.sheets_metadata
                if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
            ]
            if not names:
                raise DataError(f"{path}: the workbook has no visible sheet")
            sheet = workbook.get_sheet_by_name(names[0])
            for number, cells in enumerate(sheet.iter_rows(), start=1):
                yield Row(number, tuple(_text(cell) for cell in cells))
    except CalamineError as error:
        raise DataError(f"{path}: not a spreadsheet that can be read ({error}): save it as .xlsx or CSV") from error


def _text(cell: object) -> str:
    """A cell as it looks: a number that Excel keeps as 2114000001.0 is 2114000001."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _WHOLE_UP_TO:
        return str(int(cell))
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    return str(cell).strip()
