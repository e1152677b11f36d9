"""A global hotkey under X11: `XGrabKey`, so the press reaches no other program."""

import logging
import os
import select
import threading
from collections.abc import Callable
from typing import Any

from Xlib import XK, X, display, error

from assistant.hotkeys.armed import HotkeyError, HotkeyTakenError
from assistant.hotkeys.combination import Combination

_LOG = logging.getLogger(__name__)

MASKS = {"ctrl": X.ControlMask, "alt": X.Mod1Mask, "shift": X.ShiftMask, "win": X.Mod4Mask}
LOCKS = (0, X.LockMask, X.Mod2Mask, X.LockMask | X.Mod2Mask)
"""Caps Lock and Num Lock count as modifiers to a grab: each state of them is grabbed on its own."""

KEYSYMS = {
    "insert": "Insert",
    "delete": "Delete",
    "home": "Home",
    "end": "End",
    "pageup": "Prior",
    "pagedown": "Next",
    "up": "Up",
    "down": "Down",
    "left": "Left",
    "right": "Right",
    "pause": "Pause",
    "tab": "Tab",
    "space": "space",
}


class GrabbedKey:
    """A grabbed combination, watched on a thread and a connection of its own.

    Raises:
        HotkeyTakenError: another program has grabbed it.
        HotkeyError: the keyboard has no such key.
    """

    def __init__(self, combination: Combination, pressed: Callable[[], None]) -> None:
        self._combination = combination
        self._pressed = pressed
        self._display = display.Display()
        self._root = self._display.screen().root
        self._mask = sum(MASKS[modifier] for modifier in combination.modifiers)
        self._keycode = 0
        try:
            self._grab()
        except HotkeyError:
            self._display.close()
            raise
        self._stop_reader, self._stop_writer = os.pipe()
        self._thread = threading.Thread(target=self._watch, name="hotkey", daemon=True)
        self._thread.start()

    def disarm(self) -> None:
        """Gives the combination free and ends the thread."""
        os.close(self._stop_writer)
        self._thread.join()
        os.close(self._stop_reader)
        self._display.close()

    def _find_key(self) -> int:
        """The code of the combination's key on the keyboard as it is now; 0 where it has none."""
        name = KEYSYMS.get(self._combination.key, self._combination.key)
        keysym = XK.string_to_keysym(name) or XK.string_to_keysym(name.upper())
        return int(self._display.keysym_to_keycode(keysym))

    def _grab(self) -> None:
        self._keycode = self._find_key()
        if not self._keycode:
            raise HotkeyError(f"this keyboard has no key for {self._combination.label}: choose another `hotkey`")
        refused = error.CatchError(error.BadAccess)
        for lock in LOCKS:
            modifiers, owner_events = self._mask | lock, False
            self._root.grab_key(
                self._keycode, modifiers, owner_events, X.GrabModeAsync, X.GrabModeAsync, onerror=refused
            )
        self._display.sync()
        if refused.get_error():
            self._ungrab()
            raise HotkeyTakenError(self._combination)

    def _ungrab(self) -> None:
        for lock in LOCKS:
            self._root.ungrab_key(self._keycode, self._mask | lock)
        self._display.sync()

    def _watch(self) -> None:
        released_at = -1
        while True:
            while self._display.pending_events():
                released_at = self._handle(self._display.next_event(), released_at)
            ready, _, _ = select.select([self._display.fileno(), self._stop_reader], [], [])
            if self._stop_reader in ready:
                self._ungrab()
                return

    def _handle(self, event: Any, released_at: int) -> int:  # noqa: ANN401 - Xlib ships no types
        match event.type:
            case X.KeyPress if event.time != released_at:
                self._pressed()
            case X.KeyRelease:
                # a held key repeats as a release and a press of the same millisecond: that press is not a second one
                return int(event.time)
            case X.MappingNotify:
                self._remap(event)
        return released_at

    def _remap(self, event: Any) -> None:  # noqa: ANN401 - Xlib ships no types
        self._display.refresh_keyboard_mapping(event)
        if self._find_key() == self._keycode:
            return  # a second keyboard was touched: given free and taken again, the key would be lost for a moment
        self._ungrab()
        try:
            self._grab()
        except HotkeyError as problem:
            _LOG.warning("after a change of the keyboard: %s", problem)
