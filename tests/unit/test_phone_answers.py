import logging
import queue
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assistant.answering.answering import CacheAnswers
from assistant.answering.phone_answers import TRIED_AGAIN_AFTER_S, PhoneAnswers
from assistant.answering.phone_lookup import Find, answer_at_once, hub_of
from assistant.card.answer import Answer, PhoneLookup
from assistant.model.popup_state import State
from assistant.popup.blocks import Message
from assistant.popup.picture import Facts, picture
from assistant.words.wording import Words
from sync.errors import HubUnreachableError, RefusedError
from sync.replica.agent_home import AgentHome
from tests.caches import Rows, cache_of
from tests.stores import SetClock
from tests.ui.answers import some_results

PATIENCE_S = 10.0
NUMBER, OTHER_NUMBER = "13812345678", "13900001111"
WEI, NA = "2114000001", "2114000002"
ROWS: Rows = [
    ("feeder", {"id": "F1", "number": "3123456", "name": "10kV塔山线"}),
    ("customer", {"id": WEI, "name": "张伟", "feeder": "F1", "phone": "138****5678"}),
    ("customer", {"id": NA, "name": "李娜", "feeder": "F1"}),
]
ZH = Words("zh")


class Hub:
    """Knows owners of numbers, and what it was asked."""

    def __init__(self, owners: dict[str, list[str]], problem: Exception | None = None) -> None:
        self.owners = owners
        self.problem = problem
        self.asked: list[str] = []

    def find(self, number: str) -> Sequence[str]:
        self.asked.append(number)
        if self.problem:
            raise self.problem
        return self.owners.get(number, [])


class Popup:
    """Answers that ask in the background, and what they posted."""

    def __init__(self, answers: CacheAnswers, find: Find) -> None:
        self.monotonic_s = 0.0
        self._posted: queue.Queue[str] = queue.Queue()
        self._answers = PhoneAnswers(answers, find, pause_s=0, monotonic=lambda: self.monotonic_s)
        self.stop = self._answers.start(self._posted.put)

    def ask(self, text: str) -> Answer:
        return self._answers.answer(text)

    def heard(self) -> str:
        return self._posted.get(timeout=PATIENCE_S)


@pytest.fixture
def answers(tmp_path: Path) -> Iterator[CacheAnswers]:
    home = AgentHome(tmp_path / "agent")
    path = home.caches / "one.db"
    cache_of(path, ROWS).close()
    home.switch_to(path)
    made = CacheAnswers(home, SetClock())
    yield made
    made.close()


@pytest.fixture
def hub() -> Hub:
    return Hub({NUMBER: [WEI], "3123456": [NA]})


@pytest.fixture
def popup(answers: CacheAnswers, hub: Hub) -> Iterator[Popup]:
    made = Popup(answers, hub.find)
    yield made
    made.stop()


def shown(answer: Answer) -> list[tuple[str, str]]:
    return [(result.id, result.match.reason) for result in answer.results]


def test_at_once_a_whole_number_finds_its_owner_with_the_card_of_this_pc(answers: CacheAnswers, hub: Hub) -> None:
    answer = answer_at_once(answers, hub.find, "+86 138-1234-5678")
    assert answer.phone == PhoneLookup("found")
    (result,) = answer.results
    assert (result.id, result.name, result.match.reason) == (WEI, "张伟", "phone")
    assert result.customer is not None
    assert (result.customer.phone, result.customer.masked) == ("138****5678", ("phone",))
    assert answer.to_json()["phone"] == {"state": "found", "reason": ""}


def test_what_is_found_on_this_pc_stands_above_the_owners_of_the_number(answers: CacheAnswers, hub: Hub) -> None:
    assert shown(answer_at_once(answers, hub.find, "3123456")) == [("F1", "number"), (NA, "phone")]


def test_nothing_but_a_whole_number_is_asked_of_the_hub(answers: CacheAnswers, hub: Hub) -> None:
    for text in ("", "1381234", "1381234567", "138****5678", "张伟", WEI, "塔山"):
        assert answer_at_once(answers, hub.find, text).phone is None
    assert hub.asked == []


def test_many_owners_leave_room_for_what_is_found_here(answers: CacheAnswers, hub: Hub) -> None:
    hub.owners["3123456"] = [WEI, NA]
    assert shown(answer_at_once(answers, hub.find, "3123456", limit=2)) == [("F1", "number"), (WEI, "phone")]
    assert shown(answer_at_once(answers, hub.find, "3123456", limit=1)) == [("F1", "number")]


def test_an_owner_whose_record_is_not_here_yet_is_not_shown_and_that_is_told(answers: CacheAnswers, hub: Hub) -> None:
    hub.owners[NUMBER] = ["2114999999"]
    answer = answer_at_once(answers, hub.find, NUMBER)
    assert (shown(answer), answer.phone) == ([], PhoneLookup("found"))


@pytest.mark.parametrize(
    ("problem", "state"),
    [(HubUnreachableError("gone"), "no_hub"), (RefusedError("30 a minute"), "refused")],
)
def test_a_hub_that_is_gone_or_refuses_is_told_beside_the_answer_of_this_pc(
    answers: CacheAnswers, hub: Hub, problem: Exception, state: str
) -> None:
    hub.problem = problem
    answer = answer_at_once(answers, hub.find, "3123456")
    assert shown(answer) == [("F1", "number")]
    assert answer.phone is not None
    assert (answer.phone.state, answer.phone.reason) == (state, str(problem))


def test_a_pc_that_is_not_enrolled_says_that_there_is_no_hub(answers: CacheAnswers, tmp_path: Path) -> None:
    answer = answer_at_once(answers, hub_of(AgentHome(tmp_path / "agent")), NUMBER)
    assert answer.phone is not None
    assert answer.phone.state == "no_hub"
    assert "is not enrolled" in answer.phone.reason


def test_the_popup_answers_at_once_and_again_when_the_hub_has(popup: Popup, hub: Hub) -> None:
    first = popup.ask(NUMBER)
    assert (shown(first), first.phone) == ([], PhoneLookup("asking"))
    assert popup.heard() == "cache_changed"
    assert shown(popup.ask(NUMBER)) == [(WEI, "phone")]
    assert shown(popup.ask("138 1234 5678")) == [(WEI, "phone")]
    assert hub.asked == [NUMBER]


def test_the_owners_of_one_number_are_never_shown_for_another_text(popup: Popup) -> None:
    popup.ask(NUMBER)
    popup.heard()
    assert popup.ask(OTHER_NUMBER).phone == PhoneLookup("asking")
    popup.heard()
    assert popup.ask(OTHER_NUMBER).phone == PhoneLookup("none")
    assert popup.ask("塔山").phone is None
    assert popup.ask(NUMBER).phone == PhoneLookup("asking"), "nothing of an earlier number is kept"


def test_a_hub_that_was_gone_is_asked_again_after_a_while(popup: Popup, hub: Hub) -> None:
    hub.problem = HubUnreachableError("gone")
    popup.ask(NUMBER)
    popup.heard()
    hub.problem = None
    popup.monotonic_s += TRIED_AGAIN_AFTER_S / 2
    assert popup.ask(NUMBER).phone == PhoneLookup("no_hub", "gone")
    popup.monotonic_s += TRIED_AGAIN_AFTER_S
    popup.ask(NUMBER)
    popup.heard()
    assert shown(popup.ask(NUMBER)) == [(WEI, "phone")]
    assert hub.asked == [NUMBER, NUMBER]


def test_a_fault_of_ours_is_told_as_no_answer_and_logged_without_the_number(
    popup: Popup, hub: Hub, caplog: pytest.LogCaptureFixture
) -> None:
    hub.problem = ValueError(f"cannot ask for {NUMBER}")
    with caplog.at_level(logging.DEBUG):
        popup.ask(NUMBER)
        popup.heard()
    assert popup.ask(NUMBER).phone == PhoneLookup("no_hub", "ValueError")
    assert "ValueError" in caplog.text
    assert NUMBER not in caplog.text


@pytest.mark.parametrize(
    ("phone", "said"),
    [
        (PhoneLookup("asking"), "正在向服务器查询"),
        (PhoneLookup("none"), "没有客户登记这个电话号码"),
        (PhoneLookup("no_hub", "gone"), "电话号码查询需要连接服务器"),
        (PhoneLookup("refused", "30 a minute"), "服务器拒绝了电话号码查询"),
    ],
)
def test_the_popup_says_in_one_line_how_it_stands_with_the_number(phone: PhoneLookup, said: str) -> None:
    now = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
    nothing = Answer(NUMBER, 1.0, "2026-11-22T05:59:30Z", 30.0, "live", (), phone)
    state = State(visible=True, query=NUMBER, asked=1, answered=1, answered_text=NUMBER, answer=nothing)
    drawn = picture(state, Facts(), ZH, now)
    (message,) = drawn.card
    assert isinstance(message, Message)
    assert said in message.hint
    assert drawn.foot.notice == ""
    local = replace(state, answer=replace(nothing, results=some_results(now)[:1]))
    assert said in picture(local, Facts(), ZH, now).foot.notice
    elsewhere = replace(local, query="塔山")
    assert picture(elsewhere, Facts(), ZH, now).foot.notice == ""
