"""A desktop over listed answers, as a process of its own: `python -m tests.ui.agent_pc HOME`."""

import logging
import sys
from datetime import UTC, datetime
from pathlib import Path

from assistant.desktop import Desktop
from assistant.settings import load_settings
from data.errors import SwitchboardError
from tests.ui.answers import ListedAnswers, some_results


def main() -> int:
    """Runs the desktop until it is told to quit."""
    logging.basicConfig(level=logging.WARNING)
    home = Path(sys.argv[1])
    settings, problem = load_settings(home)
    answers = ListedAnswers(some_results(datetime.now(UTC)))
    try:
        return Desktop(home, answers, settings, [], settings_problem=problem).run()
    except SwitchboardError as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
