"""Measures how often the lookup finds what was meant, and how long a keystroke takes, over Liaoning's 18,248 areas.

`python -m tests.benchmarks.bench_lookup_quality [-v]` reads the areas from $SWITCHBOARD_SHARED or ../shared; `-v`
lists misses. A query counts as found when a record of the meant name is among the first ten. Queries that more than
ten names answer equally well are not asked, except those with a slip in their letters.
"""

import csv
import os
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from assistant.lookup import LookupEngine
from data.area_codes import spoken_name
from data.kinds import AREA, Doc, Json
from data.pinyin import readings_of
from data.sqlite import connect
from data.syllables import SYLLABLES, sound_of, split_initial
from tests.caches import cache_of

SEED = 20261122
A_CATEGORY = 200
MOST_EQUALS = 10
SHARED = Path(os.environ.get("SWITCHBOARD_SHARED", Path(__file__).parents[3] / "shared"))
_ENDINGS = (
    "社区居民委员会",
    "社区居委会",
    "村民委员会",
    "居民委员会",
    "村委会",
    "居委会",
    "街道办事处",
    "社区",
    "街道",
    "村",
    "镇",
    "乡",
)


def say(line: str) -> None:
    """Writes one line of the report."""
    sys.stdout.write(line + "\n")


def area_docs(path: Path) -> list[Doc]:
    """The areas of a file, wider ones first."""
    with path.open(encoding="utf-8") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: (len(row["id"]), row["id"]))
    docs: list[dict[str, Json]] = [{name: value or None for name, value in row.items()} for row in rows]
    return [AREA.canonical(doc) for doc in docs]


@dataclass(frozen=True)
class Place:
    """A name with the stem that callers use of it and the stem's readings."""

    name: str
    stem: str
    syllables: tuple[str, ...]
    alternatives: tuple[tuple[str, ...], ...]
    wider: str | None = None


def place(name: str, wider: str | None = None) -> Place:
    """The parts of a name that queries are made of; `wider` is the name of what it lies in."""
    ending = next((word for word in _ENDINGS if name.endswith(word) and len(name) - len(word) > 1), "")
    stem = name[: len(name) - len(ending)]
    groups = tuple(tuple(group.split("|")) for group in readings_of(name).split(" "))[: len(stem)]
    return Place(name, stem, tuple(group[0] for group in groups), groups, wider)


def places_of(docs: list[Doc]) -> list[Place]:
    """One place for each distinct name, in order of the names; villages know their township."""
    names = {doc["id"]: str(doc["name"]) for doc in docs}
    lowest = {doc["name"]: doc for doc in docs}
    return [
        place(str(name), names[doc["parent_id"]] if doc["level"] == "village" else None)
        for name, doc in sorted(lowest.items(), key=lambda entry: str(entry[0]))
    ]


@dataclass
class Workshop:
    """Makes queries of every category, from one seed."""

    places: list[Place]
    rng: random.Random = field(default_factory=lambda: random.Random(SEED))
    homophones: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.used = sorted({character for each in self.places for character in each.stem if not character.isascii()})
        for character in self.used:
            self.homophones.setdefault(readings_of(character).split("|")[0], []).append(character)

    def exact(self, it: Place) -> str:
        return it.name

    def substring(self, it: Place) -> str:
        start = self.rng.randrange(len(it.stem) - 1)
        return it.stem[start : start + max(2, self.rng.randint(2, len(it.stem)))]

    def full_pinyin(self, it: Place) -> str:
        return self.rng.choice(("", "", " ")).join(it.syllables)

    def prefix_pinyin(self, it: Place) -> str:
        *before, last = it.syllables
        return "".join(before) + last[: self.rng.randint(1, len(last))]

    def partial_pinyin(self, it: Place) -> str:
        full = self.rng.randint(1, len(it.syllables) - 1)
        return "".join(it.syllables[:full]) + "".join(s[0] for s in it.syllables[full:])

    def initials(self, it: Place) -> str:
        return "".join(s[0] for s in it.syllables)

    def other_reading_initials(self, it: Place) -> str | None:
        if all(len(group) == 1 for group in it.alternatives):
            return None
        return "".join(group[-1][0] for group in it.alternatives)

    def mixed(self, it: Place) -> str | None:
        letters = [self.rng.random() < 0.5 for _ in it.stem]
        if all(letters) or not any(letters):
            return None
        return "".join(s if pinyin else c for c, s, pinyin in zip(it.stem, it.syllables, letters, strict=True))

    def mixed_initials(self, it: Place) -> str:
        return it.stem[0] + "".join(s[0] for s in it.syllables[1:])

    def accent(self, it: Place) -> str | None:
        changed = [self._misheard(s) for s in it.syllables]
        return "".join(changed) if changed != list(it.syllables) else None

    def _misheard(self, syllable: str) -> str:
        swaps = {"zh": "z", "ch": "c", "sh": "s", "z": "zh", "c": "ch", "s": "sh", "n": "l", "l": "n"}
        initial, final = split_initial(syllable)
        other = swaps.get(initial, initial) + final
        return other if other in SYLLABLES and sound_of(other) == sound_of(syllable) else syllable

    def homophone(self, it: Place) -> str | None:
        place = self.rng.randrange(len(it.stem))
        others = [c for c in self.homophones.get(it.syllables[place], ()) if c != it.stem[place]]
        return it.stem[:place] + self.rng.choice(others) + it.stem[place + 1 :] if others else None

    def wrong_letter(self, it: Place) -> str:
        typed = "".join(it.syllables)
        place = self.rng.randrange(1, len(typed))
        return typed[:place] + self.rng.choice("abcdefghijklmnopqrstuwxyz") + typed[place + 1 :]

    def missing_letter(self, it: Place) -> str:
        typed = "".join(it.syllables)
        place = self.rng.randrange(1, len(typed))
        return typed[:place] + typed[place + 1 :]

    def swapped_letters(self, it: Place) -> str:
        typed = "".join(it.syllables)
        place = self.rng.randrange(1, len(typed))
        return typed[: place - 1] + typed[place] + typed[place - 1] + typed[place + 1 :]

    def wrong_character(self, it: Place) -> str | None:
        if len(it.stem) < 3:
            return None
        place = self.rng.randrange(len(it.stem))
        return it.stem[:place] + self.rng.choice(self.used) + it.stem[place + 1 :]

    def missing_character(self, it: Place) -> str | None:
        said = spoken_name(it.name)
        if len(said) < 4:
            return None
        place = self.rng.randrange(1, len(said) - 1)
        return said[:place] + said[place + 1 :]

    def in_township(self, it: Place) -> str | None:
        return f"{place(it.wider).stem} {it.stem}" if it.wider else None

    def in_township_together(self, it: Place) -> str | None:
        return place(it.wider).stem + it.stem if it.wider else None

    def in_township_pinyin(self, it: Place) -> str | None:
        return "".join(place(it.wider).syllables) + " " + "".join(it.syllables) if it.wider else None

    def in_township_initials(self, it: Place) -> str | None:
        return f"{self.initials(place(it.wider))} {self.initials(it)}" if it.wider else None


CATEGORIES: tuple[Callable[[Workshop, Place], str | None], ...] = (
    Workshop.exact,
    Workshop.substring,
    Workshop.full_pinyin,
    Workshop.prefix_pinyin,
    Workshop.partial_pinyin,
    Workshop.initials,
    Workshop.other_reading_initials,
    Workshop.mixed,
    Workshop.mixed_initials,
    Workshop.accent,
    Workshop.homophone,
    Workshop.wrong_letter,
    Workshop.missing_letter,
    Workshop.swapped_letters,
    Workshop.wrong_character,
    Workshop.missing_character,
    Workshop.in_township,
    Workshop.in_township_together,
    Workshop.in_township_pinyin,
    Workshop.in_township_initials,
)


class Ambiguity:
    """Says how many names answer a query's beginning as well as the meant one."""

    def __init__(self, places: list[Place]) -> None:
        self._initials = "\n" + "\n".join("".join(s[0] for s in it.syllables) for it in places) + "\n"
        self._sounds = "\n" + "\n".join("".join(map(sound_of, it.syllables)) for it in places) + "\n"
        self.names = "\n" + "\n".join(it.name for it in places) + "\n"

    def _fitting(self, pattern: str) -> int:
        return len(re.findall(f"\n(?:{pattern})", self.names))

    def too_many(self, category: str, it: Place, query: str) -> bool:
        """Whether more than ten names begin as the meant one does, seen as this category sees them."""
        if category == "exact" or category.startswith("in_township"):
            return False
        if category == "substring":
            return self.names.count(query) > MOST_EQUALS
        if category == "wrong_character":
            return self._fitting("|".join(query[:i] + "." + query[i + 1 :] for i in range(len(query)))) > MOST_EQUALS
        if category == "missing_character":
            gaps = "|".join(query[:i] + "." + query[i:] for i in range(1, len(query)))
            return query in self.names or self._fitting(gaps) > MOST_EQUALS
        by_initials = "initials" in category or category == "partial_pinyin"
        blob = self._initials if by_initials else self._sounds
        wanted = "".join(s[0] if by_initials else sound_of(s) for s in it.syllables)
        if category == "other_reading_initials":
            wanted = query
        return blob.count("\n" + wanted) > MOST_EQUALS


def questions(places: list[Place]) -> Iterator[tuple[str, str, Place]]:
    """`(category, query, meant place)`, the same every time."""
    workshop, ambiguity = Workshop(places), Ambiguity(places)
    for make in CATEGORIES:
        asked = 0
        for _ in range(100 * A_CATEGORY):
            it = workshop.rng.choice(places)
            if asked == A_CATEGORY or not len(it.stem) >= 2 or "_" in it.syllables:
                continue
            query = make(workshop, it)
            if query and query != it.stem and not ambiguity.too_many(make.__name__, it, query):
                asked += 1
                yield make.__name__, query, it


def measure(engine: LookupEngine, places: list[Place]) -> None:
    """Prints hits among ten and reciprocal ranks by category, then the times of single keystrokes."""
    found: Counter[str] = Counter()
    first: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    times: list[tuple[float, str]] = []
    rng = random.Random(SEED)
    for category, query, it in questions(places):
        asked[category] += 1
        names = [hit.name for hit in engine.search(query)]
        found[category] += it.name in names
        first[category] += names[:1] == [it.name]
        if it.name not in names and "-v" in sys.argv:
            say(f"  missed {category} {query} {it.name} {names[:4]}")
        if rng.random() < 0.15:
            times += [timed(engine, query[:length]) for length in range(1, len(query) + 1)]
    for category, count in asked.items():
        say(f"{category:24} n={count:4} hit@10 {found[category] / count:.3f}  first {first[category] / count:.3f}")
    times.sort()
    at = [times[int(len(times) * share)][0] for share in (0.5, 0.95, 0.99)]
    say(f"keystrokes {len(times)}: p50 {at[0]:.2f} p95 {at[1]:.2f} p99 {at[2]:.2f} max {times[-1][0]:.1f} ms")
    say("slowest: " + ", ".join(f"{query} {ms:.1f}" for ms, query in times[-8:]))


def timed(engine: LookupEngine, query: str) -> tuple[float, str]:
    """Milliseconds that a query takes, with the query."""
    start = time.perf_counter()
    engine.search(query)
    return (time.perf_counter() - start) * 1000, query


def main() -> None:
    """Builds the cache in a temporary directory and measures."""
    docs = area_docs(SHARED / "data/areas/liaoning_21.csv")
    with tempfile.TemporaryDirectory() as directory:
        start = time.perf_counter()
        path = Path(directory) / "areas.db"
        cache_of(path, [("area", doc) for doc in docs]).close()
        size = path.stat().st_size / 1e6
        say(f"built {len(docs)} areas in {time.perf_counter() - start:.1f} s, {size:.1f} MB")
        connection = connect(path, read_only=True)
        measure(LookupEngine(connection), places_of(docs))
        connection.close()


if __name__ == "__main__":
    main()
