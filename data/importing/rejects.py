"""The rows that were refused, as a workbook to hand back to whoever made the file."""

from collections.abc import Iterable
from pathlib import Path

from data.importing.outcomes import Rejected
from data.whole_file import whole_file

_HEADER = ("行号 Row", "列 Column", "值 Value", "原因 Reason")
_WIDTHS = (10, 20, 30, 80)
_MOST_ROWS = 1_048_575  # of a sheet, below its header


def write_error_workbook(path: Path, rejects: Iterable[Rejected]) -> int:
    """The number of rows written to `path`: one for each problem, in the order of `rejects`.

    Cells are written as texts: one that begins with `=` is no formula. A sheet ends after 1,048,575 problems.
    Phones may be among the values: only its owner may read the file.

    Raises:
        DataError: the workbook cannot be written there.
    """
    with whole_file(path) as temporary:
        return _write(temporary, rejects)


def _write(path: Path, rejects: Iterable[Rejected]) -> int:
    import xlsxwriter  # noqa: PLC0415 - most imports and all pulls refuse nothing that is written

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    written = 0
    with xlsxwriter.Workbook(path, options) as workbook:
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
