"""Measures what encryption at rest costs: making and fetching a snapshot, a keystroke, and memory.

`./dev bench encryption [--customers N] [--keystrokes N] [--cache FILE]`. The same cache is looked up as it is and
encrypted, each keystroke in turn on the one and the other, so that whatever else the machine does falls on both. They
are those of whole queries as they are typed: what the keystroke before has read is at hand, as it is for an agent.
"""

import argparse
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import TypeVar

import zstandard

from assistant.lookup.lookup import LookupEngine
from data.sqlite import connect, encrypt, unlock
from sync.replica.cache_key import keep_key, key_of
from tests.benchmarks.lookup_data import BenchFiles, bench_files
from tests.benchmarks.lookup_memory import look_up_alone
from tests.benchmarks.lookup_quality import all_questions
from tests.benchmarks.lookup_questions import CATEGORIES, TUNING_SEED
from tests.benchmarks.lookup_speed import keystrokes_of
from tests.benchmarks.report import percentile, say, say_heading, say_row

_ROUNDS = 3
_MIB = 1 << 20
_T = TypeVar("_T")


def main() -> None:
    """Makes the encrypted copy beside the cache and prints the tables."""
    options = _options()
    files = bench_files(options.customers) if options.cache is None else _given(options)
    copy = files.cache.with_name(f"{files.cache.name}.encrypted")
    _print_making(files.cache, copy)
    asked = all_questions(files, TUNING_SEED, CATEGORIES)
    keystrokes = list(keystrokes_of(asked, TUNING_SEED))[: options.keystrokes]
    _print_speed(files.cache, copy, keystrokes)
    _print_memory(files.cache, copy, keystrokes)
    for leftover in copy.parent.glob(f"{copy.name}*"):
        leftover.unlink()


def _given(options: argparse.Namespace) -> BenchFiles:
    return BenchFiles(options.customers, options.store, options.cache)


def _print_making(cache: Path, copy: Path) -> None:
    say_heading("a snapshot of the cache", "s of the hub's time", "MB to fetch")
    packed, took = _timed(lambda: _compressed_size(cache))
    say_row("compressed by zstd, level 3", f"{took:.1f}", f"{packed / _MIB:.0f}")
    copy.unlink(missing_ok=True)
    key = secrets.token_hex(32)
    _, took = _timed(lambda: encrypt(cache, copy, key))
    keep_key(copy, key)
    say_row("encrypted by SQLCipher", f"{took:.1f}", f"{copy.stat().st_size / _MIB:.0f}")
    repacked, took = _timed(lambda: _compressed_size(copy))
    say_row("encrypted, then compressed", f"{took:.1f} more", f"{repacked / _MIB:.0f}")
    _, took = _timed(lambda: connect(copy, read_only=True).close())
    say(f"opening the encrypted cache: {took * 1000:.1f} ms")


def _print_speed(cache: Path, copy: Path, keystrokes: list[str]) -> None:
    unlock(copy, key_of(copy))
    engines = [LookupEngine(connect(path, read_only=True)) for path in (cache, copy)]
    rounds: list[list[tuple[float, float]]] = []
    for number in range(_ROUNDS + 1):
        times = []
        for typed in keystrokes:
            # which of them goes first changes: what it reads lies in the processor's cache for the other
            first = (number + len(typed)) % 2
            took = [0.0, 0.0]
            for which in (first, 1 - first):
                took[which] = _timed(lambda which=which, typed=typed: engines[which].search(typed))[1]  # type: ignore[misc]  # default arguments hold both
            times.append((took[0] * 1000, took[1] * 1000))
        rounds.append(times)
    warm = rounds[1:]
    plain, encrypted = (
        sorted(median(one[number][which] for one in warm) for number in range(len(keystrokes))) for which in (0, 1)
    )
    say_heading(f"{len(keystrokes):,} keystrokes, warm, ms", "p50", "p90", "p99", "max")
    for label, times_of in (("as it is", plain), ("encrypted", encrypted)):
        say_row(label, *(f"{percentile(times_of, share):.2f}" for share in (0.5, 0.9, 0.99)), f"{times_of[-1]:.1f}")
    ratios = (percentile(encrypted, share) / percentile(plain, share) for share in (0.5, 0.99))
    say("encrypted over as it is, p50 and p99: " + ", ".join(f"{ratio:.2f}" for ratio in ratios))


def _print_memory(cache: Path, copy: Path, keystrokes: list[str]) -> None:
    say_heading("a fresh process that looks up", "first query ms", "MB after it", "MB after all", "peak MB")
    for label, path in (("as it is", cache), ("encrypted", copy)):
        found = look_up_alone(path, keystrokes)
        megabytes = (f"{found[name] / 1024:.1f}" for name in ("opened_kb", "rss_kb", "peak_kb"))
        say_row(label, f"{found['first_ms']:.1f}", *megabytes)


def _compressed_size(path: Path) -> int:
    compressor = zstandard.ZstdCompressor(level=3, threads=-1)
    with path.open("rb") as file:
        return sum(len(block) for block in compressor.read_to_iter(file, read_size=_MIB, write_size=_MIB))


def _timed(act: Callable[[], _T]) -> tuple[_T, float]:
    """What `act` returns, and how many seconds it took."""
    start = time.perf_counter()
    returned = act()
    return returned, time.perf_counter() - start


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev bench encryption")
    parser.add_argument("--customers", type=int, default=1_200_000, metavar="N")
    parser.add_argument("--keystrokes", type=int, default=3_000, metavar="N")
    parser.add_argument("--cache", type=Path, help="a cache that is there; with --store, what it was made of")
    parser.add_argument("--store", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    main()
