"""What forms ask for, what they make of it, and what the popup does about them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from assistant.card.answer import OutageView
from assistant.forms.form import Choice, FormError, fields_of, meaning, moment_of, possible, promised
from assistant.forms.messages import FORM_KEYS, FormClosed, FormKind, FormWanted, ShowForm, Target
from assistant.model.popup_messages import HideWindow, ShowShift
from assistant.model.popup_model import update
from assistant.model.popup_state import State
from assistant.words.wording import TABLES
from sync.outbox.entering import Place

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
FEEDER = Target("feeder", "F1", "10kV塔山线")
WINDOW = OutageView("20261123-0001", "fault", "active", "2026-11-23T02:00:00Z", "2026-11-23T06:00:00Z", "雷击")
OVER = OutageView("20261122-0001", "fault", "restored", "2026-11-22T02:00:00Z", "2026-11-22T06:00:00Z", "雷击")


class Book:
    """Stands where the outbox would: notes what is entered, by whatever name."""

    def __init__(self) -> None:
        self.entered: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []

    def __getattr__(self, name: str) -> Any:
        return lambda *words, **more: self.entered.append((name, words, more))


def entered(wanted: ShowForm, **values: str) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
    """What a form enters, with these fields changed."""
    filled = {field.name: field.value or (field.choices[0].key if field.choices else "") for field in fields_of(wanted)}
    book = Book()
    meaning(wanted, filled | values, NOON)(book)  # type: ignore[arg-type]  # it takes every entry
    (only,) = book.entered
    return only


def test_a_ticket_is_a_trouble_report_at_the_place_on_the_card() -> None:
    made = entered(ShowForm("ticket", FEEDER), text=" 没电 ")
    assert made == ("ticket", ("trouble_report", "没电", Place("feeder", "F1"), ""), {})


def test_a_ticket_offers_the_business_of_its_kind_alone() -> None:
    catalogue = (Choice("trouble_report.01", "无电"), Choice("enquiry.01", "电费"))
    business = next(one for one in fields_of(ShowForm("ticket", FEEDER), catalogue) if one.name == "business")
    offered = [one.key for one in business.offered({"ticket_kind": "enquiry"})]
    assert offered == ["", "enquiry.01"]


def test_a_call_back_waits_for_the_window_on_the_card_with_the_promise_that_was_told() -> None:
    wanted = ShowForm("call_back", FEEDER, (OVER, WINDOW), "13812345678")
    name, words, more = entered(wanted, caller="张先生")
    assert (name, words) == ("call_back", ("13812345678",))
    assert (more["outage"], more["name"]) == (WINDOW.id, "张先生")
    assert more["promised"] == datetime(2026, 11, 23, 6, tzinfo=UTC)


def test_a_call_back_without_a_window_waits_for_the_place_or_the_customer() -> None:
    assert entered(ShowForm("call_back", FEEDER), number="13812345678")[2]["place"] == Place("feeder", "F1")
    customer = Target("customer", "2114000001", "张*")
    assert entered(ShowForm("call_back", customer), number="13812345678")[2]["customer"] == "2114000001"


def test_a_window_lasts_as_long_as_was_chosen_or_until_what_was_typed() -> None:
    wanted = ShowForm("window", FEEDER)
    assert entered(wanted, reason="雷击")[1] == (
        "fault",
        NOON,
        NOON + timedelta(hours=1),
        "雷击",
        [Place("feeder", "F1")],
    )
    typed = entered(wanted, reason="雷击", until="at", moment="17:30")[1]
    assert typed[2] == datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


def test_a_promise_is_moved_from_where_it_stands_and_one_that_has_passed_from_now() -> None:
    wanted = ShowForm("promise", FEEDER, (WINDOW,))
    assert entered(wanted, reason="待料")[1][1] == datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
    late = OutageView(WINDOW.id, "fault", "overdue", WINDOW.start, "2026-11-23T03:00:00Z", "雷击")
    moved = entered(ShowForm("promise", FEEDER, (late,)), reason="待料", act="1h")
    assert moved[1][1] == NOON + timedelta(hours=1)


def test_power_that_is_back_needs_no_reason() -> None:
    name, words, more = entered(ShowForm("promise", FEEDER, (WINDOW,)), act="restored")
    assert (name, words, more) == ("restore_outage", (WINDOW.id,), {"reason": ""})


def test_of_several_windows_the_agent_says_which() -> None:
    other = OutageView("20261123-0002", "planned", "upcoming", WINDOW.start, WINDOW.etr, "检修")
    wanted = ShowForm("promise", FEEDER, (WINDOW, other))
    assert entered(wanted, window=other.id, act="restored")[1] == (other.id,)


def test_a_wrap_up_is_about_the_call_alone() -> None:
    name, words, more = entered(ShowForm("wrap_up", None, (), "13812345678"), note="已说明")
    assert (name, words, more) == ("wrap_up", ("answered", "已说明"), {"number": "13812345678"})


@pytest.mark.parametrize(
    ("wanted", "values", "field"),
    [
        (ShowForm("ticket", FEEDER), {}, "text"),
        (ShowForm("call_back", FEEDER), {}, "number"),
        (ShowForm("call_back", FEEDER), {"number": "138"}, "number"),
        (ShowForm("window", FEEDER), {}, "reason"),
        (ShowForm("window", FEEDER), {"reason": "雷击", "until": "at", "moment": "半夜"}, "moment"),
    ],
)
def test_what_is_missing_is_told_by_its_field(wanted: ShowForm, values: dict[str, str], field: str) -> None:
    with pytest.raises(FormError) as refused:
        entered(wanted, **values)
    assert refused.value.field == field
    assert all(f"form.{refused.value.key}" in table for table in TABLES.values())


@pytest.mark.parametrize(
    ("typed", "moment"),
    [
        ("17:30", (23, 17, 30)),
        ("17：30", (23, 17, 30)),
        ("9:00", (24, 9, 0)),
        ("明天 8:00", (24, 8, 0)),
        ("11-25 8:05", (25, 8, 5)),
    ],
)
def test_times_are_typed_as_they_are_said(typed: str, moment: tuple[int, int, int]) -> None:
    there = moment_of(typed, NOON) + timedelta(hours=8)
    assert (there.day, there.hour, there.minute) == moment


def test_the_promise_is_shown_while_it_is_typed_and_nothing_where_it_is_none() -> None:
    wanted = ShowForm("window", FEEDER)
    assert promised(wanted, {"until": "2h"}, NOON) == NOON + timedelta(hours=2)
    assert promised(wanted, {"until": "at", "moment": "17"}, NOON) is None


@pytest.mark.parametrize("kind", FORM_KEYS.values())
def test_without_a_record_there_is_only_the_wrap_up(kind: FormKind) -> None:
    assert (possible(ShowForm(kind, None)) == "") == (kind == "wrap_up")


def test_every_form_and_field_has_words_in_both_languages() -> None:
    for kind in FORM_KEYS.values():
        wanted = ShowForm(kind, FEEDER, (WINDOW, OVER, WINDOW))
        for table in TABLES.values():
            assert f"form.{kind}" in table
            assert all(f"form.field.{field.name}" in table for field in fields_of(wanted))


def test_what_was_typed_for_another_caller_or_by_another_person_is_not_there() -> None:
    forms = [ShowForm("wrap_up", None, number=number, person=person) for number in ("", "138") for person in "ab"]
    assert len({one.draft for one in forms}) == len(forms)
    _, (_, wanted) = update(State(visible=True, person="an", query="13812345678"), FormWanted("wrap_up"))
    assert isinstance(wanted, ShowForm)
    assert (wanted.person, wanted.number) == ("an", "13812345678")


def test_nobody_enters_anything_before_signing_in() -> None:
    state, effects = update(State(visible=True), FormWanted("wrap_up"))
    assert effects == (HideWindow(give_back=False), ShowShift())
    assert not state.visible


def test_a_form_takes_the_popups_place_and_gives_the_focus_back_when_it_goes() -> None:
    state, effects = update(State(visible=True, person="wang"), FormWanted("wrap_up"))
    assert effects == (HideWindow(give_back=False), ShowForm("wrap_up", None, person="wang"))
    assert update(state, FormClosed("wrap_up"))[1] == (HideWindow(give_back=True),)


def test_without_a_record_the_foot_says_that_there_is_nothing() -> None:
    state, effects = update(State(visible=True, person="wang"), FormWanted("ticket"))
    assert effects == ()
    assert state.notice is not None
    assert state.notice.key == "nothing"
