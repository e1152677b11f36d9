"""What the popup does about forms: open them for the record in front of the agent; part of `update`."""

from assistant.forms.form import possible
from assistant.forms.messages import FormClosed, FormKind, FormWanted, ShowForm, Target
from assistant.model.popup_messages import HideWindow, Intent, ShowShift
from assistant.model.popup_state import State, Step, hidden, noticed
from data.phone_numbers import normal_form


def entering(state: State, intent: Intent) -> Step:
    """The state after one of the intents about forms."""
    match intent:
        case FormWanted(kind):
            return _wanted(state, kind)
        case FormClosed():
            return state, (HideWindow(give_back=True),)
        case _:
            return state, ()


def _wanted(state: State, kind: FormKind) -> Step:
    result = state.on_card
    target = Target(result.kind, result.id, result.name) if result else None
    number = state.query if normal_form(state.query) else ""
    wanted = ShowForm(kind, target, result.outages if result else (), number, state.person or "")
    if problem := possible(wanted):
        return noticed(state, problem), ()
    if state.person is None:
        return hidden(noticed(state, "sign_in_to_enter")), (HideWindow(give_back=False), ShowShift())
    return hidden(state), (HideWindow(give_back=False), wanted)
