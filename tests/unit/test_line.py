"""Connections with deadlines, over real sockets of a loop of the test's own."""

import asyncio
from collections.abc import Awaitable, Callable
from ipaddress import ip_network
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from uvicorn.server import ServerState

from switchboard.hub_server import server_config
from sync.hub.line import HEAD_BYTES, GuardedLine, LineLimits, Lines
from sync.hub.tls import Reach

LIMITS = LineLimits(an_address=2, head_s=0.2, stalled_s=0.2)
PATIENCE_S = 20.0

Asking = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[bytes]]


def application() -> FastAPI:
    app = FastAPI()

    @app.get("/")
    def root() -> str:
        return "here"

    @app.get("/slow")
    async def slow() -> str:
        await asyncio.sleep(0.6)
        return "late"

    @app.get("/large")
    async def large() -> StreamingResponse:
        async def blocks() -> Any:
            for _ in range(1000):
                yield bytes(1_000_000)

        return StreamingResponse(blocks())

    return app


def asked(asking: Asking) -> bytes:
    """What a client hears of a server with short deadlines."""

    async def serve() -> bytes:
        config = server_config(application(), Reach(), None, LIMITS)
        config.load()
        config.lifespan = "off"
        state = ServerState()

        def line() -> GuardedLine:
            return GuardedLine(Lines(LIMITS), config=config, server_state=state, app_state={})

        server = await asyncio.get_running_loop().create_server(line, "127.0.0.1", 0)
        async with server:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname()[:2])
            try:
                return await asyncio.wait_for(asking(reader, writer), PATIENCE_S)
            finally:
                writer.transport.abort()

    return asyncio.run(serve())


def says(*parts: bytes, pause_s: float = 0.0) -> Asking:
    """Sends the parts and hears until the connection is ended."""

    async def asking(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        try:
            for part in parts:
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(pause_s)
        except ConnectionError:
            return b"ended"
        return await reader.read()

    return asking


GET = b"GET %s HTTP/1.1\r\nHost: hub\r\n\r\n"
LAST = b"GET %s HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n\r\n"


def test_a_head_that_comes_drop_by_drop_is_not_waited_for() -> None:
    assert asked(says()) == b""
    drops = [bytes([one]) for one in b"GET / HTTP/1.1\r\nX-A: " + b"b" * 200]
    assert asked(says(*drops, pause_s=0.02)) in {b"", b"ended"}


def test_the_second_head_of_a_connection_is_not_waited_for_either() -> None:
    drops = [b"G", *([b"E"] * 100)]
    assert asked(says(GET % b"/", *drops, pause_s=0.02)).count(b"here") <= 1


def test_an_answer_may_take_longer_than_a_head() -> None:
    assert b"late" in asked(says(LAST % b"/slow"))
    assert asked(says(GET % b"/slow" + LAST % b"/")).count(b"HTTP/1.1 200") == 2, "they may be sent at once"


def test_a_reader_that_takes_nothing_is_cut_off() -> None:
    async def dawdles(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        writer.write(LAST % b"/large")
        await asyncio.sleep(1)
        heard = 0
        try:
            while block := await reader.read(1 << 20):
                heard += len(block)
        except ConnectionError:
            pass
        return str(heard).encode()

    assert int(asked(dawdles)) < 100_000_000


@pytest.mark.parametrize(
    "said",
    [
        b"\x00\xff\x00\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nHost: hub\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: hub\r\nX-A: " + b"a" * (HEAD_BYTES + 10),
        b"GET /" + b"a" * HEAD_BYTES,
        b"POST / HTTP/1.1\r\nHost: hub\r\nContent-Length: x\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: hub\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcde",
    ],
)
def test_what_is_no_http_is_answered_with_a_problem(said: bytes) -> None:
    answer = asked(says(said))
    assert answer.startswith(b"HTTP/1.1 400")
    assert b"application/problem+json" in answer


def test_an_address_has_so_many_connections_and_a_proxy_any_number() -> None:
    lines = Lines(LIMITS, [ip_network("10.1.0.0/16")])
    assert [lines.opened("10.0.0.1") for _ in range(4)] == [True, True, False, False]
    assert all(lines.opened(host) for host in ("10.1.2.3", "127.0.0.1", "::1") for _ in range(9))
    assert lines.opened("10.0.0.2")
    for _ in range(4):
        lines.closed("10.0.0.1")
    assert lines.opened("10.0.0.1")
    assert not all(lines.opened("no address") for _ in range(3))
