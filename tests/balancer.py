"""A proxy that gives each new connection to the next hub, and to another where that one is gone."""

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle
from socketserver import BaseRequestHandler, ThreadingTCPServer


@contextmanager
def balanced(ports: Sequence[int]) -> Iterator[str]:
    """The address of a proxy before the hubs at these ports."""
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
                back = threading.Thread(target=_pump, args=(hub, self.request))
                back.start()
                _pump(self.request, hub)
                back.join()

    class Server(ThreadingTCPServer):
        daemon_threads = True
        request_queue_size = 128

        def handle_error(self, *args: object) -> None:
            """Says nothing: a hub that is killed breaks its connections."""

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _pump(source: socket.socket, target: socket.socket) -> None:
    try:
        while block := source.recv(65536):
            target.sendall(block)
    except OSError:
        pass
    for end in (source, target):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            continue
