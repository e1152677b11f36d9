"""Requests on sockets of the test's own: what is read of their answers, and when, is for the test to say."""

import socket
from pathlib import Path
from urllib.parse import urlsplit

from sync.replica.agent_home import AgentHome
from sync.replica.hub_client import HubClient
from tests.hubs import PATIENCE_S, RunningHub


def asked(hub: RunningHub, home: Path, path: str, receive_buffer: int = 0) -> socket.socket:
    """A connection on which the device of `home` has asked for something."""
    token = HubClient.at(AgentHome(home))._credential.headers()["Authorization"]  # noqa: SLF001 - as it asks itself
    line = socket.socket()
    line.settimeout(PATIENCE_S)
    if receive_buffer:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    where = urlsplit(hub.url)
    line.connect((where.hostname, where.port))
    line.sendall(f"GET {path} HTTP/1.1\r\nHost: hub\r\nAuthorization: {token}\r\n\r\n".encode())
    return line


def read_until(line: socket.socket, text: bytes) -> bytes:
    heard = b""
    while text not in heard:
        block = line.recv(65536)
        assert block, heard
        heard += block
    return heard


def rest(line: socket.socket) -> bytes:
    heard = b""
    try:
        while block := line.recv(1 << 20):
            heard += block
    except ConnectionError:
        pass
    return heard
