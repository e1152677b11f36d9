"""What the popup and the forms say to each other."""

from dataclasses import dataclass
from typing import Literal

from assistant.card.answer import OutageView

FormKind = Literal["ticket", "call_back", "window", "promise", "wrap_up"]


FORM_KEYS: dict[str, FormKind] = {
    "F2": "ticket",
    "F3": "call_back",
    "F4": "window",
    "F5": "promise",
    "F9": "wrap_up",
}
"""The keys that open the forms, beside the popup's own."""


@dataclass(frozen=True, slots=True)
class FormWanted:
    """The agent wants to enter something about the record in front of them."""

    kind: FormKind


@dataclass(frozen=True, slots=True)
class FormClosed:
    """A form has gone: `entered` says which was entered; empty where it was put aside."""

    entered: str


@dataclass(frozen=True, slots=True)
class Target:
    """The record that is entered about."""

    kind: str
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class ShowForm:
    """Show a form.

    Attributes:
        target: None where a form is about the call alone.
        windows: Those on the record's card.
        number: The caller's, where the popup was opened for one.
        person: Who is signed in.
    """

    kind: FormKind
    target: Target | None
    windows: tuple[OutageView, ...] = ()
    number: str = ""
    person: str = ""

    @property
    def draft(self) -> tuple[str, ...]:
        """Under which what was typed is kept until it is entered: another person, or another caller, begins anew."""
        about = (self.target.kind, self.target.id) if self.target else ("", "")
        return (self.kind, self.person, self.number, *about)
