"""Audit entries as a workbook."""

from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path

import xlsxwriter

from data.clock import from_iso
from data.errors import DataError
from data.export_files import AS_TEXT, CELL_AT_MOST
from data.store.audit_chain import Entry
from data.whole_file import whole_file
from sync.audit.trail import LOCAL

_HEADER = ("编号 Number", "时间 Time", "操作人 Actor", "操作 Act", "内容 About", "校验值 Hash")
_WIDTHS = (10, 20, 22, 18, 60, 20)
_MOST_ROWS = 1_048_575  # of a sheet, below its header


def write_workbook(path: Path, entries: Sequence[Entry]) -> int:
    """Writes the entries, in their order, with times of Asia/Shanghai, for its owner to read; replaces what is there.

    Texts stay texts: none becomes a formula, a link or a number.

    Returns:
        The number of entries.

    Raises:
        DataError: there are more than a sheet has rows, or it cannot be written there.
    """
    if len(entries) > _MOST_ROWS:
        raise DataError(f"a sheet holds {_MOST_ROWS} entries, not {len(entries)}: ask for a shorter time")
    with whole_file(path) as temporary:
        _write(temporary, entries)
    return len(entries)


def _write(path: Path, entries: Sequence[Entry]) -> None:
    with xlsxwriter.Workbook(path, {"constant_memory": True, **AS_TEXT}) as workbook:
        sheet = workbook.add_worksheet("审计 Audit")
        for column, width in enumerate(_WIDTHS):
            sheet.set_column(column, column, width)
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, _HEADER, workbook.add_format({"bold": True}))
        for row, entry in enumerate(entries, 1):
            number, at, *others = astuple(entry)
            time = from_iso(at).astimezone(LOCAL).strftime("%Y-%m-%d %H:%M:%S")
            sheet.write_number(row, 0, number)
            for column, text in enumerate((time, *others), 1):
                sheet.write_string(row, column, text[:CELL_AT_MOST])
