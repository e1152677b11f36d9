"""What the popup does about a masked phone: ask why, ask the hub, show it for a minute; part of `update`."""

from dataclasses import replace

from assistant.model.popup_messages import AskReveal, Intent, NotRevealed, Revealed, RevealFor, RevealWanted
from assistant.model.popup_state import State, Step, noticed
from assistant.model.reveal_view import FIELD, RevealView, can_reveal


def revealing(state: State, intent: Intent) -> Step:
    """The state after one of the intents about revealing."""
    match intent:
        case RevealWanted():
            return _wanted(state), ()
        case RevealFor(reason):
            return _asked(state, reason)
        case Revealed(customer, value, shown_for_s) if _waits(state, customer):
            if not value:
                return noticed(replace(state, reveal=None), "not_known"), ()
            return replace(state, reveal=RevealView(customer, "shown", value, shown_for_s), phone=0), ()
        case NotRevealed(customer, why) if _waits(state, customer):
            return noticed(replace(state, reveal=None), "not_revealed", why), ()
        case _:
            return state, ()  # it came too late


def passed(state: State) -> State:
    """The state a second later: what was shown long enough is hidden."""
    view = state.reveal
    if view is None or view.phase != "shown":
        return state
    return replace(state, reveal=replace(view, left_s=view.left_s - 1) if view.left_s > 1 else None)


def covered(state: State) -> State:
    """The state without what was revealed, where that is not the record in front of the agent any more."""
    view, chosen = state.reveal, state.chosen
    if view is None:
        return state
    there = state.visible and not state.tree and not state.status_shown and chosen is not None
    return state if there and chosen and chosen.id == view.customer else replace(state, reveal=None)


def _wanted(state: State) -> State:
    if state.tree or not can_reveal(state.chosen) or state.chosen is None:
        return noticed(state, "nothing_masked")
    if state.person is None:
        return noticed(state, "sign_in_to_reveal")
    return replace(state, reveal=RevealView(state.chosen.id), notice=None)


def _asked(state: State, reason: str) -> Step:
    view = state.reveal
    if view is None or view.phase != "choosing":
        return state, ()
    return replace(state, reveal=replace(view, phase="asking")), (AskReveal(view.customer, FIELD, reason),)


def _waits(state: State, customer: str) -> bool:
    return state.reveal is not None and state.reveal.phase == "asking" and state.reveal.customer == customer
