"""Measures the lookup: how often it finds what was meant, how long a keystroke takes, and what it holds in memory.

`./dev bench lookup [--customers N] [--seed tuning|fresh] [--category NAME]… [--questions K] [-v] [--only quality|heard|
speed|hostile|memory]…`. All of Liaoning's areas among N invented customers (1,200,000 by default; 20,000 for a quick
run); the areas are read from $SWITCHBOARD_SHARED or ../shared, the files are kept in $SWITCHBOARD_BENCH.

A question counts as found when a right record is among the first ten; MRR is the mean of 1/place, 0 where it is not
among them. `heard` are queries typed by hand before anything was tuned. Times are those of single keystrokes: every
beginning of every query of a sample, one thread, the median of five; and of their different texts, each once.
"""

import argparse
from collections import Counter

from tests.benchmarks.lookup_data import BenchFiles, bench_files
from tests.benchmarks.lookup_hostile import print_hostile
from tests.benchmarks.lookup_memory import print_memory
from tests.benchmarks.lookup_quality import all_questions, heard_questions, print_quality
from tests.benchmarks.lookup_questions import A_CATEGORY, CATEGORIES, FRESH_SEED, TUNING_SEED
from tests.benchmarks.lookup_speed import keystrokes_of, print_speed

_PARTS = ("quality", "heard", "speed", "hostile", "memory")
_SEEDS = {"tuning": TUNING_SEED, "fresh": FRESH_SEED}


def main() -> None:
    """Makes the files where they are missing and prints what was asked for, all by default."""
    options = _options()
    parts = options.only or list(_PARTS)
    files = bench_files(options.customers)
    seed = _SEEDS[options.seed]
    if "heard" in parts:
        print_quality(files.cache, heard_questions(), verbose=options.verbose)
    if parts == ["heard"]:
        return
    asked = all_questions(files, seed, options.category or CATEGORIES, options.questions)
    if "quality" in parts:
        print_quality(files.cache, asked, verbose=options.verbose)
    _print_costs(files, keystrokes_of(asked, seed), [question.query for question in asked], parts)


def _print_costs(files: BenchFiles, typed: Counter[str], queries: list[str], parts: list[str]) -> None:
    if "speed" in parts:
        print_speed(files.cache, typed)
    keystrokes = list(typed)
    if "hostile" in parts:
        print_hostile(files.cache, keystrokes, queries)
    if "memory" in parts:
        print_memory(files, keystrokes)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev bench lookup")
    parser.add_argument("--customers", type=int, default=1_200_000, metavar="N")
    parser.add_argument("--seed", choices=_SEEDS, default="tuning")
    parser.add_argument("--category", action="append", choices=CATEGORIES)
    parser.add_argument("--questions", type=int, default=A_CATEGORY, metavar="K", help="of each category")
    parser.add_argument("--only", action="append", choices=_PARTS)
    parser.add_argument("-v", "--verbose", action="store_true", help="list what was not found")
    return parser.parse_args()


if __name__ == "__main__":
    main()
