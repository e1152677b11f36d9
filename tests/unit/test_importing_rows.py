import pytest

from data.errors import BadValueError
from data.fields import Json
from data.importing import match_columns
from data.importing.csv_rows import Row
from data.importing.rows import draft_row, value_of
from data.kinds import KINDS


def value(kind: str, field: str, text: str) -> Json:
    return value_of(kind, KINDS[kind].by_name[field], text)


@pytest.mark.parametrize(
    ("kind", "field", "text", "meaning"),
    [
        ("customer", "importance", "一级", "first"),
        ("customer", "importance", "FIRST", "first"),
        ("branch", "kind", "供电所", "station"),
        ("branch", "kind", "供电公司", "company"),
        ("area", "level", "村", "village"),
        ("area", "level", "乡镇", "township"),
        ("customer", "high_risk", "是", True),
        ("customer", "high_risk", "No", False),
        ("customer", "high_risk", "1", True),
        ("customer", "high_risk", "0", False),
        ("customer", "contract_kva", "1,250 kVA", 1250.0),
        ("customer", "contract_kva", "３１５", 315.0),
        ("customer", "contract_kva", "12.5千伏安", 12.5),
        ("feeder", "kv", "10kV", 10.0),
        ("customer", "id", "2114000001.0", "2114000001"),
        ("customer", "id", '="2114000001"', "2114000001"),
        ("customer", "id", "'2114000001", "2114000001"),
        ("customer", "id", "２１１４０００００１", "2114000001"),
        ("customer", "name", "张  伟\n家", "张 伟 家"),
        ("customer", "phone", "0429-3123456", "0429-3123456"),
        ("customer", "phone", "+86 139 0000 1111", "+86 139 0000 1111"),
        ("customer", "phone", "13900001111；0429-3123456", "13900001111;0429-3123456"),
        ("contact", "phone", "95598", "95598"),
        ("customer", "transformer_area", "616.0", "616"),
        ("area", "aliases", "塔山；塔山屯; ;塔山", ["塔山", "塔山屯", "塔山"]),
        ("area", "code", "TSX", "tsx"),
        ("customer", "phone", "", None),
        ("customer", "sensitive", "", False),
        ("area", "aliases", "", []),
    ],
)
def test_what_people_type_is_understood(kind: str, field: str, text: str, meaning: Json) -> None:
    assert value(kind, field, text) == meaning


@pytest.mark.parametrize(
    ("kind", "field", "text", "complaint"),
    [
        ("customer", "importance", "三级", r"first \(一级\)"),
        ("area", "level", "区", r"county \(县区\)"),
        ("customer", "high_risk", "也许", "是 or 否"),
        ("customer", "contract_kva", "很大", "number"),
        ("customer", "contract_kva", "-5", "number from 0"),
        ("customer", "contract_kva", "1,25", "number"),
        ("customer", "contract_kva", "inf", "number"),
        ("customer", "id", "211400000", "10 digits"),
        ("customer", "id", "21140000012", "10 digits"),
        ("customer", "id", "2.114E+09", "shortened"),
        ("customer", "phone", "139****5678", "3 to 15 digits"),
        ("customer", "phone", "张伟", "3 to 15 digits"),
        ("customer", "phone", "13900001111;", "3 to 15 digits"),
        ("contact", "phone", "13900001111;13900002222", "3 to 15 digits"),
        ("area", "code", "塔山", "a to z"),
        ("customer", "name", "  ", "must not be empty"),
    ],
)
def test_what_cannot_be_meant_is_refused(kind: str, field: str, text: str, complaint: str) -> None:
    with pytest.raises(BadValueError, match=complaint):
        value(kind, field, text)


HEADER = ("户号", "户名", "合同容量", "高危")


def test_an_empty_cell_says_nothing_unless_it_is_to_clear() -> None:
    columns = match_columns(KINDS["customer"], HEADER)
    row = Row(2, ("2114000001", "张伟", "", ""))
    assert draft_row(columns, row, clear=False).doc == {"id": "2114000001", "name": "张伟"}
    assert draft_row(columns, row, clear=True).doc == {
        "id": "2114000001",
        "name": "张伟",
        "contract_kva": None,
        "high_risk": False,
    }


def test_every_problem_of_a_row_is_listed_under_its_own_header() -> None:
    columns = match_columns(KINDS["customer"], HEADER)
    draft = draft_row(columns, Row(7, ("", "张伟", "x", "也许")), clear=False)
    assert [(problem.column, problem.value) for problem in draft.problems] == [
        ("户号", ""),
        ("合同容量", "x"),
        ("高危", "也许"),
    ]


def test_a_row_with_more_cells_than_columns_is_refused() -> None:
    columns = match_columns(KINDS["customer"], HEADER)
    draft = draft_row(columns, Row(7, ("2114000001", "连山区", "塔山乡", "8", "是")), clear=False)
    assert "unquoted" in draft.problems[0].reason
    assert not draft_row(columns, Row(7, ("2114000001", "张伟", "8", "是", "")), clear=False).problems


def test_a_row_that_could_not_be_read_keeps_its_reason() -> None:
    columns = match_columns(KINDS["customer"], HEADER)
    draft = draft_row(columns, Row(7, ("2114",), "a quotation mark"), clear=False)
    assert [problem.reason for problem in draft.problems] == ["a quotation mark"]
