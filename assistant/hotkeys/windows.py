"""A global hotkey under Windows: `RegisterHotKey` first, the `keyboard` hook where that is refused to us.

`RegisterHotKey` belongs to the thread that called it, so it has one of its own with a message loop. The hook is only
the fallback: Windows drops slow hooks silently, and misses of key releases leave it dead after the screen was locked.
"""

import ctypes
import logging
import sys
import threading
from collections.abc import Callable
from ctypes import wintypes

from assistant.hotkeys.armed import ArmedHotkey, HotkeyError, HotkeyTakenError
from assistant.hotkeys.combination import Combination

if sys.platform != "win32":
    raise ImportError("hotkeys.windows needs Windows")

log = logging.getLogger(__name__)

MODIFIERS = {"alt": 0x0001, "ctrl": 0x0002, "shift": 0x0004, "win": 0x0008}
NO_REPEAT = 0x4000
WM_QUIT, WM_HOTKEY = 0x0012, 0x0312
ALREADY_REGISTERED = 1409
ARMING_TIMEOUT_S = 5
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
_kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)


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
        log.warning("%s; falling back to a keyboard hook", problem)
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
        self._thread_id = 0
        self._failure = 0
        self._settled = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="hotkey", daemon=True)
        self._thread.start()
        if not self._settled.wait(ARMING_TIMEOUT_S):
            raise HotkeyError(f"Windows did not answer to the registration of {combination.label}")
        if self._failure == ALREADY_REGISTERED:
            raise HotkeyTakenError(combination)
        if self._failure:
            raise HotkeyError(f"{combination.label}: {ctypes.FormatError(self._failure).strip()}")

    def disarm(self) -> None:
        """Gives the combination free and ends the thread."""
        _user32.PostThreadMessageW(self._thread_id, WM_QUIT, 0, 0)
        self._thread.join()

    def _watch(self) -> None:
        self._thread_id = _kernel32.GetCurrentThreadId()
        modifiers = sum(MODIFIERS[modifier] for modifier in self._combination.modifiers) | NO_REPEAT
        if not _user32.RegisterHotKey(None, 1, modifiers, virtual_key(self._combination.key)):
            self._failure = ctypes.get_last_error()
        self._settled.set()
        if self._failure:
            return
        message = wintypes.MSG()
        while _user32.GetMessageW(ctypes.byref(message), None, 0, 0) > 0:
            if message.message == WM_HOTKEY:
                self._pressed()
        _user32.UnregisterHotKey(None, 1)


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

    def disarm(self) -> None:
        """Gives the combination free."""
        self._keyboard.remove_hotkey(self._handle)
