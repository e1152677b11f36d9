"""Real replicas, each in a process of its own, that say when a revision is committed in their cache."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sync.replica.agent_home import AgentHome
from sync.replica.follow import follow_for_ever
from sync.replica.hub_client import HubClient
from sync.replica.replica import Replica, SyncReport


@contextmanager
def following(home: AgentHome) -> Iterator[Callable[[], tuple[int, float]]]:
    """A process that follows; what it gives waits for the next revision in its cache, and when that was there."""
    command = [sys.executable, "-m", "tests.benchmarks.fan_out_replica", str(home.path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        lines = process.stdout

        def held() -> tuple[int, float]:
            revision, at = lines.readline().split()
            return int(revision), float(at)

        try:
            yield held
        finally:
            process.terminate()


def _say(report: SyncReport) -> None:
    print(report.revision, time.monotonic(), flush=True)  # noqa: T201 - what it is started for


if __name__ == "__main__":
    home = AgentHome(Path(sys.argv[1]))
    follow_for_ever(Replica(home, HubClient.at(home)), _say)
