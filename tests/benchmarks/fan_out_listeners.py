"""Many sockets that listen to one server, in a process of their own, so that they take nothing of its time.

It reads one line of JSON, a `Crowd`, and says `REVISION SECONDS` whenever the last of its sockets has heard of a later
revision than before, by the clock that all processes share.
"""

import json
import re
import selectors
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from switchboard.open_files import allow_many_files

_REVISION = re.compile(rb'"revision":(\d+)')
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_HEAD_END = b"\r\n\r\n"
_BLOCK = 65_536
_IN_A_TURN = 50
"""Sockets that are opened before the others are heard again."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """Who listens.

    Attributes:
        before: What each asks before it listens, a target of an HTTP request; empty for nothing.
        tokens: One for each socket.
        at_once: Sockets that are let in at a time.
        heard: The revision that each has heard of already; -1 for none.
    """

    port: int
    tokens: Sequence[str]
    before: str = ""
    at_once: int = 200
    heard: int = -1


@contextmanager
def listening(crowd: Crowd) -> Iterator[Callable[[], tuple[int, float]]]:
    """A process with that many sockets, all of which listen; what it gives waits for the next line of the process."""
    command = [sys.executable, "-m", "tests.benchmarks.fan_out_listeners"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        lines = process.stdout

        def heard() -> tuple[int, float]:
            revision, at = lines.readline().split()
            return int(revision), float(at)

        process.stdin.write(json.dumps(asdict(crowd)) + "\n")
        process.stdin.flush()
        try:
            yield heard
        finally:
            process.terminate()


class _Listener:
    """One socket: it asks what it asks before, and then listens."""

    def __init__(self, crowd: Crowd, token: str) -> None:
        self.socket = socket.create_connection(("127.0.0.1", crowd.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.heard = crowd.heard
        self._token = token
        self._answer = b""
        self._asks = bool(crowd.before)
        self._say(crowd.before or "/events")
        self.socket.settimeout(0)

    def _say(self, target: str) -> None:
        heard = f"Last-Event-ID: {self.heard}\r\n" if self.heard >= 0 else ""
        self.socket.sendall(
            f"GET {target} HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer {self._token}\r\n"
            f"Switchboard-Protocol: 2\r\n{heard}\r\n".encode()
        )

    def newest(self) -> int | None:
        """The revision that it has heard of now; None where it is no later one."""
        block = self.socket.recv(_BLOCK)
        if not block:
            raise ConnectionError("the server has ended a stream")
        if self._asks:
            self._answer += block
            head, _, body = self._answer.partition(_HEAD_END)
            length = _LENGTH.search(head)
            if length is None or len(body) < int(length[1]):
                return None
            if b" 200 " not in head:
                raise ConnectionError(head.decode())
            self._asks, self._answer = False, b""
            self._say("/events")
            return None
        found = _REVISION.findall(block)
        if not found or int(found[-1]) <= self.heard:
            return None
        self.heard = int(found[-1])
        return self.heard


def main() -> None:
    """Listens until it is ended."""
    allow_many_files()
    crowd = Crowd(**json.loads(sys.stdin.readline()))
    selector, heard = selectors.DefaultSelector(), Counter[int]()
    waiting = list(crowd.tokens)
    let_in = 0

    def more() -> None:
        nonlocal let_in
        for _ in range(min(_IN_A_TURN, len(waiting), crowd.at_once - let_in + heard.total())):
            listener = _Listener(crowd, waiting.pop())
            selector.register(listener.socket, selectors.EVENT_READ, listener)
            let_in += 1

    more()
    while True:
        for key, _ in selector.select(0 if waiting else None):
            revision = key.data.newest()
            if revision is None:
                continue
            heard[revision] += 1
            if heard[revision] == len(crowd.tokens):
                print(revision, time.monotonic(), flush=True)  # noqa: T201 - what it is started for
        more()


if __name__ == "__main__":
    main()
