"""Focus and monitors under Windows."""

import ctypes
import sys
from ctypes import wintypes

from assistant.popup.rectangle import Rectangle

if sys.platform != "win32":
    raise ImportError("surroundings_windows needs Windows")

_user32 = ctypes.WinDLL("user32", use_last_error=True)


class _MonitorInfo(ctypes.Structure):
    _fields_ = (
        ("cbSize", wintypes.DWORD),
        ("rcMonitor", wintypes.RECT),
        ("rcWork", wintypes.RECT),
        ("dwFlags", wintypes.DWORD),
    )


_OnMonitor = ctypes.WINFUNCTYPE(
    wintypes.BOOL, wintypes.HMONITOR, wintypes.HDC, ctypes.POINTER(wintypes.RECT), wintypes.LPARAM
)


class WindowsSurroundings:
    """The desktop of this session."""

    def __init__(self) -> None:
        self._focused: int | None = None

    def remember_focus(self) -> None:
        """Notes the foreground window."""
        self._focused = _user32.GetForegroundWindow()

    def give_back_focus(self) -> None:
        """Makes the noted window the foreground window again; Windows allows it, for we have the foreground."""
        if self._focused and _user32.IsWindow(self._focused):
            _user32.SetForegroundWindow(self._focused)

    def screens(self) -> tuple[Rectangle, ...]:
        """The monitors without their task bars."""
        found: list[Rectangle] = []

        def visit(monitor: int, _dc: int, _rectangle: object, _data: int) -> bool:
            info = _MonitorInfo(cbSize=ctypes.sizeof(_MonitorInfo))
            if _user32.GetMonitorInfoW(monitor, ctypes.byref(info)):
                work = info.rcWork
                found.append(Rectangle(work.left, work.top, work.right - work.left, work.bottom - work.top))
            return True

        _user32.EnumDisplayMonitors(None, None, _OnMonitor(visit), 0)
        return tuple(found)


def declare_dpi_awareness() -> None:
    """Has Windows give real pixels; to be called before Tk starts."""
    system_aware = 1
    ctypes.WinDLL("shcore").SetProcessDpiAwareness(system_aware)
