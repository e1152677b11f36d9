"""The Unihan database, as the Debian package `unicode-data` lays it out: `Unihan_*.txt.bz2` in one folder."""

import bz2
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

_FREQUENCY = re.compile(r"(\S+?)\((\d+)\)")


def read_fields(folder: Path, *wanted: str) -> dict[str, dict[str, str]]:
    """By field, the raw value of every character that has one."""
    fields: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for codepoint, field, value in _entries(folder):
        if field in wanted:
            fields[field][chr(int(codepoint.removeprefix("U+"), 16))] = value
    return dict(fields)


def _entries(folder: Path) -> Iterator[list[str]]:
    """Codepoint, field and value of every line."""
    for path in sorted(folder.glob("Unihan_*.txt.bz2")):
        with bz2.open(path, "rt", encoding="utf-8") as file:
            yield from (line.rstrip("\n").split("\t") for line in file if line.startswith("U+"))


def toneless(reading: str) -> str:
    """A reading without its tone, ü written as `v`."""
    decomposed = unicodedata.normalize("NFD", reading).replace("u\u0308", "v")
    return "".join(mark for mark in decomposed if not unicodedata.combining(mark))


def dictionary_readings(value: str) -> list[str]:
    """Distinct readings, toneless, of a value such as `013.020:bǎo 029.020:bǔ`, in its order."""
    spelt = (reading for place in value.split() for reading in place.split(":")[1].split(","))
    return list(dict.fromkeys(map(toneless, spelt)))


def reading_frequencies(value: str) -> Counter[str]:
    """How often each toneless reading occurs, of a value such as `dà(11596) dài(177)`."""
    counts: Counter[str] = Counter()
    for reading, count in _FREQUENCY.findall(value):
        counts[toneless(reading)] += int(count)
    return counts


def standard_characters(fields: dict[str, dict[str, str]]) -> set[str]:
    """The characters of the Table of General Standard Chinese Characters; `fields` holds `kTGH`."""
    return set(fields["kTGH"])
