"""Writing a benchmark's report, a line at a time, as Markdown."""

import sys
from collections.abc import Sequence


def say(line: str = "") -> None:
    """Writes one line of the report at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def say_heading(*columns: str) -> None:
    """Begins a table."""
    say()
    say_row(*columns)
    say_row(*("---" for _ in columns))


def say_row(*cells: object) -> None:
    """Writes one row of a table."""
    say("| " + " | ".join(map(str, cells)) + " |")


def percentile(ordered: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of ascending values lie."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
