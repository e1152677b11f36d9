"""PouchDB replicating from express-pouchdb, both in node, on LevelDB."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.peers.installed import MissingPeerError, node_package, program

_PACKAGES = ("pouchdb@9.0.0", "express-pouchdb@4.2.0", "express@4.22.3")
_SCRIPT = Path(__file__).with_name("pouchdb.js")
_AT_MOST_S = 1800


@dataclass(frozen=True, slots=True)
class Replicated:
    """One replication.

    Attributes:
        bytes: Over the line, both ways.
    """

    seconds: float
    docs: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Replication:
    """A fresh database, and one that follows changes."""

    fresh: Replicated
    changed: Replicated


def replicate(folder: Path, documents: Path, changes: Path) -> Replication:
    """Replicates the documents into a fresh database, and then the changes.

    Args:
        folder: For the databases.
        documents: One JSON document a line.
        changes: Some of them, changed.

    Raises:
        MissingPeerError: node or the packages cannot be had.
    """
    modules = node_package(" ".join(_PACKAGES)) / "node_modules"
    command = [program("node", "nodejs"), str(_SCRIPT), str(modules), str(folder), str(documents), str(changes)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_AT_MOST_S, check=False)
    if done.returncode:
        raise MissingPeerError(f"PouchDB failed: {done.stderr.strip()[-300:]}")
    said = json.loads(done.stdout.splitlines()[-1])
    return Replication(Replicated(**said["fresh"]), Replicated(**said["changed"]))
