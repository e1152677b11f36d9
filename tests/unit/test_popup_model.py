from dataclasses import replace

import pytest

from assistant.card.answer import Answer, BranchView, ContactView, CustomerView, Match, Result
from assistant.model.popup_messages import (
    Answered,
    Ask,
    Back,
    CacheChanged,
    Confirm,
    Copy,
    CopyPhone,
    CopyScript,
    Dismiss,
    Effect,
    FocusLost,
    HideWindow,
    HubSeen,
    Intent,
    MapWanted,
    Move,
    NextPhone,
    Open,
    OpenShift,
    OpenStatus,
    Pick,
    Pop,
    SetText,
    ShiftSeen,
    ShowMap,
    ShowShift,
    ShowWindow,
    Ticked,
    Toggle,
    Typed,
    Unanswerable,
)
from assistant.model.popup_model import update
from assistant.model.popup_state import NOTICE_TICKS, Habits, State, phones


def result(identity: str, *numbers: str, **more: object) -> Result:
    plain = Result(
        kind="area",
        id=identity,
        code=identity,
        name=f"name {identity}",
        score=90.0,
        match=Match("code"),
        branch=None,
        contacts=tuple(ContactView("area_manager", f"manager {n}", n) for n in numbers),
        feeders=(),
        transformer_areas=(),
        state="normal",
        outages=(),
        customer=None,
        script=f"script {identity}",
    )
    return replace(plain, **more)  # type: ignore[arg-type]  # the tests know the fields


def answer(query: str, *results: Result) -> Answer:
    return Answer(query, 1.0, "2026-11-22T06:00:00Z", 1.0, "live", results)


def after(state: State, *intents: Intent) -> tuple[State, tuple[Effect, ...]]:
    """The state after all of them, and the effects of the last."""
    effects: tuple[Effect, ...] = ()
    for intent in intents:
        state, effects = update(state, intent)
    return state, effects


def shown(*results: Result, habits: Habits | None = None) -> State:
    """A popup that shows the answer to `lgq`."""
    state, _ = after(State(habits=habits or Habits()), Toggle(), Typed("lgq"))
    return after(state, Answered(state.asked, "lgq", answer("lgq", *results)))[0]


def test_the_hotkey_shows_the_popup_and_asks_again_for_the_last_query() -> None:
    state, effects = after(State(query="lgq"), Toggle())
    assert state.visible
    assert effects == (ShowWindow(), Ask(1, "lgq"))


def test_the_hotkey_hides_a_visible_popup_and_gives_the_focus_back() -> None:
    state, effects = after(shown(), Toggle())
    assert not state.visible
    assert effects == (HideWindow(give_back=True),)


@pytest.mark.parametrize("press", [Back(), Dismiss()])
def test_esc_hides_with_one_press_and_the_query_stays_for_the_next_time(press: Intent) -> None:
    state, effects = after(shown(), press)
    assert (state.visible, state.query) == (False, "lgq")
    assert effects == (HideWindow(give_back=True),)


def test_hiding_what_is_hidden_does_nothing() -> None:
    assert update(State(), Dismiss()) == (State(), ())
    assert update(State(), FocusLost()) == (State(), ())


def test_losing_the_focus_hides_without_taking_it_back_from_the_window_that_was_clicked() -> None:
    state, effects = after(shown(), FocusLost())
    assert not state.visible
    assert effects == (HideWindow(give_back=False),)


def test_losing_the_focus_leaves_the_popup_where_the_agent_wants_it_so() -> None:
    before = shown(habits=Habits(hide_on_focus_loss=False))
    assert update(before, FocusLost()) == (before, ())


def test_each_keystroke_asks_with_a_higher_number() -> None:
    first, asked = after(State(), Typed("l"))
    second, asked_again = after(first, Typed("lg"))
    assert (asked, asked_again) == ((Ask(1, "l"),), (Ask(2, "lg"),))
    assert second.query == "lg"


def test_text_that_did_not_change_asks_nothing() -> None:
    before = shown()
    assert update(before, Typed("lgq")) == (before, ())


def test_an_answer_to_an_older_text_is_dropped() -> None:
    state, _ = after(State(), Typed("l"), Typed("lg"))
    assert update(state, Answered(1, "l", answer("l", result("a")))) == (state, ())


def test_an_answer_that_was_overtaken_is_dropped() -> None:
    state, _ = after(State(), Typed("lg"), CacheChanged(), Toggle())
    newer, _ = after(state, Answered(2, "lg", answer("lg", result("new"))))
    assert update(newer, Answered(1, "lg", answer("lg", result("old")))) == (newer, ())


def test_an_answer_to_a_new_text_selects_its_first_result() -> None:
    state, _ = after(shown(result("a"), result("b")), Move(1), Typed("lg"))
    state, _ = after(state, Answered(state.asked, "lg", answer("lg", result("c"), result("b"))))
    assert state.selected == 0


def test_a_repeated_answer_keeps_the_selected_record_and_phone_where_they_moved_to() -> None:
    state, _ = after(shown(result("a"), result("b", "1", "2")), Move(1), NextPhone(1), CacheChanged())
    moved = answer("lgq", result("b", "0", "1", "2"), result("a"))
    state, _ = after(state, Answered(state.asked, "lgq", moved))
    assert state.chosen is not None
    assert (state.chosen.id, phones(state.chosen)[state.phone].number) == ("b", "2")


def test_a_selected_record_that_is_gone_gives_way_to_the_first() -> None:
    state, _ = after(shown(result("a"), result("b")), Move(1), CacheChanged())
    state, _ = after(state, Answered(state.asked, "lgq", answer("lgq", result("a"))))
    assert state.selected == 0


@pytest.mark.parametrize(("step", "expected"), [(1, 1), (-1, 0), (5, 2), (-5, 0)])
def test_the_selection_stays_within_the_list(step: int, expected: int) -> None:
    state, _ = after(shown(result("a"), result("b"), result("c")), Move(step))
    assert state.selected == expected


def test_moving_in_an_empty_list_does_nothing() -> None:
    before = shown()
    assert update(before, Move(1)) == (before, ())


def test_another_result_starts_at_its_first_phone() -> None:
    state, _ = after(shown(result("a", "1", "2"), result("b", "3")), NextPhone(1), Pick(1))
    assert (state.selected, state.phone) == (1, 0)


def test_enter_copies_the_first_phone_and_says_so() -> None:
    state, effects = after(shown(result("a", "1", "2")), CopyPhone())
    assert effects == (Copy("1"),)
    assert state.notice is not None
    assert (state.notice.key, state.notice.value) == ("copied", "1")


def test_tab_goes_round_the_phones_and_enter_copies_the_chosen_one() -> None:
    before = shown(result("a", "1", "2"))
    assert after(before, NextPhone(1), CopyPhone())[1] == (Copy("2"),)
    assert after(before, NextPhone(1), NextPhone(1), CopyPhone())[1] == (Copy("1"),)
    assert after(before, NextPhone(-1), CopyPhone())[1] == (Copy("2"),)


def test_enter_before_the_answer_copies_when_it_comes_and_not_from_the_answer_before() -> None:
    state, effects = after(shown(result("a", "1")), Typed("tsx"), CopyPhone())
    assert effects == ()
    _, effects = after(state, Answered(state.asked, "tsx", answer("tsx", result("b", "2"))))
    assert effects == (Copy("2"),)


def test_typing_on_takes_back_an_enter_that_still_waits() -> None:
    state, _ = after(shown(), Typed("ts"), CopyPhone(), Typed("tsx"))
    assert after(state, Answered(state.asked, "tsx", answer("tsx", result("b", "2"))))[1] == ()


def test_enter_during_a_repeated_question_copies_at_once() -> None:
    assert after(shown(result("a", "1")), CacheChanged(), CopyPhone())[1] == (Copy("1"),)


def test_without_a_phone_enter_says_so() -> None:
    state, effects = after(shown(result("a")), CopyPhone())
    assert effects == ()
    assert state.notice is not None
    assert state.notice.key == "no_phone"


def test_a_masked_phone_cannot_be_copied() -> None:
    customer = CustomerView("address", "139****0001", None, None, False, False, None, ("phone",))  # noqa: FBT003
    assert phones(result("a", customer=customer)) == ()
    assert [p.number for p in phones(result("a", customer=replace(customer, masked=())))] == ["139****0001"]


def test_the_branch_comes_behind_the_contacts() -> None:
    found = phones(result("a", "1", branch=BranchView("b", "branch", "9")))
    assert [phone.number for phone in found] == ["1", "9"]


def test_the_popup_hides_after_a_copy_where_the_agent_wants_it_so() -> None:
    state, effects = after(shown(result("a", "1"), habits=Habits(hide_after_copy=True)), CopyPhone())
    assert effects == (Copy("1"), HideWindow(give_back=True))
    assert not state.visible


def test_the_record_in_front_of_the_agent_is_shown_on_the_map_and_the_popup_gives_way() -> None:
    state, effects = after(shown(result("a"), result("b")), Move(1), MapWanted())
    assert effects == (HideWindow(give_back=False), ShowMap("area", "b"))
    assert not state.visible


def test_there_is_no_map_of_an_answer_that_has_not_come() -> None:
    state, effects = after(shown(result("a")), Typed("else"), MapWanted())
    assert effects == ()
    assert state.visible


def test_the_script_is_copied() -> None:
    assert after(shown(result("a")), CopyScript())[1] == (Copy("script a"),)
    both = shown(result("a", script_en="in English"))
    assert after(both, CopyScript())[1] == (Copy("script a"),)
    assert after(both, CopyScript(english=True))[1] == (Copy("in English"),)
    assert after(shown(result("a")), CopyScript(english=True))[1] == (Copy("script a"),)


def test_the_script_of_an_older_text_is_not_copied() -> None:
    assert after(shown(result("a")), Typed("x"), CopyScript())[1] == ()


def test_a_screen_pop_shows_what_is_known_of_the_number() -> None:
    state, effects = after(State(), Pop("13904290001"))
    assert effects == (SetText("13904290001"), ShowWindow(), Ask(1, "13904290001"))
    assert (state.visible, state.query) == (True, "13904290001")


def test_a_second_asks_again_only_while_visible_and_with_no_question_open() -> None:
    assert update(State(), Ticked()) == (State(), ())
    state, effects = after(shown(), Ticked())
    assert effects == (Ask(state.asked, "lgq"),)
    assert after(state, Ticked())[1] == ()


def test_a_notice_goes_after_a_while() -> None:
    state, _ = after(shown(result("a", "1")), CopyPhone())
    for _ in range(NOTICE_TICKS):
        assert state.notice is not None
        state, _ = after(state, Ticked())
    assert state.notice is None


def test_changed_data_asks_again_only_while_visible() -> None:
    assert update(State(query="lgq"), CacheChanged())[1] == ()
    assert after(shown(), CacheChanged())[1] != ()


def test_a_failed_question_shows_its_reason_and_the_next_answer_takes_it_away() -> None:
    state, _ = after(shown(result("a")), CacheChanged())
    failed, _ = after(state, Unanswerable(state.asked, "lgq", "the disk is gone"))
    assert (failed.problem, failed.results) == ("the disk is gone", ())
    again, _ = after(failed, CacheChanged())
    assert after(again, Answered(again.asked, "lgq", answer("lgq")))[0].problem is None


def test_a_failure_of_an_older_text_is_dropped() -> None:
    state, _ = after(State(), Typed("l"), Typed("lg"))
    assert update(state, Unanswerable(1, "l", "no")) == (state, ())


def test_the_status_page_goes_with_the_next_keystroke() -> None:
    state, effects = after(State(), OpenStatus())
    assert state.status_shown
    assert effects[0] == ShowWindow()
    assert not after(state, Typed("x"))[0].status_shown
    assert not after(state, Open())[0].status_shown


def test_a_lost_hub_is_remembered_until_it_is_back() -> None:
    lost, _ = after(State(), HubSeen(connected=False))
    assert lost.hub_connected is False
    assert after(lost, HubSeen(connected=True))[0].hub_connected


def test_enter_copies_the_phone() -> None:
    _, effects = after(shown(result("1", "13900000001")), Confirm())
    assert effects == (Copy("13900000001"),)


def test_what_an_older_text_had_found_goes_after_two_seconds_and_the_late_answer_is_shown() -> None:
    state, _ = after(shown(result("1")), Typed("lgqx"), Ticked())
    assert state.results
    state, _ = after(state, Ticked())
    assert state.results == ()
    state, _ = after(state, Answered(state.asked, "lgqx", answer("lgqx", result("2"))))
    assert [one.id for one in state.results] == ["2"]
    assert state.overdue == 0


def test_the_window_for_signing_in_takes_the_popups_place() -> None:
    state, effects = after(shown(), OpenShift())
    assert not state.visible
    assert effects == (HideWindow(give_back=False), ShowShift())
    assert update(State(), OpenShift()) == (State(), (ShowShift(),))


def test_another_person_is_answered_anew_while_the_popup_is_visible() -> None:
    before = shown()
    state, effects = after(before, ShiftSeen("王芳", required=False))
    assert (state.person, effects) == ("王芳", (Ask(before.asked + 1, "lgq"),))
    assert after(state, ShiftSeen("王芳", required=False))[1] == ()
    assert after(State(), ShiftSeen(None, required=True)) == (State(sign_in_required=True), ())
