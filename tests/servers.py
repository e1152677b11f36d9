"""Servers on threads of their own, and what stands between two sockets."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from socketserver import TCPServer


class LineBrokenError(Exception):
    """Raised by what `pump` is to change bytes with, to end the connection there."""


@contextmanager
def running(server: TCPServer) -> Iterator[int]:
    """The port at which a server answers while the block runs."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def pump(source: socket.socket, target: socket.socket, change: Callable[[bytes], bytes] = bytes) -> None:
    """Carries bytes from one socket to another until one of them ends; then both do."""
    with suppress(OSError, LineBrokenError):
        while block := source.recv(16384):
            target.sendall(change(block))
    for end in (source, target):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
