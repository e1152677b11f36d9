"""Answers from a cache: given up, and a record's card."""

from datetime import datetime
from pathlib import Path

import pytest

from assistant.answering import answering
from assistant.answering.answering import CacheAnswers
from assistant.lookup.cancelling import Cancellation, CancelledError
from assistant.lookup.weak import is_weak
from assistant.tree.tree_answer import TreeQuestion
from data.errors import NotFoundError
from sync.replica.agent_home import AgentHome
from tests.caches import cache_of
from tests.stores import NOON, SetClock
from tests.unit.test_tree import ROWS


@pytest.fixture
def home(tmp_path: Path) -> AgentHome:
    home = AgentHome(tmp_path / "agent")
    cache_of(home.caches / "1.db", ROWS).close()
    home.switch_to(home.caches / "1.db")
    home.confirm(NOON)
    return home


class ClockOfTheHasty(SetClock):
    """A clock whose reader has something newer to ask as soon as he has read it."""

    def __init__(self, at: datetime) -> None:
        super().__init__(at)
        self.cancellation = Cancellation()
        self.hasty = False

    def now(self) -> datetime:
        if self.hasty:
            self.cancellation.cancel()
        return super().now()

    def is_patient(self) -> None:
        self.hasty = False
        self.cancellation.renew()


@pytest.mark.parametrize("steps", [1, 10_000], ids=["within SQLite", "between the stages"])
def test_a_look_up_that_is_given_up_is_no_damage_and_the_next_one_is_answered(
    home: AgentHome, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    monkeypatch.setattr(answering, "_STEPS", steps)
    clock = ClockOfTheHasty(NOON)
    answers = CacheAnswers(home, clock, suspect=lambda: pytest.fail("suspected"), cancelled=clock.cancellation)
    assert answers.answer("塔山").results
    clock.hasty = True
    for _ in range(2):
        with pytest.raises(CancelledError):
            answers.answer("塔山水泥")
    clock.is_patient()
    assert answers.answer("塔山").results
    answers.close()


def test_a_node_whose_opening_is_given_up_is_no_damage_either(home: AgentHome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answering, "_STEPS", 1)
    clock = ClockOfTheHasty(NOON)
    answers = CacheAnswers(home, clock, suspect=lambda: pytest.fail("suspected"), cancelled=clock.cancellation)
    assert answers.open_node(TreeQuestion()).opened.page.nodes
    clock.hasty = True
    with pytest.raises(CancelledError):
        answers.open_node(TreeQuestion("feeder:F1"))
    clock.is_patient()
    assert answers.open_node(TreeQuestion("feeder:F1")).opened.page.nodes
    answers.close()


@pytest.mark.parametrize(("key", "name"), [("feeder:F1", "10kV塔山线"), ("customer:C4", "市医院")])
def test_the_card_of_a_node_is_that_of_its_record(home: AgentHome, key: str, name: str) -> None:
    answers = CacheAnswers(home, SetClock(NOON))
    (result,) = answers.card(key).results
    assert (result.name, f"{result.kind}:{result.id}", result.match.weak) == (name, key, False)
    answers.close()


@pytest.mark.parametrize("key", ["feeder:F9", "branch:B1", "nonsense"])
def test_what_is_no_record_has_no_card(home: AgentHome, key: str) -> None:
    answers = CacheAnswers(home, SetClock(NOON))
    with pytest.raises(NotFoundError):
        answers.card(key)
    answers.close()


def test_without_a_cache_there_is_no_card_and_no_failure(tmp_path: Path) -> None:
    answer = CacheAnswers(AgentHome(tmp_path / "new"), SetClock(NOON)).card("feeder:F1")
    assert (answer.results, answer.as_of) == ((), None)


@pytest.mark.parametrize(
    ("reason", "score", "weak"),
    [("fuzzy", 84.9, True), ("fuzzy", 85.0, False), ("initials", 59.9, True), ("initials", 60.0, False)],
)
def test_a_low_score_is_weak_and_that_of_a_name_with_slips_sooner(reason: str, score: float, *, weak: bool) -> None:
    assert is_weak(reason, score) == weak


def test_the_json_of_an_answer_says_what_is_weak(home: AgentHome) -> None:
    answers = CacheAnswers(home, SetClock(NOON))
    (first, *_) = answers.answer("塔山水泥厂").to_json()["results"]
    assert first["match"] == {"reason": "name", "spans": ((0, 5),), "weak": False}
    answers.close()
