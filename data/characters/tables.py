"""The tables of this package, read from its files once; `packaging/characters/` makes those that are generated."""

from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files

_COMMENT = "#"


def _lines(name: str) -> Iterator[list[str]]:
    """The cells of each line of a file of this package, comments left out."""
    with files("data.characters").joinpath(name).open(encoding="utf-8") as file:
        for line in file:
            if not line.startswith(_COMMENT):
                yield line.rstrip("\n").split("\t")


@lru_cache(maxsize=1)
def dictionary_readings() -> dict[str, str]:
    """Readings of each character by the dictionaries of today: toneless, joined by `|`, the commonest first."""
    return {character: readings for readings, characters in _lines("readings.txt") for character in characters}


@lru_cache(maxsize=1)
def chosen_readings() -> dict[str, str]:
    """Readings chosen by hand, of a character (joined by `|`, best first) or of a word (a space between syllables)."""
    return {what: readings for what, readings, _ in _lines("chosen_readings.txt")}


@lru_cache(maxsize=1)
def phrases() -> dict[str, str]:
    """Words of two or more characters that are read otherwise than their characters; a space between syllables."""
    words = {line[0]: line[1] for line in _lines("phrases.txt")}
    return words | {what: readings for what, readings in chosen_readings().items() if len(what) > 1}


@lru_cache(maxsize=1)
def family_names() -> dict[str, str]:
    """Family names that are not read as the character usually is."""
    return {line[0]: line[1] for line in _lines("family_names.txt")}


@lru_cache(maxsize=1)
def look_alikes() -> dict[str, str]:
    """For each character in common use those that are most like it in shape, at most twelve, the likest first."""
    return {line[0]: line[1:] for (line,) in _lines("alike.txt")}
