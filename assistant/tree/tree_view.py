"""The supply tree as an agent walks it: what is known, what is open, which line is selected. Pure.

Every step gives the next view; those that need more of the tree give the question, too.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from assistant.card.answer import Answer, Freshness, OutageView, Result
from assistant.tree.tree_answer import TreeQuestion
from assistant.tree.tree_nodes import Node

LINES = 10
"""How many lines are on screen."""


class Spot(NamedTuple):
    """A line, whatever else is shown; `more` stands for those that follow below `key`, None for the roots."""

    key: str | None
    more: bool = False


class Listing(NamedTuple):
    """What is listed: what is right below a node, None for the roots, or the important customers anywhere below it."""

    key: str | None
    important: bool = False


@dataclass(frozen=True, slots=True)
class Below:
    """What is known of a listing.

    Attributes:
        keys: In order.
        next: Where the next page begins; None: there is none.
        whole: False where nothing but the way down to a record is known yet.
        apart: The node on the way down to a record, where the pages read so far do not reach it.
    """

    keys: tuple[str, ...]
    next: str | None = None
    whole: bool = True
    apart: str | None = None

    @property
    def goes_on(self) -> bool:
        """Whether there may be nodes that are not known yet."""
        return self.next is not None or not self.whole


class Line(NamedTuple):
    """One line: where it stands, how deep, and in which listing."""

    spot: Spot
    depth: int
    listing: Listing


@dataclass(frozen=True, slots=True)
class TreeView:
    """What is known of the tree, and what of it is shown.

    Attributes:
        selected: The line that the keys act on.
        top: How many lines are scrolled past.
        important_of: Only the important customers below this node are shown; None: everything is.
        awaited: What the agent has asked for and not seen yet; what else is asked only brings the view up to date.
        card: The card of the selected node, once it was asked for.
        as_of: None until anything was answered, and without a cache.
        trouble: The node is gone, or the tree cannot be read for `reason`: nothing is shown.
    """

    selected: Spot
    nodes: Mapping[str, Node] = field(default_factory=dict)
    below: Mapping[Listing, Below] = field(default_factory=dict)
    open: frozenset[str] = frozenset()
    windows: Mapping[str, tuple[OutageView, ...]] = field(default_factory=dict)
    top: int = 0
    important_of: str | None = None
    awaited: TreeQuestion | None = None
    card: Answer | None = None
    as_of: str | None = None
    freshness: Freshness = "live"
    trouble: Literal["gone", "unreadable"] | None = None
    reason: str = ""

    @property
    def is_settled(self) -> bool:
        """Whether what the agent has asked for is shown, or has been found not to be there."""
        return self.awaited is None or self.trouble is not None

    @property
    def node(self) -> Node | None:
        """The selected node; None on a line that stands for more."""
        return self.nodes.get(self.selected.key) if self.selected.key and not self.selected.more else None

    @property
    def result(self) -> Result | None:
        """The card of the selected node, where it is shown."""
        return self.card.results[0] if self.card and self.card.results else None

    @property
    def lines(self) -> tuple[Line, ...]:
        """All lines from top to bottom, those out of sight too."""
        if self.important_of is None:
            return tuple(self._listed(Listing(None), 0))
        if self.important_of not in self.nodes:
            return ()
        root = Line(Spot(self.important_of), 0, Listing(None))
        return (root, *self._listed(Listing(self.important_of, important=True), 1))

    def _listed(self, listing: Listing, depth: int) -> Iterator[Line]:
        below = self.below.get(listing)
        if below is None:
            return
        for key in below.keys:
            yield from self._with_all_below(key, listing, depth)
        if below.goes_on:
            yield Line(Spot(listing.key, more=True), depth, listing)
        if below.apart:
            yield from self._with_all_below(below.apart, listing, depth)

    def _with_all_below(self, key: str, listing: Listing, depth: int) -> Iterator[Line]:
        yield Line(Spot(key), depth, listing)
        if key in self.open and not listing.important:
            yield from self._listed(Listing(key), depth + 1)


Walk = tuple[TreeView, TreeQuestion | None]
"""The next view, and what it needs to know."""


def opened_at(key: str, *, important: bool = False) -> Walk:
    """A view that shows a node and the way down to it, or the important customers below it."""
    question = TreeQuestion(key, important)
    return TreeView(Spot(key), important_of=key if important else None, awaited=question), question


def moved(view: TreeView, step: int) -> Walk:
    """The view with the line selected that is `step` further down.

    A whole screen stops where a page that has not been read begins, and asks for it.
    """
    lines = view.lines
    if not lines:
        return view, None
    at = _place(view, lines)
    to = max(0, min(at + step, len(lines) - 1))
    page_on = next((i for i in range(at, to + 1) if _is_next_page(view, lines[i])), None) if step >= LINES else None
    there = _select(view, lines[to if page_on is None else page_on].spot)
    return (there, None) if page_on is None else _more(there)


def _is_next_page(view: TreeView, line: Line) -> bool:
    return line.spot.more and view.below[line.listing].whole


def picked(view: TreeView, index: int) -> Walk:
    """The view with the line at `index` of those on screen selected; picked again, it opens or closes."""
    lines = view.lines
    place = view.top + index
    if not 0 <= place < len(lines):
        return view, None
    spot = lines[place].spot
    if spot.more or spot == view.selected:
        return folded(view) if spot.key in view.open and not spot.more else unfolded(_select(view, spot))
    return _select(view, spot), None


def unfolded(view: TreeView) -> Walk:
    """The view with the selected node open; with its first line selected where it was open already."""
    if view.selected.more:
        return _more(view)
    node = view.node
    if node is None or not node.opens or view.important_of is not None:
        return view, None
    if node.key in view.open:
        return moved(view, 1) if view.below[Listing(node.key)].keys else (view, None)
    if Listing(node.key) in view.below:
        return settled(replace(view, open=view.open | {node.key})), None
    return _asking(view, TreeQuestion(node.key))


def folded(view: TreeView) -> Walk:
    """The view with the selected node closed; with the line above it selected where it was closed already."""
    key = view.selected.key
    if key in view.open and not view.selected.more and view.important_of is None:
        return settled(replace(view, open=view.open - {key})), None
    lines = view.lines
    at = _place(view, lines) if lines else 0
    above = (line for line in reversed(lines[:at]) if line.depth < lines[at].depth)
    return _select(view, next(above, lines[at]).spot) if lines else view, None


def turned(view: TreeView) -> Walk:
    """The view of the important customers below the selected node alone, or again of everything."""
    if view.important_of is not None:
        return _select(replace(view, important_of=None), Spot(view.important_of)), None
    line = next((line for line in view.lines if line.spot == view.selected), None)
    node = view.node
    key = node.key if node and node.opens else line.listing.key if line else None
    if key is None:
        return view, None
    question = TreeQuestion(key, important=True)
    return _asking(_select(replace(view, important_of=key), Spot(key)), question)


def _more(view: TreeView) -> Walk:
    listing = Listing(view.selected.key, view.important_of is not None)
    below = view.below[listing]
    return _asking(view, TreeQuestion(listing.key, listing.important, below.next if below.whole else None))


def _asking(view: TreeView, question: TreeQuestion) -> Walk:
    return replace(view, awaited=question), question


def _select(view: TreeView, spot: Spot) -> TreeView:
    return settled(view if spot == view.selected else replace(view, selected=spot, card=None))


def place_of(view: TreeView) -> int:
    """Where the selected line is among all; 0 where it is none of them."""
    return _place(view, view.lines)


def settled(view: TreeView, near: int = 0) -> TreeView:
    """The view scrolled so that the selected line is seen; where there is no such line, the one at `near` is."""
    lines = view.lines
    if not lines:
        return replace(view, top=0)
    at = _place(view, lines, near)
    if lines[at].spot != view.selected:
        view = replace(view, selected=lines[at].spot, card=None)
    top = min(view.top, at) if at < view.top + LINES else at - LINES + 1
    return replace(view, top=max(0, min(top, len(lines) - LINES)))


def _place(view: TreeView, lines: tuple[Line, ...], near: int = 0) -> int:
    found = (place for place, line in enumerate(lines) if line.spot == view.selected)
    return next(found, max(0, min(near, len(lines) - 1)))
