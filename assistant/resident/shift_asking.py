"""Between the window for signing in and what signs people in: also where this PC is not enrolled."""

from collections.abc import Callable
from typing import Protocol

from assistant.words.wording import Words


class PersonAtPc(Protocol):
    """Who works at this PC, as `assistant.resident.shifts.Shifts` knows.

    Attributes:
        hotkey: How the hotkey is, told to the hub.
    """

    hotkey: str

    @property
    def person(self) -> str | None:
        """Who is signed in, None for nobody."""
        ...

    def sign_in(self, name: str, secret: str, told: Callable[[str], None]) -> None:
        """Signs a person in, soon, and tells what went wrong."""
        ...

    def sign_out(self, told: Callable[[str], None]) -> None:
        """Hands over, soon, and tells what went wrong."""
        ...


class ShiftAsker:
    """Takes the window's wishes.

    Args:
        shifts: None where this PC is not enrolled.
        words: To say so.
        told: Hears what went wrong, empty for nothing, on any thread.
    """

    def __init__(self, shifts: PersonAtPc | None, words: Words, told: Callable[[str], None]) -> None:
        self._shifts = shifts
        self._words = words
        self._told = told

    def sign_in(self, name: str, secret: str) -> None:
        """Signs a person in."""
        if self._shifts is None:
            self._told(self._words("shift.not_enrolled"))
        else:
            self._shifts.sign_in(name, secret, self._told)

    def sign_out(self) -> None:
        """Hands over."""
        if self._shifts is not None:
            self._shifts.sign_out(self._told)
