"""The icon in the system tray; the assistant lives without it where there is no tray."""

import logging
import os
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from assistant.resident.tray_icon import Mood, draw_icon
from assistant.words.wording import Words
from data.errors import SwitchboardError

if TYPE_CHECKING:
    from assistant.resident.tray_x11 import IconThread

_LOG = logging.getLogger(__name__)

PATIENCE_S = 2.0
_AGAIN_S = 1.0
"""After so long an icon whose tray has gone is offered anew."""
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
        self._closing = threading.Event()
        self._icon = self._make_icon()
        self._icon_thread = self._make_icon_thread()
        self._thread = threading.Thread(target=self._run, name="tray", daemon=True)
        self._thread.start()

    @property
    def shown(self) -> bool:
        """Whether a tray has taken the icon."""
        return self._running.is_set()

    def paint(self, mood: Mood) -> None:
        """Shows `mood`, soon: nobody waits for that."""
        if mood != self._mood:
            self._mood = mood
            if self.shown:
                self._do(self._repaint)

    def announce(self, text: str) -> None:
        """Says `text` in a bubble beside the icon; nothing where the system has none."""
        if self.shown and self._icon.HAS_NOTIFICATION:
            self._do(lambda: self._icon.notify(text))

    def close(self) -> None:
        """Takes the icon away."""
        self._closing.set()
        if not self.shown:
            return
        self._do(self._icon.stop)
        self._thread.join(PATIENCE_S)
        self._icon._running = False  # noqa: SLF001 - pystray's destructor would wait for a stuck thread without an end

    def _do(self, work: Callable[[], None]) -> None:
        """Does `work` on the icon, where its system wants that done."""
        if self._icon_thread:
            self._icon_thread.do(work)
        else:
            threading.Thread(target=work, name="tray-work", daemon=True).start()

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

    def _make_icon_thread(self) -> "IconThread | None":
        if sys.platform == "win32":
            return None
        from assistant.resident.tray_x11 import IconThread  # noqa: PLC0415 - needs an X server

        return IconThread(self._clicked, self._menu_wanted)

    def _run(self) -> None:
        try:
            self._serve()
            while self._icon_thread and not self._closing.wait(_AGAIN_S):
                self._icon = self._make_icon()
                self._serve()
        except Exception:  # noqa: BLE001 - the thread's dispatcher: the assistant lives on without an icon
            _LOG.exception("the tray icon ended")

    def _serve(self) -> None:
        """Shows the icon until it or its tray ends."""
        try:
            self._icon.icon = draw_icon(self._mood)
            if self._icon_thread:
                self._icon_thread.serve(self._icon, self._taken)
            else:
                self._icon.run(self._started)
        finally:
            self._icon._running = False  # noqa: SLF001 - pystray's destructor would wait for its thread
            self._running.clear()

    def _started(self, icon: Any) -> None:  # noqa: ANN401 - pystray ships no types
        icon.visible = True
        self._taken()

    def _taken(self) -> None:
        self._running.set()
        self._repaint()  # for a mood that changed meanwhile

    def _repaint(self) -> None:
        with self._painting:
            self._icon.icon = draw_icon(self._mood)
