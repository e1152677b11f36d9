"""How a Chinese character is read."""

from data.characters import tables
from data.characters.simplified import simplified


def hanzi_readings(character: str) -> str:
    """Readings of a Chinese character without tones, ü as `v`, joined by `|`, best first; empty for anything else.

    What was chosen by hand goes before the dictionaries; a traditional character is read as its simplified form where
    nothing is known of itself.
    """
    chosen, known, simple = tables.chosen_readings(), tables.dictionary_readings(), simplified(character)
    return chosen.get(character) or chosen.get(simple) or known.get(character) or known.get(simple) or ""
