"""How long a keystroke takes, beside one full-text MATCH on the same file: the first ten names, and the ten best.

The keystrokes of a query follow each other on one engine, as in the popup. The engine itself keeps what it read for one
and uses it for the next, as `LookupEngine.search` does for whoever calls it; a round over all of them lies between two
times of the same one.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
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
_FIRST, _RANKED = "one FTS5 MATCH, the first 10 names", "one FTS5 MATCH, the best 10 names"
_BEST = _MATCH.replace("LIMIT", "ORDER BY name_fts.rank LIMIT")
"""What FTS5 does for whoever leaves ranking to it: it weighs every row that matches."""


def keystrokes_of(asked: list[Question], seed: int) -> Counter[str]:
    """How often each beginning of a fixed sample of the queries is typed, in the order of the first time."""
    sample = Random(seed).sample(asked, min(_QUERIES, len(asked)))
    return Counter(q.query[:length] for q in sample for length in range(1, len(q.query) + 1))


def print_speed(cache: Path, keystrokes: Counter[str]) -> None:
    """Prints the times of the keystrokes and, from the same run, of one MATCH for each of them, unranked and ranked.

    First every keystroke of every query counts, what many queries begin with as often as it is typed; then each
    different text counts once, which gives the long ones more weight than agents do.
    """
    connection = connect(cache, read_only=True)
    expressions = {typed: one for typed in keystrokes if (one := _expression(connection, typed))}
    at_home = LookupEngine(connection, _largest_branches(connection))
    times = {
        "lookup": timed(LookupEngine(connection).search, keystrokes),
        f"lookup, the agent's own branches set: the {_OWN} largest": timed(at_home.search, keystrokes),
        _FIRST: timed(lambda typed: connection.execute(_MATCH, (expressions[typed],)).fetchall(), expressions),
        _RANKED: timed(lambda typed: connection.execute(_BEST, (expressions[typed],)).fetchall(), expressions),
    }
    connection.close()
    _print_times(f"{keystrokes.total():,} keystrokes, warm, processor ms", times, keystrokes)
    _print_times(f"their {len(keystrokes):,} different texts", times, dict.fromkeys(keystrokes, 1))
    slowest = sorted(((ms, typed) for typed, ms in times["lookup"].items()), reverse=True)[:_SHOWN]
    say("slowest: " + ", ".join(f"{typed!r} {ms:.1f}" for ms, typed in slowest))


def _print_times(heading: str, times: dict[str, dict[str, float]], typed: Mapping[str, int]) -> None:
    """Prints how long each way takes, where each text was typed so often."""
    ordered = {
        label: sorted(ms for text, ms in one.items() for _ in range(typed[text])) for label, one in times.items()
    }
    say_heading(heading, "p50", "p90", "p99", "max")
    for label, ms in ordered.items():
        say_row(label, *(f"{percentile(ms, share):.2f}" for share in (0.5, 0.9, 0.99)), f"{ms[-1]:.2f}")
    for label in (_FIRST, _RANKED):
        ratio = percentile(ordered["lookup"], 0.99) / percentile(ordered[label], 0.99)
        say(f"p99 of the lookup over p99 of {label}: {ratio:.2f}")


def _largest_branches(connection: Connection) -> frozenset[str]:
    """Those with most feeders."""
    rows = connection.execute("SELECT branch FROM feeder GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT ?", (_OWN,))
    return frozenset(branch for (branch,) in rows)


def timed(do: Callable[[str], object], inputs: Iterable[str], runs: int = _RUNS) -> dict[str, float]:
    """Milliseconds of processor time that each different input takes, the median of `runs` rounds.

    On a warm file a look-up waits for nothing: this is how long it takes where nothing else wants the processor.

    A round goes over all inputs, so that no input finds what small caches kept of its own last time.
    """
    listed = list(dict.fromkeys(inputs))
    rounds = [[_one_time(do, one) for one in listed] for _ in range(runs)]
    return dict(zip(listed, map(median, zip(*rounds, strict=True)), strict=True))


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
