"""One peer in a process of its own: `python -m tests.benchmarks.peers.alone build|ask CLASS` prints one JSON object.

CLASS is written as `like:Like`; the rest of the order stands in standard input as JSON.
"""

import importlib
import json
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from data.errors import SwitchboardError
from tests.benchmarks.peers.peer import Peer, PeerFiles

_ROOT = Path(__file__).parents[3]


class FailedPeerError(SwitchboardError):
    """A peer could not be built or asked."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What a peer answered.

    Attributes:
        open_s: Seconds until it was ready for the first query.
        peak_kb: The most memory that the answering process has held.
        names: The answer to each query.
        times_ms: The time of each query, the median of the rounds.
    """

    open_s: float
    peak_kb: int
    names: list[list[str]]
    times_ms: list[float]


def build(peer: str, files: PeerFiles) -> float:
    """Seconds that a peer takes to build what it keeps.

    Raises:
        FailedPeerError: it cannot be built; the message is its last line.
    """
    return float(_apart("build", peer, files, [], 0)["seconds"])


def ask(peer: str, files: PeerFiles, queries: list[str], rounds: int) -> Answers:
    """What a built peer answers; a round goes over all queries.

    Raises:
        FailedPeerError: it cannot be asked; the message is its last line.
    """
    return Answers(**_apart("ask", peer, files, queries, rounds))


def _apart(verb: str, peer: str, files: PeerFiles, queries: list[str], rounds: int) -> dict[str, Any]:
    order = {"files": {name: str(path) for name, path in asdict(files).items()}, "queries": queries, "rounds": rounds}
    command = [sys.executable, "-m", "tests.benchmarks.peers.alone", verb, peer]
    ended = subprocess.run(command, check=False, capture_output=True, text=True, input=json.dumps(order), cwd=_ROOT)
    if ended.returncode:
        raise FailedPeerError((ended.stderr.strip().splitlines() or ["it ended without a word"])[-1])
    answer: dict[str, Any] = json.loads(ended.stdout)
    return answer


def _built(peer: Peer) -> dict[str, float]:
    start = time.perf_counter()
    peer.build()
    return {"seconds": time.perf_counter() - start}


def _asked(peer: Peer, queries: list[str], rounds: int) -> Answers:
    start = time.perf_counter()
    peer.open()
    open_s = time.perf_counter() - start
    try:
        peer.ask(queries[0])
        asked = [[_timed(peer, query) for query in queries] for _ in range(rounds)]
        names = [names for names, _ in asked[0]]
        times = [median(ms for _, ms in runs) for runs in zip(*asked, strict=True)]
        return Answers(open_s, peer.peak_kb(), names, times)
    finally:
        peer.close()


def _timed(peer: Peer, query: str) -> tuple[list[str], float]:
    start = time.perf_counter()
    names = peer.ask(query)
    return names, (time.perf_counter() - start) * 1000


def main() -> None:
    """Builds or asks, and reports."""
    verb, named = sys.argv[1:]
    order = json.load(sys.stdin)
    module, _, class_name = named.partition(":")
    made = getattr(importlib.import_module(f"tests.benchmarks.peers.{module}"), class_name)
    peer: Peer = made(PeerFiles(**{name: Path(path) for name, path in order["files"].items()}))
    report = _built(peer) if verb == "build" else asdict(_asked(peer, order["queries"], order["rounds"]))
    sys.stdout.write(json.dumps(report) + "\n")


if __name__ == "__main__":
    main()
