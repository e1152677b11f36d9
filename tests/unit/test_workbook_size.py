"""Workbooks that ask for more memory than there is: a reader that opened one would take the hub with it."""

import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from data.errors import DataError
from data.importing import open_table
from data.importing.workbook_size import check_size


def workbook(path: Path, *cells: tuple[int, int, object]) -> Path:
    with xlsxwriter.Workbook(path) as made:
        sheet, bold = made.add_worksheet(), made.add_format({"bold": True})
        for row, column, value in cells:
            sheet.write(row, column, value, bold)
    return path


def with_sheet(path: Path, sheet: str, name: str = "xl/worksheets/sheet1.xml") -> Path:
    """The workbook with other cells in its sheet, which is called `name`."""
    target = name.removeprefix("xl/").encode()
    with zipfile.ZipFile(path) as old:
        members = {one: old.read(one).replace(b"worksheets/sheet1.xml", target) for one in old.namelist()}
    head, tail = members.pop("xl/worksheets/sheet1.xml").split(b"<sheetData>")
    rest = tail.partition(b"</sheetData>")[2]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for one, content in members.items():
            new.writestr(one, content)
        new.writestr(name, head + f"<sheetData>{sheet}</sheetData>".encode() + rest)
    return path


TABLE = ((0, 0, "id"), (0, 1, "name"), (1, 0, "A1"), (1, 1, "塔山乡"))
FAR = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
WIDE = f"<row>{'<c><v>1</v></c>' * 2000}</row>{'<row><c><v>1</v></c></row>' * 11_000}"


def test_a_table_is_read_whatever_is_merely_formatted_far_from_it(tmp_path: Path) -> None:
    path = workbook(tmp_path / "table.xlsx", *TABLE, (1_048_575, 16_383, None))
    with open_table(path) as table:
        assert table.header[:2] == ("id", "name")
        assert [row.cells[:2] for row in table.rows] == [("A1", "塔山乡")]


@pytest.mark.parametrize("sheet", [FAR, WIDE], ids=["far", "wide"])
@pytest.mark.parametrize("name", ["xl/worksheets/sheet1.xml", "xl/media/picture.png"])
def test_cells_far_from_each_other_are_refused_before_room_is_made_for_all_between(
    tmp_path: Path, sheet: str, name: str
) -> None:
    path = with_sheet(workbook(tmp_path / "far.xlsx", *TABLE), sheet, name)
    with pytest.raises(DataError, match="a cell stands far from the table"), open_table(path):
        pass


def test_what_unpacks_to_too_much_or_is_another_kind_of_workbook_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "table.xlsx", *TABLE)
    check_size(path)
    with pytest.raises(DataError, match="unpacks to more than 1,000 bytes"):
        check_size(path, unpacked_at_most=1_000)
    with zipfile.ZipFile(path, "a") as changed:
        changed.writestr("content.xml", "<office:document-content/>")
    with pytest.raises(DataError, match="nor a spreadsheet"):
        check_size(path)


@pytest.mark.parametrize("sheet", ['<row r="x"><c><v>1</v></c></row>', "<row><c>", "&lol;"])
def test_a_sheet_that_is_no_sheet_is_refused(tmp_path: Path, sheet: str) -> None:
    path = with_sheet(workbook(tmp_path / "odd.xlsx", *TABLE), sheet)
    with pytest.raises(DataError, match="not a spreadsheet that can be read"), open_table(path):
        pass
