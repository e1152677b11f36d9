"""One worker thread that answers the newest question; older ones that have not begun are dropped."""

import logging
import threading
from collections.abc import Callable

from assistant.answer import Answer
from assistant.popup_messages import Answered, Ask, Unanswerable
from data.errors import SwitchboardError

log = logging.getLogger(__name__)

Reply = Answered | Unanswerable


class Asker:
    """Asks on its own thread, for a look-up must never hold up the keyboard.

    Args:
        answer: Answers one query; only ever called on the worker thread.
        reply: Gets the outcome of every question that was begun, on the worker thread.
    """

    def __init__(self, answer: Callable[[str], Answer], reply: Callable[[Reply], None]) -> None:
        self._answer = answer
        self._reply = reply
        self._changed = threading.Condition()
        self._next: Ask | None = None
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="asker", daemon=True)
        self._thread.start()

    def ask(self, question: Ask) -> None:
        """Has `question` answered, instead of whatever still waits."""
        with self._changed:
            self._next = question
            self._changed.notify()

    def stop(self) -> None:
        """Ends the thread after the question that it is at."""
        with self._changed:
            self._stopped = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        while (question := self._take()) is not None:
            self._reply(self._outcome(question))

    def _take(self) -> Ask | None:
        with self._changed:
            self._changed.wait_for(lambda: self._stopped or self._next is not None)
            question, self._next = self._next, None
            return None if self._stopped else question

    def _outcome(self, question: Ask) -> Reply:
        try:
            answer = self._answer(question.text)
        except SwitchboardError as problem:
            return Unanswerable(question.serial, question.text, str(problem))
        except Exception as problem:  # the thread's dispatcher: the agent must be told, the thread must live
            log.exception("a look-up failed")
            return Unanswerable(question.serial, question.text, f"{type(problem).__name__}: {problem}")
        return Answered(question.serial, question.text, answer)
