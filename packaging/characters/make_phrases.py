"""Writes data/characters/phrases.txt: `make_phrases.py UNIHAN_FOLDER TABLES_FOLDER OUTPUT`.

Needs the package `pypinyin`, whose list of phrases it reads.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from pypinyin.phrases_dict import phrases_dict
from unihan import dictionary_readings, read_fields, toneless

LONGEST = 3
"""The list's phrases of four characters are sayings, which no name holds."""


def read_first_readings(tables: Path) -> tuple[dict[str, str], set[str]]:
    """Each character's first reading, and the characters whose readings were chosen by hand."""
    first: dict[str, str] = {}
    for line in (tables / "readings.txt").read_text(encoding="utf-8").splitlines():
        readings, characters = line.split("\t")
        first.update(dict.fromkeys(characters, readings.split("|")[0]))
    chosen = dict(
        line.split("\t")[:2] for line in (tables / "chosen_readings.txt").open(encoding="utf-8") if "\t" in line
    )
    first.update((what, readings.split("|")[0]) for what, readings in chosen.items() if len(what) == 1)
    return first, {what for what in chosen if len(what) == 1}


def telling_phrases(first: dict[str, str], chosen: set[str], known: dict[str, set[str]]) -> Iterator[tuple[str, str]]:
    """Phrases in which a character has a true reading that is not its first, shorter phrases first.

    The first reading of a character that was chosen by hand (长, 朝) holds in all of them. A longer phrase that says
    nothing beyond the shorter ones inside it is left out. A phrase with a reading that no dictionary knows is an error
    of the list, and left out too.
    """
    told: dict[str, str] = {}
    for phrase in sorted(phrases_dict, key=lambda one: (len(one), one)):
        spelt = phrases_dict[phrase]
        if len(phrase) > LONGEST or len(spelt) != len(phrase) or not set(phrase) <= first.keys():
            continue
        readings = [first[one] if one in chosen else toneless(said[0]) for one, said in zip(phrase, spelt, strict=True)]
        true = all(one in chosen or reading in known[one] for one, reading in zip(phrase, readings, strict=True))
        if true and readings != _read(phrase, first, told):
            told[phrase] = " ".join(readings)
            yield phrase, told[phrase]


def _read(phrase: str, first: dict[str, str], told: dict[str, str]) -> list[str]:
    readings: list[str] = []
    while len(readings) < len(phrase):
        rest = phrase[len(readings) :]
        longest = next((rest[:length] for length in range(len(rest), 1, -1) if rest[:length] in told), None)
        readings += told[longest].split() if longest else [first[rest[0]]]
    return readings


def main(unihan: str, tables: str, output: str) -> None:
    """Writes them sorted, one a line."""
    fields = read_fields(Path(unihan), "kTGHZ2013", "kXHC1983", "kMandarin")
    first, chosen = read_first_readings(Path(tables))
    known = {
        character: {
            toneless(fields["kMandarin"].get(character, "").split(" ")[0]),
            *dictionary_readings(fields["kTGHZ2013"].get(character, "")),
            *dictionary_readings(fields["kXHC1983"].get(character, "")),
        }
        for character in first
    }
    lines = (f"{phrase}\t{spelt}\n" for phrase, spelt in sorted(telling_phrases(first, chosen, known)))
    Path(output).write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
