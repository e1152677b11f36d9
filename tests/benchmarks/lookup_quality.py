"""How often the lookup finds what was meant."""

import csv
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from assistant.lookup.lookup import LookupEngine
from data.sqlite import connect
from tests.benchmarks.lookup_data import BenchFiles
from tests.benchmarks.lookup_question import Question
from tests.benchmarks.lookup_questions import A_CATEGORY, questions
from tests.benchmarks.lookup_records import read_records
from tests.benchmarks.lookup_shapes import YardstickError, similar_shapes
from tests.benchmarks.report import say, say_heading, say_row

HEARD = Path(__file__).with_name("heard_queries.csv")


def heard_questions() -> list[Question]:
    """The queries typed by hand, a category each kind."""
    with HEARD.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [Question(f"heard {row['kind']}", row["query"], frozenset([row["meant"]])) for row in rows]


def all_questions(files: BenchFiles, seed: int, only: Iterable[str], each: int = A_CATEGORY) -> list[Question]:
    """The generated questions over the records of these files, `each` of a category."""
    try:
        shapes = similar_shapes()
    except YardstickError as error:
        say(str(error))
        shapes = {}
    return list(questions(read_records(files, seed), seed, shapes, only, each))


def print_quality(cache: Path, asked: list[Question], *, verbose: bool) -> None:
    """Prints hits among ten and reciprocal ranks, by category and overall; `verbose` lists the misses first."""
    connection = connect(cache, read_only=True)
    engine = LookupEngine(connection)
    places: defaultdict[str, list[int | None]] = defaultdict(list)
    for question in asked:
        hits = engine.search(question.query)
        place = question.place_in(hits)
        places[question.category].append(place)
        if verbose and place is None:
            meant = ", ".join(sorted(question.meant)[:3])
            say(f"missed {question.category}: {question.query!r} meant {meant}, found {[h.name for h in hits[:4]]}")
    connection.close()
    say_heading("category", "questions", "hit@10", "MRR", "missed")
    for category, found in places.items():
        _say_places(category, found)
    _say_places("all", [place for found in places.values() for place in found])
    rates = [sum(place is not None for place in found) / len(found) for found in places.values()]
    say_row("mean of categories", len(rates), f"{sum(rates) / len(rates):.4f}", "", "")


def _say_places(category: str, places: list[int | None]) -> None:
    found = [place for place in places if place is not None]
    hit, mrr = len(found) / len(places), sum(1 / place for place in found) / len(places)
    say_row(category, len(places), f"{hit:.4f}", f"{mrr:.4f}", len(places) - len(found))
