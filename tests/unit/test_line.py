"""Connections with deadlines, over real sockets of a loop of the test's own."""

import asyncio
from collections.abc import Awaitable, Callable
from ipaddress import ip_network
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send
from uvicorn.server import ServerState

from switchboard.hub_server import server_config
from sync.hub.event_answer import EventAnswer
from sync.hub.line import HEAD_BYTES, GuardedLine, HandedLine, LineLimits, Lines, Piece
from sync.hub.tls import Reach

LIMITS = LineLimits(an_address=2, head_s=0.2, stalled_s=0.2, behind_s=0.2)
PATIENCE_S = 20.0

Asking = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[bytes]]


class Listening:
    """Writes on a line that was handed over, and notes what it is told."""

    def __init__(self, line: HandedLine) -> None:
        self.line = line
        self.told: list[str] = []
        self.line.push(Piece.of(b"hello"))

    def caught_up(self) -> None:
        self.told.append("caught up")

    def gone(self) -> None:
        self.told.append("gone")


class BehindAtOnce(EventAnswer):
    """Its head fills what the line holds for its reader."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_and_pause(message: Message) -> None:
            await send(message)
            scope["extensions"]["switchboard.hand_over"].__self__.pause_writing()

        await super().__call__(scope, receive, send_and_pause)


def application(heard: Callable[[HandedLine], Listening] = Listening) -> FastAPI:
    app = FastAPI()

    @app.get("/listen")
    def listen() -> EventAnswer:
        return EventAnswer(heard)

    @app.get("/listen/later")
    async def listen_later() -> EventAnswer:
        await asyncio.sleep(0.1)
        return EventAnswer(heard)

    @app.get("/listen/behind")
    def listen_behind() -> EventAnswer:
        return BehindAtOnce(heard)

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


def asked(
    asking: Asking, app: FastAPI | None = None, state: ServerState | None = None, lines: Lines | None = None
) -> bytes:
    """What a client hears of a server with short deadlines."""

    async def serve() -> bytes:
        config = server_config(app or application(), Reach(), None, LIMITS)
        config.load()
        config.lifespan = "off"
        served, counted = state or ServerState(), lines or Lines(LIMITS)

        def line() -> GuardedLine:
            return GuardedLine(counted, config=config, server_state=served, app_state={})

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


class Heard:
    """A server whose listeners are seen from inside, and a client that listens."""

    def __init__(self) -> None:
        self.listening: list[Listening] = []
        self.state = ServerState()
        self.lines = Lines(LIMITS)

    def begins(self, line: HandedLine) -> Listening:
        self.listening.append(Listening(line))
        return self.listening[-1]

    def asked(self, asking: Asking) -> bytes:
        return asked(asking, application(self.begins), self.state, self.lines)

    async def until_told(self, told: str) -> None:
        while told not in self.listening[0].told:  # noqa: ASYNC110 - what it waits for has no event
            await asyncio.sleep(0.005)


ASKS_TO_LISTEN = b"GET /listen HTTP/%s\r\nHost: hub\r\n\r\n"


@pytest.mark.parametrize(
    ("version", "body"), [(b"1.1", b"5\r\nhello\r\n4\r\nmore\r\n0\r\n\r\n"), (b"1.0", b"hellomore")]
)
def test_a_line_that_was_handed_over_bears_what_is_written_on_it_until_it_is_ended(version: bytes, body: bytes) -> None:
    heard = Heard()

    async def listens(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        writer.write(ASKS_TO_LISTEN % version)
        head = await reader.readuntil(b"hello")
        assert heard.state.connections == {heard.listening[0].line}, "the server shuts down this one alone"
        await asyncio.sleep(LIMITS.head_s * 2)  # no deadline of the request is left
        heard.listening[0].line.push(Piece.of(b"more"))
        heard.listening[0].line.end()
        heard.listening[0].line.end()
        assert not heard.listening[0].line.push(Piece.of(b"never"))
        rest = head + await reader.read()
        await heard.until_told("gone")
        return rest

    said = heard.asked(listens)
    assert said.startswith(b"HTTP/1.1 200")
    assert said.partition(b"\r\n\r\n")[2] == body
    assert heard.listening[0].told == ["gone"]
    assert not heard.state.connections
    assert not heard.state.tasks, "the application has nothing to do with it any more"


def test_a_listener_that_goes_away_is_noticed() -> None:
    heard = Heard()

    async def goes(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        writer.write(ASKS_TO_LISTEN % b"1.1")
        await reader.readuntil(b"hello")
        writer.close()
        await heard.until_told("gone")
        return b""

    heard.asked(goes)
    assert not heard.state.connections
    assert not heard.lines._open  # noqa: SLF001 - it is counted no more


def test_nobody_writes_on_a_line_whose_reader_went_before_its_answer_began() -> None:
    heard = Heard()

    async def goes(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        writer.write(b"GET /listen/later HTTP/1.1\r\nHost: hub\r\n\r\n")
        await writer.drain()
        await asyncio.sleep(0.02)
        writer.transport.abort()
        await asyncio.sleep(0.3)
        return b""

    heard.asked(goes)
    assert not heard.listening
    assert not heard.lines._open  # noqa: SLF001 - it is counted no more


def test_a_reader_that_is_behind_when_its_line_is_handed_over_is_so_afterwards(
    caplog: pytest.LogCaptureFixture,
) -> None:
    said = Heard().asked(says(b"GET /listen/behind HTTP/1.1\r\nHost: hub\r\n\r\n"))
    assert said.startswith(b"HTTP/1.1 200")
    assert b"hello" not in said
    assert "took nothing" in caplog.text


def test_a_listener_that_takes_nothing_is_sent_nothing_more_and_cut_off(caplog: pytest.LogCaptureFixture) -> None:
    heard = Heard()

    async def dawdles(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        writer.write(ASKS_TO_LISTEN % b"1.1")
        await reader.readuntil(b"hello")
        line = heard.listening[0].line
        while line.push(Piece.of(bytes(1_000_000))):  # noqa: ASYNC110 - what it waits for has no event
            await asyncio.sleep(0)
        await heard.until_told("gone")
        return b""

    heard.asked(dawdles)
    assert [record.getMessage() for record in caplog.records] == [
        "a listener took nothing for 0.2 s: its stream is ended"
    ]
    assert heard.listening[0].told == ["gone"]


def test_a_listener_that_takes_more_again_is_told_so_and_may_stay() -> None:
    heard = Heard()

    async def catches_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        writer.write(ASKS_TO_LISTEN % b"1.1")
        await reader.readuntil(b"hello")
        line, pushed = heard.listening[0].line, 0
        while line.push(Piece.of(bytes(1_000_000))):
            pushed += 1
            await asyncio.sleep(0)
        taking = asyncio.ensure_future(reader.readuntil(b"newest"))
        reader._limit = 1 << 30  # type: ignore[attr-defined] # noqa: SLF001 - else it takes no more itself
        await heard.until_told("caught up")
        await asyncio.sleep(LIMITS.behind_s * 2)
        assert line.push(Piece.of(b"newest"))
        assert len(await taking) > pushed * 1_000_000
        return b""

    heard.asked(catches_up)
    assert heard.listening[0].told.count("gone") <= 1
