"""Writing rows to a spreadsheet or a CSV file, in which no text is ever run as a formula."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

import xlsxwriter

from data.errors import BadValueError
from data.exporting import Cell
from data.whole_file import whole_file

FORMATS = {".csv": "text/csv", ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
_SHEET_ROWS = 1_000_000
CELL_AT_MOST = 32_000
"""What fits into a cell of a sheet; longer texts are cut."""

_RUN = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""With which a spreadsheet takes the text of a CSV cell for a formula (OWASP, "CSV Injection")."""

AS_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
"""Options of a workbook in which texts stay texts: none becomes a formula, a link or a number."""


def check_name(path: Path) -> None:
    """Does nothing where `path` ends as one of `FORMATS`.

    Raises:
        BadValueError: it does not.
    """
    if path.suffix.lower() not in FORMATS:
        raise BadValueError("file", path.name, "name it .xlsx or .csv")


def write_rows(path: Path, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> int:
    """Writes a file that only its owner may read, whole or not at all; one that is there is replaced.

    Returns:
        The number of rows, without the header.

    Raises:
        BadValueError: its name ends as no known format.
        DataError: it cannot be written there.
    """
    check_name(path)
    write = _write_csv if path.suffix.lower() == ".csv" else _write_workbook
    with whole_file(path) as temporary:
        return write(temporary, header, rows)


def plain_text(text: str) -> str:
    """`text` as a CSV cell that every spreadsheet shows and none runs: an apostrophe stands before a formula's sign."""
    return f"'{text}" if text.startswith(_RUN) else text


def _write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> int:
    count = 0
    # With a mark of its encoding: else spreadsheets on Windows read Chinese as something else.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        for row in rows:
            writer.writerow([plain_text(cell) if isinstance(cell, str) else cell for cell in row])
            count += 1
    return count


def _write_workbook(path: Path, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> int:
    """A sheet holds a million rows: what is more goes on on the next."""
    count, sheet = 0, None
    with xlsxwriter.Workbook(path, {"constant_memory": True, **AS_TEXT}) as workbook:
        bold = workbook.add_format({"bold": True})
        for row in rows:
            if sheet is None or count % _SHEET_ROWS == 0:
                sheet = _sheet(workbook, header, bold)
            at = count % _SHEET_ROWS + 1
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(at, column, cell[:CELL_AT_MOST])
                elif cell is not None:
                    sheet.write_number(at, column, cell)
            count += 1
        if sheet is None:
            _sheet(workbook, header, bold)
    return count


def _sheet(workbook: xlsxwriter.Workbook, header: Sequence[str], bold: object) -> xlsxwriter.worksheet.Worksheet:
    sheet = workbook.add_worksheet()
    sheet.freeze_panes(1, 0)
    sheet.write_row(0, 0, header, bold)
    return sheet
