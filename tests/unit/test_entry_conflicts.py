from collections.abc import Mapping
from typing import Any

import pytest

from data.clock import to_iso
from data.entries.conflicts import ConflictError, find_conflict, forget_settled, open_conflicts, settle, settled_as
from data.entries.entries import Entry
from data.fields import Doc
from data.outages.acts import restore_outage, revise_outage, withdraw_outage
from data.outages.windows import OutageWindow
from data.rights import ForbiddenError
from data.store.store import Store
from data.versions import Version, contradiction
from tests.entered import HOUR, WINDOW, area, enter, entry, seen, window
from tests.stores import NOON, SetClock


@pytest.fixture
def set_window(store: Store, clock: SetClock) -> OutageWindow:
    done = enter(store, entry("outage_add", WINDOW, clock))
    return window(store, done.record)


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


def settle_with(store: Store, key: str, sides: Mapping[str, Any], *branches: str) -> str:
    with store.write("person:boss", "settle", branches) as writing:
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


def test_a_part_that_meets_the_restoration_of_all_keeps_the_parts_before_it_whoever_settles(
    store: Store, clock: SetClock, set_window: OutageWindow
) -> None:
    with store.write("person:li", "restore") as writing:
        restore_outage(writing, set_window.id, None, [("transformer_area", "T1")], "person:li")
        restore_outage(writing, set_window.id, None, (), "person:li")
    part = {"kind": "transformer_area", "id": "T2"}
    body = {"id": set_window.id, "at": to_iso(NOON), "partial": [part], "base": seen(set_window)}
    mine = entry("outage_restore", body, clock)
    assert enter(store, mine).status == "conflict"
    settle_with(store, mine.key, {"restored": "ours", "restored_at": "ours"})
    settled = window(store, set_window.id)
    assert [one.item.id for one in settled.restorations] == ["T1", "T2"]
    assert settled.restored_at is None


def test_the_same_promise_again_for_another_reason_is_a_revision(
    store: Store, clock: SetClock, set_window: OutageWindow
) -> None:
    body = {"id": set_window.id, "etr": to_iso(set_window.etr), "reason": "等吊车", "base": seen(set_window)}
    assert enter(store, entry("outage_revise", body, clock)).status == "applied"
    assert [one.reason for one in window(store, set_window.id).revisions] == ["倒杆", "等吊车"]


def test_a_settled_conflict_is_shown_as_it_was_and_dropped_long_after_it_was_settled(
    store: Store, clock: SetClock, set_window: OutageWindow
) -> None:
    with store.write("person:li", "revise") as writing:
        revise_outage(writing, set_window.id, NOON + 4 * HOUR, "等吊车", "person:li")
    settled, waits = revise(set_window, 3, clock), revise(set_window, 5, clock)
    for mine in (settled, waits):
        enter(store, mine)
    clock.pass_time(days=60)
    settle_with(store, settled.key, {"etr": "ours"})
    with store.read() as connection:
        assert find_conflict(connection, settled.key).theirs.get("etr") == to_iso(NOON + 4 * HOUR)
    for days, known in ((60, True), (60, False)):
        clock.pass_time(days=days)
        with store.write("hub", "forget") as writing:
            forget_settled(writing)
            assert (settled_as(writing.connection, settled.key) is not None) == known
            assert settled_as(writing.connection, waits.key) == "", "it waits for a person, however long"


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


def test_a_window_of_another_branch_is_neither_contradicted_nor_settled(
    store: Store, clock: SetClock, set_window: OutageWindow
) -> None:
    with store.write("person:li", "revise") as writing:
        revise_outage(writing, set_window.id, NOON + 4 * HOUR, "等吊车", "person:li")
    refused = enter(store, revise(set_window, 3, clock), ("B2",))
    assert (refused.status, "branches" in refused.detail) == ("refused", True)
    mine = revise(set_window, 3, clock)
    assert enter(store, mine, ("B1",)).status == "conflict"
    for side in ("ours", "theirs"):
        with pytest.raises(ForbiddenError):
            settle_with(store, mine.key, {"etr": side}, "B2")
    settle_with(store, mine.key, {"etr": "ours"}, "B1")
    assert window(store, set_window.id).etr == NOON + 3 * HOUR
