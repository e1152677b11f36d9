"""What is known of a window beside its promise, and what is done to it afterwards."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from data.errors import OutageError
from data.outages.acts import (
    OutageEdit,
    begin_outage,
    edit_outage,
    publish_outage,
    reopen_outage,
    restore_outage,
    revise_outage,
    withdraw_outage,
)
from data.outages.describing import describe_outage
from data.outages.entry import NewOutage, add_outage
from data.outages.facts import WindowFacts
from data.outages.overlaps import off_time
from data.outages.timetable import Timetable
from data.outages.windows import OutageWindow
from data.rights import ForbiddenError
from data.store.store import Store
from tests.stores import SetClock

HOUR = timedelta(hours=1)
BY_DAY = Timetable(time(8), time(17))


def planned(store: Store, *, hold: bool = False, **known: Any) -> OutageWindow:
    now, facts = store.clock.now(), WindowFacts(**known)
    with store.write("person:duty", "add outage") as writing:
        entered = NewOutage("planned", now - HOUR, now + 4 * HOUR, "检修", (("feeder", "F1"),), hold, facts)
        return add_outage(writing, entered, "person:duty")


def described(store: Store, window: OutageWindow) -> dict[str, object]:
    with store.read() as connection:
        return dict(describe_outage(connection, window, store.clock.now()))


def test_what_was_said_of_a_window_is_told_again(store: Store) -> None:
    said: dict[str, Any] = {"cause": "equipment", "crew": "抢修一班", "crew_phone": "04291234567"}
    said["etr_source"] = "dispatch"
    told = described(store, planned(store, timetable=BY_DAY, public_scope="塔山镇全部", **said))
    assert {name: told[name] for name in said} == said
    assert told["public_scope"] == "塔山镇全部"
    hours = {"off_at": "08:00", "on_at": "17:00", "weekdays": [1, 2, 3, 4, 5, 6, 7], "every_weeks": 1}
    assert told["timetable"] == hours
    assert told["number"] == told["id"]
    assert told["author"] == "person:duty"


def test_the_public_scope_is_made_where_nobody_wrote_one(store: Store) -> None:
    assert "全线" in str(described(store, planned(store))["public_scope"])


@pytest.mark.parametrize(
    "wrong", [{"cause": "ghosts"}, {"etr_source": "rumour"}, {"crew": "班" * 101}, {"public_scope": "\0"}]
)
def test_what_nobody_knows_or_can_read_out_is_refused(store: Store, wrong: dict[str, Any]) -> None:
    with pytest.raises(OutageError):
        planned(store, **wrong)


def test_hours_that_never_come_are_refused(store: Store, clock: SetClock) -> None:
    clock.at = datetime(2026, 11, 22, 2, tzinfo=UTC)  # 10:00 there, on a Sunday
    with pytest.raises(OutageError, match="never be off"):
        planned(store, timetable=Timetable(time(20), time(21)))


def test_the_actual_start_moves_the_red_and_is_kept(store: Store) -> None:
    now, window = store.clock.now(), planned(store)
    with store.write("x", "begin") as writing:
        begun = begin_outage(writing, window.id, now - HOUR / 2, "person:wang")
    assert begun.phase(now - HOUR * 0.75) == "upcoming"
    assert begun.phase(now) == "active"
    assert (begun.start, begun.revisions[-1].change) == (window.start, "started")


@pytest.mark.parametrize("late", [HOUR, 5 * HOUR])
def test_a_start_that_has_not_come_is_refused(store: Store, late: timedelta) -> None:
    window = planned(store)
    with store.write("x", "begin") as writing, pytest.raises(OutageError):
        begin_outage(writing, window.id, store.clock.now() + late, "person:wang")


def test_a_change_met_on_the_site_says_so_and_whence_the_promise_comes(store: Store) -> None:
    window, later = planned(store), store.clock.now() + 6 * HOUR
    with store.write("x", "revise") as writing:
        revised = revise_outage(writing, window.id, later, "电缆受潮", "person:wang", etr_source="field", site=True)
    assert (revised.etr_source, revised.revisions[-1].change) == ("field", "site_change")
    assert described(store, revised)["revisions"][-1]["etr_source"] == "field"  # type: ignore[index]


def test_an_edit_changes_what_it_names_and_nothing_else(store: Store) -> None:
    window = planned(store, crew="一班", cause="weather", timetable=BY_DAY)
    with store.write("x", "edit") as writing:
        edited = edit_outage(writing, window.id, OutageEdit(crew="", hold=True), "换人", "person:wang")
        assert (edited.crew, edited.cause, edited.hold, edited.timetable) == (None, "weather", True, BY_DAY)
        assert edit_outage(writing, window.id, OutageEdit(every_hour=True), "全天", "person:wang").timetable is None


def test_a_publication_names_channel_time_and_person(store: Store) -> None:
    window, now = planned(store), store.clock.now()
    with store.write("x", "publish") as writing:
        published = publish_outage(writing, window.id, "website", None, "person:wang")
        with pytest.raises(OutageError, match="channel"):
            publish_outage(writing, window.id, "pigeon", None, "person:wang")
    (only,) = published.channels
    assert (only.channel, only.at, only.by) == ("website", now, "person:wang")


def test_a_restoration_by_mistake_is_taken_back_and_both_stand_in_the_revisions(store: Store) -> None:
    window = planned(store)
    with store.write("x", "restore") as writing:
        early = restore_outage(writing, window.id, None, (), "person:wang", "提前完工")
        assert early.revisions[-1].reason == "提前完工"
        assert early.restoration(store.clock.now()) == "full"
        again = reopen_outage(writing, window.id, "看错线路", "person:wang")
    assert again.phase(store.clock.now()) == "active"
    assert [one.change for one in again.revisions] == ["new", "restored", "reopened"]


def test_a_restoration_that_is_taken_back_after_the_etr_leaves_it_red(store: Store, clock: SetClock) -> None:
    window = planned(store)
    with store.write("x", "restore") as writing:
        restore_outage(writing, window.id, None, (), "person:wang")
    clock.pass_time(minutes=9 * 60)
    with store.write("x", "reopen") as writing:
        again = reopen_outage(writing, window.id, "看错线路", "person:wang")
    assert (again.phase(clock.now()), again.hold) == ("overdue", True)


def test_a_start_before_the_hours_is_believed_until_the_first_of_them_are_over(store: Store, clock: SetClock) -> None:
    clock.at = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)  # 07:30 there
    with store.write("x", "add") as writing:
        scope, start = (("feeder", "F1"),), clock.at - HOUR
        entered = NewOutage("planned", start, start + 72 * HOUR, "检修", scope, facts=WindowFacts(timetable=BY_DAY))
        window = add_outage(writing, entered, "person:duty")
        assert window.phase(clock.at) == "upcoming"
        begun = begin_outage(writing, window.id, None, "person:duty")
    phases = [begun.phase(clock.at + HOUR * hours) for hours in (-0.1, 0, 9.4, 9.5, 24, 24.5)]
    assert phases == ["upcoming", "active", "active", "upcoming", "upcoming", "active"]
    assert begun.next_change(clock.at) == clock.at + HOUR * 9.5
    assert off_time(begun, clock.at - HOUR) == (clock.at, clock.at + HOUR * 9.5)


def test_every_second_week_is_counted_from_the_plan_whenever_it_really_began(store: Store, clock: SetClock) -> None:
    clock.at = datetime(2026, 11, 30, 1, tzinfo=UTC)  # a Monday
    mondays = Timetable(time(8), time(17), frozenset({1}), 2)
    with store.write("x", "add") as writing:
        scope, start, facts = (("feeder", "F1"),), clock.at - HOUR * 24 * 7, WindowFacts(timetable=mondays)
        entered = NewOutage("planned", start, start + HOUR * 24 * 60, "检修", scope, facts=facts)
        window = add_outage(writing, entered, "person:duty")
        clock.pass_time(minutes=60 * 24 * 7)  # the second of its Mondays
        begun = begin_outage(writing, window.id, None, "person:duty")
    moments = [clock.at + HOUR * 24 * 7 * week for week in range(4)]
    assert [begun.phase(at) for at in moments] == ["active", "upcoming", "active", "upcoming"]
    assert begun.ends == window.ends


def test_nothing_is_taken_back_that_was_not_restored_or_that_was_withdrawn(store: Store) -> None:
    window = planned(store)
    with store.write("x", "withdraw") as writing:
        with pytest.raises(OutageError, match="not restored"):
            reopen_outage(writing, window.id, "看错", "person:wang")
        withdraw_outage(writing, window.id, "误设", "person:wang")
        with pytest.raises(OutageError, match="withdrawn"):
            reopen_outage(writing, window.id, "看错", "person:wang")


@pytest.mark.parametrize(
    ("scope", "mine"),
    [
        (("feeder", "F1"), True),
        (("feeder", "F2"), False),
        (("transformer_area", "T1"), True),
        (("transformer_area", "T3"), False),
        (("area", "A1"), True),
        (("area", "211402"), False),
        (("customer", "2114000001"), True),
        (("customer", "2114000004"), True),
        (("customer", "2114000005"), False),
    ],
)
def test_who_works_for_one_branch_sets_windows_there_alone(store: Store, scope: tuple[str, str], mine: bool) -> None:  # noqa: FBT001 - a column of the table
    now = store.clock.now()
    entered = NewOutage("fault", now, now + HOUR, "雷击", (scope,))
    with store.write("person:wang", "add outage", ("B1",)) as writing:
        if mine:
            add_outage(writing, entered, "person:wang")
        else:
            with pytest.raises(ForbiddenError, match="branches"):
                add_outage(writing, entered, "person:wang")


def test_who_works_for_another_branch_cannot_restore(store: Store) -> None:
    window = planned(store)
    with store.write("person:li", "restore", ("B2",)) as writing, pytest.raises(ForbiddenError):
        restore_outage(writing, window.id, None, (), "person:li")
