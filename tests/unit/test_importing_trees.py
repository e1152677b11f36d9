import pytest

from data.importing import Accepted, Rejected
from tests.unit.importing_memory import RecordsInMemory, doc, one, outcomes, reason

HEADER = ("id", "name", "parent_id", "level")


@pytest.fixture
def source() -> RecordsInMemory:
    records = RecordsInMemory()
    records.put("area", id="2114", name="葫芦岛市", level="city", code="hlds")
    records.put("area", id="211402", name="连山区", level="county", code="lsq", parent_id="2114")
    records.put("area", id="211421", name="绥中县", level="county", code="szx", parent_id="2114")
    records.put("feeder", id="F1", number="616", name="10kV 塔山线")
    records.put("transformer_area", id="T1", number="TQ1", name="塔山村1号台区", feeder="F1", areas=["211402"])
    return records


def codes(planned: list[Accepted | Rejected]) -> dict[str, object]:
    return {outcome.id: outcome.doc.get("code") for outcome in planned if isinstance(outcome, Accepted)}


def test_new_areas_get_codes_of_their_initials_townships_first(source: RecordsInMemory) -> None:
    planned = outcomes(
        source,
        "area",
        HEADER,
        ["211402001001", "台山乡", "211402206", "村社区"],
        ["211402206", "塔山乡", "211402", "乡镇街道"],
        ["211421001", "塔山乡", "211421", "township"],
    )
    assert codes(planned) == {"211402206": "tsx", "211402001001": "taisx", "211421001": "tsx"}


def test_parents_come_before_their_parts_whatever_the_order_of_the_file(source: RecordsInMemory) -> None:
    planned = outcomes(source, "area", HEADER, ["3", "朱家村", "2", "village"], ["2", "塔山乡", "211402", "township"])
    assert [doc(outcome)["id"] for outcome in planned] == ["2", "3"]


def test_a_parent_in_the_same_file_may_be_named(source: RecordsInMemory) -> None:
    header = ["编号", "供电单位", "上级", "类型"]
    rows = [["B2", "连山供电分公司", "葫芦岛供电公司", "供电分公司"], ["B1", "葫芦岛供电公司", "", "供电公司"]]
    planned = outcomes(source, "branch", header, *rows)
    assert [doc(outcome) for outcome in planned] == [
        {"id": "B1", "name": "葫芦岛供电公司", "kind": "company"},
        {"id": "B2", "name": "连山供电分公司", "parent_id": "B1", "kind": "branch"},
    ]


def test_a_row_below_a_rejected_one_is_rejected_too(source: RecordsInMemory) -> None:
    rows = [["2", "塔山乡", "211402", "省乡"], ["3", "朱家村", "2", "village"], ["4", "朱家村", "211402", "village"]]
    planned = outcomes(source, "area", HEADER, *rows)
    assert [(outcome.row, isinstance(outcome, Accepted)) for outcome in planned] == [(4, True), (2, False), (3, False)]
    assert "no 区域" in reason(planned[2])


def test_rows_that_are_each_others_parents_are_rejected(source: RecordsInMemory) -> None:
    planned = outcomes(source, "area", HEADER, ["2", "甲", "3", "village"], ["3", "乙", "2", "village"])
    assert all("own row is rejected" in reason(outcome) for outcome in planned)


def test_an_area_cannot_move_into_itself(source: RecordsInMemory) -> None:
    planned = one(outcomes(source, "area", ["id", "parent_id"], ["2114", "211402"]))
    assert "within the record itself" in reason(planned)


def test_a_code_that_another_area_of_the_county_has_is_refused(source: RecordsInMemory) -> None:
    header = (*HEADER, "code")
    rows = [["2", "塔山乡", "211402", "township", "LSQ"], ["3", "塔山乡", "211421", "township", "LSQ"]]
    good, bad = outcomes(source, "area", header, *rows)
    assert doc(good) == {
        "id": "3",
        "name": "塔山乡",
        "parent_id": "211421",
        "level": "township",
        "code": "lsq",
    }
    assert reason(bad) == "连山区 (211402) in the same county has it"


def test_a_code_given_in_the_file_is_kept_free_for_its_area(source: RecordsInMemory) -> None:
    header = (*HEADER, "code")
    rows = [["2", "塔山乡", "211402", "township", ""], ["3", "台山乡", "211402", "township", "tsx"]]
    assert codes(outcomes(source, "area", header, *rows)) == {"2": "tasx", "3": "tsx"}


def test_a_stored_code_is_never_changed_by_a_file_without_one(source: RecordsInMemory) -> None:
    source.put("area", id="2", name="塔山乡", level="township", code="mine", parent_id="211402")
    planned = one(outcomes(source, "area", HEADER, ["2", "台山乡", "211402", "township"]))
    assert "code" not in doc(planned)


def test_a_stored_area_without_a_code_gets_one_from_its_stored_name(source: RecordsInMemory) -> None:
    source.put("area", id="2", name="塔山乡", level="township", parent_id="211402")
    assert doc(one(outcomes(source, "area", ["id", "aliases"], ["2", "塔山"]))) == {
        "id": "2",
        "code": "tsx",
        "aliases": ["塔山"],
    }


def test_areas_may_tell_which_transformer_areas_supply_them(source: RecordsInMemory) -> None:
    header = (*HEADER, "transformer_areas")
    rows = [["2", "塔山乡", "211402", "township", "TQ1"], ["3", "朱家村", "2", "village", "TQ1; 塔山村1号台区"]]
    *areas, supply = outcomes(source, "area", header, *rows)
    assert all("transformer_areas" not in doc(outcome) for outcome in areas)
    assert supply == Accepted(None, "transformer_area", "T1", {"id": "T1", "areas": ["2", "211402", "3"]})


def test_an_area_that_is_refused_is_added_to_no_transformer_area(source: RecordsInMemory) -> None:
    header = (*HEADER, "transformer_areas")
    planned = outcomes(source, "area", header, ["2", "塔山乡", "999", "township", "TQ1"])
    assert isinstance(one(planned), Rejected)


def test_a_transformer_area_that_supplies_the_area_already_is_left_alone(source: RecordsInMemory) -> None:
    planned = outcomes(source, "area", ["id", "台区"], ["211402", "TQ1"])
    assert doc(one(planned)) == {"id": "211402"}
