"""The floor of a fan-out: a bare uvloop server that writes the same bytes to every socket.

It says its port, takes whoever comes, and for each number that it reads writes an event of that revision to all of
them; it says when it began to, by the clock that all processes share.
"""

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import cast

import uvloop

from switchboard.open_files import allow_many_files

_EVENT = 'id: {0}\r\nevent: change\r\ndata: {{"revision":{0},"time":"2026-11-22T00:00:00.000Z","epoch":"{1}"}}\r\n\r\n'
_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


@contextmanager
def bare_server(size: int) -> Iterator[tuple[int, Callable[[int], float]]]:
    """A server in a process of its own: its port, and what tells a revision to all and when it began to."""
    command = [sys.executable, "-m", "tests.benchmarks.fan_out_bare", str(size)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        asked, said = process.stdin, process.stdout

        def tell(revision: int) -> float:
            asked.write(f"{revision}\n")
            asked.flush()
            return float(said.readline())

        try:
            yield int(said.readline()), tell
        finally:
            process.terminate()


class _Everybody(asyncio.Protocol):
    def __init__(self, listeners: set[asyncio.Transport], size: int) -> None:
        self._listeners = listeners
        self._size = size

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if data.endswith(b"\r\n\r\n"):
            self._listeners.add(self._transport)
            self._transport.write(_HEAD + event_of(0, self._size))

    def connection_lost(self, _exc: Exception | None) -> None:
        self._listeners.discard(self._transport)


def event_of(revision: int, size: int) -> bytes:
    """A chunk with an event of about `size` bytes."""
    said = _EVENT.format(revision, "e" * size).encode()
    return b"%x\r\n%b\r\n" % (len(said), said)


async def _serve(size: int) -> None:
    listeners: set[asyncio.Transport] = set()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Everybody(listeners, size), "127.0.0.1", 0, backlog=2048)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201 - what it is started for
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        began = time.monotonic()
        event = event_of(int(line), size)
        for transport in listeners:
            transport.write(event)
        print(began, flush=True)  # noqa: T201


if __name__ == "__main__":
    allow_many_files()
    uvloop.run(_serve(int(sys.argv[1])))
