"""One worker thread that answers the newest question; older ones are dropped, and one under way is given up."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from assistant.card.answer import Answer
from assistant.lookup.cancelling import Cancellation, CancelledError
from assistant.model.popup_messages import (
    Answered,
    Ask,
    AskCard,
    CardAnswered,
    NodeOpened,
    OpenNode,
    Question,
    Reply,
    Unanswerable,
    Unopenable,
)
from assistant.tree.tree_answer import TreeAnswer, TreeQuestion
from data.errors import NotFoundError, SwitchboardError

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the answers come from.

    Attributes:
        answer: What a query finds. Nothing asked finds nothing, with its `as_of`.
        open_node: What is below a node of the supply tree.
        card: The one record of a node, by its key; no result where it is gone.
        cancellation: Tells them that nobody waits any more; they then raise `CancelledError`.
    """

    answer: Callable[[str], Answer]
    open_node: Callable[[TreeQuestion], TreeAnswer]
    card: Callable[[str], Answer]
    cancellation: Cancellation


class Asker:
    """Asks on its own thread, for a look-up must never hold up the keyboard.

    Args:
        sources: Where the answers come from.
        reply: Gets the outcome of every question that was not given up, on the worker thread.
    """

    def __init__(self, sources: Sources, reply: Callable[[Reply], None]) -> None:
        self._sources = sources
        self._reply = reply
        self._changed = threading.Condition()
        self._next: Question | None = None
        self._at: Question | None = None
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="asker", daemon=True)
        self._thread.start()

    def ask(self, question: Question) -> None:
        """Has `question` answered, instead of whatever still waits or is under way.

        The same question again leaves the one under way alone: asked anew at every change of the data, a slow one
        would never be answered.
        """
        with self._changed:
            self._next = question
            if self._at and replace(self._at, serial=question.serial) != question:
                self._sources.cancellation.cancel()
            self._changed.notify()

    def stop(self) -> None:
        """Ends the thread, and gives up the question that it is at."""
        with self._changed:
            self._stopped = True
            if self._at:
                self._sources.cancellation.cancel()
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        while (question := self._take()) is not None:
            reply = self._outcome(question)
            with self._changed:
                self._at = None
            if reply is not None:
                self._reply(reply)

    def _take(self) -> Question | None:
        with self._changed:
            self._changed.wait_for(lambda: self._stopped or self._next is not None)
            self._at, self._next = self._next, None
            self._sources.cancellation.renew()
            return None if self._stopped else self._at

    def _outcome(self, question: Question) -> Reply | None:
        try:
            return self._answer(question)
        except CancelledError:
            return None
        except SwitchboardError as problem:
            return _refused(question, str(problem), gone=isinstance(problem, NotFoundError))
        except Exception as problem:  # noqa: BLE001 - the thread's dispatcher: the agent must be told, the thread must live
            _LOG.exception("a look-up failed")
            return _refused(question, f"{type(problem).__name__}: {problem}")

    def _answer(self, question: Question) -> Reply:
        match question:
            case Ask(serial, text):
                return Answered(serial, text, self._sources.answer(text))
            case OpenNode(serial, node):
                return NodeOpened(serial, self._sources.open_node(node))
            case AskCard(serial, key):
                return CardAnswered(serial, key, self._sources.card(key))


def _refused(question: Question, reason: str, *, gone: bool = False) -> Reply:
    match question:
        case Ask(serial, text):
            return Unanswerable(serial, text, reason)
        case OpenNode(serial, node):
            return Unopenable(serial, node.key, reason, gone)
        case AskCard(serial, key):
            return Unopenable(serial, key, reason, gone)
