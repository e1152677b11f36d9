from datetime import timedelta
from typing import Any

import pytest

from data.errors import BadValueError, OutageError
from data.outages.acts import restore_outage, withdraw_outage
from data.outages.entry import NewOutage, add_outage
from data.outages.notice_rules import NoticeRules, read_notice_rules, rules_from_json, write_notice_rules
from data.outages.preview import preview
from data.readers import Reader
from data.rights import ForbiddenError
from data.store.store import Store
from tests.stores import NOON, SetClock

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
FEEDER = ("feeder", "F1")


def planned(
    *scope: tuple[str, str], days: float = 8, hours: float = 4, kind: str = "planned", hold: bool = False
) -> NewOutage:
    start = NOON + days * DAY
    return NewOutage(kind, start, start + hours * HOUR, "线路检修", scope or (FEEDER,), hold=hold)


def add(store: Store, entered: NewOutage) -> str:
    with store.write("test", "add outage") as writing:
        return add_outage(writing, entered, "person:duty").id


def told(store: Store, entered: NewOutage, *branches: str) -> dict[str, Any]:
    with store.read() as connection:
        return preview(connection, entered, NOON, Reader(branches)).to_json()


def codes(answer: dict[str, Any]) -> list[str]:
    return [one["code"] for one in answer["warnings"]]


def test_a_preview_says_whom_a_window_takes_power_from(store: Store) -> None:
    answer = told(store, planned())
    assert answer["public_scope"] == "10kV塔山线（616）全线"
    assert answer["affected"] == {
        "feeders": 1,
        "transformer_areas": 2,
        "customers": 3,
        "important": 1,
        "high_risk": 1,
        "sensitive": 0,
    }
    assert [one["name"] for one in answer["transformer_areas"]] == ["塔山1号公变", "塔山2号公变"]
    assert answer["areas"] == [{"id": "A1", "name": "塔山乡", "hit": 2, "total": 2}]
    assert [(one["id"], one["name"], one["high_risk"]) for one in answer["concerned"]] == [
        ("2114000004", "塔山水泥厂", True)
    ]
    assert codes(answer) == ["to_be_told"]


def test_an_area_that_is_touched_in_part_says_how_much_of_it(store: Store) -> None:
    answer = told(store, planned(("transformer_area", "T1")))
    assert answer["areas"] == [{"id": "A1", "name": "塔山乡", "hit": 1, "total": 2}]
    assert codes(answer) == []


def test_names_of_other_branches_customers_are_hidden(store: Store) -> None:
    with store.write("test", "more") as writing:
        writing.put("customer", {"id": "2114000009", "name": "隔壁医院", "transformer_area": "T1", "sensitive": True})
    (own,) = told(store, planned(("customer", "2114000009")), "B1")["concerned"]
    assert own["name"] == "隔壁医院"
    with pytest.raises(ForbiddenError):
        told(store, planned(("customer", "2114000009")), "B2")


def test_nothing_is_stored_by_a_preview(store: Store) -> None:
    told(store, planned())
    assert told(store, planned())["overlaps"] == []


def test_what_makes_no_window_has_no_preview(store: Store) -> None:
    with pytest.raises(OutageError, match="is not after the start"):
        told(store, planned(hours=0))


@pytest.mark.parametrize(
    ("kind", "days", "late_s"),
    [
        ("planned", 7, 0),
        ("planned", 6.5, 12 * 3600),
        ("planned", 0, 7 * 86_400),
        ("temporary", 1, 0),
        ("temporary", 0.5, 12 * 3600),
    ],
)
def test_late_notice_is_told_and_refuses_nothing(store: Store, kind: str, days: float, late_s: int) -> None:
    answer = told(store, planned(kind=kind, days=days))
    assert answer["notice"]["late_s"] == late_s
    assert ("notice_late" in codes(answer)) == (late_s > 0)


def test_lateness_is_said_in_days_and_hours(store: Store) -> None:
    (late, *_) = told(store, planned(days=4.9))["warnings"]
    assert late["zh"] == "计划停电应提前 7 天公告，晚了 2 天 3 小时"
    assert late["en"] == "planned: 7 d of notice are needed, 2 d 3 h late"


def test_a_fault_needs_no_notice(store: Store) -> None:
    assert told(store, planned(kind="fault", days=0))["notice"] is None


def test_a_centre_may_set_its_own_rules(store: Store) -> None:
    with store.write("test", "rules") as writing:
        write_notice_rules(writing, NoticeRules({"planned": 240, "fault": 0}, 30, 2), "person:boss")
    with store.read() as connection:
        assert read_notice_rules(connection) == NoticeRules({"planned": 240, "fault": 0}, 30, 2)
    assert told(store, planned(days=9))["notice"] == {"needed_h": 240, "given_s": 777_600, "late_s": 86_400}
    assert told(store, planned(days=0, kind="fault"))["notice"] is None


@pytest.mark.parametrize(
    "rules",
    [
        {"ahead_h": {"storm": 1}},
        {"ahead_h": {"planned": -1}},
        {"ahead_h": {"planned": "7"}},
        {"ahead_h": [1]},
        {"repeat_days": 0},
        {"repeat_from": True},
    ],
)
def test_rules_that_are_none_are_refused(rules: dict[str, Any]) -> None:
    with pytest.raises(BadValueError):
        rules_from_json(rules)


def test_a_window_that_takes_out_part_of_the_same_at_the_same_time_is_an_overlap(store: Store) -> None:
    key = add(store, planned(("transformer_area", "T1"), days=8.1))
    add(store, planned(("transformer_area", "T3"), days=8.1))
    (overlap,) = told(store, planned())["overlaps"]
    assert (overlap["id"], overlap["transformer_areas"]) == (key, 1)
    assert (overlap["from"], overlap["until"]) == ("2026-11-30T06:24:00Z", "2026-11-30T08:00:00Z")
    assert codes(told(store, planned()))[0] == "overlap"


def test_windows_one_after_the_other_do_not_overlap(store: Store) -> None:
    add(store, planned(days=8))
    assert told(store, planned(days=8 + 4 / 24))["overlaps"] == []


def test_a_window_that_is_held_has_no_end_for_overlaps(store: Store) -> None:
    key = add(store, planned(days=1, hold=True))
    (overlap,) = told(store, planned(days=9))["overlaps"]
    assert overlap["id"] == key
    assert overlap["until"] == "2026-12-01T08:00:00Z"


def test_customers_who_are_named_meet_what_supplies_them_and_not_each_other(store: Store) -> None:
    with store.write("test", "more") as writing:
        writing.put("customer", {"id": "2114000009", "name": "邻居", "transformer_area": "T1"})
    area = add(store, planned(("area", "A1")))
    straight = add(store, planned(("customer", "2114000004")))
    met = {one["id"] for one in told(store, planned(("customer", "2114000001")))["overlaps"]}
    assert met == {area}
    add(store, planned(("customer", "2114000001")))
    assert len(told(store, planned(("customer", "2114000009")))["overlaps"]) == 1
    assert straight in {one["id"] for one in told(store, planned(("feeder", "F1")))["overlaps"]}


def test_windows_of_the_last_60_days_on_the_same_scope_make_a_repeat_outage(store: Store, clock: SetClock) -> None:
    old = [add(store, planned(kind="fault", days=0, hours=1))]
    clock.pass_time(hours=2)
    old.append(add(store, planned(("transformer_area", "T2"), kind="fault", days=20, hours=1)))
    add(store, planned(("transformer_area", "T3"), kind="fault", days=20, hours=1))
    add(store, planned(kind="maintenance", days=21, hours=1))
    answer = told(store, planned(days=50))
    assert [one["id"] for one in answer["earlier"]] == old
    (repeat,) = [one for one in answer["warnings"] if one["code"] == "repeat_outage"]
    assert repeat["zh"] == "重复停电：60 天内同一范围已有 2 次，最近一次 12-12"
    assert [one["id"] for one in told(store, planned(days=70))["earlier"]] == old[1:]
    assert told(store, planned(days=50, kind="maintenance"))["earlier"] == []


def test_what_was_withdrawn_or_is_over_is_no_overlap(store: Store, clock: SetClock) -> None:
    gone, back = add(store, planned(days=0)), add(store, planned(days=0))
    clock.pass_time(hours=1)
    with store.write("test", "over") as writing:
        withdraw_outage(writing, gone, "误报", "person:duty")
        restore_outage(writing, back, None, (), "person:duty")
    answer = told(store, planned(days=2 / 24, kind="fault"))
    assert answer["overlaps"] == []
    assert [one["id"] for one in answer["earlier"]] == [back]


def test_a_scope_that_concerns_nobody_is_questioned(store: Store) -> None:
    assert codes(told(store, planned(("feeder", "F3")))) == ["nobody"]


def test_the_first_revision_says_that_notice_was_late(store: Store) -> None:
    with store.write("test", "add outage") as writing:
        late = add_outage(writing, planned(days=5), "person:duty")
        early = add_outage(writing, planned(days=9), "person:duty")
    assert late.reason == early.reason == early.revisions[0].reason == "线路检修"
    assert late.revisions[0].reason == "线路检修（计划停电应提前 7 天公告，晚了 2 天）"
