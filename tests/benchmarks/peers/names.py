"""The names that every peer is given, in one file: a line each, in the cache's order, which is their static rank."""

import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from data.sqlite import connect

_SELECT = """
    SELECT text, readings, (SELECT group_concat(code, ' ') FROM area WHERE name_id = nid) FROM name ORDER BY nid"""


class Name(NamedTuple):
    """One distinct name.

    Attributes:
        name: As stored.
        pinyin: The best reading of each character, without spaces.
        initials: The first letter of each of them.
        codes: Short codes of the areas of that name, "" for other kinds.
    """

    name: str
    pinyin: str
    initials: str
    codes: str


def write_names(cache: Path, target: Path) -> int:
    """Writes the names of a cache, tabs between the four columns; returns how many there are."""
    connection = connect(cache, read_only=True)
    with target.open("w", encoding="utf-8") as file:
        for text, readings, codes in connection.execute(_SELECT):
            syllables = [group.split("|")[0] for group in readings.split(" ") if group != "_"]
            columns = (text, "".join(syllables), "".join(one[:1] for one in syllables), codes or "")
            file.write("\t".join(columns) + "\n")
    (count,) = connection.execute("SELECT count(*) FROM name").fetchone()
    connection.close()
    return int(count)


def read_names(names: Path) -> Iterator[Name]:
    """The names that were written, in order."""
    with names.open(encoding="utf-8") as file:
        for line in file:
            yield Name(*line.rstrip("\n").split("\t"))


def plain(query: str) -> str:
    """What a peer is asked: half-width, lower case, letters and digits and characters alone.

    No peer does this by itself, and without it none would find a query with a stray sign in it.
    """
    return "".join(c for c in unicodedata.normalize("NFKC", query).lower() if c.isalnum())
