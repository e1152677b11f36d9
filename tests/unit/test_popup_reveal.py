"""A masked phone on the card: asked for with a reason, shown for a minute, and gone with the card."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from assistant.card.answer import Answer, CustomerView, Match, Result
from assistant.model.popup_messages import (
    Answered,
    AskReveal,
    CacheChanged,
    Copy,
    CopyPhone,
    Dismiss,
    Intent,
    Move,
    NotRevealed,
    Open,
    OpenStatus,
    OpenTree,
    Revealed,
    RevealFor,
    RevealWanted,
    ShiftSeen,
    Ticked,
    Typed,
)
from assistant.model.popup_model import update
from assistant.model.popup_state import State, phones
from assistant.popup.blocks import Actions, Line, Remark
from assistant.popup.picture import Facts, picture
from assistant.words.wording import Words
from data.privacy.reveal_reasons import SHOWN_FOR_S

PHONE, MASKED = "13812345678", "138****5678"
NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)
SEEN = Revealed("7", PHONE, SHOWN_FOR_S)


def customer(identity: str) -> Result:
    view = CustomerView("塔山村1号", MASKED, None, None, False, False, "central", ("phone",))  # noqa: FBT003 - by place
    return Result(
        kind="customer",
        id=identity,
        code=identity,
        name="朱大富",
        score=90.0,
        match=Match("code"),
        branch=None,
        contacts=(),
        feeders=(),
        transformer_areas=(),
        state="normal",
        outages=(),
        customer=view,
        script="",
    )


def after(state: State, *intents: Intent) -> State:
    for intent in intents:
        state, _ = update(state, intent)
    return state


@pytest.fixture
def shown() -> State:
    """Two customers are found, the first is selected, and somebody is signed in."""
    state = after(State(), ShiftSeen("wang", required=False), Open(), Typed("7"))
    answer = Answer("7", 1.0, "2026-11-22T04:00:00+00:00", 0.0, "live", (customer("7"), customer("8")))
    return after(state, Answered(state.asked, "7", answer))


def texts(state: State, language: str = "zh") -> str:
    card = picture(state, Facts(), Words("zh" if language == "zh" else "en"), NOW).card
    found = [block.value for block in card if isinstance(block, Line)]
    found += [block.text for block in card if isinstance(block, Remark)]
    return " ".join(found + [one.text for block in card if isinstance(block, Actions) for one in block.actions])


def test_it_is_asked_what_for_and_then_the_hub(shown: State) -> None:
    assert "查看电话" in texts(shown)
    choosing = after(shown, RevealWanted())
    assert all(reason in texts(choosing) for reason in ("核实身份", "回拨客户", "派工联系", "处理投诉"))
    asking, effects = update(choosing, RevealFor("callback"))
    assert effects == (AskReveal("7", "phone", "callback"),)
    assert MASKED in texts(asking)
    assert update(asking, RevealFor("callback"))[1] == (), "once"


def test_what_is_revealed_stands_on_the_card_and_can_be_copied(shown: State) -> None:
    seen = after(shown, RevealWanted(), RevealFor("identity"), SEEN)
    assert PHONE in texts(seen)
    assert f"{SHOWN_FOR_S} 秒" in texts(seen)
    assert seen.on_card is not None
    assert [phone.number for phone in phones(seen.on_card)] == [PHONE]
    assert Copy(PHONE) in update(seen, CopyPhone(0))[1]


def test_after_a_minute_it_is_masked_again(shown: State) -> None:
    seen = after(shown, RevealWanted(), RevealFor("identity"), SEEN, *[Ticked()] * (SHOWN_FOR_S - 1))
    assert PHONE in texts(seen)
    later = after(seen, Ticked())
    assert PHONE not in repr(later)
    assert MASKED in texts(later)


@pytest.mark.parametrize("intent", [Dismiss(), Move(1), OpenStatus(), OpenTree("feeder:F1"), Typed("8")])
@pytest.mark.parametrize("steps", [1, 2, 3])
def test_whatever_leads_elsewhere_hides_it_at_once(shown: State, steps: int, intent: Intent) -> None:
    way: list[Intent] = [RevealWanted(), RevealFor("identity"), SEEN]
    seen = after(shown, *way[:steps])
    away = after(seen, intent)
    if isinstance(intent, Typed):  # the old answer stands until the new one has come
        empty = Answer("8", 1.0, None, None, "live", ())
        away = after(away, Answered(away.asked, "8", empty))
    assert away.reveal is None
    assert PHONE not in repr(away)
    assert PHONE not in repr(after(away, SEEN)), "an answer that comes too late shows nothing"


def test_a_newer_state_of_the_cache_leaves_it_on_the_screen(shown: State) -> None:
    seen = after(shown, RevealWanted(), RevealFor("identity"), SEEN, CacheChanged())
    assert seen.answer is not None
    assert PHONE in texts(after(seen, Answered(seen.asked, "7", seen.answer)))


def test_nobody_who_is_not_signed_in_is_asked_what_for(shown: State) -> None:
    refused = after(replace(shown, person=None), RevealWanted())
    assert refused.reveal is None
    assert refused.notice is not None
    assert refused.notice.key == "sign_in_to_reveal"


@pytest.mark.parametrize(
    ("told", "notice"), [(NotRevealed("7", "只有班长可以"), "not_revealed"), (Revealed("7", "", 60), "not_known")]
)
def test_why_it_is_not_shown_is_said(shown: State, told: Intent, notice: str) -> None:
    refused = after(shown, RevealWanted(), RevealFor("identity"), told)
    assert refused.notice is not None
    assert refused.notice.key == notice
    assert refused.reveal is None
    assert "{" not in texts(refused, "en")


def test_where_nothing_is_masked_there_is_nothing_to_show(shown: State) -> None:
    chosen = shown.chosen
    assert chosen is not None
    assert chosen.customer is not None
    clear = replace(chosen, customer=replace(chosen.customer, masked=()))
    assert shown.answer is not None
    state = replace(shown, answer=replace(shown.answer, results=(clear,)))
    assert "查看电话" not in texts(state)
    assert after(state, RevealWanted()).reveal is None


def test_the_value_is_in_no_representation_that_a_log_may_hold() -> None:
    assert PHONE not in repr(SEEN)
