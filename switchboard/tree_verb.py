"""The verb that opens the supply network as a tree."""

import argparse
from typing import Any

from assistant.answering.answering import CacheAnswers
from assistant.tree.tree_answer import TreeQuestion
from assistant.tree.tree_text import indented
from data.clock import from_iso
from switchboard.cli import UsageError, home_of
from sync.errors import HomeError
from sync.replica.agent_home import AgentHome

_MOST = 1000


def tree(options: argparse.Namespace) -> dict[str, Any] | str:
    """The node that a key names with what is below it, or the roots."""
    if options.key is None and (options.important or options.after):
        raise UsageError("--important and --after go with a KEY")
    if not 1 <= options.limit <= _MOST:
        raise UsageError(f"--limit {options.limit}: give 1 to {_MOST}")
    at = from_iso(options.at, "--at") if options.at else None
    home = AgentHome(home_of(options))
    answers = CacheAnswers(home, home.clock())
    if not answers.there:
        home.enrolment()
        raise HomeError(f"{home.path} has no cache yet: switchboard sync --once --home {home.path}")
    answer = answers.open_node(TreeQuestion(options.key, options.important, options.after, options.limit), at)
    if options.json:
        return answer.to_json()
    opened = answer.opened
    lines = [*indented(opened.path, opened.windows, opened.page.nodes)]
    if opened.page.next:
        lines.append(f"…… --after {opened.page.next}")
    return "\n".join(lines)
