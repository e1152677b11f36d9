"""Proxies before several hubs that know nothing of what they carry, and send nobody to the same hub twice in a row."""

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle
from socketserver import BaseRequestHandler, ThreadingTCPServer

import urllib3

from tests.servers import pump, running


@contextmanager
def balanced(ports: Sequence[int]) -> Iterator[str]:
    """The address of a proxy that gives each connection to the next of these ports, or to one that answers."""
    turns, guard = cycle(range(len(ports))), threading.Lock()

    def upstream() -> socket.socket:
        with guard:
            first = next(turns)
        for turn in range(len(ports)):
            try:
                return socket.create_connection(("127.0.0.1", ports[(first + turn) % len(ports)]), timeout=30)
            except OSError:
                continue
        raise ConnectionRefusedError("no hub is left")

    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            with upstream() as hub:
                back = threading.Thread(target=pump, args=(hub, self.request))
                back.start()
                pump(self.request, hub)
                back.join()

    class Server(ThreadingTCPServer):
        daemon_threads = True
        request_queue_size = 128

        def handle_error(self, *args: object) -> None:
            """Says nothing: a hub that is killed breaks its connections."""

    with running(Server(("127.0.0.1", 0), Handler)) as port:
        yield f"http://127.0.0.1:{port}"


@contextmanager
def balanced_by_request(ports: Sequence[int]) -> Iterator[str]:
    """The address of a proxy that gives each GET to the next of these ports, its answer being short."""
    turns, pool = cycle(ports), urllib3.PoolManager(retries=False)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            wanted = {name: value for name, value in self.headers.items() if name.lower() != "host"}
            answer = pool.request("GET", f"http://127.0.0.1:{next(turns)}{self.path}", headers=wanted)
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.data)

        def log_message(self, *args: object) -> None:
            """Says nothing."""

    with running(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as port:
        yield f"http://127.0.0.1:{port}"
    pool.clear()
