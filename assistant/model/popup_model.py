"""What the popup does, without a screen: `update(state, intent)` gives the next state and what is to be done.

Nothing here waits, draws or reads a clock; the window draws `State`, `assistant.resident.actions` carries the effects
out.
"""

from dataclasses import replace

from assistant.card.answer import Answer, Result
from assistant.forms.messages import FormClosed, FormWanted
from assistant.model.notice_messages import NoticeRead, NoticesSeen, PromisesSeen
from assistant.model.popup_forms import entering
from assistant.model.popup_messages import (
    Answered,
    Ask,
    Back,
    CacheChanged,
    CacheSeen,
    CardAnswered,
    Confirm,
    Copy,
    CopyPhone,
    CopyScript,
    Dismiss,
    FocusLost,
    Fold,
    Forgotten,
    HideWindow,
    HubSeen,
    Intent,
    MapWanted,
    Move,
    NextPhone,
    NodeOpened,
    NotRevealed,
    Open,
    OpenShift,
    OpenStatus,
    OpenTree,
    OutageSeen,
    OutboxSeen,
    Pick,
    Pop,
    Revealed,
    RevealFor,
    RevealWanted,
    SetText,
    ShiftSeen,
    ShowMap,
    ShowShift,
    ShowWindow,
    Ticked,
    Toggle,
    ToggleImportant,
    Typed,
    Unanswerable,
    Unfold,
    Unopenable,
)
from assistant.model.popup_notices import noticing
from assistant.model.popup_reveal import covered, passed, revealing
from assistant.model.popup_state import State, Step, hidden, noticed, phones, same_phone
from assistant.model.popup_tree import ask_again, enter_tree, in_tree, mappable, replied

PAGE_ROWS = 5
PATIENCE_TICKS = 2
"""So many seconds an answer to an older text stays on screen, while the one to the shown text is waited for."""


def update(state: State, intent: Intent) -> Step:
    """The state after `intent`, and what is to be done, in order."""
    after, effects = _update(state, intent)
    return covered(after), effects


def _update(state: State, intent: Intent) -> Step:  # noqa: C901, PLR0911, PLR0912 - one line an intent
    match intent:
        case Answered():
            return _answered(state, intent)
        case Unanswerable():
            return _unanswerable(state, intent), ()
        case NodeOpened() | CardAnswered() | Unopenable():
            return replied(state, intent), ()
        case Ticked():
            return _ticked(state)
        case CacheChanged():
            return _ask(state) if state.visible else (state, ())
        case HubSeen(connected):
            return replace(state, hub_connected=connected), ()
        case CacheSeen(damaged):
            return replace(state, cache_damaged=damaged), ()
        case OutageSeen(active):
            return replace(state, outage_active=active), ()
        case OutboxSeen(unsent, refused):
            return replace(state, unsent=unsent, refused=refused), ()
        case ShiftSeen():
            return _shift_seen(state, intent)
        case FormWanted() | FormClosed():
            return entering(state, intent)
        case RevealWanted() | RevealFor() | Revealed() | NotRevealed():
            return revealing(state, intent)
        case NoticesSeen() | PromisesSeen() | NoticeRead():
            return noticing(state, intent)
        case _:
            return _wished(state, intent)


def _shift_seen(state: State, seen: ShiftSeen) -> Step:
    """Another person, or another policy, may be answered differently."""
    after = replace(state, person=seen.person, sign_in_required=seen.required)
    return _ask(after) if after.visible and after != state else (after, ())


def _wished(state: State, intent: Intent) -> Step:  # noqa: C901, PLR0911, PLR0912 - one line an intent
    """What the agent wants, wherever the popup is."""
    match intent:
        case Toggle():
            return _hide(state, give_back=True) if state.visible else _show(state)
        case Open():
            return _show(state)
        case OpenStatus():
            shown, effects = _show(state)
            return replace(shown, status_shown=True), effects
        case Forgotten():
            shown, effects = _show(state)
            return noticed(shown, "forgotten"), effects
        case Pop(number):
            shown, effects = _show(replace(state, query=number))
            return shown, (SetText(number), *effects)
        case OpenShift():
            gone, effects = _hide(state, give_back=False)
            return gone, (*effects, ShowShift())
        case Dismiss():
            return _hide(state, give_back=True)
        case FocusLost():
            # whoever clicked into another window has chosen where the focus goes
            return _hide(state, give_back=False) if state.habits.hide_on_focus_loss else (state, ())
        case Typed(text):
            return _typed(state, text)
        case NextPhone(step):
            return _next_phone(state, step), ()
        case CopyPhone(index):
            return _copy_phone(state, index)
        case CopyScript(english):
            return _copy_script(state, english=english)
        case MapWanted():
            return _show_on_map(state)
        case OpenTree(key, important):
            return enter_tree(state, key, important=important)
        case _:
            return _in_tree(state, intent) if state.tree else _in_list(state, intent)


def _in_list(state: State, intent: Intent) -> Step:
    match intent:
        case Move(step):
            return _select(state, state.selected + step), ()
        case Pick(index):
            return _select(state, index), ()
        case Confirm():
            return _copy_phone(state, None)
        case Back():
            return _hide(state, give_back=True)
        case _:
            return state, ()  # what only the tree knows


def _in_tree(state: State, intent: Intent) -> Step:
    match intent:
        case Confirm() if state.on_card:
            return _copy_phone(state, None)
        case Back():
            return _ask(replace(state, tree=None, notice=None))
        case Move() | Pick() | Unfold() | Fold() | ToggleImportant() | Confirm():
            return in_tree(state, intent)
        case _:
            return state, ()


def _ask(state: State) -> Step:
    """Asks for what is shown, anew or for the first time."""
    if state.tree:
        return ask_again(state)
    serial = state.asked + 1
    return replace(state, asked=serial), (Ask(serial, state.query),)


def _show(state: State) -> Step:
    shown, effects = _ask(replace(state, visible=True, notice=None, status_shown=False, tree=None, overdue=0))
    return shown, (ShowWindow(), *effects)


def _hide(state: State, *, give_back: bool) -> Step:
    if not state.visible:
        return state, ()
    return hidden(state), (HideWindow(give_back),)


def _typed(state: State, text: str) -> Step:
    if text == state.query:
        return state, ()
    fresh = replace(state, query=text, notice=None, copy_awaits=False, status_shown=False, tree=None)
    return _ask(fresh)


def _answered(state: State, intent: Answered) -> Step:
    if intent.text != state.query or intent.serial <= state.answered:
        return state, ()
    selected = _found_again(state.chosen, intent.answer) if state.is_current else None
    after = replace(
        state,
        answer=intent.answer,
        answered=intent.serial,
        answered_text=intent.text,
        selected=selected or 0,
        phone=0,
        problem=None,
        overdue=0,
    )
    if selected is not None:
        after = same_phone(state, after)
    if after.copy_awaits:
        return _copy_phone(replace(after, copy_awaits=False), None)
    return after, ()


def _found_again(chosen: Result | None, answer: Answer) -> int | None:
    if chosen is None:
        return None
    places = (i for i, result in enumerate(answer.results) if (result.kind, result.id) == (chosen.kind, chosen.id))
    return next(places, None)


def _unanswerable(state: State, intent: Unanswerable) -> State:
    if intent.text != state.query or intent.serial <= state.answered:
        return state
    return replace(
        _emptied(state),
        answered=intent.serial,
        answered_text=intent.text,
        copy_awaits=False,
        overdue=0,
        problem=intent.reason,
    )


def _emptied(state: State) -> State:
    return replace(state, answer=None, selected=0, phone=0)


def _select(state: State, index: int) -> State:
    last = len(state.results) - 1
    selected = max(0, min(index, last))
    if selected == state.selected and not state.status_shown:
        return state
    return replace(state, selected=selected, phone=0, notice=None, status_shown=False)


def _next_phone(state: State, step: int) -> State:
    count = len(phones(state.on_card)) if state.on_card else 0
    return replace(state, phone=(state.phone + step) % count) if count else state


def _copy_phone(state: State, index: int | None) -> Step:
    if not state.tree and not state.is_current and not state.problem:
        return replace(state, copy_awaits=True), ()
    found = phones(state.on_card) if state.on_card else ()
    if not found:
        return noticed(state, "no_phone"), ()
    place = state.phone if index is None else min(index, len(found) - 1)
    number = found[place].number
    return _copied(noticed(replace(state, phone=place), "copied", number), number)


def _copy_script(state: State, *, english: bool) -> Step:
    result = state.on_card if state.tree or state.is_current else None
    if result is None or not result.script:
        return noticed(state, "nothing"), ()
    return _copied(noticed(state, "copied_script"), result.said(english=english))


def _show_on_map(state: State) -> Step:
    if state.tree:
        shown = mappable(state.tree)
    else:
        shown = (state.chosen.kind, state.chosen.id) if state.is_current and state.chosen else None
    if shown is None:
        return noticed(state, "nothing"), ()
    gone, effects = _hide(state, give_back=False)
    return gone, (*effects, ShowMap(*shown))


def _copied(state: State, text: str) -> Step:
    if not state.habits.hide_after_copy:
        return state, (Copy(text),)
    hidden, effects = _hide(state, give_back=True)
    return hidden, (Copy(text), *effects)


def _ticked(state: State) -> Step:
    if not state.visible:
        return state, ()
    left = max(0, state.notice_ticks - 1)
    after = passed(replace(state, notice_ticks=left, notice=state.notice if left else None))
    # one question at a time: on a slow disk, questions asked by the clock would only chase one another
    if after.answered == after.asked:
        return _ask(after)
    if after.is_current or after.tree:
        return after, ()
    after = replace(after, overdue=after.overdue + 1)
    # what another text had found is not left standing: it would be read as the answer
    return (_emptied(after) if after.overdue >= PATIENCE_TICKS else after), ()
