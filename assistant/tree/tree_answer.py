"""What is asked of the tree and what it answers, as the popup draws it and as `tree --json` prints it."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from assistant.card.answer import Freshness, OutageView
from assistant.tree.tree import PAGE, SupplyTree
from assistant.tree.tree_nodes import Node, Page
from assistant.tree.tree_text import label


@dataclass(frozen=True, slots=True)
class TreeQuestion:
    """A node to open.

    Attributes:
        key: Of the node; None for the roots.
        important: Asks for the important, high-risk and sensitive customers anywhere below it, not for its children.
        after: `next` of the page before.
    """

    key: str | None = None
    important: bool = False
    after: str | None = None
    limit: int = PAGE


@dataclass(frozen=True, slots=True)
class Opened:
    """A node opened.

    Attributes:
        path: From a root down to the node, itself included; empty for the roots.
        windows: Those that touch the node.
        page: What is below it.
    """

    path: tuple[Node, ...] = ()
    windows: tuple[OutageView, ...] = ()
    page: Page = field(default_factory=Page)


@dataclass(frozen=True, slots=True)
class TreeAnswer:
    """A node opened, with the age of the data; `as_of`, `age_s` and `freshness` are those of a lookup's answer."""

    question: TreeQuestion
    took_ms: float
    as_of: str | None
    age_s: float | None
    freshness: Freshness
    opened: Opened

    def to_json(self) -> dict[str, Any]:
        """The public JSON form."""
        return {
            "key": self.question.key,
            "took_ms": self.took_ms,
            "as_of": self.as_of,
            "age_s": self.age_s,
            "freshness": self.freshness,
            "path": [_to_json(node) for node in self.opened.path],
            "outages": [asdict(window) for window in self.opened.windows],
            "nodes": [_to_json(node) for node in self.opened.page.nodes],
            "next": self.opened.page.next,
        }


def _to_json(node: Node) -> dict[str, Any]:
    return {**asdict(node), "label": label(node), "opens": node.opens}


def open_node(tree: SupplyTree, question: TreeQuestion, at: datetime) -> Opened:
    """What `question` asks for, with the states of `at`.

    Raises:
        NotFoundError: there is no such node.
        BadValueError: `after` comes from elsewhere.
    """
    if question.key is None:
        return Opened(page=Page(tree.roots(at)))
    read = tree.important if question.important else tree.children
    page = read(question.key, at, question.after, question.limit)
    return Opened(tree.path(question.key, at), tree.windows_of(question.key, at), page)
