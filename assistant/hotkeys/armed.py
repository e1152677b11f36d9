"""A hotkey that is watched for, and why one may not be."""

from typing import Protocol

from assistant.hotkeys.combination import Combination
from data.errors import SwitchboardError


class HotkeyError(SwitchboardError):
    """The hotkey cannot be used; the message says why and what to do."""


class HotkeyTakenError(HotkeyError):
    """Another program holds the combination."""

    def __init__(self, combination: Combination) -> None:
        super().__init__(
            f"{combination.label} is taken by another program: choose another `hotkey` in settings.toml, "
            "or show the popup with `switchboard toggle`"
        )


class ArmedHotkey(Protocol):
    """A combination that is being watched for."""

    def disarm(self) -> None:
        """Gives the combination free."""
        ...
