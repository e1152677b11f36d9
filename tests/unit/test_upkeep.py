import pytest

from data.clock import to_iso
from data.errors import NotFoundError
from data.kinds import CUSTOMER, KINDS
from data.names.pinyin import readings_of
from data.outages.entry import NewOutage, add_outage
from data.rights import ForbiddenError
from data.store import audit
from data.store.store import Store
from data.upkeep.acts import Keeper
from data.upkeep.codes import suggested_code
from data.upkeep.errors import FieldErrors, InUseError, KeptElsewhereError, OvertakenError
from data.upkeep.kept import KEPT, kept_fields
from data.upkeep.listing import Listed, listed_records, retired_of
from data.upkeep.seen import as_shown, retyped
from data.upkeep.similar import similar_to
from tests.entered import HOUR
from tests.kept import AT_TASHAN, EVERYWHERE, add, back, change, history, retire, stored, undo
from tests.stores import NOON, SetClock

VILLAGE = {"name": "塔山村", "parent_id": "塔山乡", "branch": "塔山供电所", "level": "村", "aliases": "上塔;下塔"}


def test_an_area_is_added_changed_retired_and_brought_back_with_its_history(store: Store, clock: SetClock) -> None:
    added = add(store, "area", VILLAGE, AT_TASHAN)
    key = str(added["id"])
    assert (added["code"], added["branch"], added["aliases"]) == ("tsc", "B1", ["上塔", "下塔"])
    clock.pass_time(hours=1)
    change(store, "area", key, {"name": "塔山新村", "postcode": "125001"}, AT_TASHAN)
    retire(store, "area", key, AT_TASHAN)
    assert stored(store, "area", key) is None
    with store.read() as connection:
        assert [one.record for one in retired_of(connection, "area", "新村", ("B1",))] == [key]
        assert retired_of(connection, "area", "", ("B2",)) == []
    assert back(store, "area", key, AT_TASHAN)["name"] == "塔山新村"
    told = history(store, "area", key)
    assert [one.act for one in told] == ["brought_back", "retired", "changed", "added"]
    assert told[2].fields == ("name", "postcode")
    assert (told[2].actor, told[2].at) == ("person:wang", to_iso(NOON + HOUR))
    with store.read() as connection:
        acts = [one.act for one in audit.entries(connection) if one.actor == "person:wang"]
    assert [one for one in acts if one != "commit"] == [
        "add_record",
        "change_record",
        "retire_record",
        "bring_back_record",
    ]


def test_a_change_is_undone_and_the_undoing_too(store: Store) -> None:
    before = stored(store, "contact", "K1")
    change(store, "contact", "K1", {"phone": "13904290002"})
    assert undo(store, "contact", "K1") == before == stored(store, "contact", "K1")
    undone = undo(store, "contact", "K1")
    assert undone is not None
    assert undone["phone"] == "13904290002"


def test_an_addition_is_undone_by_taking_the_record_away(store: Store) -> None:
    key = str(add(store, "area", VILLAGE)["id"])
    assert undo(store, "area", key) is None
    assert stored(store, "area", key) is None
    assert back(store, "area", key)["name"] == "塔山村"


def test_a_change_that_others_have_overtaken_is_not_undone(store: Store) -> None:
    change(store, "contact", "K1", {"phone": "13904290002"})
    number = history(store, "contact", "K1")[0].number
    with store.write("central", "pull") as writing:
        writing.put("contact", {"id": "K1", "phone": "13904290003"})
    with pytest.raises(OvertakenError, match="meanwhile") as refused:
        undo(store, "contact", "K1")
    assert refused.value.found.fields == ("phone",)
    versions = (refused.value.found.ours, refused.value.found.theirs)
    assert [one.get("phone") for one in versions] == ["13904290001", "13904290003"]
    change(store, "contact", "K1", {"name": "李经理"})
    with pytest.raises(OvertakenError):
        undo(store, "contact", "K1", number=number)


def test_two_people_merge_where_they_changed_different_fields_and_meet_in_the_same(store: Store) -> None:
    seen = stored(store, "contact", "K1")
    change(store, "contact", "K1", {"phone": "13904290002"}, seen=seen)
    assert change(store, "contact", "K1", {"name": "李经理"}, seen=seen)["phone"] == "13904290002"
    with pytest.raises(OvertakenError) as met:
        change(store, "contact", "K1", {"phone": "13904290009"}, seen=seen)
    assert met.value.found.fields == ("phone",)
    assert met.value.found.theirs.get("phone") == "13904290002"


@pytest.mark.parametrize(
    ("kind", "key", "user"),
    [
        ("area", "A1", "T1"),
        ("area", "211402", "A1"),
        ("feeder", "F1", "2114000004"),
        ("transformer_area", "T3", "0003"),
    ],
)
def test_what_something_refers_to_is_not_retired_and_the_refusal_lists_it(
    store: Store, kind: str, key: str, user: str
) -> None:
    with pytest.raises(InUseError, match=user):
        retire(store, kind, key)
    assert stored(store, kind, key) is not None


def test_a_line_in_a_window_is_not_retired_until_that_is_over(store: Store, clock: SetClock) -> None:
    with store.write("test", "outage") as writing:
        scope = (("feeder", "F3"),)
        window = add_outage(writing, NewOutage("fault", NOON, NOON + HOUR, "倒杆", scope), "person:duty")
    with pytest.raises(InUseError, match=window.id):
        retire(store, "feeder", "F3")
    clock.pass_time(hours=2)
    retire(store, "feeder", "F3")


def test_what_the_marketing_system_keeps_is_not_changed_here(store: Store) -> None:
    with store.write("central", "pull") as writing:
        writing.put("feeder", {"id": "F1", "source": "central"})
        writing.put("customer", {"id": "2114000003", "source": "central"})
    for kind, key, texts in (
        ("feeder", "F1", {"name": "别名线"}),
        ("customer", "2114000003", {"name": "王方"}),
        ("transformer_area", "T1", {"name": "别名变"}),
        ("transformer_area", "T3", {"feeder": "F1"}),
    ):
        with pytest.raises(KeptElsewhereError, match="营销系统"):
            change(store, kind, key, texts)
    with pytest.raises(KeptElsewhereError):
        retire(store, "feeder", "F1")
    with pytest.raises(KeptElsewhereError):
        add(store, "transformer_area", {"number": "T9", "name": "新变", "feeder": "F1"})
    assert change(store, "transformer_area", "T1", {"manager": "K1"})["manager"] == "K1"


def test_new_lines_and_customers_say_that_they_are_kept_here(store: Store) -> None:
    assert add(store, "feeder", {"number": "700", "name": "新线", "branch": "B1"})["source"] == "rural"
    customer = {"id": "2114000009", "name": "赵六", "feeder": "F1"}
    assert add(store, "customer", customer)["source"] == "rural"
    with pytest.raises(FieldErrors, match="户号"):
        add(store, "customer", {"name": "赵六", "feeder": "F1"})


@pytest.mark.parametrize(
    ("kind", "key"),
    [("area", "A2"), ("feeder", "F2"), ("transformer_area", "T3"), ("customer", "2114000003"), ("area", "211402")],
)
def test_a_person_of_one_branch_keeps_no_other_branchs_records(store: Store, kind: str, key: str) -> None:
    with pytest.raises(ForbiddenError, match="不是本所"):
        change(store, kind, key, {"name": "改名"}, AT_TASHAN)
    with pytest.raises(ForbiddenError):
        retire(store, kind, key, AT_TASHAN)
    change(store, kind, key, {"name": "改名"}, EVERYWHERE)
    with pytest.raises(ForbiddenError):
        undo(store, kind, key, AT_TASHAN)


def test_a_person_of_a_company_keeps_the_records_of_its_stations(store: Store) -> None:
    company = Keeper("person:li", ("B0",), readings_of)
    for kind, key in (("area", "A1"), ("feeder", "F2"), ("customer", "2114000003")):
        assert change(store, kind, key, {"name": "改名"}, company)["name"] == "改名"


def test_branches_that_lie_in_each_other_are_nobodys_for_those_outside(store: Store) -> None:
    with store.write("test", "a circle") as writing:
        writing.put("branch", {"id": "B0", "parent_id": "B2"})
    with pytest.raises(ForbiddenError):
        change(store, "area", "A2", {"name": "改名"}, AT_TASHAN)


def test_a_contact_that_serves_another_branch_as_well_is_kept_by_its_own(store: Store) -> None:
    change(store, "contact", "K1", {"areas": "A1;A2"}, EVERYWHERE)
    assert change(store, "contact", "K1", {"phone": "13904290002"}, AT_TASHAN)["areas"] == ["A1", "A2"]
    with pytest.raises(ForbiddenError):
        change(store, "contact", "K1", {"areas": "A1;A2;211402"}, AT_TASHAN)


def test_a_retired_record_that_came_back_from_elsewhere_is_not_listed_as_retired(store: Store) -> None:
    before = stored(store, "contact", "K1") or {}
    retire(store, "contact", "K1")
    with store.read() as connection:
        assert [one.record for one in retired_of(connection, "contact", "", ())] == ["K1"]
    with store.write("os:root", "import") as writing:
        writing.put("contact", before)
    with store.read() as connection:
        assert retired_of(connection, "contact", "", ()) == []


def test_what_the_marketing_system_has_taken_over_is_not_undone_here(store: Store) -> None:
    with store.write("test", "own line") as writing:
        writing.put("feeder", {"id": "F1", "source": "rural"})
    change(store, "transformer_area", "T1", {"kva": "200"})
    with store.write("pull", "taken over") as writing:
        writing.put("feeder", {"id": "F1", "source": "central"})
    with pytest.raises(KeptElsewhereError):
        undo(store, "transformer_area", "T1")


def test_a_record_is_not_given_to_another_branch_nor_a_contact_put_before_its_places(store: Store) -> None:
    for kind, key, texts in (
        ("area", "A1", {"branch": "B2"}),
        ("area", "A2", {"branch": "B1"}),
        ("transformer_area", "T3", {"feeder": "F1"}),
        ("transformer_area", "T1", {"feeder": "F2"}),
        ("contact", "K1", {"areas": "A1;A2"}),
        ("contact", "K1", {"transformer_areas": "T3"}),
    ):
        with pytest.raises(ForbiddenError):
            change(store, kind, key, texts, AT_TASHAN)
    assert change(store, "contact", "K1", {"areas": "A1"}, AT_TASHAN)["areas"] == ["A1"]


REFUSED = [
    ("contact", "K1", "phone", "123456"),
    ("contact", "K1", "phone", "3123456"),
    ("contact", "K1", "email", "wang@"),
    ("contact", "K1", "fax", "95598"),
    ("contact", "K1", "role", "经理人"),
    ("contact", "K1", "branch", "没有的所"),
    ("area", "A1", "postcode", "12500"),
    ("area", "A1", "code", "塔山"),
    ("area", "A1", "code", "gqz"),
    ("area", "A1", "parent_id", "A1"),
    ("area", "A1", "lon", "40.7"),
    ("transformer_area", "T1", "kva", "999999"),
    ("transformer_area", "T1", "name", ""),
    ("customer", "2114000001", "contract_kva", "-3"),
    ("customer", "2114000001", "phone", "13812345678;1"),
    ("customer", "2114000001", "transformer_area", ""),
]
TAKEN = [
    ("phone", "13812345678"),
    ("phone", "0429-3123456"),
    ("phone", "95598"),
    ("phone", "+86 138 1234 5678"),
    ("email", "wang.li@ps.example.com.cn"),
    ("fax", "(0429) 3123457"),
    ("email", ""),
]


def test_a_value_that_does_not_fit_is_told_by_its_field(store: Store) -> None:
    for kind, key, field, value in REFUSED:
        before = stored(store, kind, key)
        with pytest.raises(FieldErrors) as refused:
            change(store, kind, key, {field: value})
        assert [*refused.value.problems] == [field], value
        assert stored(store, kind, key) == before


def test_a_value_that_fits_is_taken(store: Store) -> None:
    for field, value in TAKEN:
        assert change(store, "contact", "K1", {field: value})[field] == (value or None)


def test_all_that_is_wrong_is_told_at_once(store: Store) -> None:
    with pytest.raises(FieldErrors) as refused:
        add(store, "contact", {"name": "", "phone": "12", "role": "x", "email": "y"})
    assert {*refused.value.problems} >= {"phone", "role", "email"}


def test_what_is_no_field_or_not_a_persons_to_fill_in_is_refused(store: Store) -> None:
    for field in ("source", "bucket", "row_hash", ""):
        with pytest.raises(FieldErrors, match="no such field"):
            change(store, "customer", "2114000001", {field: "central"})
        with pytest.raises(FieldErrors, match="no such field"):
            add(store, "feeder", {"number": "1", "name": "线", field: "central"})


def test_an_id_is_taken_once_also_by_what_was_retired(store: Store) -> None:
    with pytest.raises(FieldErrors, match="id"):
        add(store, "contact", {"id": "K1", "name": "李", "phone": "95598", "role": "抢修班"})
    retire(store, "contact", "K1")
    with pytest.raises(FieldErrors, match="停用"):
        add(store, "contact", {"id": "K1", "name": "李", "phone": "95598", "role": "抢修班"})


def test_what_would_not_fit_any_more_is_not_brought_back(store: Store) -> None:
    key = str(add(store, "area", VILLAGE)["id"])
    retire(store, "area", key)
    add(store, "area", {"name": "塔山村二", "code": "tsc", "parent_id": "A1"})
    with pytest.raises(FieldErrors, match="code"):
        back(store, "area", key)
    with pytest.raises(NotFoundError):
        back(store, "area", "A1")


def test_a_masked_phone_stays_unless_it_is_typed_anew(store: Store) -> None:
    doc = stored(store, "customer", "2114000001")
    assert doc is not None
    seen = as_shown("customer", doc)
    assert seen["phone"] == "138****5678"
    assert retyped("customer", seen, {"phone": "138****5678", "name": "张卫"}) == {"name": "张卫"}
    with pytest.raises(FieldErrors, match="完整"):
        retyped("customer", seen, {"phone": "139****5678"})
    changed = change(store, "customer", "2114000001", {"name": "张卫"}, seen=seen)
    assert changed["phone"] == "13812345678"


def test_a_likely_copy_is_warned_of(store: Store) -> None:
    doc = stored(store, "area", "A1")
    assert doc is not None
    with store.read() as connection:
        assert similar_to(connection, "area", doc) == []
        (line,) = similar_to(connection, "area", {**doc, "id": "new"})
    assert "A1" in line
    assert "名称" in line


def test_a_code_is_suggested_that_no_other_area_of_the_county_has(store: Store) -> None:
    with store.read() as connection:
        assert suggested_code(connection, "塔山乡", "A1", "township", readings_of) == "tasx"
        assert suggested_code(connection, "", "A1", "", readings_of) == ""
        assert suggested_code(connection, "杏山村", "A1", "village", readings_of) == "xsc"


def test_a_list_holds_what_is_of_the_persons_branches(store: Store) -> None:
    expected = {
        "area": ["A1"],
        "contact": ["K1"],
        "feeder": ["F1"],
        "transformer_area": ["T1", "T2"],
        "customer": ["2114000001", "2114000002", "2114000004"],
    }
    with store.read() as connection:
        for kind in KEPT:
            docs, after = listed_records(connection, Listed(kind), ("B1",))
            assert ([doc["id"] for doc in docs], after) == (expected[kind], "")
        found, _ = listed_records(connection, Listed("area", text="TSX"), ())
        assert [doc["id"] for doc in found] == ["A1"]
        found, _ = listed_records(connection, Listed("customer", text="李", branch="B0"), ())
        assert [doc["id"] for doc in found] == ["2114000002"]
        found, _ = listed_records(connection, Listed("area", text="gaoqiao", alike=("A1", "A2")), ("B2",))
        assert [doc["id"] for doc in found] == ["A2"]
        assert listed_records(connection, Listed("feeder", branch="B2"), ("B1",)) == ([], "")


def test_every_field_but_id_and_source_is_kept() -> None:
    assert "source" not in {field.name for field in kept_fields("customer")}
    assert {field.name for field in kept_fields("area")} == set(KINDS["area"].by_name) - {"id"}
    assert all(field.headers for kind in KEPT for field in kept_fields(kind))
    assert CUSTOMER.name in KEPT
