import threading
from collections.abc import Iterator
from queue import Queue

import pytest

from assistant.card.answer import Answer
from assistant.lookup.cancelling import Cancellation, give_up_if
from assistant.model.popup_messages import Answered, Ask, AskCard, OpenNode, Reply, Unanswerable, Unopenable
from assistant.resident.asker import Asker, Sources
from assistant.tree.tree_answer import Opened, TreeAnswer, TreeQuestion
from data.errors import NotFoundError, SwitchboardError

SOON_S = 20.0
EMPTY = Answer("", 0.0, None, None, "live", ())


class SlowSources:
    """Answers at once, but for the text `slow`: that one comes when it is let go, or is given up."""

    def __init__(self) -> None:
        self.began = threading.Event()
        self.let_go = threading.Event()
        self.cancellation = Cancellation()

    @property
    def port(self) -> Sources:
        return Sources(self.answer, self.open_node, self.answer, self.cancellation)

    def answer(self, text: str) -> Answer:
        if text == "slow":
            self.began.set()
            while not self.let_go.wait(0.001):
                give_up_if(self.cancellation)
        if text == "broken":
            raise ZeroDivisionError("a mistake")
        if text == "refused":
            raise SwitchboardError("no cache")
        return EMPTY

    def open_node(self, question: TreeQuestion) -> TreeAnswer:
        if question.key == "feeder:gone":
            raise NotFoundError("gone")
        return TreeAnswer(question, 0.0, None, None, "live", Opened())


@pytest.fixture
def sources() -> SlowSources:
    return SlowSources()


@pytest.fixture
def replies() -> "Queue[Reply]":
    return Queue()


@pytest.fixture
def asker(sources: SlowSources, replies: "Queue[Reply]") -> Iterator[Asker]:
    asker = Asker(sources.port, replies.put)
    yield asker
    asker.stop()


def test_a_newer_question_gives_up_the_one_under_way_and_nothing_is_heard_of_that(
    asker: Asker, sources: SlowSources, replies: "Queue[Reply]"
) -> None:
    asker.ask(Ask(1, "slow"))
    assert sources.began.wait(SOON_S)
    asker.ask(Ask(2, "lgq"))
    assert replies.get(timeout=SOON_S) == Answered(2, "lgq", EMPTY)
    assert replies.empty()


def test_the_same_question_again_lets_the_one_under_way_finish(
    asker: Asker, sources: SlowSources, replies: "Queue[Reply]"
) -> None:
    asker.ask(Ask(1, "slow"))
    assert sources.began.wait(SOON_S)
    asker.ask(Ask(2, "slow"))
    assert not sources.cancellation()
    sources.let_go.set()
    assert replies.get(timeout=SOON_S) == Answered(1, "slow", EMPTY)


def test_opening_a_node_gives_up_a_look_up(asker: Asker, sources: SlowSources, replies: "Queue[Reply]") -> None:
    asker.ask(Ask(1, "slow"))
    assert sources.began.wait(SOON_S)
    asker.ask(OpenNode(2, TreeQuestion("feeder:F1")))
    reply = replies.get(timeout=SOON_S)
    assert reply.serial == 2


def test_a_refusal_and_a_mistake_are_told_and_the_thread_lives_on(
    asker: Asker, replies: "Queue[Reply]", caplog: pytest.LogCaptureFixture
) -> None:
    asker.ask(Ask(1, "refused"))
    assert replies.get(timeout=SOON_S) == Unanswerable(1, "refused", "no cache")
    asker.ask(AskCard(2, "broken"))
    assert replies.get(timeout=SOON_S) == Unopenable(2, "broken", "ZeroDivisionError: a mistake", gone=False)
    asker.ask(OpenNode(3, TreeQuestion("feeder:gone")))
    assert replies.get(timeout=SOON_S) == Unopenable(3, "feeder:gone", "gone", gone=True)
    assert [record.message for record in caplog.records] == ["a look-up failed"]


def test_stopping_gives_up_what_is_under_way(sources: SlowSources, replies: "Queue[Reply]") -> None:
    asker = Asker(sources.port, replies.put)
    asker.ask(Ask(1, "slow"))
    assert sources.began.wait(SOON_S)
    asker.stop()
    assert replies.empty()
