"""Key combinations as people write them: `ctrl+alt+k`."""

from dataclasses import dataclass

from data.errors import BadValueError

MODIFIERS = ("ctrl", "alt", "shift", "win")
"""In the order in which they are written."""

SYNONYMS = {"control": "ctrl", "super": "win", "windows": "win", "meta": "win", "option": "alt", "spacebar": "space"}
NAMED_KEYS = frozenset(
    {"space", "tab", "insert", "delete", "home", "end", "pageup", "pagedown", "up", "down", "left", "right", "pause"}
)
FUNCTION_KEYS = frozenset(f"f{n}" for n in range(1, 25))
RESERVED: dict[tuple[str, ...], str] = {
    ("ctrl", "space"): "Chinese input methods switch with it",
    ("alt", "space"): "it opens the window menu",
    ("win", "space"): "it switches the keyboard layout",
}


@dataclass(frozen=True, slots=True)
class Combination:
    """One key with its modifiers.

    Attributes:
        modifiers: Some of `MODIFIERS`, in that order.
        key: A letter or digit, `f1` to `f24`, or one of `NAMED_KEYS`; lower case.
    """

    modifiers: tuple[str, ...]
    key: str

    def __str__(self) -> str:
        return "+".join((*self.modifiers, self.key))

    @property
    def label(self) -> str:
        """As it stands on a keyboard: `Ctrl+Alt+K`."""
        return "+".join(part.capitalize() for part in (*self.modifiers, self.key))


def parse_combination(text: str) -> Combination:
    """The combination that `text` names; case and spaces do not matter.

    Raises:
        BadValueError: no such key, no modifier where one is needed, or one that belongs to the system.
    """
    parts = [SYNONYMS.get(part, part) for part in (piece.strip().lower() for piece in text.split("+"))]
    *modifiers, key = parts
    unknown = next((part for part in modifiers if part not in MODIFIERS), None)
    if unknown is not None:
        raise BadValueError("hotkey", text, f"{unknown!r} is not a modifier ({', '.join(MODIFIERS)})")
    if len(set(modifiers)) != len(modifiers):
        raise BadValueError("hotkey", text, "names a modifier twice")
    if not _is_key(key):
        raise BadValueError("hotkey", text, f"{key!r} is not a key: use a letter, a digit, f1 to f24 or a name")
    combination = Combination(tuple(part for part in MODIFIERS if part in modifiers), key)
    if not set(modifiers) - {"shift"} and key not in FUNCTION_KEYS:
        raise BadValueError("hotkey", text, "needs ctrl, alt or win: alone it could not be typed any more")
    reason = RESERVED.get((*combination.modifiers, key))
    if reason:
        raise BadValueError("hotkey", text, f"is taken: {reason}")
    return combination


def _is_key(key: str) -> bool:
    return (len(key) == 1 and key.isascii() and key.isalnum()) or key in NAMED_KEYS or key in FUNCTION_KEYS
