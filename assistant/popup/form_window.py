"""The small window that a form is filled in: by keyboard alone, kept as it stands where it is put aside."""

import tkinter as tk
from collections.abc import Callable, Sequence
from typing import Protocol

from assistant.forms.form import Choice, Entered, Field, FormError, Values, fields_of, meaning, promised
from assistant.forms.messages import ShowForm
from assistant.popup.form_lines import ChoiceLine, Line, TextLine, framed
from assistant.popup.moments import spoken
from assistant.popup.pen import Face, Pen
from assistant.words.wording import Words
from data.clock import Clock, to_iso

_PAD, _WIDTH = 14, 440


class Keeps(Protocol):
    """Where what was entered goes; it hears of the outcome by `told`."""

    def enter(self, entered: Entered) -> None:
        """Keeps it, soon."""
        ...

    def catalogue(self) -> Sequence[Choice]:
        """Kinds of business for tickets, as this PC knows them."""
        ...


class FormWindow:
    """Made when it is first shown, then kept hidden; its lines are made anew for each form.

    Args:
        root: The program's.
        pen: Fonts and colours.
        words: Its language.
        clock: Tells what "in an hour" means.
        keeps: Where what was entered goes.
        closed: Called when it is hidden: with what was entered, empty where it was put aside.
    """

    def __init__(
        self, root: tk.Tk, pen: Pen, words: Words, clock: Clock, keeps: Keeps, closed: Callable[[str], None]
    ) -> None:
        self._pen, self._words, self._clock, self._keeps, self._closed = pen, words, clock, keeps, closed
        self._wanted: ShowForm | None = None
        self._fields: tuple[Field, ...] = ()
        self._lines: dict[str, Line] = {}
        self._drafts: dict[tuple[str, ...], dict[str, str]] = {}
        self._entering: tuple[str, ...] | None = None
        theme, pad = pen.theme, pen.px(_PAD)
        self._window = tk.Toplevel(root, name="form", class_="Switchboard", bg=theme.ground, padx=pad, pady=pad)
        self._window.withdraw()
        self._window.resizable(width=False, height=False)
        self._window.attributes("-topmost", True)  # noqa: FBT003 - Tk's way
        self._window.protocol("WM_DELETE_WINDOW", self.put_aside)
        self._head = self._label(pen.bold, theme.text)
        self._body = tk.Frame(self._window, bg=theme.ground)
        self._body.pack(fill="x", pady=(pen.px(4), 0))
        self._outcome = self._label(pen.small, theme.accent)
        self._problem = self._label(pen.small, theme.bad)
        self._label(pen.small, theme.quiet).configure(text=words("form.keys"))
        self._window.bind("<Return>", lambda _: self._enter())
        self._window.bind("<KP_Enter>", lambda _: self._enter())
        self._window.bind("<Escape>", lambda _: self.put_aside())

    @property
    def shown(self) -> str:
        """Which form is shown; empty for none."""
        return self._wanted.kind if self._wanted else ""

    def show(self, wanted: ShowForm) -> None:
        """Shows a form with the keyboard, as it was put aside where it was."""
        self.put_aside()
        self._wanted = wanted
        about = f" · {wanted.target.name}" if wanted.target else ""
        self._window.title(self._words(f"form.{wanted.kind}"))
        self._head.configure(text=self._words(f"form.{wanted.kind}") + about)
        self._tell("")
        self._make_lines(wanted)
        self._changed()
        self._window.update_idletasks()
        spare = self._window.winfo_screenwidth() - self._window.winfo_reqwidth()
        self._window.geometry(f"+{spare // 2}+{self._window.winfo_screenheight() // 4}")
        self._window.deiconify()
        self._window.lift()
        self._window.focus_force()
        next(iter(self._lines.values())).focus()

    def put_aside(self) -> None:
        """Hides the form; what was typed is there when it is opened again for the same record."""
        if self._wanted is not None:
            self._drafts[self._wanted.draft] = self._values()
            self._hide("")

    def told(self, problem: str) -> None:
        """What came of entering: the form goes where nothing went wrong, unless another one is shown by now."""
        draft, self._entering = self._entering, None
        there = self._wanted is not None and self._wanted.draft == draft
        if problem:
            if there:
                self._tell(problem)
            return
        if draft is not None:
            self._drafts.pop(draft, None)
        if there and self._wanted is not None:
            self._hide(self._wanted.kind)

    def _make_lines(self, wanted: ShowForm) -> None:
        for child in self._body.winfo_children():
            child.destroy()
        self._fields = fields_of(wanted, self._keeps.catalogue() if wanted.kind == "ticket" else ())
        draft = self._drafts.get(wanted.draft, {})
        self._lines = {}
        for field in self._fields:
            value = draft.get(field.name, field.value)
            place = framed(self._body, self._pen, field.name, self._words(f"form.field.{field.name}"))
            if field.choices:
                line: Line = ChoiceLine(place, self._pen, self._labelled(field), value, self._changed)
            else:
                line = TextLine(place, self._pen, value, self._changed)
            self._lines[field.name] = line

    def _labelled(self, field: Field) -> Callable[[Values], list[tuple[str, str]]]:
        def offered(values: Values) -> list[tuple[str, str]]:
            return [(one.key, one.label or self._words(_word(field, one))) for one in field.offered(values)]

        return offered

    def _values(self) -> dict[str, str]:
        return {name: line.value for name, line in self._lines.items()}

    def _changed(self) -> None:
        """Shows what goes with what is chosen now, and which promise it makes."""
        if len(self._lines) < len(self._fields) or self._wanted is None:
            return  # not all of them are made yet
        values = self._values()
        for field in self._fields:
            self._lines[field.name].refresh(values, shown=field.counts(values))
        self._outcome.configure(text=self._promise(self._wanted, self._values()))

    def _promise(self, wanted: ShowForm, values: Values) -> str:
        now = self._clock.now()
        etr = promised(wanted, values, now)
        if etr is not None:
            return self._words("form.promised", etr=spoken(to_iso(etr), now, self._words))
        return self._words("form.now_restored") if values.get("act") == "restored" else ""

    def _enter(self) -> None:
        if self._wanted is None or self._entering is not None:  # a key that is held enters once
            return
        try:
            entered = meaning(self._wanted, self._values(), self._clock.now())
        except FormError as problem:
            self._tell(self._told_of(problem))
            if problem.field in self._lines:
                self._lines[problem.field].focus()
            return
        self._entering = self._wanted.draft
        self._keeps.enter(entered)

    def _told_of(self, problem: FormError) -> str:
        text = self._words(f"form.{problem.key}")
        named = self._words(f"form.field.{problem.field}") if problem.key == "needed" else ""
        return f"{text}：{named}" if named else text

    def _hide(self, entered: str) -> None:
        self._wanted, self._lines = None, {}
        self._window.withdraw()
        self._closed(entered)

    def _tell(self, text: str) -> None:
        self._problem.configure(text=text)

    def _label(self, face: Face, colour: str) -> tk.Label:
        label = tk.Label(self._window, font=face.font, bg=self._pen.theme.ground, fg=colour, anchor="w")
        label.configure(wraplength=self._pen.px(_WIDTH), justify="left")
        label.pack(fill="x", pady=(self._pen.px(3), 0))
        return label


def _word(field: Field, choice: Choice) -> str:
    if field.name == "outage_kind":
        return f"outage_kind.{choice.key}"
    return f"form.{field.name}.{choice.key}"
