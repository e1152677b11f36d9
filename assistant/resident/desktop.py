"""The assistant on an agent's screen: popup, tray icon, hotkey and single instance around one state."""

import logging
import signal
import tkinter as tk
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from assistant.forms.keeping import FormKeeper
from assistant.forms.messages import FormClosed
from assistant.hotkeys.armed import ArmedHotkey, HotkeyError
from assistant.hotkeys.arming import arm
from assistant.lookup.choices import Choices
from assistant.model.choosing import choice_made
from assistant.model.popup_messages import (
    AskReveal,
    Effect,
    Forgotten,
    Intent,
    Open,
    OpenShift,
    OpenStatus,
    Pop,
    Ticked,
    Toggle,
)
from assistant.model.popup_model import update
from assistant.model.popup_state import State
from assistant.popup.focus import field_with_focus, watch_focus
from assistant.popup.form_window import FormWindow
from assistant.popup.pen import make_pen
from assistant.popup.picture import Facts, picture
from assistant.popup.shift_window import ShiftWindow
from assistant.popup.surroundings import find_surroundings
from assistant.popup.theme import THEMES
from assistant.popup.window import PopupWindow
from assistant.resident.actions import Actions
from assistant.resident.asker import Asker, Sources
from assistant.resident.at_hub import AtHub
from assistant.resident.instance import AlreadyRunningError, Commands, Instance, send
from assistant.resident.report import report_of
from assistant.resident.reports import EVENTS, Background
from assistant.resident.screen import log_callback, open_display
from assistant.resident.settings import Settings
from assistant.resident.shift_asking import ShiftAsker
from assistant.resident.tray import Tray, TrayError
from assistant.resident.tray_icon import Mood
from assistant.resident.wake import Mailbox
from assistant.words.wording import Words
from data.clock import Clock, SystemClock

_LOG = logging.getLogger(__name__)

TICK_MS = 1000


@dataclass(frozen=True, slots=True)
class _Quit:
    """The wish to end."""


@dataclass(frozen=True, slots=True)
class _Forget:
    """The wish to have nothing learned of what was chosen so far."""


@dataclass(frozen=True, slots=True)
class _MenuWanted:
    """The tray icon was clicked for its menu, at this place."""

    x: int
    y: int


@dataclass(frozen=True, slots=True)
class _ShiftTold:
    """What came of signing in or handing over: what went wrong, empty for nothing."""

    problem: str


@dataclass(frozen=True, slots=True)
class _FormTold:
    """What came of entering a form: what went wrong, empty for nothing."""

    problem: str


_Item = Intent | _Quit | _Forget | _MenuWanted | _ShiftTold | _FormTold


class Desktop:
    """The assistant of one home.

    Args:
        home: Where it listens for other processes.
        sources: Where the answers come from.
        settings: What the agent chose.
        background: Work that runs as long as the desktop does.
        choices: Where it is learned what the agent chooses.
        clock: The time by which moments are named.
        at_hub: What is done with the hub; None where this PC is not enrolled.
        settings_problem: Why the settings file was not used; shown on the status page.
    """

    def __init__(
        self,
        home: Path,
        sources: Sources,
        settings: Settings,
        background: Sequence[Background],
        *,
        choices: Choices | None = None,
        clock: Clock | None = None,
        at_hub: AtHub | None = None,
        settings_problem: str | None = None,
    ) -> None:
        self._home = home
        self._sources = sources
        self._settings = settings
        self._background = background
        self._choices = choices or Choices(home)
        self._clock = clock or SystemClock()
        self._words = Words(settings.language)
        self._state = State(habits=settings.habits)
        self._facts = Facts(settings=settings_problem or "")
        self._at_hub = at_hub
        self._shifts = at_hub.shifts if at_hub else None
        self._timer = ""

    def run(self) -> int:
        """Shows nothing until it is asked to; returns the exit status when it was told to quit.

        Where this home's assistant runs already, that one is toggled instead.

        Raises:
            NoDisplayError: there is no screen.
        """
        try:
            instance = Instance(self._home)
        except AlreadyRunningError:
            send(self._home, "toggle")
            return 0
        with ExitStack() as ending:
            ending.callback(instance.close)
            self._root = open_display()
            ending.callback(self._root.destroy)
            self._build(ending)
            instance.serve(self._commands())
            for start in self._background:
                ending.callback(start(self._post_report))
            self._root.mainloop()
        return 0

    def _build(self, ending: ExitStack) -> None:
        """Makes the parts; `ending` takes them apart in the opposite order."""
        root = self._root
        root.report_callback_exception = log_callback
        self._mailbox: Mailbox[_Item] = Mailbox(root, self._receive)
        ending.callback(self._mailbox.close)
        pen = make_pen(root, THEMES[self._settings.theme])
        self._window = PopupWindow(root, pen, self._words, find_surroundings(), self._dispatch)
        ending.callback(self._choices.close)
        asker = Asker(self._sources, self._mailbox.post)
        ending.callback(asker.stop)
        self._shift_window = ShiftWindow(root, pen, self._words, ShiftAsker(self._shifts, self._words, self._told))
        entries = self._at_hub.entries if self._at_hub else None
        keeper = FormKeeper(entries, self._words, lambda problem: self._mailbox.post(_FormTold(problem)))
        self._forms = FormWindow(root, pen, self._words, self._clock, keeper, self._form_closed)
        self._actions = Actions(
            self._window,
            asker.ask,
            copy=self._copy,
            show_map=self._show_map,
            show_shift=self._show_shift,
            reveal=self._reveal,
            show_form=self._forms.show,
            mark_notice=self._mark_notice,
            announce=self._announce,
        )
        self._menu = self._make_menu()
        self._watch_signals(ending)
        self._tray = self._make_tray()
        if self._tray:
            ending.callback(self._tray.close)
        hotkey = self._arm_hotkey()
        if hotkey:
            ending.callback(hotkey.disarm)
        watch_focus(root, self._publish)
        self._publish()

    def _receive(self, item: _Item) -> None:
        match item:
            case _Quit():
                self._root.quit()
            case _Forget():
                self._choices.forget()
                self._dispatch(Forgotten())
            case _ShiftTold(problem):
                self._shift_window.describe(self._shifts.person if self._shifts else None)
                self._shift_window.told(problem)
            case _FormTold(problem):
                self._forms.told(problem)
            case _MenuWanted(x, y):
                with suppress(tk.TclError):  # another program holds the pointer: there is no menu this time
                    self._menu.tk_popup(x, y)
            case _:
                self._dispatch(item)

    def _dispatch(self, intent: Intent) -> None:
        """The one place where the state changes: every failure in it is logged here, once, and the popup lives on."""
        try:
            was_visible, in_tree = self._state.visible, self._state.tree is not None
            self._state, effects = update(self._state, intent)
            for effect in effects:
                self._actions.perform(effect)
            if not in_tree:  # what is used there was not found by the text in the entry
                self._learn(intent, effects)
            if self._state.visible:
                self._draw()
            if self._state.visible != was_visible:
                self._keep_time()
            if self._tray:
                self._tray.paint(_mood(self._state))
        except Exception:  # noqa: BLE001 - the dispatcher of the Tk thread
            _LOG.exception("%s failed", type(intent).__name__)
        self._publish()

    def _learn(self, intent: Intent, effects: Sequence[Effect]) -> None:
        chosen = choice_made(intent, self._state, effects)
        if chosen is None:
            return
        result, now = chosen.result, self._clock.now()
        if self._at_hub:
            self._at_hub.entries.looked_up(result.kind, result.id)
        if self._settings.learn:
            self._choices.note(chosen.query, result.kind, result.id, now, tell_team=chosen.may_be_told)

    def _draw(self) -> None:
        waiting = self._words("tray.none") if self._tray is None else self._words("tray.waiting")
        shown = self._tray is not None and self._tray.shown
        facts = replace(self._facts, tray="" if shown else waiting)
        self._window.draw(picture(self._state, facts, self._words, self._clock.now()))

    def _keep_time(self) -> None:
        """Ticks while the popup is visible: a state changes by time alone. Hidden, nothing wakes."""
        if self._state.visible:
            self._timer = self._root.after(TICK_MS, self._ticked)
        else:
            self._root.after_cancel(self._timer)

    def _ticked(self) -> None:
        self._timer = self._root.after(TICK_MS, self._ticked)
        self._dispatch(Ticked())

    def _show_shift(self) -> None:
        self._shift_window.show(self._shifts.person if self._shifts else None)

    def _form_closed(self, entered: str) -> None:
        self._mailbox.post(FormClosed(entered))

    def _told(self, problem: str) -> None:
        self._mailbox.post(_ShiftTold(problem))

    def _reveal(self, wanted: AskReveal) -> None:
        if self._at_hub:
            self._at_hub.reveals.ask(wanted, self._mailbox.post)

    def _show_map(self, kind: str, key: str) -> None:
        if self._at_hub:
            self._at_hub.hub_map.show(kind, key)

    def _mark_notice(self, key: str) -> None:
        if self._at_hub:
            self._at_hub.notices.mark(key)

    def _announce(self, text: str) -> None:
        if self._tray:
            self._tray.announce(text)

    def _copy(self, text: str) -> None:
        self._root.clipboard_clear()
        self._root.clipboard_append(text)

    def _post_report(self, report: str | Intent) -> None:
        self._mailbox.post(EVENTS[report] if isinstance(report, str) else report)

    def _choose(self, choice: str) -> None:
        self._mailbox.post(MENU[choice])

    def _make_menu(self) -> tk.Menu:
        menu = tk.Menu(self._root, tearoff=False)
        for choice in MENU:
            menu.add_command(label=self._words(f"menu.{choice}"), command=partial(self._choose, choice))
        return menu

    def _make_tray(self) -> Tray | None:
        try:
            return Tray(
                self._words,
                clicked=lambda: self._mailbox.post(Toggle()),
                menu_wanted=lambda x, y: self._mailbox.post(_MenuWanted(x, y)),
                menu_chosen=self._choose,
            )
        except TrayError as problem:
            _LOG.warning("%s", problem)
            return None

    def _arm_hotkey(self) -> ArmedHotkey | None:
        combination = self._settings.hotkey
        if combination is None:
            self._facts = replace(self._facts, hotkey=self._words("hotkey.none"))
            self._tell_hotkey("none")
            return None
        try:
            armed = arm(combination, lambda: self._mailbox.post(Toggle()))
        except HotkeyError as problem:
            _LOG.warning("%s", problem)
            self._facts = replace(self._facts, hotkey=str(problem), hotkey_works=False)
            self._tell_hotkey("taken")
            return None
        self._facts = replace(self._facts, hotkey=combination.label)
        self._tell_hotkey("ready")
        return armed

    def _tell_hotkey(self, state: str) -> None:
        if self._shifts:
            self._shifts.hotkey = state

    def _watch_signals(self, ending: ExitStack) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            before = signal.signal(number, lambda *_: self._mailbox.post(_Quit()))
            ending.callback(signal.signal, number, before)
        self._mailbox.wake_on_signals()

    def _commands(self) -> Commands:
        def posting(item: _Item) -> dict[str, Any]:
            self._mailbox.post(item)
            return {"done": True}

        return {
            "toggle": lambda _: posting(Toggle()),
            "show": lambda _: posting(Open()),
            "pop": lambda number: posting(Pop(number)),
            "shift": lambda _: posting(OpenShift()),
            "quit": lambda _: posting(_Quit()),
            "state": lambda _: self._report | {"tray": self._tray is not None and self._tray.shown},
        }

    def _publish(self) -> None:
        """Leaves a finished report where the listening thread finds it: it must not read what is being changed."""
        self._report = report_of(self._state, self._facts, self._forms.shown, field_with_focus(self._root))


MENU: dict[str, _Item] = {
    "toggle": Toggle(),
    "status": OpenStatus(),
    "shift": OpenShift(),
    "forget": _Forget(),
    "quit": _Quit(),
}
"""What the entries of the icon's menu do."""


def _mood(state: State) -> Mood:
    if state.hub_connected is False:
        return "hub_lost"
    return "outage" if state.outage_active else "normal"
