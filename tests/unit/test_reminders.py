"""Whoever promised an ETR is reminded before it, on the PC at which they are signed in."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from assistant.model.notice_messages import Announce, NoticeRead, PromisesSeen
from assistant.model.popup_model import update
from assistant.model.popup_state import State
from assistant.popup.picture import Facts, picture
from assistant.words.wording import Words
from data.outages.promises import Promise, next_reminder, open_promises
from data.outages.timetable import Timetable
from data.outages.windows import OutageWindow, Revision, ScopeItem

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def window(etr: datetime, *revisions: Revision) -> OutageWindow:
    first = Revision(NOON - 60 * MINUTE, "person:wang", "new", etr, "雷击")
    scope = (ScopeItem("feeder", "F1"),)
    return OutageWindow("W1", "fault", NOON - 60 * MINUTE, etr, "雷击", scope, (first, *revisions))


def promise(etr: datetime, by: str = "person:wang") -> Promise:
    return Promise("W1", frozenset([by]), etr, "塔山线")


def seen(state: State, *promises: Promise) -> tuple[State, tuple[object, ...]]:
    return update(state, PromisesSeen(promises, NOON))


def test_the_promise_is_of_who_set_the_window_and_who_moved_it_last_not_of_who_corrected_the_crew() -> None:
    etr = NOON + 90 * MINUTE
    moved = Revision(NOON, "person:li", "plan_change", etr, "待料")
    edited = Revision(NOON, "person:zhao", "edited", etr, "换人")
    (only,) = open_promises([window(etr, replace(moved, by="person:sun"), moved, edited)], NOON)
    assert only.owners == {"person:wang", "person:li"}
    assert (only.etr, only.told) == (etr, "雷击")


def test_what_is_over_or_restored_is_no_promise_any_more() -> None:
    restored = replace(window(NOON + 90 * MINUTE), restored_at=NOON)
    assert open_promises([window(NOON - MINUTE), restored], NOON) == []


def test_with_hours_the_promise_falls_due_with_the_last_of_them() -> None:
    by_day = replace(window(NOON + 30 * 60 * MINUTE), timetable=Timetable(time(8), time(17)))
    (only,) = open_promises([by_day], NOON)
    assert only.etr == NOON + 29 * 60 * MINUTE


def test_the_next_reminder_is_half_an_hour_before_the_first_promise() -> None:
    promises = open_promises([window(NOON + 90 * MINUTE), window(NOON + 45 * MINUTE)], NOON)
    assert next_reminder(promises, NOON) == NOON + 15 * MINUTE
    assert next_reminder(promises, NOON + 60 * MINUTE) is None


def test_a_reminder_is_announced_once_to_the_one_who_promised() -> None:
    mine, others = promise(NOON + 10 * MINUTE), replace(promise(NOON + 10 * MINUTE, "person:li"), window="W2")
    state, effects = seen(State(person="wang"), mine, others)
    assert effects == (Announce("W1 12:10 塔山线"),)
    assert seen(state, mine, others)[1] == ()


def test_a_promise_that_was_moved_is_another_one() -> None:
    state, _ = seen(State(person="wang"), promise(NOON + 10 * MINUTE))
    assert seen(state, promise(NOON + 20 * MINUTE))[1] != ()


def test_nobody_is_reminded_of_what_falls_due_later_or_has_passed() -> None:
    assert seen(State(person="wang"), promise(NOON + 31 * MINUTE), promise(NOON))[1] == ()
    assert seen(State(), promise(NOON + 10 * MINUTE))[1] == ()


def test_the_reminder_stands_above_the_results_until_it_is_marked_read() -> None:
    words, due = Words("zh"), promise(NOON + 10 * MINUTE)
    state, _ = seen(State(person="wang"), due)
    strip = picture(state, Facts(), words, NOON).strip
    assert strip is not None
    assert "12:10" in strip.text
    assert "塔山线" in strip.text
    after, effects = update(state, NoticeRead(strip.key))
    assert effects == ()
    assert picture(after, Facts(), words, NOON).strip is None


def test_a_held_window_falls_due_again_at_its_etr_until_somebody_confirms() -> None:
    held = replace(window(NOON + 90 * MINUTE), hold=True)
    promises = open_promises([held], NOON)
    assert [one.overdue for one in promises] == [False, True]
    assert next_reminder(promises, NOON + 60 * MINUTE) == NOON + 90 * MINUTE
    for passed, kinds in ((59, []), (60, [False]), (89, [False]), (90, [True]), (60 * 24 * 3, [True])):
        at = NOON + passed * MINUTE
        assert [one.overdue for one in open_promises([held], at) if one.due(at)] == kinds
    assert open_promises([replace(held, restored_at=NOON + 95 * MINUTE)], NOON + 100 * MINUTE) == []


def test_the_owner_of_an_overdue_window_reads_of_it_though_the_earlier_reminder_was_read() -> None:
    words, held = Words("zh"), replace(window(NOON + 10 * MINUTE), hold=True)
    state, _ = seen(State(person="wang"), *open_promises([held], NOON))
    before = picture(state, Facts(), words, NOON).strip
    assert before is not None
    state, _ = update(state, NoticeRead(before.key))
    later = NOON + 11 * MINUTE
    state, effects = update(state, PromisesSeen(tuple(open_promises([held], later)), later))
    assert effects == (Announce("W1 12:10 雷击"),)
    strip = picture(state, Facts(), words, later).strip
    assert strip is not None
    assert (strip.mark, strip.tone) == ("超时未确认", "bad")
    assert picture(replace(state, person="li"), Facts(), words, later).strip is None
