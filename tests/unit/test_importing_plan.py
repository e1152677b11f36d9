from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from data.errors import DataError
from data.fields import Doc
from data.importing import Accepted, Problem, Rejected, write_error_workbook
from data.importing.plan import CHUNK
from data.kinds import KINDS
from tests.unit.importing_memory import RecordsInMemory, doc, one, outcomes, reason


@pytest.fixture
def source() -> RecordsInMemory:
    records = RecordsInMemory()
    records.put("branch", id="B1", name="连山供电分公司", kind="branch")
    records.put("branch", id="B2", name="绥中供电分公司", kind="branch")
    records.put("feeder", id="F1", number="616", name="10kV 塔山线", branch="B1")
    records.put("feeder", id="F2", number="616", name="10kV 高岭线", branch="B2")
    records.put("feeder", id="F3", number="617", name="10kV 沙河线", branch="B2")
    records.put("area", id="211402", name="连山区", level="county", code="lsq")
    records.put("area", id="211402206", name="塔山乡", level="township", code="tsx", parent_id="211402")
    records.put("transformer_area", id="T1", number="TQ0616001", name="塔山村1号台区", feeder="F1", areas=["211402206"])
    records.put("customer", id="2114000001", name="张伟", transformer_area="T1", phone="13900001111", contract_kva=8)
    return records


NEW = ("2114000002", "李强")


def test_a_new_customer_is_accepted_with_its_references_found(source: RecordsInMemory) -> None:
    planned = one(outcomes(source, "customer", ["户号", "户名", "台区", "重要等级"], [*NEW, "TQ0616001", "一级"]))
    assert planned == Accepted(
        2,
        "customer",
        "2114000002",
        {"id": "2114000002", "name": "李强", "transformer_area": "T1", "importance": "first"},
    )


@pytest.mark.parametrize("written", ["T1", "TQ0616001", "塔山村1号台区"])
def test_a_reference_is_an_id_a_number_or_a_name(source: RecordsInMemory, written: str) -> None:
    planned = one(outcomes(source, "customer", ["id", "name", "transformer_area"], [*NEW, written]))
    assert doc(planned)["transformer_area"] == "T1"


def test_an_ambiguous_reference_is_refused_with_its_candidates(source: RecordsInMemory) -> None:
    planned = one(outcomes(source, "customer", ["id", "name", "线路"], [*NEW, "616"]))
    assert isinstance(planned, Rejected)
    assert planned.problems[0].column == "线路"
    assert planned.problems[0].value == "616"
    assert planned.problems[0].reason.endswith("give the id: F1 10kV 塔山线, F2 10kV 高岭线")


def test_an_unknown_reference_is_refused(source: RecordsInMemory) -> None:
    planned = one(outcomes(source, "customer", ["id", "name", "feeder"], [*NEW, "999"]))
    assert "no 线路 (feeder) has this id, number or name" in reason(planned)


def test_an_area_is_found_by_its_code_whatever_its_case(source: RecordsInMemory) -> None:
    header = ["id", "number", "name", "feeder", "areas"]
    planned = outcomes(
        source,
        "transformer_area",
        header,
        ["T2", "TQ2", "2号台区", "617", "TSX；211402"],
        ["T3", "TQ3", "3号台区", "617", "tsx;塔山乡"],
    )
    assert doc(planned[0])["areas"] == ["211402", "211402206"]
    assert doc(planned[1])["areas"] == ["211402206"]


def test_every_unknown_item_of_a_list_is_named(source: RecordsInMemory) -> None:
    header = ["id", "name", "phone", "role", "areas"]
    planned = one(outcomes(source, "contact", header, ["M1", "王强", "13900001111", "台区经理", "tsx;abc;def"]))
    assert isinstance(planned, Rejected)
    assert [problem.value for problem in planned.problems] == ["abc", "def"]


def test_a_customer_without_any_supply_is_refused(source: RecordsInMemory) -> None:
    assert "transformer area or a feeder" in reason(one(outcomes(source, "customer", ["id", "name"], NEW)))


def test_a_stored_customer_keeps_what_the_file_does_not_mention(source: RecordsInMemory) -> None:
    planned = one(outcomes(source, "customer", ["id", "phone", "contract_kva"], ["2114000001", "13900002222", ""]))
    assert doc(planned) == {"id": "2114000001", "phone": "13900002222"}


def test_an_empty_cell_clears_only_when_told_to(source: RecordsInMemory) -> None:
    planned = one(outcomes(source, "customer", ["id", "phone"], ["2114000001", ""], clear=True))
    assert doc(planned) == {"id": "2114000001", "phone": None}


def test_clearing_what_is_required_is_refused(source: RecordsInMemory) -> None:
    rows = ["2114000001", "", ""]
    planned = one(outcomes(source, "customer", ["id", "户名", "台区"], rows, clear=True))
    assert isinstance(planned, Rejected)
    assert planned.problems == (Problem("户名", "", "must not be empty"),)
    assert "transformer area or a feeder" in reason(
        one(outcomes(source, "customer", ["id", "台区"], ["2114000001", ""], clear=True))
    )


def test_a_new_record_without_its_required_fields_is_refused(source: RecordsInMemory) -> None:
    planned = one(outcomes(source, "feeder", ["id", "number"], ["F9", "699"]))
    assert isinstance(planned, Rejected)
    assert planned.problems == (Problem("name", "", "must not be empty"),)


def test_the_later_of_two_rows_with_one_id_is_refused(source: RecordsInMemory) -> None:
    rows = [["F8", "698", "甲线"], ["F8", "697", "乙线"]]
    first, second = outcomes(source, "feeder", ["id", "number", "name"], *rows)
    assert doc(first)["number"] == "698"
    assert reason(second) == "row 2 has it already"


def test_a_bad_row_does_not_reserve_its_id(source: RecordsInMemory) -> None:
    rows = [["F8", "698", "甲线", "x"], ["F8", "697", "乙线", "10"]]
    first, second = outcomes(source, "feeder", ["id", "number", "name", "kv"], *rows)
    assert isinstance(first, Rejected)
    assert doc(second)["kv"] == 10.0


def test_the_same_id_is_noticed_across_chunks(source: RecordsInMemory) -> None:
    rows = [[f"F{number}", str(number), "线"] for number in (*range(100, 100 + CHUNK), 100)]
    planned = outcomes(source, "feeder", ["id", "number", "name"], *rows)
    assert len(planned) == CHUNK + 1
    assert reason(planned[-1]) == "row 2 has it already"


def test_bad_rows_never_stop_good_ones_and_the_order_stays(source: RecordsInMemory) -> None:
    rows = [["1", "张伟", "T1"], [*NEW, "T1"], ["2114000003", "", "T1"], ["2114000004", "赵丽", "T1"]]
    planned = outcomes(source, "customer", ["id", "name", "transformer_area"], *rows)
    assert [outcome.row for outcome in planned] == [2, 3, 4, 5]
    assert [isinstance(outcome, Accepted) for outcome in planned] == [False, True, False, True]


def test_each_text_is_looked_up_once_however_many_rows_have_it(source: RecordsInMemory) -> None:
    rows = [[str(2_114_100_000 + number), "李强", "TQ0616001"] for number in range(3 * CHUNK)]
    outcomes(source, "customer", ["id", "name", "transformer_area"], *rows)
    assert source.asked < 10


def test_an_import_of_what_is_stored_changes_nothing(source: RecordsInMemory) -> None:
    for kind in ("branch", "feeder", "transformer_area", "area"):
        header = [field.name for field in KINDS[kind].fields]
        rows = [[_cell(stored[name]) for name in header] for stored in source.docs[kind].values()]
        for planned in outcomes(source, kind, header, *rows):
            stored = source.docs[kind][str(doc(planned)["id"])]
            assert {**stored, **doc(planned)} == stored


def _cell(value: object) -> str:
    return ";".join(value) if isinstance(value, list) else "" if value is None else str(value)


def test_rejected_rows_are_written_as_texts_not_formulas(tmp_path: Path) -> None:
    path = tmp_path / "errors.xlsx"
    rejects = [
        Rejected(2, (Problem("户号", "=1+1", "10 digits"), Problem("电话", "http://x", "a phone"))),
        Rejected(9, (Problem("台区", "616", "several"),)),
    ]
    assert write_error_workbook(path, rejects) == 3
    with CalamineWorkbook.from_path(path) as workbook:
        rows = workbook.get_sheet_by_index(0).to_python()
    assert rows == [
        ["行号 Row", "列 Column", "值 Value", "原因 Reason"],
        [2, "户号", "=1+1", "10 digits"],
        [2, "电话", "http://x", "a phone"],
        [9, "台区", "616", "several"],
    ]


def test_a_workbook_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be written"):
        write_error_workbook(tmp_path / "none" / "errors.xlsx", [])


def test_documents_name_only_fields_of_their_kind(source: RecordsInMemory) -> None:
    planned = one(outcomes(source, "area", ["id", "name", "台区"], ["211402207", "白马石乡", "T1"])[:1])
    written: Doc = doc(planned)
    assert set(written) <= set(KINDS["area"].by_name)
