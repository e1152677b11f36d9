"""What the cache knows of Chinese characters that someone types."""

from functools import lru_cache
from typing import NamedTuple

from data.sqlite import Connection


class Character(NamedTuple):
    """One character as it is typed.

    Attributes:
        simplified: The form in which names are written; itself for most.
        readings: Without tones, best first; empty when nobody knows them.
        alike: Characters that look like it, the likest first.
    """

    simplified: str
    readings: tuple[str, ...] = ()
    alike: str = ""


class Characters:
    """Looks characters up in one open cache and remembers them: what it says of them never changes."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.of = lru_cache(maxsize=1024)(self._read)

    def _read(self, character: str) -> Character:
        row = self._connection.execute(
            "SELECT simplified, readings, alike FROM hanzi WHERE character = ?", (character,)
        ).fetchone()
        if row is None:
            return Character(character)
        return Character(row[0] or character, tuple(row[1].split("|")), row[2] or "")

    def simplified(self, text: str) -> str:
        """`text` with every traditional character in its simplified form; as long as before."""
        return text if text.isascii() else "".join(c if c.isascii() else self.of(c).simplified for c in text)

    def readings(self, character: str) -> tuple[str, ...]:
        """Readings of a character, best first; empty when nobody knows them."""
        return self.of(character).readings

    def alike(self, character: str) -> str:
        """Characters that look like one, the likest first; "" when nobody knows them."""
        return self.of(character).alike
