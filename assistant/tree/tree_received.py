"""What the tree has answered, put into the view that an agent walks. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

from assistant.card.answer import Answer
from assistant.tree.tree import PAGE
from assistant.tree.tree_answer import TreeAnswer, TreeQuestion
from assistant.tree.tree_nodes import Node
from assistant.tree.tree_view import LINES, Below, Listing, Spot, TreeView, place_of, settled

MOST_AGAIN = 1000
"""So many nodes of a listing are brought up to date at once; those behind them when they are asked for again."""


def received(view: TreeView, answer: TreeAnswer) -> TreeView:
    """The view with what `answer` tells; it opens what the agent has asked for, and brings up to date what is known."""
    question, opened, near = answer.question, answer.opened, place_of(view)
    dated = replace(view, as_of=answer.as_of, freshness=answer.freshness, trouble=None)
    if answer.as_of is None and not opened.path:
        return dated
    below = _with_way_down(view.below, opened.path)
    listing = Listing(question.key, question.important)
    below[listing] = _grown(below.get(listing), answer, keep_tail=question != view.awaited)
    known = replace(
        dated,
        nodes={**view.nodes, **{node.key: node for node in (*opened.path, *opened.page.nodes)}},
        below=below,
        windows={**view.windows, **({question.key: opened.windows} if question.key else {})},
    )
    return settled(_shown(known, answer, view.nodes) if question == view.awaited else known, near)


def card_received(view: TreeView, key: str, answer: Answer) -> TreeView:
    """The view with the card of the selected node; unchanged where it is the card of another."""
    return replace(view, card=answer) if view.selected == Spot(key) else view


def without(view: TreeView, key: str) -> TreeView:
    """The view without a node that is gone, and the lines below it."""
    near = place_of(view)
    below = {
        listing: replace(
            known,
            keys=tuple(one for one in known.keys if one != key),
            apart=None if known.apart == key else known.apart,
        )
        for listing, known in view.below.items()
        if listing.key != key
    }
    important_of = None if view.important_of == key else view.important_of
    gone = replace(view, below=below, open=view.open - {key}, important_of=important_of, awaited=None, card=None)
    return settled(gone, max(0, near - 1))


def up_to_date(view: TreeView, turn: int) -> TreeQuestion:
    """What is to be asked so that what is on screen is brought up to date; each turn another listing.

    Args:
        view: The view.
        turn: Any number; the next one at the next time.
    """
    seen = dict.fromkeys(line.listing for line in view.lines[view.top : view.top + LINES])
    whole = [listing for listing in seen if (known := view.below.get(listing)) and known.whole]
    if not whole:
        return TreeQuestion(view.important_of or view.selected.key, view.important_of is not None)
    listing = whole[turn % len(whole)]
    most = max(PAGE, min(len(view.below[listing].keys), MOST_AGAIN))
    return TreeQuestion(listing.key, listing.important, limit=most)


def _with_way_down(known: Mapping[Listing, Below], path: tuple[Node, ...]) -> dict[Listing, Below]:
    """What is known, and that each node of the path is below the one before it."""
    below = dict(known)
    steps = [(None, path[0]), *pairwise(path)] if path else []
    for parent, node in steps:
        listing = Listing(parent.key if parent else None)
        before = below.get(listing)
        if before is None:
            below[listing] = Below((node.key,), whole=False)
        elif node.key not in before.keys:
            below[listing] = replace(before, apart=node.key)
    return below


def _grown(before: Below | None, answer: TreeAnswer, *, keep_tail: bool) -> Below:
    """A listing with the page that came."""
    page, after = answer.opened.page, answer.question.after
    keys = tuple(node.key for node in page.nodes)
    if before is None:
        return Below(keys, page.next)
    if after is not None:
        if before.next != after:
            return before  # a page that is there already
        keys = (*before.keys, *(key for key in keys if key not in before.keys))
    elif keep_tail and len(before.keys) > len(keys) and before.keys[: len(keys)] == keys and page.next:
        return before
    apart = before.apart if before.whole else next(iter(before.keys), None)
    return Below(keys, page.next, apart=apart if page.next and apart not in keys else None)


def _shown(view: TreeView, answer: TreeAnswer, before: Mapping[str, Node]) -> TreeView:
    """The view with what the agent had asked for open, and the first line selected that more has brought."""
    question, path = answer.question, [node.key for node in answer.opened.path if node.opens]
    view = replace(view, awaited=None)
    view = replace(view, open=view.open.union(path[:-1] if question.important else path))
    if view.selected != Spot(question.key, more=True):
        return view
    first = next((node.key for node in answer.opened.page.nodes if node.key not in before), None)
    return replace(view, selected=Spot(first)) if first else view
