"""The popup's window: made once, hidden, then only shown, filled and hidden again."""

import tkinter as tk
from collections.abc import Callable
from typing import Literal

from assistant.forms.messages import FORM_KEYS, FormWanted
from assistant.model.popup_messages import (
    Back,
    Confirm,
    CopyScript,
    Dismiss,
    FocusLost,
    Fold,
    Intent,
    MapWanted,
    Move,
    NextPhone,
    OpenShift,
    OpenStatus,
    OpenTree,
    Pick,
    RevealFor,
    RevealWanted,
    ToggleImportant,
    Typed,
    Unfold,
)
from assistant.model.popup_model import PAGE_ROWS
from assistant.popup.blocks import Block, Foot, Listing, Picture
from assistant.popup.card_picture import IMPORTANT_KEY, TREE_KEY
from assistant.popup.drawing import CardPainter
from assistant.popup.notice_strip import NOTICE_KEY, NoticeStrip
from assistant.popup.pen import BODY_HEIGHT, CARD_WIDTH, LIST_WIDTH, Pen
from assistant.popup.rectangle import Rectangle
from assistant.popup.reveal_picture import OFFERED, REVEAL_KEY
from assistant.popup.row_drawing import draw_rows, row_at
from assistant.popup.surroundings import Surroundings
from assistant.popup.tooltips import Tooltips
from assistant.tree.tree_view import LINES
from assistant.words.wording import Words

FOOT_PAD = 10
FOCUS_SETTLES_MS = 60
"""A hotkey grab takes the focus for a moment: only what lasts longer is a loss."""

KEYS: dict[str, Intent] = {
    "<Up>": Move(-1),
    "<Down>": Move(1),
    "<Prior>": Move(-PAGE_ROWS),
    "<Next>": Move(PAGE_ROWS),
    "<Return>": Confirm(),
    "<KP_Enter>": Confirm(),
    "<Tab>": NextPhone(1),
    "<Shift-Tab>": NextPhone(-1),
    "<Escape>": Back(),
    "<F1>": OpenStatus(),
    f"<{TREE_KEY}>": OpenTree(),
    "<Control-t>": OpenTree(),
    f"<{IMPORTANT_KEY}>": OpenTree(important=True),
    f"<{REVEAL_KEY}>": RevealWanted(),
    "<Control-m>": MapWanted(),
    "<Control-M>": MapWanted(),
    **{f"<{key}>": FormWanted(kind) for key, kind in FORM_KEYS.items()},
    **{f"<Control-Key-{number}>": RevealFor(reason) for number, reason in enumerate(OFFERED, 1)},
}
X11_KEYS: dict[str, Intent] = {"<ISO_Left_Tab>": NextPhone(-1)}
"""What Shift+Tab is called there; other systems do not know the name."""
TREE_KEYS: dict[str, Intent] = KEYS | {
    "<Prior>": Move(-LINES),
    "<Next>": Move(LINES),
    "<Right>": Unfold(),
    "<Left>": Fold(),
    "<plus>": Unfold(),
    "<minus>": Fold(),
    "<i>": ToggleImportant(),
    "<I>": ToggleImportant(),
    "<m>": MapWanted(),
    "<M>": MapWanted(),
    f"<{IMPORTANT_KEY}>": ToggleImportant(),
}
"""While the tree has the keyboard."""


class PopupWindow:
    """Draws pictures and reports what the agent does as intents."""

    def __init__(
        self, root: tk.Tk, pen: Pen, words: Words, surroundings: Surroundings, on_intent: Callable[[Intent], None]
    ) -> None:
        self._root = root
        self._pen = pen
        self._words = words
        self._surroundings = surroundings
        self._on_intent = on_intent
        self._listing: Listing | None = None
        self._card: tuple[Block, ...] | None = None
        self._foot: Foot | None = None
        self._tips = Tooltips(pen)
        self._text = tk.StringVar(root)
        self._window = self._make_window()
        self._entry = self._make_entry()
        # packed before the body: where room is short, the foot keeps its line
        self._as_of, self._notice, self._hub, self._hints = self._make_foot()
        self._list, self._card_canvas = self._make_body()
        self._painter = CardPainter(self._card_canvas, pen, on_intent)
        self._strip = NoticeStrip(self._window, self._list, pen, words, on_intent)
        self._bind()
        self._window.update_idletasks()

    def show(self) -> None:
        """Shows the window in the middle of the pointer's screen, with the keyboard, and the last text selected."""
        if not self._window.winfo_viewable():
            self._surroundings.remember_focus()
        x, y = self._screen().centred(self._window.winfo_reqwidth(), self._window.winfo_reqheight())
        self._window.geometry(f"+{x}+{y}")
        self._window.deiconify()
        self._window.lift()
        self._window.focus_force()
        self._entry.focus_set()
        self._select_all()

    def hide(self, *, give_back: bool) -> None:
        """Hides the window; `give_back`: the window that had the focus before gets it again."""
        self._tips.hide()
        self._window.withdraw()
        if give_back:
            self._surroundings.give_back_focus()

    def set_text(self, text: str) -> None:
        """Puts `text` into the entry, as if it had been typed."""
        self._text.set(text)
        self._entry.icursor("end")

    def draw(self, picture: Picture) -> None:
        """Paints what differs from the picture before."""
        if picture.listing != self._listing:
            was_in_tree = self._listing is not None and self._listing.in_tree
            self._listing = picture.listing
            draw_rows(self._list, picture.listing, self._pen)
            if picture.listing.in_tree != was_in_tree:
                (self._list if picture.listing.in_tree else self._entry).focus_set()
        if picture.card != self._card:
            same_head = self._card is not None and self._card[:1] == picture.card[:1]
            self._card = picture.card
            self._painter.draw(picture.card)
            if not same_head:
                self._card_canvas.yview_moveto(0)
        self._strip.draw(picture.strip)
        if picture.foot != self._foot:
            self._foot = picture.foot
            self._draw_foot(picture.foot)

    def _screen(self) -> Rectangle:
        x, y = self._root.winfo_pointerxy()
        whole = Rectangle(0, 0, self._root.winfo_screenwidth(), self._root.winfo_screenheight())
        return next((screen for screen in self._surroundings.screens() if screen.holds(x, y)), whole)

    def _make_window(self) -> tk.Toplevel:
        window = tk.Toplevel(self._root, name="popup", class_="Switchboard", bg=self._pen.theme.line)
        window.withdraw()
        window.title(self._words("title"))
        window.resizable(width=False, height=False)
        window.attributes("-topmost", True)  # noqa: FBT003 - Tk's way
        if window.tk.call("tk", "windowingsystem") == "x11":
            window.attributes("-type", "dialog")
        else:
            window.attributes("-toolwindow", True)  # noqa: FBT003 - Tk's way
        window.protocol("WM_DELETE_WINDOW", lambda: self._on_intent(Dismiss()))
        return window

    def _make_entry(self) -> tk.Entry:
        pen, theme = self._pen, self._pen.theme
        bar = tk.Frame(self._window, bg=theme.card)
        bar.pack(fill="x", padx=1, pady=1)
        entry = tk.Entry(
            bar,
            name="entry",
            textvariable=self._text,
            font=pen.large.font,
            relief="flat",
            highlightthickness=0,
            bg=theme.card,
            fg=theme.text,
            insertbackground=theme.text,
            selectbackground=theme.chosen,
            selectforeground=theme.text,
        )
        entry.pack(fill="x", padx=pen.px(12), pady=pen.px(11))
        hint = tk.Label(entry, text=self._words("placeholder"), font=pen.plain.font, bg=theme.card, fg=theme.quiet)
        hint.bind("<Button-1>", lambda _: entry.focus_set())
        self._text.trace_add("write", lambda *_: self._typed(hint))
        self._place_hint(hint)
        return entry

    def _typed(self, hint: tk.Label) -> None:
        self._place_hint(hint)
        self._on_intent(Typed(self._text.get()))

    def _place_hint(self, hint: tk.Label) -> None:
        if self._text.get():
            hint.place_forget()
        else:
            hint.place(x=self._pen.px(4), rely=0.5, anchor="w")

    def _make_body(self) -> tuple[tk.Canvas, tk.Canvas]:
        pen, theme, height = self._pen, self._pen.theme, self._pen.px(BODY_HEIGHT)
        rows = tk.Canvas(self._window, name="list", width=pen.px(LIST_WIDTH), height=height, bg=theme.ground)
        rows.configure(highlightthickness=0)
        rows.pack(side="left", padx=1)
        card = tk.Canvas(self._window, width=pen.px(CARD_WIDTH), height=height, bg=theme.card, highlightthickness=0)
        card.pack(side="left", padx=(0, 1))
        bar = tk.Frame(card, width=pen.px(4), bg=theme.quiet)
        card.configure(yscrollcommand=lambda first, last: _show_place(bar, float(first), float(last)))
        return rows, card

    def _make_foot(self) -> tuple[tk.Label, tk.Label, tk.Label, tk.Label]:
        pen, theme, words = self._pen, self._pen.theme, self._words
        foot = tk.Frame(self._window, bg=theme.ground)
        foot.pack(side="bottom", fill="x", padx=1, pady=1)

        def label(side: Literal["left", "right"], text: str = "") -> tk.Label:
            made = tk.Label(foot, text=text, font=pen.small.font, bg=theme.ground, fg=theme.quiet)
            made.pack(side=side, padx=pen.px(FOOT_PAD), pady=pen.px(5))
            return made

        as_of, hub = label("left"), label("left")
        hints, notice = label("right"), label("right")
        notice.configure(font=pen.bold.font)
        self._tips.explain(as_of, lambda: words("asof.tip"))
        self._tips.explain(hub, lambda: self._foot.hub_tip if self._foot else "")
        hub.bind("<Button-1>", lambda _: self._on_intent(OpenShift()))
        self._tips.explain(hints, lambda: self._foot.hints_tip if self._foot else "")
        return as_of, notice, hub, hints

    def _draw_foot(self, foot: Foot) -> None:
        tone = self._pen.theme.tone
        self._as_of.configure(text=foot.as_of, fg=tone(foot.as_of_tone))
        self._hub.configure(text=foot.hub, fg=tone(foot.hub_tone))
        self._notice.configure(text=foot.notice, fg=tone(foot.notice_tone))
        texts, small = (foot.as_of, foot.hub, foot.hints), self._pen.small
        taken = sum(map(small.width, texts)) + self._pen.bold.width(foot.notice) + 8 * self._pen.px(FOOT_PAD)
        # what is told comes before what can be read any time
        self._hints.configure(text=foot.hints if taken <= self._pen.px(LIST_WIDTH + CARD_WIDTH) else "")

    def _bind(self) -> None:
        on_x11 = self._window.tk.call("tk", "windowingsystem") == "x11"
        for widget, keys in ((self._entry, KEYS), (self._list, TREE_KEYS)):
            for key, intent in (keys | X11_KEYS if on_x11 else keys).items():
                widget.bind(key, self._reporter(intent))
            widget.bind("<Control-Return>", self._reporter(CopyScript(english=self._words.english)))
            widget.bind("<Control-Shift-Return>", self._reporter(CopyScript(english=not self._words.english)))
            widget.bind(f"<{NOTICE_KEY}>", lambda _: self._strip.mark_read())
            widget.bind("<Control-Up>", lambda _: self._scroll(-1))
            widget.bind("<Control-Down>", lambda _: self._scroll(1))
        self._list.bind("<Key>", self._typed_at_tree)
        self._entry.bind("<Control-a>", lambda _: self._select_all())  # Tk's own goes to the line's start under X11
        self._entry.bind("<<Paste>>", lambda _: self._drop_selection())  # under X11 Tk itself would keep it
        self._list.bind("<Button-1>", self._clicked)
        for event, step in (("<Button-4>", -1), ("<Button-5>", 1)):
            self._card_canvas.bind(event, lambda _, step=step: self._scroll(step))  # type: ignore[misc]  # a default argument holds the step
            self._list.bind(event, self._reporter(Move(step)))
        self._card_canvas.bind("<MouseWheel>", lambda event: self._scroll(-1 if event.delta > 0 else 1))
        self._list.bind("<MouseWheel>", lambda event: self._on_intent(Move(-1 if event.delta > 0 else 1)))
        self._window.bind("<FocusOut>", self._maybe_lost)

    def _reporter(self, intent: Intent) -> Callable[["tk.Event[tk.Misc]"], str]:
        def report(_event: "tk.Event[tk.Misc]") -> str:
            self._on_intent(intent)
            return "break"

        return report

    def _clicked(self, event: "tk.Event[tk.Misc]") -> None:
        if self._listing is None:
            return
        (self._list if self._listing.in_tree else self._entry).focus_set()
        index = row_at(event.y, self._listing, self._pen)
        if index >= 0:
            self._on_intent(Pick(index))

    def _typed_at_tree(self, event: "tk.Event[tk.Misc]") -> None:
        """What is typed there begins the next look-up."""
        if event.char and event.char.isprintable():
            self._entry.focus_set()
            self._select_all()
            self._drop_selection()
            self._entry.insert("end", event.char)

    def _select_all(self) -> str:
        self._entry.selection_range(0, "end")
        self._entry.icursor("end")
        return "break"

    def _drop_selection(self) -> None:
        if self._entry.selection_present():
            self._entry.delete("sel.first", "sel.last")

    def _scroll(self, step: int) -> str:
        self._card_canvas.yview_scroll(step * 3, "units")
        return "break"

    def _maybe_lost(self, _event: "tk.Event[tk.Misc]") -> None:
        self._root.after(FOCUS_SETTLES_MS, self._report_loss)

    def _report_loss(self) -> None:
        if self._window.winfo_viewable() and self._root.focus_get() is None:
            self._on_intent(FocusLost())


def _show_place(bar: tk.Frame, first: float, last: float) -> None:
    """Lays `bar` along the part of the card that is seen, or takes it away where that is all."""
    if last - first >= 1:
        bar.place_forget()
    else:
        bar.place(relx=1.0, anchor="ne", rely=first, relheight=last - first)
