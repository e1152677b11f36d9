"""Focus and monitors under X11, over a connection of its own."""

from typing import Any

from Xlib import X, display, error
from Xlib.protocol import event

from assistant.popup.rectangle import Rectangle

FROM_A_PAGER = 2
"""Source indication of `_NET_ACTIVE_WINDOW`: a user's act, which window managers obey without second thoughts."""


class X11Surroundings:
    """The X server that DISPLAY names."""

    def __init__(self) -> None:
        self._display = display.Display()
        self._root = self._display.screen().root
        self._active = self._display.intern_atom("_NET_ACTIVE_WINDOW")
        self._focused: int = X.NONE

    def remember_focus(self) -> None:
        """Notes the active window, as the window manager tells it, else the one with the keyboard."""
        found = self._root.get_full_property(self._active, X.AnyPropertyType)
        if found and found.value and found.value[0]:
            self._focused = int(found.value[0])
            return
        focus = self._display.get_input_focus().focus
        self._focused = focus if isinstance(focus, int) else focus.id

    def give_back_focus(self) -> None:
        """Asks the window manager to activate the noted window again; without one, focuses it directly."""
        if self._focused in (X.NONE, X.PointerRoot):
            return
        window: Any = self._display.create_resource_object("window", self._focused)
        quiet = error.CatchError(error.BadWindow, error.BadMatch)  # it may be gone or hidden by now
        if self._root.get_full_property(self._active, X.AnyPropertyType):
            message = event.ClientMessage(
                window=window, client_type=self._active, data=(32, [FROM_A_PAGER, X.CurrentTime, 0, 0, 0])
            )
            mask = X.SubstructureRedirectMask | X.SubstructureNotifyMask
            self._root.send_event(message, event_mask=mask, onerror=quiet)
        else:
            window.set_input_focus(X.RevertToParent, X.CurrentTime, onerror=quiet)
        self._display.sync()

    def screens(self) -> tuple[Rectangle, ...]:
        """The monitors that RandR 1.5 names."""
        if not self._display.has_extension("RANDR"):
            return ()
        monitors = self._root.xrandr_get_monitors().monitors
        return tuple(Rectangle(m.x, m.y, m.width_in_pixels, m.height_in_pixels) for m in monitors)
