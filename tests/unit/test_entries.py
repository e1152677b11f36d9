from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Table, func, select

from data import change_log
from data.clock import to_iso
from data.entries import (
    REMEMBERED_FOR,
    TAKEN_FOR,
    Entry,
    EntryError,
    KeyRefusedError,
    Outcome,
    Version,
    contradiction,
    read_entry,
)
from data.entries_conflicts import ConflictError, find_conflict, open_conflicts, settle, settled_as
from data.entries_ledger import Sender, find_entry, forget_old_entries, receive, refuse
from data.errors import BadValueError
from data.kinds import Doc
from data.outage_entry import restore_outage, revise_outage, withdraw_outage
from data.outages import OutageWindow, outage_from_doc
from data.phone_hashes import PhoneHashes
from data.pinyin import readings_of
from data.rows import get_docs
from data.schema import AUDIT, ENTRY, LOOK_UP, TICKET, WRAP_UP
from data.store import Store
from sync.entry_forms import Desk, act_of
from tests.stores import NOON, SetClock

SENDER = Sender("D1", "person:wang")
PHONES = PhoneHashes(b"k" * 32)
HOUR = timedelta(hours=1)
WINDOW: dict[str, Any] = {
    "kind": "fault",
    "start": to_iso(NOON),
    "etr": to_iso(NOON + 2 * HOUR),
    "reason": "倒杆",
    "scope": [{"kind": "feeder", "id": "F1"}],
}


def entry(kind: str, body: dict[str, Any], clock: SetClock, key: str = "") -> Entry:
    return Entry(key or uuid4().hex, kind, clock.now(), body)


def desk(branches: tuple[str, ...] = ()) -> Desk:
    return Desk(SENDER, "wang", branches, PHONES, readings_of)


def enter(store: Store, one: Entry, branches: tuple[str, ...] = ()) -> Outcome:
    return receive(store, SENDER, one, act_of(one, desk(branches)))


def count(store: Store, table: Table) -> int:
    with store.read() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def window(store: Store, key: str) -> OutageWindow:
    with store.read() as connection:
        return outage_from_doc(get_docs(connection, "outage", [key])[key])


def area(store: Store, key: str) -> Doc:
    with store.read() as connection:
        return get_docs(connection, "area", [key])[key]


@pytest.fixture
def set_window(store: Store, clock: SetClock) -> OutageWindow:
    done = enter(store, entry("outage_add", WINDOW, clock))
    return window(store, done.record)


def seen(one: OutageWindow) -> Doc:
    return {"etr": to_iso(one.etr), "restored_at": None, "withdrawn_at": None, "restored": []}


def test_an_entry_that_comes_again_changes_nothing_and_is_told_the_same(store: Store, clock: SetClock) -> None:
    ticket = entry("ticket", {"kind": "trouble_report", "text": "无电", "place_kind": "area", "place_id": "tsx"}, clock)
    first = enter(store, ticket)
    clock.pass_time(days=29)
    assert [enter(store, ticket) for _ in range(3)] == [first] * 3
    assert first == Outcome("applied", ticket.key)
    with store.read() as connection:
        rows = connection.execute(select(TICKET)).mappings().all()
    assert [(row["id"], row["at"], row["place_id"], row["created_by"]) for row in rows] == [
        (ticket.key, to_iso(NOON), "A1", "wang")
    ]


def test_what_was_refused_stays_refused_though_it_would_do_by_now(store: Store, clock: SetClock) -> None:
    ticket = entry("ticket", {"kind": "enquiry", "text": "?", "place_kind": "area", "place_id": "NEW"}, clock)
    assert enter(store, ticket).status == "refused"
    with store.write("test", "late") as writing:
        writing.put("area", {"id": "NEW", "name": "新村"})
    assert enter(store, ticket).detail.startswith("no area has the id")
    assert count(store, TICKET) == 0
    assert count(store, ENTRY) == 1


def test_a_refused_entry_leaves_nothing_behind_but_its_key(store: Store, clock: SetClock) -> None:
    before = count(store, AUDIT)

    def half_done(writing: Any) -> Outcome:
        writing.put("area", {"id": "HALF", "name": "半"})
        raise BadValueError("x", "y", "the rest does not fit")

    assert receive(store, SENDER, entry("ticket", {}, clock), half_done).status == "refused"
    with store.read() as connection:
        assert get_docs(connection, "area", ["HALF"]) == {}
    assert count(store, AUDIT) - before <= 1  # the commit that remembers the key may itself be in the chain


def test_a_key_stands_for_one_entry_of_one_pc(store: Store, clock: SetClock) -> None:
    first = entry("ticket", {"kind": "enquiry", "text": "一"}, clock)
    enter(store, first)
    other = entry("ticket", {"kind": "enquiry", "text": "二"}, clock, first.key)
    with pytest.raises(KeyRefusedError, match="another entry came under the key"):
        enter(store, other)
    elsewhere = Sender("D2", "person:wang")
    with pytest.raises(KeyRefusedError, match="another entry came under the key"):
        receive(store, elsewhere, first, act_of(first, desk()))
    assert count(store, TICKET) == 1


def test_no_entry_outlives_the_memory_of_its_key(store: Store, clock: SetClock) -> None:
    ahead = Entry(uuid4().hex, "ticket", clock.now() + timedelta(hours=20), {"kind": "enquiry", "text": "?"})
    enter(store, ahead)
    for _ in range(3):
        clock.pass_time(seconds=REMEMBERED_FOR.total_seconds() / 2)
        with store.write("hub", "clean") as writing:
            forget_old_entries(writing)
        with store.read() as connection:
            known = find_entry(connection, ahead.key) is not None
        if known:
            assert enter(store, ahead).status == "applied"
        else:
            with pytest.raises(KeyRefusedError, match="more than 30 days ago"):
                enter(store, ahead)
    assert not known
    assert count(store, TICKET) == 1


@pytest.mark.parametrize(("ago", "said"), [(TAKEN_FOR + HOUR, "more than 30 days ago"), (-26 * HOUR, "in the future")])
def test_an_entry_of_another_time_is_refused(store: Store, clock: SetClock, ago: timedelta, said: str) -> None:
    with pytest.raises(KeyRefusedError, match=said):
        refuse(store, SENDER, Entry(uuid4().hex, "ticket", clock.now() - ago, {}), "for another reason")


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"key": "k", "kind": "ticket", "made_at": to_iso(NOON), "body": {}},
        {"key": "G" * 32, "kind": "ticket", "made_at": to_iso(NOON), "body": {}},
        {"key": "a" * 32, "kind": "poem", "made_at": to_iso(NOON), "body": {}},
        {"key": "a" * 32, "kind": "ticket", "made_at": "soon", "body": {}},
        {"key": "a" * 32, "kind": "ticket", "made_at": to_iso(NOON), "body": []},
        {"key": "a" * 32, "kind": ["ticket"], "made_at": None, "body": None},
    ],
)
def test_what_is_no_entry_is_told_so(told: dict[str, Any]) -> None:
    with pytest.raises(BadValueError):
        read_entry(told)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("ticket", {"kind": "poem", "text": "x"}),
        ("ticket", {"kind": "enquiry", "text": ""}),
        ("ticket", {"kind": "enquiry", "text": "x", "place_kind": "area"}),
        ("wrap_up", {"result": ""}),
        ("wrap_up", {"result": "Not A Code"}),
        ("look_up", {"look_ups": []}),
        ("look_up", {"look_ups": [{"kind": "area", "id": "A1", "at": to_iso(NOON)}] * 101}),
        ("area_edit", {"id": "A1", "base": {}, "changes": {}}),
        ("area_edit", {"id": "A1", "base": {}, "changes": {"colour": "red"}}),
        ("area_edit", {"id": "A1", "base": {"code": "tsx"}, "changes": {"code": "塔山"}}),
        ("area_edit", {"id": "A1", "base": {"parent_id": "211402"}, "changes": {"parent_id": "NOWHERE"}}),
        ("outage_add", {**WINDOW, "etr": WINDOW["start"]}),
        ("outage_add", {**WINDOW, "scope": [{"kind": "feeder", "id": "616"}]}),
        ("outage_add", {**WINDOW, "start": "2026-11-22T12:00:00"}),
        ("outage_revise", {"id": "20990101-0001", "etr": to_iso(NOON), "reason": "x", "base": {}}),
        ("outage_withdraw", {"id": "x", "reason": "x"}),
    ],
)
def test_what_makes_no_record_is_refused_with_a_reason(
    store: Store, clock: SetClock, kind: str, body: dict[str, Any]
) -> None:
    one = entry(kind, body, clock)
    try:
        act = act_of(one, desk())
    except EntryError as error:
        outcome = refuse(store, SENDER, one, str(error))
    else:
        outcome = receive(store, SENDER, one, act)
    assert outcome.status == "refused"
    assert outcome.detail
    assert "\n" not in outcome.detail


def test_a_wrap_up_keeps_the_hash_of_a_number_and_never_the_number(store: Store, clock: SetClock) -> None:
    enter(
        store,
        entry("wrap_up", {"call_id": "c1", "number": "138 1234 5678", "result": "solved", "note": "已告知"}, clock),
    )
    with store.read() as connection:
        row = connection.execute(select(WRAP_UP)).mappings().one()
    assert row["number_hash"] == PHONES.hash_of("13812345678")
    assert not any("1234" in str(value) for name, value in row.items() if name not in {"id", "number_hash"})


def test_look_ups_tell_what_and_when_and_nothing_that_leads_to_a_person(store: Store, clock: SetClock) -> None:
    looked_up = [
        {"kind": "transformer_area", "id": "T1", "at": to_iso(NOON - HOUR)},
        {"kind": "area", "id": "GONE", "at": to_iso(NOON)},
    ]
    one = entry("look_up", {"look_ups": looked_up}, clock)
    enter(store, one)
    with store.read() as connection:
        (row,) = connection.execute(select(LOOK_UP)).mappings().all()
    assert (row["record_kind"], row["record"], row["at"]) == ("transformer_area", "T1", to_iso(NOON - HOUR))
    assert row["id"] != one.key
    assert set(row) == {"id", "at", "record_kind", "record"}


def test_a_window_is_revised_under_the_key_of_the_entry_that_set_it(store: Store, clock: SetClock) -> None:
    added = entry("outage_add", WINDOW, clock)
    made = enter(store, added)
    later = {
        "id": added.key,
        "etr": to_iso(NOON + 3 * HOUR),
        "reason": "抢修中",
        "base": seen(window(store, made.record)),
    }
    with store.read() as connection:
        head = change_log.head(connection)
    assert enter(store, entry("outage_revise", later, clock)) == Outcome("applied", made.record, revision=head + 1)
    assert window(store, made.record).etr == NOON + 3 * HOUR
    assert [one.by for one in window(store, made.record).revisions] == ["person:wang"] * 2


def revise(one: OutageWindow, hours: int, clock: SetClock, **base: Any) -> Entry:
    body = {"id": one.id, "etr": to_iso(NOON + hours * HOUR), "reason": "抢修", "base": {**seen(one), **base}}
    return entry("outage_revise", body, clock)


def test_a_promise_that_was_moved_meanwhile_is_a_conflict_with_both_versions(
    store: Store, clock: SetClock, set_window: OutageWindow
) -> None:
    with store.write("person:li", "revise") as writing:
        revise_outage(writing, set_window.id, NOON + 4 * HOUR, "等吊车", "person:li")
    mine = revise(set_window, 3, clock)
    assert enter(store, mine).status == "conflict"
    assert enter(store, mine).status == "conflict"
    assert window(store, set_window.id).etr == NOON + 4 * HOUR
    with store.read() as connection:
        (conflict,) = open_conflicts(connection)
    assert conflict.fields == ("etr",)
    versions = (conflict.base, conflict.ours, conflict.theirs)
    assert [one.get("etr") for one in versions] == [to_iso(NOON + hours * HOUR) for hours in (2, 3, 4)]
    assert (conflict.entered_by, conflict.reason, conflict.id) == ("person:wang", "抢修", mine.key)


def settle_with(store: Store, key: str, sides: Mapping[str, Any]) -> str:
    with store.write("person:boss", "settle") as writing:
        shown = find_conflict(writing.connection, key).seen
        return settle(writing, key, sides, shown, "person:boss")


@pytest.mark.parametrize(("side", "etr"), [("ours", 3), ("theirs", 4)])
def test_a_person_settles_a_conflict_once(
    store: Store, clock: SetClock, set_window: OutageWindow, side: str, etr: int
) -> None:
    with store.write("person:li", "revise") as writing:
        revise_outage(writing, set_window.id, NOON + 4 * HOUR, "等吊车", "person:li")
    mine = revise(set_window, 3, clock)
    enter(store, mine)
    assert settle_with(store, mine.key, {"etr": side}) == side
    settled = window(store, set_window.id)
    assert settled.etr == NOON + etr * HOUR
    assert len(settled.revisions) == (3 if side == "ours" else 2)
    with store.read() as connection:
        assert open_conflicts(connection) == []
        assert settled_as(connection, mine.key) == side
    with pytest.raises(ConflictError, match="settled before"):
        settle_with(store, mine.key, {"etr": "ours"})


def test_what_has_changed_since_it_was_shown_is_not_settled(
    store: Store, clock: SetClock, set_window: OutageWindow
) -> None:
    with store.write("person:li", "revise") as writing:
        revise_outage(writing, set_window.id, NOON + 4 * HOUR, "等吊车", "person:li")
    mine = revise(set_window, 3, clock)
    enter(store, mine)
    with store.read() as connection:
        shown = find_conflict(connection, mine.key).seen
    with store.write("person:li", "revise") as writing:
        revise_outage(writing, set_window.id, NOON + 5 * HOUR, "再等", "person:li")
    with pytest.raises(ConflictError, match="has changed since"), store.write("person:boss", "settle") as writing:
        settle(writing, mine.key, {"etr": "ours"}, shown, "person:boss")
    assert window(store, set_window.id).etr == NOON + 5 * HOUR


def test_a_restoration_and_a_new_promise_merge_by_themselves(
    store: Store, clock: SetClock, set_window: OutageWindow
) -> None:
    with store.write("person:li", "revise") as writing:
        revise_outage(writing, set_window.id, NOON + 4 * HOUR, "等吊车", "person:li")
    clock.pass_time(hours=1)
    body = {"id": set_window.id, "at": to_iso(clock.now()), "base": seen(set_window)}
    assert enter(store, entry("outage_restore", body, clock)).status == "applied"
    assert (window(store, set_window.id).etr, window(store, set_window.id).restored_at) == (
        NOON + 4 * HOUR,
        clock.now(),
    )


def test_parts_that_two_people_restore_are_both_restored(
    store: Store, clock: SetClock, set_window: OutageWindow
) -> None:
    with store.write("person:li", "restore") as writing:
        restore_outage(writing, set_window.id, None, [("transformer_area", "T1")], "person:li")
    part = {"kind": "transformer_area", "id": "T2"}
    body = {"id": set_window.id, "at": to_iso(NOON), "partial": [part], "base": seen(set_window)}
    assert enter(store, entry("outage_restore", body, clock)).status == "applied"
    assert [one.item.id for one in window(store, set_window.id).restorations] == ["T1", "T2"]


def test_a_promise_for_what_was_restored_meanwhile_is_a_conflict_and_can_take_the_restoration_back(
    store: Store, clock: SetClock, set_window: OutageWindow
) -> None:
    clock.pass_time(hours=1)
    with store.write("person:li", "restore") as writing:
        restore_outage(writing, set_window.id, None, (), "person:li")
    mine = revise(set_window, 3, clock)
    assert enter(store, mine).status == "conflict"
    with store.read() as connection:
        assert find_conflict(connection, mine.key).fields == ("etr", "restored_at")
    assert settle_with(store, mine.key, {"etr": "ours", "restored_at": "ours"}) == "ours"
    assert window(store, set_window.id).phase(clock.now()) == "active"


def test_the_same_restoration_from_two_sides_is_no_conflict(
    store: Store, clock: SetClock, set_window: OutageWindow
) -> None:
    clock.pass_time(hours=1)
    with store.write("person:li", "restore") as writing:
        restore_outage(writing, set_window.id, None, (), "person:li")
    body = {"id": set_window.id, "at": to_iso(clock.now()), "base": seen(set_window)}
    assert enter(store, entry("outage_restore", body, clock)).status == "applied"
    assert len(window(store, set_window.id).revisions) == 2


def test_a_withdrawal_meets_any_change_as_a_conflict(store: Store, clock: SetClock, set_window: OutageWindow) -> None:
    with store.write("person:li", "restore") as writing:
        restore_outage(writing, set_window.id, None, [("transformer_area", "T1")], "person:li")
    body = {"id": set_window.id, "reason": "误报", "base": seen(set_window)}
    mine = entry("outage_withdraw", body, clock)
    assert enter(store, mine).status == "conflict"
    with store.read() as connection:
        assert find_conflict(connection, mine.key).fields == ("withdrawn_at", "restored")
    settle_with(store, mine.key, {"withdrawn_at": "ours"})
    assert window(store, set_window.id).phase(clock.now()) is None


def test_a_window_that_was_known_to_be_over_is_refused(store: Store, clock: SetClock, set_window: OutageWindow) -> None:
    with store.write("person:li", "withdraw") as writing:
        withdraw_outage(writing, set_window.id, "误报", "person:li")
    base = {"withdrawn_at": to_iso(NOON)}
    assert enter(store, revise(set_window, 3, clock, **base)).status == "refused"


def edit(key: str, base: Doc | None, clock: SetClock, **changes: Any) -> Entry:
    return entry("area_edit", {"id": key, "base": base, "changes": changes}, clock)


def test_edits_of_different_fields_merge_and_of_the_same_field_do_not(store: Store, clock: SetClock) -> None:
    base = area(store, "A1")
    assert enter(store, edit("A1", base, clock, aliases=["老塔山", "塔山公社"])).status == "applied"
    assert enter(store, edit("A1", base, clock, name="塔山镇")).status == "applied"
    mine = edit("A1", base, clock, name="塔山街道", branch="B2")
    assert enter(store, mine).status == "conflict"
    assert (area(store, "A1")["name"], area(store, "A1")["aliases"]) == ("塔山镇", ["老塔山", "塔山公社"])
    assert settle_with(store, mine.key, {"name": "theirs", "branch": "ours"}) == "merged"
    assert (area(store, "A1")["name"], area(store, "A1")["branch"]) == ("塔山镇", "B2")


def test_the_same_edit_twice_is_no_conflict(store: Store, clock: SetClock) -> None:
    base = area(store, "A1")
    assert [enter(store, edit("A1", base, clock, name="塔山镇")).status for _ in range(2)] == ["applied"] * 2


def test_a_new_area_gets_a_code_and_another_of_the_same_id_is_a_conflict(store: Store, clock: SetClock) -> None:
    assert enter(store, edit("A9", None, clock, name="塔山渔村", parent_id="211402")).status == "applied"
    assert area(store, "A9")["code"] == "tsyc"
    mine = edit("A9", None, clock, name="高桥渔村", parent_id="211402")
    assert enter(store, mine).status == "conflict"
    settle_with(store, mine.key, {"name": "ours"})
    assert area(store, "A9")["name"] == "高桥渔村"


def test_an_area_that_was_removed_meanwhile_can_be_brought_back(store: Store, clock: SetClock) -> None:
    base = area(store, "A2")
    with store.write("test", "remove") as writing:
        writing.delete("area", ["A2"])
    mine = edit("A2", base, clock, name="高桥街道")
    assert enter(store, mine).status == "conflict"
    settle_with(store, mine.key, {"name": "ours"})
    assert area(store, "A2") == {**base, "name": "高桥街道"}


@pytest.mark.parametrize(
    ("key", "changes", "status"),
    [
        ("A1", {"name": "塔山镇"}, "applied"),
        ("A2", {"name": "高桥街道"}, "refused"),
        ("A1", {"branch": "B2"}, "refused"),
        ("A2", {"branch": "B1"}, "refused"),
    ],
)
def test_an_editor_edits_the_areas_of_their_own_branches(
    store: Store, clock: SetClock, key: str, changes: Doc, status: str
) -> None:
    assert enter(store, edit(key, area(store, key), clock, **changes), branches=("B1",)).status == status


def test_changes_contradict_where_the_same_field_has_another_value_on_both_sides() -> None:
    base, theirs = Version({"a": 1, "b": 1, "c": 1}), Version({"a": 2, "b": 1, "c": 3})
    assert contradiction(base, {"b": 5}, theirs) is None
    assert contradiction(base, {"a": 2}, theirs) is None
    assert contradiction(base, {"b": 5}, theirs, ("b",)) is None
    met = contradiction(base, {"a": 5, "b": 5}, theirs, ("c",))
    assert met is not None
    assert met.fields == ("a", "b", "c")
    assert met.ours == Version({"a": 5, "b": 5, "c": 1})
