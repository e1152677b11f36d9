"""What the popup draws while it shows the supply tree."""

from collections.abc import Iterator
from datetime import datetime

from assistant.model.popup_messages import ToggleImportant
from assistant.popup.blocks import Action, Actions, Block, Heading, Line, Listing, Message, Remark, Title, TreeRow
from assistant.popup.card_picture import IMPORTANT_KEY, card_of, customer_lines, marks_of, verdict_of, windows
from assistant.tree.tree_nodes import Counts, Node
from assistant.tree.tree_text import label
from assistant.tree.tree_view import LINES, TreeView
from assistant.tree.tree_view import Line as ViewLine
from assistant.words.wording import Words

_COUNTED = ("feeders", "transformer_areas", "customers", "important", "high_risk", "sensitive")
_OWN_COUNT = {"feeder": "feeders", "transformer_area": "transformer_areas", "customer": "customers"}
_PARTS = {"branch": "feeders", "substation": "feeders"}
"""Of what a node's `affected` counts; of all others transformer areas."""


def tree_listing(view: TreeView, words: Words) -> Listing:
    """The lines of the tree that are on screen."""
    lines = view.lines if view.trouble is None else ()
    seen = lines[view.top : view.top + LINES]
    spots = [line.spot for line in seen]
    total = max(1, len(lines))
    return Listing(
        rows=tuple(_row(view, line, words) for line in seen),
        selected=spots.index(view.selected) if view.selected in spots else -1,
        head=words("tree.head" if view.important_of is None else "tree.head_important"),
        seen=(view.top / total, min(1.0, (view.top + LINES) / total)),
        in_tree=True,
    )


def _row(view: TreeView, line: ViewLine, words: Words) -> TreeRow:
    if line.spot.more:
        return TreeRow(line.depth, "none", _more(view, line, words), more=True)
    node = view.nodes[line.spot.key or ""]
    mark, verdict, tone = verdict_of(node.state, view.freshness, words)
    plain = node.state == "normal" and view.freshness != "stale"
    parts = f" {node.affected[0]}/{node.affected[1]}" if node.affected else ""
    is_open = node.key in view.open if view.important_of is None else node.key == view.important_of
    return TreeRow(
        depth=line.depth,
        sign=("open" if is_open else "closed") if node.opens else "none",
        name=label(node, words),
        under=_customer(node, words) if node.customer else _counts(node, words),
        mark=mark,
        verdict="" if plain else verdict + parts,
        tone=tone,
    )


def _more(view: TreeView, line: ViewLine, words: Words) -> str:
    """More of the same, or what is beside the way down."""
    known = view.below[line.listing]
    if known.whole:
        return words("tree.more")
    return words("tree.others", kind=words(f"kind.{view.nodes[known.keys[0]].kind}"))


def _counts(node: Node, words: Words) -> str:
    return " · ".join(f"{words(f'count.{name}')} {count}" for name, count in _counted(node))


def _counted(node: Node) -> list[tuple[str, int]]:
    """What is below a node, less what it counts for itself; of most only what there is any of."""
    counts: Counts = node.counts
    found = ((name, getattr(counts, name)) for name in _COUNTED if name != _OWN_COUNT.get(node.kind))
    return [(name, count) for name, count in found if count or name == "customers"]


def _customer(node: Node, words: Words) -> str:
    customer = node.customer
    if customer is None:
        return ""
    capacity = [f"{customer.contract_kva:g} kVA"] if customer.contract_kva is not None else []
    return " · ".join([*marks_of(customer, words), *capacity, *([customer.address] if customer.address else [])])


def tree_card(view: TreeView, phone: int, words: Words, now: datetime) -> Iterator[Block]:
    """What stands beside the tree: the selected node, its card once that was asked for, or why there is nothing."""
    node = view.node
    if view.trouble == "gone":
        yield Message(words("tree.gone"), words("tree.gone_hint"), "warn")
    elif view.trouble:
        yield Message(words("tree.unreadable"), view.reason, "bad")
    elif view.card is not None and view.result is not None:
        yield from card_of(view.result, view.card.freshness, phone, _actions(view, node, words), words, now)
    elif node is not None:
        yield from _node(view, node, words, now)
    elif view.nodes:
        yield Message(words("tree.more_title"), words("tree.more_hint"))
    elif view.as_of is None and view.freshness == "stale":
        yield Message(words("empty.no_data"), words("empty.no_data_hint"), "warn")
    else:
        yield Message(words("tree.opening"), "")


def _node(view: TreeView, node: Node, words: Words, now: datetime) -> Iterator[Block]:
    mark, verdict, tone = verdict_of(node.state, view.freshness, words)
    yield Title(node.name or label(node, words), _subtitle(view, node, words), mark, verdict, tone)
    if node.affected:
        out, of = node.affected
        yield Remark(words(f"affected.{_PARTS.get(node.kind, 'transformer_areas')}", out=out, all=of), tone)
    if actions := _actions(view, node, words):
        yield Actions(actions)
    elif view.important_of == node.key:
        yield Remark(words("tree.no_important"))
    yield from windows(view.windows.get(node.key, ()), words, now)
    if node.customer:
        yield Heading(words("heading.customer"))
        yield Line(words("field.customer_no"), node.id)
        yield from customer_lines(node.customer, words)
    elif counted := _counted(node):
        yield Heading(words("heading.below"))
        for name, count in counted:
            yield Line(words(f"count.{name}"), f"{count:,}")
    if node.kind in ("feeder", "transformer_area", "customer"):
        yield Remark(words("tree.enter"))


def _actions(view: TreeView, node: Node | None, words: Words) -> tuple[Action, ...]:
    """Turning to the important customers below a node and back, where there are any."""
    if node is None or not any((node.counts.important, node.counts.high_risk, node.counts.sensitive)):
        return ()
    text = "action.important" if view.important_of is None else "action.everything"
    return (Action(words(text), IMPORTANT_KEY, ToggleImportant()),) if node.opens else ()


def _subtitle(view: TreeView, node: Node, words: Words) -> str:
    """What it is, its number, and the nodes above it."""
    parts = (words(f"kind.{node.kind}"), node.number or "", " › ".join(_above(view, node)))
    return "   ".join(part for part in parts if part)


def _above(view: TreeView, node: Node) -> list[str]:
    """Names of the nodes above one, as far as they are known, the topmost first."""
    parents = {
        key: listing.key
        for listing, below in view.below.items()
        if listing.key and not listing.important
        for key in (*below.keys, below.apart)
    }
    names: list[str] = []
    at: str | None = parents.get(node.key)
    while at is not None and at in view.nodes:
        names.append(view.nodes[at].name)
        at = parents.get(at)
    return [name for name in reversed(names) if name]
