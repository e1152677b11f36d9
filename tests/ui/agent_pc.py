"""A desktop over listed answers, as a process of its own: `python -m tests.ui.agent_pc HOME [TEXT ...]`.

Each line on its standard input is posted as an event of the background work; of `OVER` the desktop hears nothing, but
every outage is over by the clock from then on. Each TEXT would take for ever to answer.
"""

import faulthandler
import logging
import sys
import threading
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from assistant.card.answer import Answer
from assistant.resident.desktop import Desktop
from assistant.resident.reports import Post
from assistant.resident.settings import load_settings
from data.errors import SwitchboardError
from tests.ui.answers import ListedAnswers, some_results
from tests.ui.session import STACKS

OVER = "over"


class RecoveringAnswers(ListedAnswers):
    """Listed answers whose outages end."""

    def __init__(self, slow: Collection[str]) -> None:
        self.are_over = False
        super().__init__(some_results(datetime.now(UTC)), slow)

    def answer(self, query: str, limit: int = 10) -> Answer:
        """As listed, but normal from the end on."""
        answer = super().answer(query, limit)
        if not self.are_over:
            return answer
        return replace(answer, results=tuple(replace(result, state="normal") for result in answer.results))

    def listen(self, post: Post) -> Callable[[], None]:
        """Does what is written to this process."""

        def read() -> None:
            for line in sys.stdin:
                if line.strip() == OVER:
                    self.are_over = True
                else:
                    post(line.strip())

        threading.Thread(target=read, daemon=True).start()
        return lambda: None


def main() -> int:
    """Runs the desktop until it is told to quit."""
    logging.basicConfig(level=logging.WARNING)
    faulthandler.register(STACKS)
    home, answers = Path(sys.argv[1]), RecoveringAnswers(sys.argv[2:])
    settings, problem = load_settings(home)
    try:
        return Desktop(home, answers.sources, settings, [answers.listen], settings_problem=problem).run()
    except SwitchboardError as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
