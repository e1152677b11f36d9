"""Has this system watch for a key combination, or says why it cannot."""

import os
import sys
from collections.abc import Callable

from assistant.hotkeys.armed import ArmedHotkey, HotkeyError
from assistant.hotkeys.combination import Combination


def arm(combination: Combination, pressed: Callable[[], None]) -> ArmedHotkey:
    """Watches for `combination` from now on.

    Args:
        combination: What to watch for.
        pressed: Called on another thread at each press; must return at once.

    Raises:
        HotkeyTakenError: another program holds it.
        HotkeyError: this system gives no global hotkeys.
    """
    if sys.platform == "win32":
        from assistant.hotkeys.windows import arm_windows  # noqa: PLC0415 - exists there only

        return arm_windows(combination, pressed)
    if os.environ.get("XDG_SESSION_TYPE") == "wayland" or os.environ.get("WAYLAND_DISPLAY"):
        raise HotkeyError("Wayland gives no global hotkeys: bind `switchboard toggle` to a desktop shortcut")
    if not os.environ.get("DISPLAY"):
        raise HotkeyError("no display, so no hotkey")
    from assistant.hotkeys.x11 import GrabbedKey  # noqa: PLC0415 - needs an X server

    return GrabbedKey(combination, pressed)
