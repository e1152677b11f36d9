"""The rows that were refused, as a workbook to hand back to whoever made the file."""

from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

import xlsxwriter

from data.errors import DataError
from data.importing.outcomes import Rejected

_HEADER = ("行号 Row", "列 Column", "值 Value", "原因 Reason")
_WIDTHS = (10, 20, 30, 80)
_MOST_ROWS = 1_048_575  # of a sheet, below its header


def write_error_workbook(path: Path, rejects: Iterable[Rejected]) -> int:
    """The number of rows written to `path`: one for each problem, in the order of `rejects`.

    Cells are written as texts: one that begins with `=` is no formula. A sheet ends after 1,048,575 problems.

    Raises:
        DataError: the workbook cannot be written there.
    """
    try:
        with path.open("wb") as file:
            return _write(file, rejects)
    except OSError as error:
        raise DataError(f"{path}: the workbook of rejected rows cannot be written: {error.strerror}") from error


def _write(file: BinaryIO, rejects: Iterable[Rejected]) -> int:
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    written = 0
    with xlsxwriter.Workbook(file, options) as workbook:
        sheet = workbook.add_worksheet("rejected")
        for column, width in enumerate(_WIDTHS):
            sheet.set_column(column, column, width)
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, _HEADER, workbook.add_format({"bold": True}))
        for rejected in rejects:
            for problem in rejected.problems[: _MOST_ROWS - written]:
                written += 1
                sheet.write_row(written, 0, (rejected.row, problem.column, problem.value, problem.reason))
    return written
