from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from data.errors import DataError
from data.importing import open_table
from data.importing.csv_rows import Row, csv_rows


def read(path: Path) -> tuple[tuple[str, ...], list[Row]]:
    with open_table(path) as table:
        return table.header, list(table.rows)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_chinese_text_is_read_in_every_accepted_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "areas.csv"
    path.write_text("编号,名称\n211402206,塔山乡\n", encoding=encoding)
    assert read(path) == (("编号", "名称"), [Row(2, ("211402206", "塔山乡"))])


def test_a_character_cut_by_a_block_boundary_does_not_change_the_encoding(tmp_path: Path) -> None:
    path = tmp_path / "areas.csv"
    path.write_text("id\n" + "塔山乡\n" * 150_000, encoding="utf-8")
    assert read(path)[1][-1].cells == ("塔山乡",)


def test_a_quoted_cell_may_hold_commas_and_line_breaks(tmp_path: Path) -> None:
    path = tmp_path / "areas.csv"
    path.write_text('id,name\n1,"塔山,\n乡"\n2,x\n', encoding="utf-8")
    assert read(path)[1] == [Row(2, ("1", "塔山,\n乡")), Row(4, ("2", "x"))]


def test_a_quote_that_is_never_closed_costs_its_own_row_only(tmp_path: Path) -> None:
    path = tmp_path / "areas.csv"
    path.write_text('id,name\n1,"塔山\n2,台山\n3,"朱家"\n4,好\n', encoding="utf-8")
    rows = read(path)[1]
    assert [(row.number, bool(row.fault)) for row in rows] == [(2, True), (3, False), (4, False), (5, False)]
    assert "not closed" in rows[0].fault


def test_a_quote_within_a_word_is_a_character_like_any_other(tmp_path: Path) -> None:
    path = tmp_path / "areas.csv"
    path.write_text('id,name\n1,5"管\n2,x\n', encoding="utf-8")
    assert read(path)[1] == [Row(2, ("1", '5"管')), Row(3, ("2", "x"))]


def test_empty_lines_are_passed_over_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "areas.csv"
    path.write_text("\n\nid,name\n,\n\n1,x\n", encoding="utf-8")
    assert read(path) == (("id", "name"), [Row(6, ("1", "x"))])


def test_a_cell_too_long_for_csv_costs_its_own_row_only() -> None:
    rows = list(csv_rows(["id,name\n", f"1,{'x' * 200_000}\n", "2,y\n"]))
    assert "not a row" in rows[1].fault
    assert rows[2] == Row(3, ("2", "y"))


def test_a_workbook_is_read_as_it_looks(tmp_path: Path) -> None:
    path = tmp_path / "customers.xlsx"
    workbook = xlsxwriter.Workbook(path)
    hidden = workbook.add_worksheet("notes")
    sheet = workbook.add_worksheet("customers")
    sheet.activate()
    hidden.hide()
    sheet.set_first_sheet()
    sheet.write_row(1, 0, ["户号", "容量", "日期", "高危"])
    sheet.write_row(2, 0, [2114000001.0, 12.5])
    sheet.write_datetime(2, 2, date(2026, 11, 22), workbook.add_format({"num_format": "yyyy-mm-dd"}))
    sheet.write_boolean(2, 3, True)  # noqa: FBT003 - how the library writes one
    sheet.write_row(4, 0, ["2114000002", "8"])
    workbook.close()
    header, rows = read(path)
    assert header == ("户号", "容量", "日期", "高危")
    assert rows[0] == Row(3, ("2114000001", "12.5", "2026-11-22", "true"))
    assert (rows[1].number, rows[1].cells[:2]) == (5, ("2114000002", "8"))


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "empty"),
        (b"\n\n,,\n", "empty"),
        (b"\xff\xfe" + "编号".encode("utf-16-le"), "UTF-16"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and so on", "old .xls"),
        (b"PK\x03\x04 no more of it", "not a spreadsheet"),
        (b"%PDF-1.7\n\x00\xff\xff", "neither UTF-8 nor GB18030"),
        (b'id,"name\n', "header"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_one_clear_line(
    tmp_path: Path, content: bytes, complaint: str
) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    with pytest.raises(DataError, match=complaint) as refused:
        read(path)
    assert str(path) in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="No such file"):
        read(tmp_path / "none.csv")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read(tmp_path)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_byte_that_is_no_text_costs_its_row_alone(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "areas.csv"
    lines = ["id,name", *(f"{number},塔山{number}村" for number in range(1, 30))]
    broken = "\n".join(lines).encode(encoding).replace("塔山7村".encode(encoding), b"\xff\xff7")
    path.write_bytes(broken)
    with open_table(path) as table:
        rows = list(table.rows)
    assert [row.number for row in rows if row.fault] == [8]
    assert rows[9].cells == ("10", "塔山10村")
