"""The lines of a form: one for text, one for a choice that arrows and digits make."""

import tkinter as tk
from collections.abc import Callable
from typing import Protocol

from assistant.forms.form import Values
from assistant.popup.pen import Pen

_COLUMNS = 44
_CIRCLED = "①②③④⑤⑥"
"""More choices than that are shown one at a time."""

Offered = Callable[[Values], list[tuple[str, str]]]
"""The choices, by key and label, that go with what stands in the other lines."""


class Line(Protocol):
    """One line of a form."""

    @property
    def value(self) -> str:
        """What stands in it; of a choice its key."""
        ...

    def refresh(self, values: Values, *, shown: bool) -> None:
        """Follows the other lines."""
        ...

    def focus(self) -> None:
        """Takes the keyboard."""
        ...


class TextLine:
    """A line of text under its label."""

    def __init__(self, frame: tk.Frame, pen: Pen, value: str, changed: Callable[[], None]) -> None:
        self._frame = frame
        theme = pen.theme
        self._text = tk.StringVar(frame, value)
        self._entry = tk.Entry(self._frame, width=_COLUMNS, textvariable=self._text, font=pen.plain.font)
        self._entry.configure(bg=theme.card, fg=theme.text, insertbackground=theme.text)
        self._entry.configure(highlightthickness=pen.px(2), highlightcolor=theme.accent, relief="flat")
        self._entry.configure(highlightbackground=theme.line)
        self._entry.pack(fill="x")
        self._text.trace_add("write", lambda *_: changed())
        self._shown = True

    @property
    def value(self) -> str:
        """The text."""
        return self._text.get()

    def refresh(self, values: Values, *, shown: bool) -> None:
        """Is there, or is not."""
        del values
        if shown != self._shown:
            self._shown = shown
            _show(self._frame, shown=shown)

    def focus(self) -> None:
        """Takes the keyboard, with the cursor at the end."""
        self._entry.focus_set()
        self._entry.icursor("end")


class ChoiceLine:
    """A line of choices: arrows or digits choose; many are shown one at a time."""

    def __init__(self, frame: tk.Frame, pen: Pen, offered: Offered, value: str, changed: Callable[[], None]) -> None:
        self._pen, self._offered, self._changed = pen, offered, changed
        self._choices: list[tuple[str, str]] = []
        self._key = value
        self._drawn: object = None
        self._frame = frame
        theme = pen.theme
        self._row = tk.Frame(self._frame, bg=theme.ground, takefocus=True, highlightthickness=pen.px(2))
        self._row.configure(highlightcolor=theme.accent, highlightbackground=theme.ground)
        self._row.pack(fill="x")
        for key, step in (("<Left>", -1), ("<Right>", 1), ("<Up>", -1), ("<Down>", 1)):
            self._row.bind(key, lambda _, step=step: self._step(step))  # type: ignore[misc]  # a default argument holds the step
        self._row.bind("<Key>", self._typed)
        self.refresh({}, shown=True)

    @property
    def value(self) -> str:
        """The key of what is chosen."""
        return self._key

    def refresh(self, values: Values, *, shown: bool) -> None:
        """Offers what goes with the other lines; what is offered no more gives way to the first."""
        _show(self._frame, shown=shown)
        self._choices = self._offered(values)
        if self._key not in dict(self._choices):
            self._key = self._choices[0][0] if self._choices else ""
        self._draw()

    def focus(self) -> None:
        """Takes the keyboard."""
        self._row.focus_set()

    def _draw(self) -> None:
        if self._drawn == (self._choices, self._key):
            return
        self._drawn = [*self._choices], self._key
        for child in self._row.winfo_children():
            child.destroy()
        if len(self._choices) > len(_CIRCLED):
            place = next((n for n, (key, _) in enumerate(self._choices, 1) if key == self._key), 1)
            self._label(f"‹ {dict(self._choices).get(self._key, '')} ›   {place}/{len(self._choices)}", self._key)
            return
        for number, (key, label) in enumerate(self._choices, 1):
            self._label(f"{_CIRCLED[number - 1]} {label}", key)

    def _label(self, text: str, key: str) -> None:
        theme, chosen = self._pen.theme, key == self._key
        label = tk.Label(self._row, text=text, font=(self._pen.bold if chosen else self._pen.plain).font)
        label.configure(bg=theme.chosen if chosen else theme.ground, fg=theme.text, padx=self._pen.px(7))
        label.pack(side="left", padx=(0, self._pen.px(4)))
        label.bind("<Button-1>", lambda _: self._choose(key))

    def _step(self, step: int) -> str:
        keys = [key for key, _ in self._choices]
        if keys:
            self._choose(keys[(keys.index(self._key) + step) % len(keys)])
        return "break"

    def _typed(self, event: "tk.Event[tk.Misc]") -> None:
        if event.char.isdigit() and 1 <= int(event.char) <= len(self._choices):
            self._choose(self._choices[int(event.char) - 1][0])

    def _choose(self, key: str) -> None:
        self._key = key
        self._row.focus_set()
        self._changed()


def framed(body: tk.Frame, pen: Pen, name: str, label: str) -> tk.Frame:
    """The room for the line called `name`, with its label in it."""
    theme = pen.theme
    place = tk.Frame(body, name=name, bg=theme.ground)  # keeps the place of a line that comes and goes
    place.pack(fill="x")
    tk.Frame(place, bg=theme.ground, height=1).pack()  # without it, it would keep the size of what went
    frame = tk.Frame(place, bg=theme.ground)
    frame.pack(fill="x")
    tk.Label(frame, text=label, font=pen.small.font, bg=theme.ground, fg=theme.quiet, anchor="w").pack(
        fill="x", pady=(pen.px(6), 0)
    )
    return frame


def _show(frame: tk.Frame, *, shown: bool) -> None:
    if shown:
        frame.pack(fill="x")
    else:
        frame.pack_forget()
