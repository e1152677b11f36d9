"""Every character as a cache keeps it."""

from collections.abc import Iterator

from data.characters import tables
from data.characters.readings import hanzi_readings
from data.characters.simplified import simplified

Row = tuple[str, str, str | None, str | None]
"""`(character, readings, simplified, alike)` as in a cache's table `hanzi`."""


def character_rows() -> Iterator[Row]:
    """Every Chinese character that someone may type, in code order.

    Its readings are joined by `|`, best first. Its simplified form is None where that is itself. Those that look like
    it are one string, the likest first, or None where none is known; a traditional character has those of its
    simplified form.
    """
    alike = tables.look_alikes()
    for character in sorted(tables.dictionary_readings()):
        simple = simplified(character)
        yield character, hanzi_readings(character), simple if simple != character else None, alike.get(simple)
