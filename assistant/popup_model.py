"""What the popup does, without a screen: `update(state, intent)` gives the next state and what is to be done.

Nothing here waits, draws or reads a clock; the window draws `State`, `assistant.actions` carries the effects out.
"""

from dataclasses import dataclass, field, replace

from assistant.answer import Answer, Result
from assistant.popup_messages import (
    Answered,
    Ask,
    CacheChanged,
    CacheSeen,
    Copy,
    CopyPhone,
    CopyScript,
    Dismiss,
    Effect,
    FocusLost,
    Forgotten,
    HideWindow,
    HubSeen,
    Intent,
    Move,
    NextPhone,
    Open,
    OpenStatus,
    OutageSeen,
    Pick,
    Pop,
    SetText,
    ShowWindow,
    Ticked,
    Toggle,
    Typed,
    Unanswerable,
)

PAGE_ROWS = 5
NOTICE_TICKS = 5
"""A notice goes after this many seconds."""


@dataclass(frozen=True, slots=True)
class Habits:
    """When an agent wants the popup to hide by itself."""

    hide_on_focus_loss: bool = True
    hide_after_copy: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """A passing remark in the foot: `key` of `assistant.wording`, under `notice.`, and what it is about."""

    key: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Phone:
    """A number that can be copied: `role` of `assistant.wording`, under `role.`."""

    role: str
    name: str
    number: str


@dataclass(frozen=True, slots=True)
class State:
    """All that the popup shows.

    Attributes:
        asked: Serial number of the newest question.
        answered: Serial number of the question that `answer` belongs to.
        answered_text: The text that `answer` belongs to.
        selected: Index into the answer's results.
        phone: Index into `phones(selected result)`.
        copy_awaits: Enter was pressed before the answer to the shown text had come.
        status_shown: The status page stands where the card would.
        hub_connected: None until anything was heard of the hub.
        cache_damaged: The data of this PC is known to be damaged.
        problem: Why the newest question could not be answered.
    """

    habits: Habits = field(default_factory=Habits)
    visible: bool = False
    query: str = ""
    asked: int = 0
    answered: int = 0
    answered_text: str = ""
    answer: Answer | None = None
    selected: int = 0
    phone: int = 0
    notice: Notice | None = None
    notice_ticks: int = 0
    copy_awaits: bool = False
    hub_connected: bool | None = None
    cache_damaged: bool = False
    outage_active: bool = False
    status_shown: bool = False
    problem: str | None = None

    @property
    def results(self) -> tuple[Result, ...]:
        """The results on screen, best first."""
        return self.answer.results if self.answer else ()

    @property
    def chosen(self) -> Result | None:
        """The selected result, or None when there is none."""
        return self.results[self.selected] if self.results else None

    @property
    def is_current(self) -> bool:
        """Whether the answer on screen belongs to the text on screen."""
        return self.answer is not None and self.answered_text == self.query


Step = tuple[State, tuple[Effect, ...]]


def phones(result: Result) -> tuple[Phone, ...]:
    """The numbers on a card that can be copied, in Tab order: contacts, branch, then the customer's if not masked."""
    found = [Phone(contact.role, contact.name, contact.phone) for contact in result.contacts if contact.phone]
    if result.branch and result.branch.phone:
        found.append(Phone("branch", result.branch.name, result.branch.phone))
    customer = result.customer
    if customer and customer.phone and "phone" not in customer.masked:
        found.append(Phone("customer", result.name, customer.phone))
    return tuple(found)


def update(state: State, intent: Intent) -> Step:  # noqa: C901, PLR0911, PLR0912 - one line an intent
    """The state after `intent`, and what is to be done, in order."""
    match intent:
        case Toggle():
            return _hide(state, give_back=True) if state.visible else _show(state)
        case Open():
            return _show(state)
        case OpenStatus():
            shown, effects = _show(state)
            return replace(shown, status_shown=True), effects
        case Dismiss():
            return _hide(state, give_back=True)
        case FocusLost():
            # whoever clicked into another window has chosen where the focus goes
            return _hide(state, give_back=False) if state.habits.hide_on_focus_loss else (state, ())
        case Pop(number):
            shown, effects = _show(replace(state, query=number))
            return shown, (SetText(number), *effects)
        case Typed(text):
            return _typed(state, text)
        case Answered():
            return _answered(state, intent)
        case Unanswerable():
            return _unanswerable(state, intent), ()
        case Move(step):
            return _select(state, state.selected + step), ()
        case Pick(index):
            return _select(state, index), ()
        case NextPhone(step):
            return _next_phone(state, step), ()
        case CopyPhone(index):
            return _copy_phone(state, index)
        case CopyScript():
            return _copy_script(state)
        case Ticked():
            return _ticked(state)
        case CacheChanged():
            return _ask(state) if state.visible else (state, ())
        case HubSeen(connected):
            return replace(state, hub_connected=connected), ()
        case Forgotten():
            shown, effects = _show(state)
            return _noticed(shown, Notice("forgotten")), effects
        case CacheSeen(damaged):
            return replace(state, cache_damaged=damaged), ()
        case OutageSeen(active):
            return replace(state, outage_active=active), ()


def _ask(state: State) -> Step:
    serial = state.asked + 1
    return replace(state, asked=serial), (Ask(serial, state.query),)


def _show(state: State) -> Step:
    shown, effects = _ask(replace(state, visible=True, notice=None, status_shown=False))
    return shown, (ShowWindow(), *effects)


def _hide(state: State, *, give_back: bool) -> Step:
    if not state.visible:
        return state, ()
    hidden = replace(state, visible=False, notice=None, copy_awaits=False, status_shown=False)
    return hidden, (HideWindow(give_back),)


def _typed(state: State, text: str) -> Step:
    if text == state.query:
        return state, ()
    return _ask(replace(state, query=text, notice=None, copy_awaits=False, status_shown=False))


def _answered(state: State, intent: Answered) -> Step:
    if intent.text != state.query or intent.serial <= state.answered:
        return state, ()
    same_text = state.is_current
    selected = _found_again(state.chosen, intent.answer) if same_text else None
    after = replace(
        state,
        answer=intent.answer,
        answered=intent.serial,
        answered_text=intent.text,
        selected=selected or 0,
        phone=0,
        problem=None,
    )
    if selected is not None:
        after = replace(after, phone=_same_phone(state, after))
    if after.copy_awaits:
        return _copy_phone(replace(after, copy_awaits=False), None)
    return after, ()


def _found_again(chosen: Result | None, answer: Answer) -> int | None:
    if chosen is None:
        return None
    places = (i for i, result in enumerate(answer.results) if (result.kind, result.id) == (chosen.kind, chosen.id))
    return next(places, None)


def _same_phone(before: State, after: State) -> int:
    if before.chosen is None or after.chosen is None:
        return 0
    old, new = phones(before.chosen), phones(after.chosen)
    return new.index(old[before.phone]) if old and old[before.phone] in new else 0


def _unanswerable(state: State, intent: Unanswerable) -> State:
    if intent.text != state.query or intent.serial <= state.answered:
        return state
    return replace(
        state,
        answer=None,
        answered=intent.serial,
        answered_text=intent.text,
        selected=0,
        phone=0,
        copy_awaits=False,
        problem=intent.reason,
    )


def _select(state: State, index: int) -> State:
    last = len(state.results) - 1
    selected = max(0, min(index, last))
    if selected == state.selected and not state.status_shown:
        return state
    return replace(state, selected=selected, phone=0, notice=None, status_shown=False)


def _next_phone(state: State, step: int) -> State:
    count = len(phones(state.chosen)) if state.chosen else 0
    return replace(state, phone=(state.phone + step) % count) if count else state


def _copy_phone(state: State, index: int | None) -> Step:
    if not state.is_current and not state.problem:
        return replace(state, copy_awaits=True), ()
    found = phones(state.chosen) if state.chosen else ()
    if not found:
        return _noticed(state, Notice("no_phone")), ()
    place = state.phone if index is None else min(index, len(found) - 1)
    number = found[place].number
    return _copied(replace(state, phone=place), number, Notice("copied", number))


def _copy_script(state: State) -> Step:
    if not state.is_current or state.chosen is None or not state.chosen.script:
        return _noticed(state, Notice("nothing")), ()
    return _copied(state, state.chosen.script, Notice("copied_script"))


def _copied(state: State, text: str, notice: Notice) -> Step:
    after = _noticed(state, notice)
    if not state.habits.hide_after_copy:
        return after, (Copy(text),)
    hidden, effects = _hide(after, give_back=True)
    return hidden, (Copy(text), *effects)


def _noticed(state: State, notice: Notice) -> State:
    return replace(state, notice=notice, notice_ticks=NOTICE_TICKS)


def _ticked(state: State) -> Step:
    if not state.visible:
        return state, ()
    left = max(0, state.notice_ticks - 1)
    after = replace(state, notice_ticks=left, notice=state.notice if left else None)
    # one question at a time: on a slow disk, questions asked by the clock would only chase one another
    return _ask(after) if after.answered == after.asked else (after, ())
