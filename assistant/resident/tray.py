"""The icon in the system tray; the assistant lives without it where there is no tray."""

import logging
import os
import sys
import threading
from collections.abc import Callable
from typing import Any

from assistant.resident.tray_icon import Mood, draw_icon
from assistant.words.wording import Words
from data.errors import SwitchboardError

_LOG = logging.getLogger(__name__)

PATIENCE_S = 2.0
LEFT_BUTTON, RIGHT_BUTTON = 1, 3
ASCII_TITLE = "Switchboard"
"""X11's icons take Latin-1 titles only: a Chinese one ends the icon's thread."""


class TrayError(SwitchboardError):
    """There is no tray to show an icon in."""


class Tray:
    """An icon that reports clicks, on a thread of its own.

    Args:
        words: Language of the menu, where the system draws it.
        clicked: The icon was clicked.
        menu_wanted: The icon was clicked with the other button, at this place; the caller draws the menu.
        menu_chosen: An entry of the system's own menu was chosen: `toggle`, `status`, `shift`, `forget` or `quit`.

    Raises:
        TrayError: no icon can be shown in this session.
    """

    def __init__(
        self,
        words: Words,
        *,
        clicked: Callable[[], None],
        menu_wanted: Callable[[int, int], None],
        menu_chosen: Callable[[str], None],
    ) -> None:
        self._words = words
        self._clicked = clicked
        self._menu_wanted = menu_wanted
        self._menu_chosen = menu_chosen
        self._mood: Mood = "normal"
        self._painting = threading.Lock()
        self._running = threading.Event()
        self._icon = self._make_icon()
        self._thread = threading.Thread(target=self._run, name="tray", daemon=True)
        self._thread.start()

    @property
    def shown(self) -> bool:
        """Whether a tray has taken the icon."""
        return self._running.is_set()

    def paint(self, mood: Mood) -> None:
        """Shows `mood`, soon: the icon's own thread does it, and nobody waits for that."""
        if mood != self._mood:
            self._mood = mood
            if self.shown:
                threading.Thread(target=self._repaint, name="tray-paint", daemon=True).start()

    def announce(self, text: str) -> None:
        """Says `text` in a bubble beside the icon; nothing where the system has none."""
        if self.shown and self._icon.HAS_NOTIFICATION:
            threading.Thread(target=self._icon.notify, args=(text,), name="tray-announce", daemon=True).start()

    def close(self) -> None:
        """Takes the icon away."""
        if not self.shown:
            return
        # pystray waits for its own thread without an end, and its destructor would do so again
        stopping = threading.Thread(target=self._icon.stop, name="tray-stop", daemon=True)
        stopping.start()
        stopping.join(PATIENCE_S)
        self._thread.join(PATIENCE_S)
        self._icon._running = False  # noqa: SLF001 - what the destructor looks at

    def _make_icon(self) -> Any:  # noqa: ANN401 - pystray ships no types
        if sys.platform != "win32":
            if not os.environ.get("DISPLAY"):
                raise TrayError("no display, so no tray")
            os.environ.setdefault("PYSTRAY_BACKEND", "xorg")
        import pystray  # noqa: PLC0415 - connects to the display when it is imported

        title = self._words("tray.title") if sys.platform == "win32" else ASCII_TITLE
        return pystray.Icon("switchboard", draw_icon("normal"), title, self._make_menu(pystray))

    def _make_menu(self, pystray: Any) -> Any:  # noqa: ANN401 - pystray ships no types
        def item(choice: str, *, default: bool = False) -> Any:  # noqa: ANN401 - pystray ships no types
            return pystray.MenuItem(self._words(f"menu.{choice}"), lambda: self._menu_chosen(choice), default=default)

        return pystray.Menu(item("toggle", default=True), item("status"), item("shift"), item("forget"), item("quit"))

    def _run(self) -> None:
        try:
            if sys.platform != "win32":
                from assistant.resident.tray_x11 import wait_for_tray  # noqa: PLC0415 - needs an X server

                wait_for_tray()
                self._take_clicks()
            self._icon.run(self._started)
        except Exception:  # noqa: BLE001 - the thread's dispatcher: the assistant lives on without an icon
            _LOG.exception("the tray icon ended")
        finally:
            self._running.clear()

    def _started(self, icon: Any) -> None:  # noqa: ANN401 - pystray ships no types
        with self._painting:
            icon.icon = draw_icon(self._mood)
        icon.visible = True
        self._running.set()

    def _repaint(self) -> None:
        with self._painting:
            self._icon.icon = draw_icon(self._mood)

    def _take_clicks(self) -> None:
        """Has X11 report the clicks: pystray never selects them, and knows no second button."""
        from Xlib import X  # noqa: PLC0415 - needs an X server

        mask = X.ExposureMask | X.StructureNotifyMask | X.ButtonPressMask
        self._icon._window.change_attributes(event_mask=mask)  # noqa: SLF001 - pystray issue 151
        self._icon._message_handlers[X.ButtonPress] = self._on_button  # noqa: SLF001 - the same

    def _on_button(self, event: Any) -> None:  # noqa: ANN401 - Xlib ships no types
        if event.detail == LEFT_BUTTON:
            self._clicked()
        elif event.detail == RIGHT_BUTTON:
            self._menu_wanted(event.root_x, event.root_y)
