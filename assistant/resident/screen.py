"""The screen that the assistant is shown on."""

import logging
import sys
import tkinter as tk
from types import TracebackType

from data.errors import SwitchboardError

_LOG = logging.getLogger(__name__)


class NoDisplayError(SwitchboardError):
    """There is no screen to show a popup on."""


def open_display() -> tk.Tk:
    """The program's root window, hidden.

    Raises:
        NoDisplayError: there is no screen.
    """
    if sys.platform == "win32":
        from assistant.popup.surroundings_windows import declare_dpi_awareness  # noqa: PLC0415 - exists there only

        declare_dpi_awareness()
    try:
        root = tk.Tk(className="Switchboard")
    except tk.TclError as problem:
        raise NoDisplayError(f"没有图形界面 / no display: {problem}; run this in the agent's desktop session") from None
    root.withdraw()
    return root


def log_callback(kind: type[BaseException], problem: BaseException, trace: TracebackType | None) -> None:
    """Logs what went wrong in a callback of Tk."""
    _LOG.error("a Tk callback failed", exc_info=(kind, problem, trace))
