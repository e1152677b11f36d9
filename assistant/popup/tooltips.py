"""Tooltips that cost nothing until the pointer first rests on something."""

import tkinter as tk
from collections.abc import Callable
from typing import Any

from assistant.popup.pen import Pen

DELAY_S = 0.4


class Tooltips:
    """The tooltips of one window."""

    def __init__(self, pen: Pen) -> None:
        self._pen = pen
        self._made: dict[str, Any] = {}

    def explain(self, widget: tk.Widget, text: Callable[[], str]) -> None:
        """Shows `text()` while the pointer rests on `widget`."""
        widget.bind("<Enter>", lambda event: self._first_time(widget, text, event), add="+")

    def hide(self) -> None:
        """Takes them away: a window that hides under the pointer tells its widgets nothing."""
        for tip in self._made.values():
            tip.on_leave()

    def _first_time(self, widget: tk.Widget, text: Callable[[], str], event: "tk.Event[tk.Misc]") -> None:
        if str(widget) in self._made:
            return
        from tktooltip import ToolTip  # noqa: PLC0415 - 3 MB that many a day does without

        theme = self._pen.theme
        tip = ToolTip(
            widget,
            msg=text,
            delay=DELAY_S,
            parent_kwargs={"bg": theme.line, "padx": 1, "pady": 1},
            bg=theme.card,
            fg=theme.text,
            font=self._pen.small.font,
            padx=self._pen.px(8),
            pady=self._pen.px(5),
        )
        self._made[str(widget)] = tip
        tip.on_enter(event)
