"""Readings of single characters, as a cache tells them."""

from data.names.pinyin import readings_of


def readings_of_character(character: str) -> tuple[str, ...]:
    """Readings of one character, best first; `("_",)` for what cannot be read out."""
    return tuple(readings_of(character).split("|"))
