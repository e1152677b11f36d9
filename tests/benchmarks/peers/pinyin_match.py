"""pinyin-match, the npm package, in node."""

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.benchmarks.peers.installed import node_package, program
from tests.benchmarks.peers.names import plain
from tests.benchmarks.peers.peer import Peer, peak_kb_of

_PACKAGE = "pinyin-match@1.2.10"
_SCRIPT = Path(__file__).with_name("pinyin_match.js")


class PinyinMatch(Peer):
    """`match(name, query)` over a list in memory; it has its own readings of characters.

    Whole matches first, then beginnings, then the rest, each in static rank: the package itself says only where a query
    matches. All names are read for each query.
    """

    def open(self) -> None:
        package = node_package(_PACKAGE) / "node_modules/pinyin-match"
        command = [program("node", "nodejs"), str(_SCRIPT), str(package), str(self.files.names)]
        self._node = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._answer()

    def ask(self, query: str) -> list[str]:
        assert self._node.stdin
        self._node.stdin.write(json.dumps(plain(query)) + "\n")
        self._node.stdin.flush()
        return list(self._answer())

    def peak_kb(self) -> int:
        return peak_kb_of(self._node.pid)

    def close(self) -> None:
        assert self._node.stdin
        self._node.stdin.close()
        self._node.wait()

    def _answer(self) -> Any:
        assert self._node.stdout
        return json.loads(self._node.stdout.readline())
