"""What the popup does while it shows the supply tree; its part of `assistant.model.popup_model.update`."""

from dataclasses import replace

from assistant.card.answer import Result
from assistant.model.popup_messages import (
    AskCard,
    CardAnswered,
    Confirm,
    Fold,
    Move,
    NodeOpened,
    OpenNode,
    Pick,
    ToggleImportant,
    Unfold,
    Unopenable,
)
from assistant.model.popup_state import State, Step, noticed, same_phone
from assistant.tree.tree_nodes import Key
from assistant.tree.tree_received import card_received, received, up_to_date, without
from assistant.tree.tree_view import TreeView, Walk, folded, moved, opened_at, picked, turned, unfolded
from data.kinds import RANKED

_WITH_CARD = frozenset({"feeder", "transformer_area", "customer"})
"""Kinds of nodes that are records with a card; all else has no more to tell than its line."""


def enter_tree(state: State, key: str | None, *, important: bool) -> Step:
    """Opens the tree at a node; None: the one that stands for what is selected."""
    if key is None:
        key = state.tree.selected.key if state.tree else key_of(state.chosen) if state.is_current else None
    if key is None:
        return (noticed(state, "no_place") if state.is_current and state.chosen else state), ()
    important = important and not key.startswith("customer:")
    cleared = replace(state, notice=None, copy_awaits=False, status_shown=False, phone=0)
    return _walked(cleared, opened_at(key, important=important))


def key_of(result: Result | None) -> str | None:
    """The key of the node at which the tree shows a result; of an area its first feeder's. None where it has none."""
    if result is None:
        return None
    if result.kind != "area":
        return str(Key(result.kind, result.id))
    return str(Key("feeder", result.feeders[0].id)) if result.feeders else None


def mappable(view: TreeView) -> tuple[str, str] | None:
    """Kind and id of the selected line, where that is a record with a place on the map."""
    if view.selected.key is None or view.selected.more:
        return None
    key = Key.parse(view.selected.key)
    return (key.kind, key.id) if key.kind in RANKED and key.id else None


def in_tree(state: State, intent: Move | Pick | Unfold | Fold | ToggleImportant | Confirm) -> Step:
    """The state after a step in the open tree."""
    view = state.tree
    if view is None:
        return state, ()
    match intent:
        case Move(step):
            walk = moved(view, step)
        case Pick(index):
            walk = picked(view, index)
        case Unfold():
            walk = unfolded(view)
        case Fold():
            walk = folded(view)
        case ToggleImportant():
            walk = turned(view)
        case Confirm():
            return _ask_card(state, view)
    return _walked(state, walk)


def ask_again(state: State) -> Step:
    """Asks for what the tree shows, or still waits for; not while anything is being answered.

    What is shown takes several questions: asked at every change of the data, each would give up the one before.
    """
    view = state.tree
    if view is None or state.answered != state.asked:
        return state, ()
    if view.result and state.asked % 2:
        return _ask_card(state, view)
    turn = state.asked // 2 if view.result else state.asked
    return _walked(state, (view, view.awaited or up_to_date(view, turn)))


def replied(state: State, intent: NodeOpened | CardAnswered | Unopenable) -> State:
    """The state with what the tree has answered; unchanged where something else was asked since, or it is closed."""
    view = state.tree
    if view is None or intent.serial != state.asked:
        return state
    answered = replace(state, answered=intent.serial)
    match intent:
        case NodeOpened(_, answer):
            return replace(answered, tree=received(view, answer))
        case CardAnswered(_, key, answer):
            return same_phone(state, replace(answered, tree=card_received(view, key, answer)))
        case Unopenable(_, key, reason, gone):
            return _refused(answered, view, key if gone else None, reason)


def _refused(state: State, view: TreeView, gone: str | None, reason: str) -> State:
    """The node is gone, or the tree cannot be read; a node that is gone leaves the others on screen."""
    if gone is None:
        return replace(state, tree=replace(view, trouble="unreadable", reason=reason))
    if view.nodes:
        return noticed(replace(state, tree=without(view, gone)), "gone")
    return replace(state, tree=replace(view, trouble="gone"))


def _walked(state: State, walk: Walk) -> Step:
    view, question = walk
    kept = state.tree is not None and view.selected == state.tree.selected
    after = replace(state, tree=view, phone=state.phone if kept else 0, notice=state.notice if kept else None)
    if question is None:
        return after, ()
    serial = after.asked + 1
    return replace(after, asked=serial), (OpenNode(serial, question),)


def _ask_card(state: State, view: TreeView) -> Step:
    node = view.node
    if node is None or node.kind not in _WITH_CARD:
        return _walked(state, unfolded(view))
    serial = state.asked + 1
    return replace(state, asked=serial), (AskCard(serial, node.key),)
