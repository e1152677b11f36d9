from datetime import timedelta
from pathlib import Path

import pytest
import xlsxwriter

from data.clock import to_iso
from data.errors import BadValueError, DataError
from data.outages.documents import outage_from_doc
from data.outages.planned_rows import local_moment
from data.outages.planned_works import PlannedWorks, import_planned_works, read_planned_works
from data.outages.windows import OutageWindow
from data.store.rows import all_docs
from data.store.store import Store
from tests.stores import SetClock

HEADER = "停电范围,开始时间,结束时间,停电原因,停电类型,停电时段,星期,施工单位"


def file_of(directory: Path, *rows: str, header: str = HEADER) -> Path:
    path = directory / "works.csv"
    path.write_text("\n".join([header, *rows]), "utf-8")
    return path


def taken(store: Store, path: Path, *, dry_run: bool = False, branches: tuple[str, ...] = ()) -> PlannedWorks:
    with store.write("test", "import planned works", branches) as writing:
        writing.rehearsal = dry_run
        return import_planned_works(writing, read_planned_works(path, path.name), "person:duty")


def windows(store: Store) -> list[OutageWindow]:
    with store.read() as connection:
        return [outage_from_doc(doc) for doc in all_docs(connection, "outage")]


def test_every_good_row_becomes_a_window_and_a_bad_one_says_where_it_is_wrong(store: Store, tmp_path: Path) -> None:
    path = file_of(
        tmp_path,
        "F1,2026-12-10 08:00,2026-12-10 17:00,更换导线,计划停电,,,检修一班",
        "F1,2026-12-10 18:00,2026-12-10 17:00,更换导线,,,,",
        "616,2026-12-10 08:00,2026-12-10 17:00,更换导线,,,,",
        "999,2026-12-10 08:00,2026-12-10 17:00,,吃饭,8-,,",
        "台区:T3;客户:2114000001,2026/12/11 8:00,2026年12月12日 17时00分,,,,,",
        "台区:T3;客户:2114000001,2026/12/11 8:00,2026年12月12日 17时00分,轮停,有序用电,08:00-17:00,1-5,",
    )
    works = taken(store, path)
    assert [(work.row, work.outcome) for work in works.works] == [
        (2, "added"),
        (3, "rejected"),
        (4, "rejected"),
        (5, "rejected"),
        (6, "rejected"),
        (7, "added"),
    ]
    wrong = {work.row: [(one.column, one.value) for one in work.problems] for work in works.works if work.problems}
    assert wrong[3] == [("结束时间", "2026-12-10 17:00")]
    assert wrong[4] == [("停电范围", "616")]
    assert wrong[5] == [("停电类型", "吃饭"), ("停电原因", "")]
    assert wrong[6] == [("停电原因", "")]
    first, second = windows(store)
    assert (first.kind, first.crew, to_iso(first.start)) == ("planned", "检修一班", "2026-12-10T00:00:00Z")
    assert [(item.kind, item.id) for item in second.scope] == [("transformer_area", "T3"), ("customer", "2114000001")]
    assert second.kind == "load_management"
    assert second.timetable
    assert second.timetable.weekdays == frozenset({1, 2, 3, 4, 5})
    assert first.etr_source == second.etr_source == "plan"


def test_the_same_file_twice_adds_nothing(store: Store, tmp_path: Path) -> None:
    row = "F1,2026-12-10 08:00,2026-12-10 17:00,更换导线,,,,"
    path = file_of(tmp_path, row, row.replace("更换导线", "换导线"), row.replace("F1", "F2"))
    first, second = taken(store, path), taken(store, path)
    assert [work.outcome for work in first.works] == ["added", "present", "added"]
    assert [work.outcome for work in second.works] == ["present"] * 3
    assert second.works[1].outage == first.works[0].outage == windows(store)[0].id
    assert len(windows(store)) == 2


def test_a_dry_run_says_the_same_and_stores_nothing(store: Store, tmp_path: Path) -> None:
    path = file_of(tmp_path, "F1,2026-12-10 08:00,2026-12-10 17:00,更换导线,,,,", "X,,,,,,,")
    rehearsed, done = taken(store, path, dry_run=True).to_json(), taken(store, path).to_json()
    assert {**rehearsed, "works": None} == {**done, "works": None}
    assert len(windows(store)) == 1
    assert rehearsed["works"][0]["id"] is None  # type: ignore[index,call-overload]  # a list of rows
    assert rehearsed["works"][0]["preview"] == done["works"][0]["preview"]  # type: ignore[index,call-overload]


def test_rows_of_one_file_that_overlap_are_told(store: Store, tmp_path: Path) -> None:
    path = file_of(
        tmp_path,
        "F1,2026-12-10 08:00,2026-12-10 17:00,更换导线,,,,",
        "台区:T1,2026-12-10 16:00,2026-12-10 18:00,换表,,,,",
        "F1,2026-11-23 08:00,2026-11-23 17:00,更换导线,,,,",
    )
    one, two, late = (work.preview for work in taken(store, path, dry_run=True).works)
    assert one
    assert two
    assert late
    assert [met.window.id for met in one.met.overlaps] == ["row 3"]
    assert [met.window.id for met in two.met.overlaps] == ["row 2"]
    assert [warning.code for warning in late.warnings] == ["notice_late", "to_be_told"]


def test_a_person_of_one_branch_sets_works_of_that_branch_only(store: Store, tmp_path: Path) -> None:
    times = "2026-12-10 08:00,2026-12-10 17:00,更换导线,,,,"
    works = taken(store, file_of(tmp_path, f"F1,{times}", f"F2,{times}"), branches=("B1",))
    assert [work.outcome for work in works.works] == ["added", "rejected"]


def test_a_workbook_is_read_as_it_is_typed(store: Store, tmp_path: Path, clock: SetClock) -> None:
    path = tmp_path / "works.xlsx"
    begin = clock.now().replace(tzinfo=None) + timedelta(days=20)
    with xlsxwriter.Workbook(path) as workbook:
        sheet, dates = workbook.add_worksheet(), workbook.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet.write_row(0, 0, ["scope", "start", "etr", "reason", "备注"])
        sheet.write(1, 0, 617)
        sheet.write_datetime(1, 1, begin, dates)
        sheet.write_datetime(1, 2, begin + timedelta(hours=3), dates)
        sheet.write(1, 3, "换变压器")
    works = taken(store, path)
    assert works.ignored == "ignored columns: 备注"
    (window,) = windows(store)
    assert (window.scope[0].id, to_iso(window.start)) == ("F3", "2026-12-11T20:00:00Z")


def test_a_file_that_is_too_long_or_says_nothing_is_refused_whole(store: Store, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="more than 500 rows"):
        taken(store, file_of(tmp_path, *["F1,,,,,,,"] * 501))
    with pytest.raises(DataError, match="the column scope or 停电范围"):
        taken(store, file_of(tmp_path, "2026-12-10 08:00", header="开始时间"))
    assert windows(store) == []


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-12-01 08:00", "2026-12-01T00:00:00Z"),
        ("2026/12/1 8:05:30", "2026-12-01T00:05:30Z"),
        ("2026.12.01 08:00", "2026-12-01T00:00:00Z"),
        ("2026年12月1日8时5分", "2026-12-01T00:05:00Z"),
        ("2026-12-01T08:00:00", "2026-12-01T00:00:00Z"),
        ("2026-12-01T08:00:00Z", "2026-12-01T08:00:00Z"),
        ("2028-02-29 00:00", "2028-02-28T16:00:00Z"),
    ],
)
def test_local_times_are_read_as_people_write_them(text: str, moment: str) -> None:
    assert to_iso(local_moment("start", text)) == moment


@pytest.mark.parametrize("text", ["", "明天", "2026-12-01", "2026-02-30 08:00", "2026-12-01 25:00", "0001-01-01 00:00"])
def test_what_is_no_date_with_a_time_is_refused(text: str) -> None:
    with pytest.raises(BadValueError):
        local_moment("start", text)
