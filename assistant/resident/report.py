"""How the assistant fares, as it tells other processes that ask."""

from typing import Any

from assistant.model.popup_state import State
from assistant.popup.picture import Facts


def report_of(state: State, facts: Facts, form: str, focus: str) -> dict[str, Any]:
    """What the popup shows, the form that is open if there is one, and how the parts around it are, by name.

    Args:
        state: The popup's.
        facts: What stands on its status page.
        form: The form that is shown, empty for none.
        focus: The field that has the keyboard, as `assistant.popup.focus.field_with_focus` names it.
    """
    return {
        "visible": state.visible,
        "query": state.query,
        "answered": state.is_current,
        "results": [result.name for result in state.results],
        "chosen": state.chosen.name if state.chosen else None,
        "state": state.chosen.state if state.chosen else None,
        "notice": state.notice.key if state.notice else None,
        "tree": state.tree.selected.key if state.tree and state.tree.is_settled else None,
        "card": state.on_card.name if state.on_card else None,
        "hub_connected": state.hub_connected,
        "cache_damaged": state.cache_damaged,
        "person": state.person,
        "unsent": state.unsent,
        "refused": state.refused,
        "form": form or None,
        "focus": focus or None,
        "hotkey": facts.hotkey,
        "hotkey_works": facts.hotkey_works,
        "settings_problem": facts.settings or None,
        "posted": [one.notice.id for one in state.posted if (state.person or "") not in one.read_by],
    }
