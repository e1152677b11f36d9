"""Measures the lookup beside other ways to look names up, in one run.

`./dev bench peers [--customers N] [--seed tuning|fresh] [--questions K] [--cache FILE] [--peer NAME]…`: the same
distinct names in the same order, the same seeded questions whose answer is a name, asked as whole queries. Each peer is
in the configuration that its class in tests/benchmarks/peers tells, builds in one process and answers in another.
Slow peers get the first questions of each category alone, as the table says; a ratio compares the same questions.

hit@10: the share of questions with a right name among the first ten. Times are the median of three rounds (one for slow
peers), one thread. RSS is the most that the answering process held; build is from the list of names with their pinyin
to the first query. A peer that cannot be had here is left out with a line.
"""

import argparse
import os
import platform
import tempfile
from collections import Counter
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from tests.benchmarks.lookup_data import DIRECTORY, BenchFiles, bench_files
from tests.benchmarks.lookup_quality import all_questions
from tests.benchmarks.lookup_question import Question
from tests.benchmarks.lookup_questions import FRESH_SEED, TUNING_SEED
from tests.benchmarks.peers.alone import FailedPeerError, ask, build
from tests.benchmarks.peers.comparison import GROUPS, Outcome, print_costs, print_quality
from tests.benchmarks.peers.names import write_names
from tests.benchmarks.peers.peer import PeerFiles
from tests.benchmarks.report import say

_SEEDS = {"tuning": TUNING_SEED, "fresh": FRESH_SEED}
_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class _Entry:
    """A peer in the run.

    Attributes:
        label: What the tables call it.
        peer: Its module and class.
        slow: How many questions of each category it gets, once; None for all of them, `_ROUNDS` times.
    """

    label: str
    peer: str
    slow: int | None = None


_OURS = _Entry("Switchboard", "ours:Ours")
_PEERS = {
    "like": _Entry("SQLite LIKE", "like:Like", slow=20),
    "trigram": _Entry("FTS5 trigram", "trigram:Trigram", slow=20),
    "tantivy": _Entry("tantivy n-grams", "tantivy_ngrams:Tantivy"),
    "pg_trgm": _Entry("PostgreSQL pg_trgm", "pg_trgm:PgTrgm", slow=20),
    "rapidfuzz": _Entry("rapidfuzz", "rapid_fuzz:RapidFuzz", slow=8),
    "pinyin-match": _Entry("pinyin-match (node)", "pinyin_match:PinyinMatch", slow=4),
    "fzf": _Entry("fzf --filter", "fzf:Fzf", slow=8),
}


def main() -> None:
    """Makes the files where they are missing, runs one peer after another and prints the tables."""
    options = _options()
    files = _files(options.customers, options.cache)
    asked = _first(all_questions(files, _SEEDS[options.seed], chain(*GROUPS.values())), options.questions)
    say(
        f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start, "
        f"Python {platform.python_version()}"
    )
    with tempfile.TemporaryDirectory(dir=DIRECTORY, prefix="peers-") as scratch:
        # A database server of a user of its own goes through here.
        Path(scratch).chmod(0o711)
        names = Path(scratch) / "names.tsv"
        say(f"{write_names(files.cache, names):,} distinct names of {files.customers:,} customers")
        ours = _outcome(_OURS, PeerFiles(names, files.cache, Path(scratch)), asked)
        entries = [_PEERS[name] for name in options.peer or _PEERS]
        peers = [found for entry in entries if (found := _tried(entry, names, files.cache, asked))]
    print_quality(ours, peers)
    print_costs(ours, peers)


def _tried(entry: _Entry, names: Path, cache: Path, asked: list[Question]) -> Outcome | None:
    try:
        with tempfile.TemporaryDirectory(dir=names.parent) as folder:
            Path(folder).chmod(0o711)
            return _outcome(entry, PeerFiles(names, cache, Path(folder)), asked)
    except FailedPeerError as error:
        say(f"{entry.label} is left out: {error}")
        return None


def _outcome(entry: _Entry, files: PeerFiles, asked: list[Question]) -> Outcome:
    own = _first(asked, entry.slow) if entry.slow else asked
    seconds = build(entry.peer, files)
    answers = ask(entry.peer, files, [question.query for question in own], 1 if entry.slow else _ROUNDS)
    return Outcome(entry.label, seconds + answers.open_s, own, answers)


def _first(asked: list[Question], each: int) -> list[Question]:
    """The first so many questions of each category."""
    seen: Counter[str] = Counter()
    kept = []
    for question in asked:
        seen[question.category] += 1
        if seen[question.category] <= each:
            kept.append(question)
    return kept


def _files(customers: int, cache: Path | None) -> BenchFiles:
    """The files of that size, or a cache that an earlier run made, with the store it was made from."""
    if cache is None:
        return bench_files(customers)
    stored = cache.stem.rpartition("-")[0]
    return BenchFiles(int(stored.partition("-")[0]), cache.with_name(f"{stored}.store"), cache)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev bench peers")
    parser.add_argument("--customers", type=int, default=1_200_000, metavar="N")
    parser.add_argument("--seed", choices=_SEEDS, default="tuning")
    parser.add_argument("--questions", type=int, default=40, metavar="K", help="of each category")
    parser.add_argument(
        "--cache", type=Path, metavar="FILE", help="a cache of $SWITCHBOARD_BENCH, whatever its sources"
    )
    parser.add_argument("--peer", action="append", choices=_PEERS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
