"""The simulator by hand: `./dev simulate [--seeds N] [--first S] [--jobs J]`, or `--seed S` with its trace."""

import argparse
import multiprocessing
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

from tests.simulation.run import run_seed, simulator

_TOLD_EVERY = 200


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> int:
    """Runs the seeds; 1 where one failed."""
    parser = argparse.ArgumentParser(prog="./dev simulate")
    parser.add_argument("--seeds", type=int, default=1000, help="how many")
    parser.add_argument("--first", type=int, default=0, help="the first of them")
    parser.add_argument("--jobs", type=int, default=multiprocessing.cpu_count(), help="processes")
    parser.add_argument("--seed", type=int, help="this one alone, with its trace")
    options = parser.parse_args()
    if options.seed is not None:
        with simulator() as one:
            run = one.run(options.seed)
        _say(run.failure or f"seed {run.seed}: all is well")
        return bool(run.failure)
    began, did, happened, failed = time.monotonic(), Counter[str](), Counter[str](), list[int]()
    with ProcessPoolExecutor(options.jobs, multiprocessing.get_context("spawn")) as pool:
        for number, run in enumerate(
            pool.map(run_seed, range(options.first, options.first + options.seeds), chunksize=5), 1
        ):
            did += run.did
            happened += run.happened
            if run.failure:
                failed.append(run.seed)
                _say(run.failure)
            if number % _TOLD_EVERY == 0:
                _say(f"{number} seeds so far, {len(failed)} failed")
    seconds = time.monotonic() - began
    for title, counts in (("done", did), ("what happened to requests", happened)):
        _say(f"{title}:")
        _say("\n".join(f"  {name:24}{count:>10}" for name, count in sorted(counts.items())))
    _say(f"{options.seeds} seeds, {len(failed)} failed, {seconds:.0f} s, {options.seeds / seconds:.1f} seeds a second")
    if failed:
        _say(f"failed: {sorted(failed)}; again: ./dev simulate --seed {min(failed)}")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
