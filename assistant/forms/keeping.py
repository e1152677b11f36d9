"""Between a form and the outbox: also where this PC is not enrolled."""

from collections.abc import Callable, Sequence
from typing import Protocol

from assistant.forms.form import Choice, Entered
from assistant.words.wording import Words


class EntersAtPc(Protocol):
    """What keeps entries, as `assistant.resident.entries.Entries` does."""

    def enter(self, entered: Entered, told: Callable[[str], None]) -> None:
        """Keeps an entry, soon, and tells what went wrong."""
        ...

    def catalogue(self) -> Sequence[Choice]:
        """Kinds of business, as this PC knows them."""
        ...


class FormKeeper:
    """Takes what a form's window gives.

    Args:
        entries: None where this PC is not enrolled.
        words: To say so.
        told: Hears what went wrong, empty for nothing, on any thread.
    """

    def __init__(self, entries: EntersAtPc | None, words: Words, told: Callable[[str], None]) -> None:
        self._entries, self._words, self._told = entries, words, told

    def enter(self, entered: Entered) -> None:
        """Keeps what was entered."""
        if self._entries is None:
            self._told(self._words("shift.not_enrolled"))
        else:
            self._entries.enter(entered, self._told)

    def catalogue(self) -> Sequence[Choice]:
        """Kinds of business, as this PC knows them."""
        return self._entries.catalogue() if self._entries else ()
