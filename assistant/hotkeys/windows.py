"""A global hotkey under Windows: `RegisterHotKey` first, the `keyboard` hook where that is refused to us.

The hook is only the fallback: Windows drops slow hooks silently, and a key release that it misses while the screen is
locked leaves it waiting for ever. So it is set anew whenever the agent comes back.
"""

import ctypes
import logging
import sys
import threading
from collections.abc import Callable
from ctypes import wintypes

from assistant.hotkeys.armed import ArmedHotkey, HotkeyError, HotkeyTakenError
from assistant.hotkeys.combination import Combination
from assistant.hotkeys.message_window import MessageWindow, Window
from assistant.hotkeys.session_watch import SessionWatch

if sys.platform != "win32":
    raise ImportError("hotkeys.windows needs Windows")

_LOG = logging.getLogger(__name__)

MODIFIERS = {"alt": 0x0001, "ctrl": 0x0002, "shift": 0x0004, "win": 0x0008}
NO_REPEAT = 0x4000
WM_QUIT, WM_HOTKEY = 0x0012, 0x0312
HOTKEY_ID = 1
ALREADY_REGISTERED = 1409
VIRTUAL_KEYS = {
    "space": 0x20,
    "tab": 0x09,
    "insert": 0x2D,
    "delete": 0x2E,
    "home": 0x24,
    "end": 0x23,
    "pageup": 0x21,
    "pagedown": 0x22,
    "left": 0x25,
    "up": 0x26,
    "right": 0x27,
    "down": 0x28,
    "pause": 0x13,
}
F1 = 0x70

_user32 = ctypes.WinDLL("user32", use_last_error=True)
_user32.RegisterHotKey.argtypes = (wintypes.HWND, ctypes.c_int, wintypes.UINT, wintypes.UINT)
_user32.UnregisterHotKey.argtypes = (wintypes.HWND, ctypes.c_int)
_user32.PostThreadMessageW.argtypes = (wintypes.DWORD, wintypes.UINT, wintypes.WPARAM, wintypes.LPARAM)


def arm_windows(combination: Combination, pressed: Callable[[], None]) -> ArmedHotkey:
    """Watches for `combination` by the better of the two ways that this session grants.

    Raises:
        HotkeyTakenError: another program holds it; a hook would make both programs answer to one press.
        HotkeyError: neither way works.
    """
    try:
        return RegisteredKey(combination, pressed)
    except HotkeyTakenError:
        raise
    except HotkeyError as problem:
        _LOG.warning("%s; falling back to a keyboard hook", problem)
        return HookedKey(combination, pressed)


def virtual_key(key: str) -> int:
    """Windows' number of a key of `Combination`."""
    if key in VIRTUAL_KEYS:
        return VIRTUAL_KEYS[key]
    return ord(key.upper()) if len(key) == 1 else F1 + int(key[1:]) - 1


class RegisteredKey:
    """A combination that Windows itself watches; it outlives locking and sleep.

    Raises:
        HotkeyTakenError: another program has registered it.
        HotkeyError: Windows refused for another reason, or did not answer.
    """

    def __init__(self, combination: Combination, pressed: Callable[[], None]) -> None:
        self._combination = combination
        self._pressed = pressed
        try:
            self._window = MessageWindow("hotkey", self._register, self._received, _unregister)
        except OSError as refusal:
            if refusal.winerror == ALREADY_REGISTERED:
                raise HotkeyTakenError(combination) from None
            raise HotkeyError(f"{combination.label}: {refusal}") from None

    def disarm(self) -> None:
        """Gives the combination free and ends the thread."""
        self._window.close()

    def _register(self, window: Window) -> int:
        modifiers = sum(MODIFIERS[modifier] for modifier in self._combination.modifiers) | NO_REPEAT
        if _user32.RegisterHotKey(window, HOTKEY_ID, modifiers, virtual_key(self._combination.key)):
            return 0
        return ctypes.get_last_error()

    def _received(self, message: int, _first: int) -> None:
        if message == WM_HOTKEY:
            self._pressed()


def _unregister(window: Window) -> None:
    _user32.UnregisterHotKey(window, HOTKEY_ID)


class HookedKey:
    """A combination that the `keyboard` library watches; presses also reach the program underneath.

    Raises:
        HotkeyError: the hook could not be set.
    """

    def __init__(self, combination: Combination, pressed: Callable[[], None]) -> None:
        import keyboard  # noqa: PLC0415 - starts threads of its own

        self._keyboard = keyboard
        try:
            self._handle = keyboard.add_hotkey(str(combination).replace("win", "windows"), pressed)
        except (ValueError, OSError) as problem:
            raise HotkeyError(f"{combination.label}: {problem}") from None
        try:
            self._session = SessionWatch(self.rearm)
        except (HotkeyError, OSError) as problem:
            keyboard.remove_hotkey(self._handle)
            raise HotkeyError(f"{combination.label}: {problem}") from None

    def disarm(self) -> None:
        """Gives the combination free."""
        self._session.close()
        self._keyboard.remove_hotkey(self._handle)

    def rearm(self) -> None:
        """Sets the hook anew, and forgets which keys seemed to be down."""
        listener = self._keyboard._listener  # noqa: SLF001 - the library cannot be asked to: its issues 191, 223 and 598
        # any message ends the thread, and with it Windows removes its hook
        _user32.PostThreadMessageW(listener.listening_thread.native_id, WM_QUIT, 0, 0)
        listener.listening_thread.join()
        with self._keyboard._pressed_events_lock:  # noqa: SLF001 - the same
            self._keyboard._pressed_events.clear()  # noqa: SLF001 - the same
        listener.listening_thread = threading.Thread(target=listener.listen, name="keyboard", daemon=True)
        listener.listening_thread.start()
