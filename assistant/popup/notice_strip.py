"""The strip above the results: the first notice that the agent has not marked read."""

import tkinter as tk
from collections.abc import Callable

from assistant.model.notice_messages import NoticeRead
from assistant.model.popup_messages import Intent
from assistant.popup.blocks import Strip
from assistant.popup.pen import CARD_WIDTH, LIST_WIDTH, PAD, Pen
from assistant.popup.tooltips import Tooltips
from assistant.words.wording import Words

NOTICE_KEY = "F11"


class NoticeStrip:
    """Draws a notice in a window, and reports that it was read; it never takes the keyboard.

    Args:
        window: Where it stands.
        above: The part of the window that it stands above.
    """

    def __init__(
        self, window: tk.Misc, above: tk.Misc, pen: Pen, words: Words, on_intent: Callable[[Intent], None]
    ) -> None:
        theme, self._pen, self._above, self._on_intent = pen.theme, pen, above, on_intent
        self._strip: Strip | None = None
        self._frame = tk.Frame(window, bg=theme.script_ground)
        self._mark = tk.Label(self._frame, font=pen.bold.font, bg=theme.script_ground)
        self._mark.pack(side="left", anchor="n", padx=(pen.px(PAD), 0), pady=pen.px(6))
        self._done = tk.Label(
            self._frame, text=words("posted.read", press=NOTICE_KEY), font=pen.small.font, bg=theme.script_ground
        )
        self._done.configure(fg=theme.accent, cursor="hand2")
        self._done.pack(side="right", anchor="n", padx=pen.px(PAD), pady=pen.px(7))
        self._done.bind("<Button-1>", lambda _: self.mark_read())
        Tooltips(pen).explain(self._done, lambda: words("posted.read_tip"))
        self._text = tk.Label(self._frame, font=pen.plain.font, bg=theme.script_ground, fg=theme.text, justify="left")
        self._text.pack(side="left", anchor="n", padx=pen.px(8), pady=pen.px(6))

    def draw(self, strip: Strip | None) -> None:
        """Shows this notice, or takes the strip away."""
        if strip == self._strip:
            return
        self._strip = strip
        if strip is None:
            self._frame.pack_forget()
            return
        self._mark.configure(text=strip.mark, fg=self._pen.theme.tone(strip.tone))
        width = self._pen.px(LIST_WIDTH + CARD_WIDTH - 6 * PAD) - self._pen.bold.width(strip.mark)
        lines = self._pen.plain.wrapped(strip.text, width - self._done.winfo_reqwidth())
        self._text.configure(text="\n".join(lines))
        self._frame.pack(side="top", fill="x", padx=1, pady=(0, 1), before=self._above)

    def mark_read(self) -> None:
        """Reports the notice on screen, if there is one, as read."""
        if self._strip is not None:
            self._on_intent(NoticeRead(self._strip.key))
