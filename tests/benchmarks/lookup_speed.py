"""How long a keystroke takes, beside one full-text MATCH on the same file: the first ten names, and the ten best.

The keystrokes of a query follow each other on one engine, as in the popup. The engine itself keeps what it read for one
and uses it for the next, as `LookupEngine.search` does for whoever calls it; a round over all of them lies between two
times of the same one.
"""

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from random import Random
from statistics import median

from assistant.lookup import candidates
from assistant.lookup.lookup import LookupEngine
from assistant.lookup.query import parse
from data.sqlite import Connection, connect
from tests.benchmarks.lookup_question import Question
from tests.benchmarks.report import percentile, say, say_heading, say_row

_QUERIES, _RUNS, _SHOWN, _OWN = 1_500, 5, 10, 3
_MATCH = """
    SELECT name.text FROM name_fts CROSS JOIN name ON nid = name_fts.rowid WHERE name_fts MATCH ? LIMIT 10"""
_BEST = _MATCH.replace("LIMIT", "ORDER BY name_fts.rank LIMIT")
"""What FTS5 does for whoever leaves ranking to it: it weighs every row that matches."""


def keystrokes_of(asked: list[Question], seed: int) -> list[str]:
    """Every beginning of a fixed sample of the queries, each once, in the order in which they are typed."""
    sample = Random(seed).sample(asked, min(_QUERIES, len(asked)))
    return list(dict.fromkeys(q.query[:length] for q in sample for length in range(1, len(q.query) + 1)))


def print_speed(cache: Path, keystrokes: list[str]) -> None:
    """Prints the times of the keystrokes and, from the same run, of one MATCH for each of them, unranked and ranked."""
    connection = connect(cache, read_only=True)
    engine = LookupEngine(connection)
    expressions = list(filter(None, (_expression(connection, typed) for typed in keystrokes)))
    searched = timed(engine.search, keystrokes)
    at_home = timed(LookupEngine(connection, _largest_branches(connection)).search, keystrokes)
    matched = timed(lambda one: connection.execute(_MATCH, (one,)).fetchall(), expressions)
    ranked = timed(lambda one: connection.execute(_BEST, (one,)).fetchall(), expressions)
    connection.close()
    say_heading(f"{len(keystrokes):,} keystrokes, warm, processor ms", "p50", "p90", "p99", "max")
    _say_times("lookup", searched)
    _say_times(f"lookup, the agent's own branches set: the {_OWN} largest", at_home)
    _say_times("one FTS5 MATCH, the first 10 names", matched)
    _say_times("one FTS5 MATCH, the best 10 names", ranked)
    for label, others in (("the first 10", matched), ("the best 10", ranked)):
        ratio = percentile(sorted(searched), 0.99) / percentile(sorted(others), 0.99)
        say(f"p99 of the lookup over p99 of one MATCH, {label}: {ratio:.2f}")
    slowest = sorted(zip(searched, keystrokes, strict=True), reverse=True)[:_SHOWN]
    say("slowest: " + ", ".join(f"{typed!r} {ms:.1f}" for ms, typed in slowest))


def _largest_branches(connection: Connection) -> frozenset[str]:
    """Those with most feeders."""
    rows = connection.execute("SELECT branch FROM feeder GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT ?", (_OWN,))
    return frozenset(branch for (branch,) in rows)


def timed(do: Callable[[str], object], inputs: Iterable[str], runs: int = _RUNS) -> list[float]:
    """Milliseconds of processor time that each input takes, the median of `runs` rounds.

    On a warm file a look-up waits for nothing: this is how long it takes where nothing else wants the processor.

    A round goes over all inputs, so that no input finds what small caches kept of its own last time.
    """
    listed = list(inputs)
    rounds = [[_one_time(do, one) for one in listed] for _ in range(runs)]
    return [median(times) for times in zip(*rounds, strict=True)]


def _one_time(do: Callable[[str], object], one: str) -> float:
    start = time.thread_time()
    do(one)
    return (time.thread_time() - start) * 1000


def _expression(connection: Connection, typed: str) -> str:
    """The expression of the likeliest way to read what was typed; "" where there is none."""

    def readings_of(character: str) -> tuple[str, ...]:
        row = connection.execute("SELECT readings FROM hanzi WHERE character = ?", (character,)).fetchone()
        return tuple(row[0].split("|")) if row else ()

    ways = parse(typed, readings_of).segmentations
    return candidates.written(ways[0]) or candidates.alike(ways[0]) if ways else ""


def _say_times(label: str, times: list[float]) -> None:
    ordered = sorted(times)
    say_row(label, *(f"{percentile(ordered, share):.2f}" for share in (0.5, 0.9, 0.99)), f"{ordered[-1]:.2f}")
