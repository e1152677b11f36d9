"""Writes data/characters/readings.txt: `make_readings.py UNIHAN_FOLDER OUTPUT`."""

import sys
from collections import Counter, defaultdict
from pathlib import Path

from unihan import dictionary_readings, read_fields, reading_frequencies, standard_characters, toneless

MOST_READINGS = 3
RARE_SHARE = 0.01
WELL_ATTESTED = 100
"""Occurrences in kHanyuPinlu from which on a reading that hardly occurs is taken to be a rare one."""
_FIRST, _LAST = 0x4E00, 0x9FFF


def readings_of(character: str, fields: dict[str, dict[str, str]]) -> list[str]:
    """What the dictionaries of today's Chinese read, the commonest first, without what is rarely heard."""
    usual = [toneless(reading) for reading in fields["kMandarin"].get(character, "").split()[:1]]
    modern = dictionary_readings(fields["kTGHZ2013"].get(character, ""))
    older = dictionary_readings(fields["kXHC1983"].get(character, ""))
    counts = reading_frequencies(fields["kHanyuPinlu"].get(character, ""))
    readings = [one for one in modern or older if not _is_rare(one, counts)] or usual
    return sorted(readings, key=lambda one: (-counts[one], one not in usual))[:MOST_READINGS]


def _is_rare(reading: str, counts: Counter[str]) -> bool:
    return counts.total() >= WELL_ATTESTED and counts[reading] < RARE_SHARE * counts.total()


def main(unihan: str, output: str) -> None:
    """Groups the characters by their readings, which makes the file small."""
    fields = read_fields(Path(unihan), "kMandarin", "kTGHZ2013", "kXHC1983", "kHanyuPinlu", "kTGH")
    characters = sorted({*map(chr, range(_FIRST, _LAST + 1)), *standard_characters(fields)})
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for character in characters:
        groups["|".join(readings_of(character, fields))].append(character)
    lines = (f"{readings}\t{''.join(group)}\n" for readings, group in sorted(groups.items()) if readings)
    Path(output).write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
