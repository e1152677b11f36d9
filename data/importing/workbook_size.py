"""How much a workbook unpacks to, looked at before it is opened: a few kilobytes can ask for more memory than there is.

What reads it makes room for every cell between the first and the last, be there two of them in opposite corners.
"""

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from xml.parsers import expat

from data.errors import DataError

_UNPACKED_AT_MOST = 1_000_000_000
_CELLS_AT_MOST = 20_000_000
"""Filled or between filled ones: a million rows of twenty columns."""

_CHUNK = 1 << 20
_SHEET = b"sheetData"
"""Stands in every sheet, whatever the sheet's file is called."""

_OTHER_FORMATS = {"content.xml", "xl/workbook.bin"}
_WORKBOOK = "xl/workbook.xml"


def check_size(path: Path, *, unpacked_at_most: int = _UNPACKED_AT_MOST) -> None:
    """Does nothing where `path` is an XLSX workbook that can be opened.

    Args:
        path: The file.
        unpacked_at_most: So many bytes in all.

    Raises:
        DataError: it is none, or unpacks to more than is read here.
    """
    try:
        with zipfile.ZipFile(path) as workbook:
            members = workbook.infolist()
            names = {member.filename for member in members}
            if _WORKBOOK not in names or names & _OTHER_FORMATS:
                raise DataError(
                    f"{path}: neither UTF-8 nor GB18030 text, nor a spreadsheet: save it as .xlsx or CSV UTF-8"
                )
            if sum(member.file_size for member in members) > unpacked_at_most:
                told = f"{path}: unpacks to more than {unpacked_at_most:,} bytes: save it as CSV"
                raise DataError(told).about("workbook_too_large", name=path.name)
            for member in members:
                if _is_sheet(workbook, member):
                    _check_sheet(path, workbook, member)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, expat.ExpatError, ValueError) as error:
        raise DataError(f"{path}: not a spreadsheet that can be read ({error}): save it as .xlsx or CSV") from None


def _chunks(workbook: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    with workbook.open(member) as unpacked:
        while chunk := unpacked.read(_CHUNK):
            yield chunk


def _is_sheet(workbook: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
    found, before = False, b""
    for chunk in _chunks(workbook, member):  # to its end: that checks the length that it says it has
        found = found or _SHEET in before + chunk
        before = chunk[-len(_SHEET) :]
    return found


def _check_sheet(path: Path, workbook: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    extent, parser = _Extent(), expat.ParserCreate()
    parser.StartElementHandler = extent.begin
    for chunk in _chunks(workbook, member):
        parser.Parse(chunk, False)  # noqa: FBT003 - expat takes no names
        if extent.cells > _CELLS_AT_MOST:
            told = f"{path}: a cell stands far from the table, in row {extent.rows:,} and column {extent.columns:,}"
            refused = DataError(f"{told}: delete it, or save the table as CSV")
            raise refused.about("cell_far_off", name=path.name, row=extent.rows, column=extent.columns)
    parser.Parse(b"", True)  # noqa: FBT003


class _Extent:
    """How far the filled cells of a sheet reach."""

    def __init__(self) -> None:
        self.rows = self.columns = 0
        self._row = self._column = 0

    @property
    def cells(self) -> int:
        """How many there are up to the last one."""
        return self.rows * self.columns

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        """Takes an element's beginning; the parser calls it."""
        match name.rpartition(":")[2]:
            case "row":
                self._row, self._column = int(attributes.get("r", self._row + 1)), 0
            case "c":
                self._place(attributes.get("r", ""))
            case "v" | "is":
                self.rows, self.columns = max(self.rows, self._row), max(self.columns, self._column)

    def _place(self, reference: str) -> None:
        """Where a cell stands: where its reference says, else behind the one before."""
        letters = reference.rstrip("0123456789")
        self._column += 1
        if letters:
            self._column = 0
            for letter in letters.upper():
                self._column = self._column * 26 + ord(letter) - 64
        if digits := reference[len(letters) :]:
            self._row = int(digits)
