"""Many runs, one seed after the other, with what was tried and what went wrong."""

import asyncio
import atexit
import os
import tempfile
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.simulation.hub import without_threads
from tests.simulation.template import caches_without_characters, make_template
from tests.simulation.world import World

STEPS = 40


@dataclass(frozen=True, slots=True)
class Run:
    """How a seed went.

    Attributes:
        failure: Empty where everything was as it must be; else what was not, with the trace and how to see it again.
    """

    seed: int
    did: Counter[str]
    happened: Counter[str]
    failure: str


class Simulator:
    """Runs seeds from one template, which is in `place`."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._loop = asyncio.new_event_loop()
        self._template = make_template(_new(place / "template"))

    def run(self, seed: int, steps: int = STEPS) -> Run:
        """One seed; whatever is wrong is told, not raised."""
        with tempfile.TemporaryDirectory(dir=self._place, ignore_cleanup_errors=True) as name:
            world = World(seed, self._template, Path(name), self._loop)
            failure = ""
            try:
                world.run(steps)
            except Exception:  # noqa: BLE001 - the dispatcher: a failing seed is told with its trace
                again = f"seed {seed} failed; again: ./dev simulate --seed {seed}"
                failure = "\n".join([*world.trace, traceback.format_exc(), again])
            finally:
                world.close()
        return Run(seed, world.did, world.network.happened, failure)

    def close(self) -> None:
        self._loop.close()


@contextmanager
def simulator() -> Iterator[Simulator]:
    """A simulator in a temporary directory, in memory where the system has such a place."""
    memory = Path("/dev/shm")  # noqa: S108 - a directory of its own is made in it
    place = memory if os.access(memory, os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=place) as name, caches_without_characters(), without_threads():
        made = Simulator(Path(name))
        try:
            yield made
        finally:
            made.close()


def run_seed(seed: int) -> Run:
    """One seed in this process's own simulator."""
    return _own().run(seed)


_OPEN = ExitStack()
"""Closed when the process ends: its simulator is made once."""


@cache
def _own() -> Simulator:
    atexit.register(_OPEN.close)
    return _OPEN.enter_context(simulator())


def _new(path: Path) -> Path:
    path.mkdir()
    return path
