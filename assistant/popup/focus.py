"""Which field of which window has the keyboard, by name: what is typed elsewhere is lost on whoever typed it."""

import tkinter as tk
from collections.abc import Callable

_UNNAMED = "!"
"""How tkinter begins the names that it gives."""


def field_with_focus(root: tk.Tk) -> str:
    """`shift.secret`: the window and the field in it, by their names; empty while another program has the keyboard."""
    path = str(root.tk.call("focus"))  # focus_get() fails where a menu has it
    return ".".join(name for name in path.split(".") if name and not name.startswith(_UNNAMED))


def watch_focus(root: tk.Tk, moved: Callable[[], None]) -> None:
    """Has `moved` called whenever a field of any window gets the keyboard or loses it."""
    for event in ("<FocusIn>", "<FocusOut>"):
        root.bind_all(event, lambda _: moved(), add=True)
