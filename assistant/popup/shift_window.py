"""The small window in which a person signs in for the shift, or hands over."""

import tkinter as tk
from collections.abc import Callable
from typing import Protocol

from assistant.popup.pen import Face, Pen
from assistant.words.wording import Words

_WIDTH = 28
_PAD = 12


class SignsIn(Protocol):
    """What the window asks for; it hears of the outcome by `told`."""

    def sign_in(self, name: str, secret: str) -> None:
        """Signs a person in."""
        ...

    def sign_out(self) -> None:
        """Hands over."""
        ...


class ShiftWindow:
    """Made when it is first shown, then kept hidden. It never holds a secret longer than it is shown.

    Args:
        root: The program's.
        pen: Fonts and colours.
        words: Its language.
        asking: Where what is wished goes.
    """

    def __init__(self, root: tk.Tk, pen: Pen, words: Words, asking: SignsIn) -> None:
        self._words = words
        self._asking = asking
        theme, pad = pen.theme, pen.px(_PAD)
        self._window = tk.Toplevel(root, name="shift", bg=theme.ground, padx=pad, pady=pad)
        self._window.withdraw()
        self._window.title(words("shift.title"))
        self._window.resizable(width=False, height=False)
        self._window.attributes("-topmost", True)  # noqa: FBT003 - Tk's way
        self._window.protocol("WM_DELETE_WINDOW", self.hide)
        self._person = self._label(pen, pen.bold)
        self._name = self._entry(pen, "name", "")
        self._secret = self._entry(pen, "secret", "●")
        self._problem = self._label(pen, pen.small)
        self._problem.configure(fg=theme.bad, wraplength=pen.px(320), justify="left")
        buttons = tk.Frame(self._window, bg=theme.ground)
        buttons.pack(fill="x", pady=(pad // 2, 0))
        self._in = self._button(buttons, pen, "sign_in", self._sign_in)
        self._in.pack(side="right")
        self._out = self._button(buttons, pen, "sign_out", self._sign_out)
        self._out.pack(side="left")
        self._window.bind("<Return>", lambda _: self._sign_in())
        self._window.bind("<Escape>", lambda _: self.hide())

    def show(self, person: str | None) -> None:
        """Shows the window with the keyboard; `person` is who is signed in."""
        self.describe(person)
        self._tell("")
        self._window.update_idletasks()
        spare = self._window.winfo_screenwidth() - self._window.winfo_reqwidth()
        self._window.geometry(f"+{spare // 2}+{self._window.winfo_screenheight() // 3}")
        self._window.deiconify()
        self._window.lift()
        self._window.focus_force()
        (self._secret if self._name.get() else self._name).focus_set()

    def hide(self) -> None:
        """Hides it and forgets what was typed as a secret."""
        self._secret.delete(0, "end")
        self._window.withdraw()

    def describe(self, person: str | None) -> None:
        """Says who is signed in."""
        said = self._words("shift.on_duty", person=person) if person else self._words("shift.nobody")
        self._person.configure(text=said)
        self._out.configure(state="normal" if person else "disabled")

    def told(self, problem: str) -> None:
        """What came of it: hides the window where nothing went wrong."""
        self._in.configure(state="normal")
        self._secret.delete(0, "end")
        if problem:
            self._tell(problem)
        else:
            self.hide()

    def _sign_in(self) -> None:
        name, secret = self._name.get().strip(), self._secret.get()
        if not name or not secret:
            self._tell(self._words("shift.empty"))
            return
        self._wait()
        self._asking.sign_in(name, secret)

    def _sign_out(self) -> None:
        self._wait()
        self._asking.sign_out()

    def _wait(self) -> None:
        self._in.configure(state="disabled")
        self._out.configure(state="disabled")
        self._tell(self._words("shift.waiting"))

    def _tell(self, text: str) -> None:
        self._problem.configure(text=text)

    def _label(self, pen: Pen, face: Face) -> tk.Label:
        label = tk.Label(self._window, font=face.font, bg=pen.theme.ground, fg=pen.theme.text, anchor="w")
        label.pack(fill="x")
        return label

    def _button(self, row: tk.Frame, pen: Pen, name: str, act: Callable[[], None]) -> tk.Button:
        return tk.Button(row, name=name, text=self._words(f"shift.{name}"), font=pen.plain.font, command=act)

    def _entry(self, pen: Pen, name: str, show: str) -> tk.Entry:
        tk.Label(
            self._window,
            text=self._words(f"shift.{name}"),
            font=pen.small.font,
            bg=pen.theme.ground,
            fg=pen.theme.quiet,
            anchor="w",
        ).pack(fill="x", pady=(pen.px(6), 0))
        entry = tk.Entry(self._window, name=name, width=_WIDTH, show=show, font=pen.plain.font)
        entry.configure(bg=pen.theme.card, fg=pen.theme.text, insertbackground=pen.theme.text)
        entry.pack(fill="x")
        return entry
