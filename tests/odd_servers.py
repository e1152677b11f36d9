"""What may stand between an agent and its hub: a guest network's sign-in page, a line that breaks or lies."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer

from tests.servers import pump, running

PORTAL = b"<html><body>Please sign in to the guest network</body></html>"


@contextmanager
def answering(status: int, body: bytes, **headers: str) -> Iterator[str]:
    """A server that gives every request the same answer."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = _answer  # noqa: N815 - as http.server names them

        def log_message(self, *args: object) -> None:
            """Says nothing."""

    with running(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as port:
        yield f"http://127.0.0.1:{port}"


@dataclass(frozen=True)
class Sent:
    """An answer of a server of one file."""

    status: int
    body: bytes
    headers: dict[str, str]


@contextmanager
def serving_file(
    content: bytes, mangle: Callable[[Sent], Sent] = lambda sent: sent
) -> Iterator[tuple[str, list[tuple[str | None, str | None]]]]:
    """A server of one file under any path, which goes on where it is asked to; its ETag is the path's stem.

    Args:
        content: The file.
        mangle: What becomes of each answer on its way.

    Yields:
        Its URL, and the `Range` and `If-Range` of each request.
    """
    asked: list[tuple[str | None, str | None]] = []

    def answer(path: str, wanted: str | None, if_range: str | None) -> Sent:
        etag = f'"{Path(path).stem}"'
        if wanted is None or (if_range is not None and if_range != etag):
            return Sent(200, content, {"ETag": etag, "Content-Length": str(len(content))})
        start = int(wanted.removeprefix("bytes=").rstrip("-"))
        rest = content[start:]
        where = f"bytes {start}-{len(content) - 1}/{len(content)}"
        return Sent(206, rest, {"ETag": etag, "Content-Range": where, "Content-Length": str(len(rest))})

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted, if_range = self.headers.get("Range"), self.headers.get("If-Range")
            asked.append((wanted, if_range))
            sent = mangle(answer(self.path, wanted, if_range))
            self.send_response(sent.status)
            for name, value in sent.headers.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                self.wfile.write(sent.body)
            except OSError:
                return  # who asked has had enough

        def log_message(self, *args: object) -> None:
            """Says nothing."""

    with running(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as port:
        yield f"http://127.0.0.1:{port}", asked


class Line:
    """A port that leads to a hub, byte for byte, until told otherwise.

    Attributes:
        upstream: The port to which new connections lead.
        on_file: Given how many bytes of a snapshot's answer have passed and the next ones; returns what to pass on.
    """

    def __init__(self, upstream: int) -> None:
        self.upstream = upstream
        self.on_file: Callable[[int, bytes], bytes] = lambda _passed, block: block
        self.port = 0
        self._connections = 0
        self._dead_up_to = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def fall_silent(self) -> None:
        """Lets nothing through any more on what is open now, and ends none of it: as a laptop that slept finds it."""
        self._dead_up_to = self._connections

    def carry(self, agent: socket.socket) -> None:
        """Serves one connection of an agent."""
        with socket.create_connection(("127.0.0.1", self.upstream), timeout=30) as hub:
            asked = threading.Event()
            self._connections += 1
            back = threading.Thread(target=self._back, args=(hub, agent, asked, self._connections))
            back.start()
            pump(agent, hub, lambda block: _note(block, asked))
            back.join()

    def _back(self, hub: socket.socket, agent: socket.socket, asked: threading.Event, number: int) -> None:
        passed = 0

        def tamper(block: bytes) -> bytes:
            nonlocal passed
            if number <= self._dead_up_to:
                return b""
            if not asked.is_set():
                return block
            passed += len(block)
            return self.on_file(passed - len(block), block)

        pump(hub, agent, tamper)


def _note(request: bytes, asked: threading.Event) -> bytes:
    if b"GET /snapshot/" in request:
        asked.set()
    else:
        asked.clear()
    return request


@contextmanager
def line_to(upstream: int) -> Iterator[Line]:
    """A line to a hub's port."""
    line = Line(upstream)

    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            line.carry(self.request)

    class Server(ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    with running(Server(("127.0.0.1", 0), Handler)) as port:
        line.port = port
        yield line
