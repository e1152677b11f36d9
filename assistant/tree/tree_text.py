"""The tree in words: a node's label, and a few nodes as indented lines for a terminal."""

from collections.abc import Iterator
from datetime import datetime

from assistant.card.answer import CustomerView, OutageView
from assistant.tree.tree_nodes import Counts, Node
from assistant.words.wording import Words
from data.clock import from_iso
from data.outages.timetable import SHANGHAI

_CHINESE = Words("zh")
_INDENT = "  "


def label(node: Node, words: Words = _CHINESE) -> str:
    """Number and name of a node; for what has no name on record, what it stands for in brackets."""
    name = node.name or words(f"unfiled.{node.kind}" if node.id or node.kind != "straight" else "unfiled.supply")
    return f"{node.number} {name}" if node.number else name


def node_line(node: Node, words: Words = _CHINESE) -> str:
    """A node on one line: label, state, what is below it or a customer's details, and its key."""
    state = words(f"state.{node.state}")
    if node.affected:
        state += f" {node.affected[0]}/{node.affected[1]}"
    below = _customer(node.customer, words) if node.customer else _counts(node.counts, words)
    return "  ".join(part for part in (label(node, words), state, below, f"[{node.key}]") if part)


def window_line(window: OutageView, words: Words = _CHINESE) -> str:
    """An outage window on one line."""
    kind, phase = words.named("outage_kind", window.kind), words(f"phase.{window.phase}")
    start, etr = (_moment(from_iso(moment)) for moment in (window.start, window.etr))
    return f"{kind}  {phase}  {start} — {etr}  {window.reason}"


def indented(path: tuple[Node, ...], windows: tuple[OutageView, ...], below: tuple[Node, ...]) -> Iterator[str]:
    """The way down to a node, its windows, and the nodes below it, each a step further in; in Chinese."""
    for depth, node in enumerate(path):
        yield _INDENT * depth + node_line(node)
    for window in windows:
        yield _INDENT * len(path) + "! " + window_line(window)
    for node in below:
        yield _INDENT * len(path) + node_line(node)


def _counts(counts: Counts, words: Words) -> str:
    shown = ("feeders", "transformer_areas", "customers", "important", "high_risk", "sensitive")
    return " ".join(f"{words(f'count.{name}')} {number}" for name in shown if (number := getattr(counts, name)))


def _customer(customer: CustomerView, words: Words) -> str:
    marks = [words.named("importance", customer.importance)] if customer.importance else []
    marks += [words(mark) for mark in ("high_risk", "sensitive") if getattr(customer, mark)]
    capacity = f"{customer.contract_kva:g} kVA" if customer.contract_kva is not None else None
    return " ".join(part for part in (*marks, capacity, customer.address, customer.phone) if part)


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(SHANGHAI):%m-%d %H:%M}"
