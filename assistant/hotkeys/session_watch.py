"""The moments at which an agent comes back to a Windows PC: after unlocking it, and after it slept."""

import ctypes
import sys
from collections.abc import Callable
from ctypes import wintypes

from assistant.hotkeys.message_window import MessageWindow, Window

if sys.platform != "win32":
    raise ImportError("hotkeys.session_watch needs Windows")

WM_POWERBROADCAST, WM_WTSSESSION_CHANGE = 0x0218, 0x02B1
RETURNS = {
    (WM_WTSSESSION_CHANGE, 0x1),  # connected to the console
    (WM_WTSSESSION_CHANGE, 0x3),  # connected from afar
    (WM_WTSSESSION_CHANGE, 0x8),  # unlocked
    (WM_POWERBROADCAST, 0x12),  # awake again
}
"""Messages, with their first parameters, that say so."""

NOTIFY_FOR_THIS_SESSION = 0

_wtsapi32 = ctypes.WinDLL("wtsapi32", use_last_error=True)
_wtsapi32.WTSRegisterSessionNotification.argtypes = (wintypes.HWND, wintypes.DWORD)
_wtsapi32.WTSUnRegisterSessionNotification.argtypes = (wintypes.HWND,)


class SessionWatch:
    """Tells of each return until it is closed.

    Args:
        returned: Called on a thread of its own.

    Raises:
        HotkeyError: Windows gives no window to be told with.
        OSError: Windows refused.
    """

    def __init__(self, returned: Callable[[], None]) -> None:
        self._returned = returned
        closing = _wtsapi32.WTSUnRegisterSessionNotification
        self._window = MessageWindow("session", _register, self._received, closing)

    def close(self) -> None:
        """Tells nothing any more."""
        self._window.close()

    def _received(self, message: int, first: int) -> None:
        if (message, first) in RETURNS:
            self._returned()


def _register(window: Window) -> int:
    if _wtsapi32.WTSRegisterSessionNotification(window, NOTIFY_FOR_THIS_SESSION):
        return 0
    return ctypes.get_last_error()
