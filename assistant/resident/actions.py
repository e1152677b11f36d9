"""Carries out what the popup's model asked for."""

from collections.abc import Callable
from typing import Protocol

from assistant.forms.messages import ShowForm
from assistant.model.notice_messages import Announce, MarkNotice
from assistant.model.popup_messages import (
    Ask,
    AskCard,
    AskReveal,
    Copy,
    Effect,
    HideWindow,
    OpenNode,
    Question,
    SetText,
    ShowMap,
    ShowShift,
    ShowWindow,
)


class Screen(Protocol):
    """The popup's window, as far as effects reach it."""

    def show(self) -> None:
        """Shows it with the keyboard."""
        ...

    def hide(self, *, give_back: bool) -> None:
        """Hides it."""
        ...

    def set_text(self, text: str) -> None:
        """Fills the entry."""
        ...


class Actions:
    """The effects' other end.

    Args:
        screen: The window.
        ask: Has a question answered.
        copy: Puts text on the clipboard.
        show_map: Opens the hub's map at a record.
        show_shift: Shows the window for signing in.
        reveal: Has the hub asked for a masked value.
        show_form: Shows a form.
        mark_notice: Keeps that a notice was read.
        announce: Says something beside the tray icon.
    """

    def __init__(
        self,
        screen: Screen,
        ask: Callable[[Question], None],
        *,
        copy: Callable[[str], None],
        show_map: Callable[[str, str], object],
        show_shift: Callable[[], None],
        reveal: Callable[[AskReveal], None],
        show_form: Callable[[ShowForm], None],
        mark_notice: Callable[[str], object],
        announce: Callable[[str], None],
    ) -> None:
        self._screen = screen
        self._ask = ask
        self._copy = copy
        self._show_map = show_map
        self._show_shift = show_shift
        self._reveal = reveal
        self._show_form = show_form
        self._mark_notice = mark_notice
        self._announce = announce

    def perform(self, effect: Effect) -> None:  # noqa: C901 - one line an effect
        """Does what `effect` says."""
        match effect:
            case Ask() | OpenNode() | AskCard():
                self._ask(effect)
            case ShowWindow():
                self._screen.show()
            case HideWindow(give_back):
                self._screen.hide(give_back=give_back)
            case SetText(text):
                self._screen.set_text(text)
            case Copy(text):
                self._copy(text)
            case ShowMap(kind, key):
                self._show_map(kind, key)
            case ShowShift():
                self._show_shift()
            case AskReveal():
                self._reveal(effect)
            case ShowForm():
                self._show_form(effect)
            case MarkNotice(key):
                self._mark_notice(key)
            case Announce(text):
                self._announce(text)
