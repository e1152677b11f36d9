"""The icon's thread under X11: it waits for a tray, serves the icon there, and does whatever else the icon needs."""

import logging
import queue
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from Xlib import X, display
from Xlib.protocol.event import ClientMessage

_LOG = logging.getLogger(__name__)

LEFT_BUTTON, RIGHT_BUTTON = 1, 3


class IconThread:
    """Serves pystray's icon on the thread that calls `serve`, and does the work of others there.

    No other thread may use the icon's connection, as pystray's own calls from outside would: where an event arrives
    just as a second thread has sent something, python-xlib's `send_and_recv` returns without waking the first, and both
    wait for each other without an end. So work is announced over a connection of its own.

    Args:
        clicked: The icon was clicked.
        menu_wanted: The icon was clicked with the other button, at this place.
    """

    def __init__(self, clicked: Callable[[], None], menu_wanted: Callable[[int, int], None]) -> None:
        self._clicked = clicked
        self._menu_wanted = menu_wanted
        self._work: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._announcing = threading.Lock()
        self._connection = display.Display()
        self._atom = self._connection.intern_atom("_SWITCHBOARD_WORK")
        self._window: Any = None  # the icon's, on the connection of its own

    def serve(self, icon: Any, taken: Callable[[], None]) -> None:  # noqa: ANN401 - pystray ships no types
        """Waits for a tray, offers it `icon`, calls `taken` when it has it, returns when the icon or the tray ended."""
        wait_for_tray()
        with self._announcing:
            self._window = self._connection.create_resource_object("window", icon._window.id)  # noqa: SLF001
        self._take_events(icon, taken)
        icon._thread = threading.current_thread()  # noqa: SLF001 - so that pystray calls instead of sending
        icon._assert_docked = partial(_dock_once, icon)  # noqa: SLF001
        icon.visible = True
        if _is_docked(icon):
            icon.run(lambda _: None)

    def do(self, work: Callable[[], None]) -> None:
        """Has the icon's thread do `work`, soon; nothing where no icon is served."""
        with self._announcing:
            if self._window is None:
                return
            self._work.put(work)
            note = ClientMessage(window=self._window, client_type=self._atom, data=(32, [0] * 5))
            self._window.send_event(note)
            self._connection.flush()

    def _take_events(self, icon: Any, taken: Callable[[], None]) -> None:  # noqa: ANN401 - pystray ships no types
        """Has X11 report the clicks too, which pystray never selects, and what the tray does with the icon."""
        root = icon._display.screen().root  # noqa: SLF001

        def end(_event: object) -> None:
            icon._window.destroy()  # noqa: SLF001 - pystray's loop ends with its window

        mask = X.ExposureMask | X.StructureNotifyMask | X.ButtonPressMask
        icon._display.set_error_handler(_note_error)  # noqa: SLF001
        icon._window.change_attributes(event_mask=mask)  # noqa: SLF001 - pystray issue 151
        icon._message_handlers |= {  # noqa: SLF001
            X.ButtonPress: self._on_button,
            X.ClientMessage: self._on_message,
            X.DestroyNotify: end,  # the tray's
            X.ReparentNotify: lambda event: end(event) if event.parent == root else taken(),
        }

    def _on_message(self, event: Any) -> None:  # noqa: ANN401 - Xlib ships no types
        if event.client_type == self._atom:
            while not self._work.empty():
                self._work.get()()

    def _on_button(self, event: Any) -> None:  # noqa: ANN401 - Xlib ships no types
        if event.detail == LEFT_BUTTON:
            self._clicked()
        elif event.detail == RIGHT_BUTTON:
            self._menu_wanted(event.root_x, event.root_y)


def wait_for_tray() -> None:
    """Returns as soon as a system tray manages the icons of this screen: at login it often starts after us.

    Source:
        freedesktop.org, System Tray Protocol 0.3: a new tray announces itself with a MANAGER message at the root.
    """
    connection = display.Display()
    try:
        root = connection.screen().root
        root.change_attributes(event_mask=X.StructureNotifyMask)
        manager = connection.intern_atom("MANAGER")
        selection = connection.intern_atom(f"_NET_SYSTEM_TRAY_S{connection.get_default_screen()}")
        while connection.get_selection_owner(selection) == X.NONE:
            event = connection.next_event()
            while not (event.type == X.ClientMessage and event.client_type == manager):
                event = connection.next_event()
    finally:
        connection.close()


def _dock_once(icon: Any) -> None:  # noqa: ANN401 - pystray ships no types
    """Asks the tray once: pystray asks at every stroke, and a tray may let the icon go that it took twice."""
    if not icon._systray_manager:  # noqa: SLF001
        icon._dock_window()  # noqa: SLF001


def _is_docked(icon: Any) -> bool:  # noqa: ANN401 - pystray ships no types
    """Whether the tray that `icon` asked is still the one, so that its end will be heard of."""
    asked, there = icon._systray_manager, icon._get_systray_manager()  # noqa: SLF001
    return bool(asked and there and asked.id == there.id)


def _note_error(problem: object, _request: object) -> None:
    """What X11 refuses is about windows that a tray took with it."""
    _LOG.debug("the tray icon: %s", problem)
