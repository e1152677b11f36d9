"""Hubs, network and PCs driven by seeds: what is acknowledged is there once, and no cache shows what never was."""

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor

import pytest

from tests.simulation.run import run_seed

SEEDS = int(os.environ.get("SWITCHBOARD_SEEDS", "16"))
"""A few on each run; `./dev simulate --seeds 10000` takes hours."""


@pytest.mark.timeout(900)
def test_whatever_happens_every_cache_comes_to_equal_its_hub_and_no_entry_is_lost_or_repeated() -> None:
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        runs = list(pool.map(run_seed, range(SEEDS), chunksize=5))
    failures = [run.failure for run in runs if run.failure]
    assert not failures, "\n\n".join(failures[:1])
    happened = sum((run.happened for run in runs), runs[0].happened.__class__())
    assert {"answer lost", "cut off", "delivered twice", "killed after"} <= happened.keys(), "nothing was tried"
