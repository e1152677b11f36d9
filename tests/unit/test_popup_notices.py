"""Notices on the agent's screen: shown until marked read, announced once, never in the way."""

from dataclasses import replace
from datetime import timedelta

from assistant.model.notice_messages import Announce, MarkNotice, NoticeRead, NoticesSeen, Posted
from assistant.model.popup_messages import ShiftSeen, Toggle
from assistant.model.popup_model import update
from assistant.model.popup_state import State
from assistant.popup.blocks import Strip
from assistant.popup.picture import Facts, picture
from assistant.words.wording import Words
from data.notices.notice import Notice
from tests.stores import NOON

HOUR = timedelta(hours=1)
PLAIN = Notice(
    "n1", "今晚系统升级", urgent=False, branches=(), since=NOON, until=None, posted_by="x", withdrawn_at=None
)
URGENT = replace(PLAIN, id="n2", text="塔山变电站全停", urgent=True)


def seen(*notices: Notice) -> NoticesSeen:
    return NoticesSeen(tuple(Posted(one) for one in notices), NOON)


def strip(state: State, after: timedelta = timedelta()) -> Strip | None:
    return picture(state, Facts(), Words("zh"), NOON + after).strip


def test_a_notice_stands_above_the_results_until_it_is_marked_read() -> None:
    state, effects = update(State(), seen(PLAIN))
    assert effects == ()
    assert not state.visible
    assert strip(state) == Strip("n1", "公告", "今晚系统升级", "accent")
    state, effects = update(state, NoticeRead("n1"))
    assert effects == (MarkNotice("n1"),)
    assert strip(state) is None


def test_an_urgent_notice_is_marked_red_and_announced_once() -> None:
    state, effects = update(State(), seen(URGENT, PLAIN))
    assert effects == (Announce("塔山变电站全停"),)
    assert strip(state) == Strip("n2", "紧急公告", "塔山变电站全停（还有 1 条）", "bad")
    assert update(state, seen(URGENT, PLAIN))[1] == ()


def test_a_notice_comes_and_goes_by_the_clock() -> None:
    later = replace(URGENT, since=NOON + HOUR, until=NOON + 2 * HOUR)
    state, effects = update(State(), seen(later))
    assert effects == ()
    assert [strip(state, HOUR * hours) is not None for hours in (0, 1, 2)] == [False, True, False]


def test_who_comes_next_has_not_read_what_the_last_one_has() -> None:
    state, _ = update(State(person="wang"), seen(PLAIN))
    state, _ = update(state, NoticeRead("n1"))
    assert strip(state) is None
    state, _ = update(state, ShiftSeen("li", required=False))
    assert strip(state) is not None


def test_a_visible_popup_keeps_what_the_agent_is_doing() -> None:
    visible, _ = update(State(query="lgq"), Toggle())
    state, effects = update(visible, seen(URGENT))
    assert (state.query, state.visible, state.asked) == ("lgq", True, visible.asked)
    assert effects == (Announce(URGENT.text),)
