"""A desktop over listed answers, as a process of its own: `python -m tests.ui.agent_pc HOME [SECONDS [TEXT ...]]`.

Each line on its standard input is posted as an event of the background work. With SECONDS, every outage is over so long
after the start. Each TEXT would take for ever to answer.
"""

import logging
import sys
import threading
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from assistant.card.answer import Answer
from assistant.resident.desktop import Desktop, Post
from assistant.resident.settings import load_settings
from data.errors import SwitchboardError
from tests.ui.answers import ListedAnswers, some_results


class RecoveringAnswers(ListedAnswers):
    """Listed answers whose outages end by the clock."""

    def __init__(self, lasting: timedelta, slow: Collection[str]) -> None:
        self._end = datetime.now(UTC) + lasting
        super().__init__(some_results(datetime.now(UTC)), slow)

    def answer(self, query: str, limit: int = 10) -> Answer:
        """As listed, but normal from the end on."""
        answer = super().answer(query, limit)
        if datetime.now(UTC) < self._end:
            return answer
        return replace(answer, results=tuple(replace(result, state="normal") for result in answer.results))


def post_lines(post: Post) -> Callable[[], None]:
    """Posts what is written to this process."""

    def read() -> None:
        for line in sys.stdin:
            post(line.strip())

    threading.Thread(target=read, daemon=True).start()
    return lambda: None


def main() -> int:
    """Runs the desktop until it is told to quit."""
    logging.basicConfig(level=logging.WARNING)
    home = Path(sys.argv[1])
    lasting = timedelta(seconds=float(sys.argv[2])) if sys.argv[2:] else timedelta(days=1)
    sources = RecoveringAnswers(lasting, sys.argv[3:]).sources
    settings, problem = load_settings(home)
    try:
        return Desktop(home, sources, settings, [post_lines], settings_problem=problem).run()
    except SwitchboardError as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
