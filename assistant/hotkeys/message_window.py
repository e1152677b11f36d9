"""A hidden window of Windows, on a thread of its own, for what Windows tells windows only."""

import ctypes
import sys
import threading
from collections.abc import Callable
from ctypes import wintypes
from itertools import count
from typing import NewType

from assistant.hotkeys.armed import HotkeyError

if sys.platform != "win32":
    raise ImportError("hotkeys.message_window needs Windows")

Window = NewType("Window", int)
"""A window's handle."""

WM_DESTROY, WM_CLOSE = 0x0002, 0x0010
WS_POPUP, WS_EX_TOOLWINDOW = 0x80000000, 0x00000080
OPENING_TIMEOUT_S = 5

_user32 = ctypes.WinDLL("user32", use_last_error=True)
_kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
_numbers = count(1)

_WindowProcedure = ctypes.WINFUNCTYPE(wintypes.LPARAM, wintypes.HWND, wintypes.UINT, wintypes.WPARAM, wintypes.LPARAM)


class _WindowClass(ctypes.Structure):
    _fields_ = (
        ("style", wintypes.UINT),
        ("lpfnWndProc", _WindowProcedure),
        ("cbClsExtra", ctypes.c_int),
        ("cbWndExtra", ctypes.c_int),
        ("hInstance", wintypes.HINSTANCE),
        ("hIcon", wintypes.HICON),
        ("hCursor", wintypes.HANDLE),
        ("hbrBackground", wintypes.HBRUSH),
        ("lpszMenuName", wintypes.LPCWSTR),
        ("lpszClassName", wintypes.LPCWSTR),
    )


_kernel32.GetModuleHandleW.argtypes = (wintypes.LPCWSTR,)
_kernel32.GetModuleHandleW.restype = wintypes.HMODULE
_user32.RegisterClassW.argtypes = (ctypes.POINTER(_WindowClass),)
_user32.RegisterClassW.restype = wintypes.ATOM
_user32.UnregisterClassW.argtypes = (wintypes.LPCWSTR, wintypes.HINSTANCE)
_user32.CreateWindowExW.argtypes = (
    *(wintypes.DWORD, wintypes.LPCWSTR, wintypes.LPCWSTR, wintypes.DWORD),
    *(ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_int),
    *(wintypes.HWND, wintypes.HMENU, wintypes.HINSTANCE, wintypes.LPVOID),
)
_user32.CreateWindowExW.restype = wintypes.HWND
_user32.DefWindowProcW.argtypes = (wintypes.HWND, wintypes.UINT, wintypes.WPARAM, wintypes.LPARAM)
_user32.DefWindowProcW.restype = wintypes.LPARAM
_user32.PostMessageW.argtypes = (wintypes.HWND, wintypes.UINT, wintypes.WPARAM, wintypes.LPARAM)
_user32.GetMessageW.argtypes = (ctypes.POINTER(wintypes.MSG), wintypes.HWND, wintypes.UINT, wintypes.UINT)
_user32.DispatchMessageW.argtypes = (ctypes.POINTER(wintypes.MSG),)
_user32.DispatchMessageW.restype = wintypes.LPARAM


class MessageWindow:
    """A window that nobody sees; it and its messages belong to one thread.

    It is a top-level window, for those that are for messages only are told nothing of sleep.

    Args:
        name: Of the thread.
        opened: Called on the thread once the window is there; returns Windows' error number, 0 when all is well.
        received: Called on the thread with each message and its first parameter; must return at once.
        closing: Called on the thread while the window is still there.

    Raises:
        HotkeyError: there is no window, or Windows did not answer.
        OSError: what `opened` returned.
    """

    def __init__(
        self,
        name: str,
        opened: Callable[[Window], int],
        received: Callable[[int, int], None],
        closing: Callable[[Window], object],
    ) -> None:
        self._opened = opened
        self._received = received
        self._closing = closing
        self._window = Window(0)
        self._failure = 0
        self._settled = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()
        if not self._settled.wait(OPENING_TIMEOUT_S):
            raise HotkeyError("Windows gives no window to receive messages with: sign out and in again")
        if self._failure:
            self._thread.join()
            raise ctypes.WinError(self._failure)

    def close(self) -> None:
        """Destroys the window and ends its thread."""
        _user32.PostMessageW(self._window, WM_CLOSE, 0, 0)
        self._thread.join()

    def _run(self) -> None:
        instance = _kernel32.GetModuleHandleW(None)
        class_name = f"Switchboard{next(_numbers)}"
        procedure = _WindowProcedure(self._procedure)
        description = _WindowClass(lpfnWndProc=procedure, hInstance=instance, lpszClassName=class_name)
        _user32.RegisterClassW(ctypes.byref(description))
        window = _user32.CreateWindowExW(
            WS_EX_TOOLWINDOW, class_name, "Switchboard", WS_POPUP, 0, 0, 0, 0, None, None, instance, None
        )
        self._window = Window(window or 0)
        self._failure = self._opened(self._window) if window else ctypes.get_last_error()
        self._settled.set()
        if window and self._failure:
            _user32.PostMessageW(window, WM_CLOSE, 0, 0)
        message = wintypes.MSG()
        while window and _user32.GetMessageW(ctypes.byref(message), None, 0, 0) > 0:
            _user32.DispatchMessageW(ctypes.byref(message))
        _user32.UnregisterClassW(class_name, instance)

    def _procedure(self, window: int, message: int, first: int, second: int) -> int:
        if message == WM_DESTROY:
            self._closing(Window(window))
            _user32.PostQuitMessage(0)
        else:
            self._received(message, first)
        answer: int = _user32.DefWindowProcW(window, message, first, second)
        return answer
