"""What is compared: something that is built from a list of names and then answers queries."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path

SHOWN = 10
"""How many names an answer holds."""


@dataclass(frozen=True, slots=True)
class PeerFiles:
    """What a peer works on.

    Attributes:
        names: The names, of `tests.benchmarks.peers.names`.
        cache: The cache that they came from.
        folder: Where the peer keeps what it builds; its own.
    """

    names: Path
    cache: Path
    folder: Path


class Peer(ABC):
    """One way to look names up. Built in one process, asked in another, so that each memory is its own.

    Args:
        files: What it works on.
    """

    def __init__(self, files: PeerFiles) -> None:
        self.files = files

    def build(self) -> None:  # noqa: B027 - a peer without an index has nothing to build
        """Makes what the peer keeps on disk."""

    @abstractmethod
    def open(self) -> None:
        """Makes ready for the first query."""

    @abstractmethod
    def ask(self, query: str) -> list[str]:
        """The first `SHOWN` names for a query, the best first."""

    def peak_kb(self) -> int:
        """The most memory that the answering process has held so far."""
        return peak_kb_of("self")

    def close(self) -> None:  # noqa: B027 - most end with their process
        """Ends what `open` began outside this process."""


def peak_kb_of(pid: int | str) -> int:
    """The most memory that a running process has held: VmHWM, in KiB."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    return 0
