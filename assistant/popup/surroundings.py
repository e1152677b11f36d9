"""What the popup needs of the desktop around it: who had the focus, and where the pointer's screen is."""

import os
import sys
from typing import Protocol

from assistant.popup.rectangle import Rectangle


class Surroundings(Protocol):
    """The window system, as far as Tk cannot reach it."""

    def remember_focus(self) -> None:
        """Notes which window has the focus now."""
        ...

    def give_back_focus(self) -> None:
        """Gives the focus to the window that was noted, if it is still there."""
        ...

    def screens(self) -> tuple[Rectangle, ...]:
        """The monitors' work areas; empty when they cannot be told apart."""
        ...


class PlainSurroundings:
    """Where nothing can be asked: the window system decides itself."""

    def remember_focus(self) -> None:
        """Nothing to note."""

    def give_back_focus(self) -> None:
        """The window manager chooses who gets the focus."""

    def screens(self) -> tuple[Rectangle, ...]:
        """None known."""
        return ()


def find_surroundings() -> Surroundings:
    """What fits this desktop."""
    if sys.platform == "win32":
        from assistant.popup.surroundings_windows import WindowsSurroundings  # noqa: PLC0415 - exists there only

        return WindowsSurroundings()
    if os.environ.get("DISPLAY"):
        from assistant.popup.surroundings_x11 import X11Surroundings  # noqa: PLC0415 - needs an X server

        return X11Surroundings()
    return PlainSurroundings()
