"""The connections of the hub: how many an address may hold, and how long one may dawdle on them."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any, Protocol

import h11
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from sync.hub.problems import problem

HEAD_BYTES = 32_768
"""A request's line and headers may be so long."""

_HAND_OVER, _END = "switchboard.hand_over", "switchboard.end"
_LAST = b"0\r\n\r\n"
_LOG = logging.getLogger(__name__)


class Listening(Protocol):
    """Whoever has something to write on a line that was handed over."""

    def caught_up(self) -> None:
        """Told when a reader that was behind takes more again."""

    def gone(self) -> None:
        """Told once when the line has ended."""


def hand_over(scope: Scope, listening: Callable[["HandedLine"], Listening]) -> None:
    """Takes the line of this request away from the application, once the head of its answer is sent.

    Nothing is done where its reader has gone meanwhile.

    Args:
        scope: Of the request.
        listening: Makes whoever writes on it from now on; may write at once.
    """
    scope["extensions"][_HAND_OVER](listening)


def end_line(scope: Scope) -> None:
    """Breaks the line to the reader who sent this request; does nothing where there is no real one."""
    end: Callable[[], None] = scope.get("extensions", {}).get(_END, lambda: None)
    end()


@dataclass(frozen=True, slots=True)
class Piece:
    """What is written of a body, made once for all who are sent the same.

    Attributes:
        body: As a reader of HTTP/1.0 takes it.
        chunk: As one of HTTP/1.1 does.
    """

    body: bytes
    chunk: bytes

    @classmethod
    def of(cls, body: bytes) -> "Piece":
        """The piece that is `body`, which is not empty.

        Source: RFC 9112, section 7.1.
        """
        return cls(body, b"%x\r\n%b\r\n" % (len(body), body))


@dataclass(frozen=True, slots=True)
class LineLimits:
    """What connections may take.

    Attributes:
        an_address: How many may be open from one address; a whole office may be behind one.
        head_s: Until a request's line and headers have come.
        stalled_s: For how long a reader may take nothing of an answer.
        behind_s: For how long a listener may: it comes back and says where it was.
    """

    an_address: int = 1_000
    head_s: float = 10.0
    stalled_s: float = 60.0
    behind_s: float = 20.0


class Lines:
    """The open connections, by address.

    Args:
        limits: Of each.
        uncounted: Networks whose connections are not counted: a proxy's, behind which everybody is.
    """

    def __init__(self, limits: LineLimits, uncounted: Sequence[IPv4Network | IPv6Network] = ()) -> None:
        self.limits = limits
        self._uncounted = uncounted
        self._open: Counter[str] = Counter()

    def opened(self, host: str) -> bool:
        """Counts a connection that was opened; whether there may be so many."""
        self._open[host] += 1
        if self._open[host] <= self.limits.an_address or self._is_uncounted(host):
            return True
        if self._open[host] == self.limits.an_address + 1:
            _LOG.warning("%s opens more than %d connections: further ones are ended", host, self.limits.an_address)
        return False

    def closed(self, host: str) -> None:
        """Counts a connection that `opened` counted no more."""
        self._open[host] -= 1
        if not self._open[host]:
            del self._open[host]

    def _is_uncounted(self, host: str) -> bool:
        try:
            address = ip_address(host)
        except ValueError:
            return False
        return address.is_loopback or any(address in network for network in self._uncounted)


class GuardedLine(H11Protocol):
    """A connection with deadlines; uvicorn itself knows one for an idle connection only.

    Args:
        lines: Counts it.
        args: What uvicorn makes it with.
        kwargs: What uvicorn makes it with.
    """

    def __init__(self, lines: Lines, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - uvicorn's own
        super().__init__(*args, **kwargs)
        self._lines = lines
        self._application = self.app
        self.app = self._with_ways
        self._host = ""
        self._head_due: asyncio.TimerHandle | None = None
        self._stalled: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Counts the connection, and waits for a request; asyncio calls it."""
        super().connection_made(transport)  # type: ignore[arg-type] # it narrows what asyncio declares
        self._host = self.client[0] if self.client else ""
        if self._lines.opened(self._host):
            self._watch_head()
        else:
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Counts the connection no more; asyncio calls it."""
        self._lines.closed(self._host)
        self._forget_head()
        self._forget_stall()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Takes what has come; asyncio calls it."""
        super().data_received(data)
        self._watch_head()

    def on_response_complete(self) -> None:
        """Waits for the next request; uvicorn calls it."""
        super().on_response_complete()
        if self._answering():
            self._watch_head()

    def pause_writing(self) -> None:
        """Notes that the reader does not keep up; asyncio calls it."""
        super().pause_writing()
        self._stalled = self._later(self._lines.limits.stalled_s, self.transport.abort)

    def resume_writing(self) -> None:
        """Notes that the reader takes more; asyncio calls it."""
        self._forget_stall()
        super().resume_writing()

    def _end(self) -> None:
        self.transport.abort()
        if self.cycle is not None:
            self.cycle.disconnected = True  # as asyncio tells a moment later: uvicorn asks at once

    def _hand_over(self, listening: Callable[["HandedLine"], Listening]) -> None:
        if self.transport.is_closing() or self.cycle.disconnected:
            return
        line = HandedLine(self.transport, self._lines, self._host, self.connections, self.scope["http_version"])
        self.transport.set_protocol(line)
        self.connections.discard(self)
        self.cycle.disconnected = True  # for uvicorn the request is over: the application says no more
        was_behind = self._stalled is not None
        self._let_go()
        if was_behind:
            line.pause_writing()
        line.begin(listening)

    def _let_go(self) -> None:
        """Has nothing wait for this line any more, nor hold it or be held by it."""
        self._forget_head()
        self._forget_stall()
        self._unset_keepalive_if_required()
        self.app, self.cycle = self._application, None  # type: ignore[assignment] # each leads back here

    async def _with_ways(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("extensions", {}).update({_HAND_OVER: self._hand_over, _END: self._end})
        await self._application(scope, receive, send)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - says no more than the status
        """Answers what is no HTTP; uvicorn calls it."""
        if self.conn.our_state not in {h11.IDLE, h11.SEND_RESPONSE}:  # amid another answer
            self.transport.close()
            return
        said = problem(400, f"this is no HTTP request, or its head is longer than {HEAD_BYTES} bytes", None)
        headers = [(b"connection", b"close"), *said.raw_headers]
        events = (h11.Response(status_code=400, headers=headers), h11.Data(data=bytes(said.body)), h11.EndOfMessage())
        for event in events:
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _watch_head(self) -> None:
        """Waits for the rest of a request's head, or for nothing while a request is answered."""
        if self._answering():
            self._forget_head()
        elif self._head_due is None:
            self._head_due = self._later(self._lines.limits.head_s, self.transport.close)

    def _later(self, seconds: float, end: Callable[[], None]) -> asyncio.TimerHandle:
        return self.loop.call_later(seconds, end)

    def _forget_head(self) -> None:
        if self._head_due is not None:
            self._head_due.cancel()
            self._head_due = None

    def _forget_stall(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None


class HandedLine(asyncio.Protocol):
    """A connection on which an answer is written that has no end, with nothing of the application behind it.

    Thousands listen for hours: what it takes to answer a request (two tasks, a frame of each layer, the parser, the
    headers) is some thirty kilobytes, this one.

    Args:
        transport: Of the connection.
        lines: Has counted it.
        host: Its address.
        connections: The server's, which are shut down when it ends.
        http_version: That its reader speaks.
    """

    __slots__ = ("_behind", "_chunked", "_connections", "_host", "_lines", "_listening", "transport")

    def __init__(
        self,
        transport: asyncio.Transport,
        lines: Lines,
        host: str,
        connections: set[Any],
        http_version: str,
    ) -> None:
        self.transport = transport
        self._lines = lines
        self._host = host
        self._connections = connections
        self._chunked = http_version == "1.1"
        self._behind: asyncio.TimerHandle | None = None
        self._listening: Listening | None = None
        connections.add(self)

    def begin(self, listening: Callable[["HandedLine"], Listening]) -> None:
        """Lets somebody write on it."""
        self._listening = listening(self)

    def push(self, written: Piece) -> bool:
        """Writes a piece; False, and nothing is, where the reader is behind, which is told later of the newest."""
        if self._behind is not None or self.transport.is_closing():
            return False
        self.transport.write(written.chunk if self._chunked else written.body)
        return True

    def end(self, last: Piece | None = None) -> None:
        """Ends the answer, after one last piece where there is one; nothing where it has ended."""
        if self.transport.is_closing():
            return
        if last is not None:
            self.push(last)
        if self._chunked:
            self.transport.write(_LAST)
        self.transport.close()

    def shutdown(self) -> None:
        """Ends the connection; uvicorn calls it when it ends."""
        self.transport.close()

    def connection_lost(self, _exc: Exception | None) -> None:
        """Counts the connection no more; asyncio calls it."""
        self._connections.discard(self)
        self._lines.closed(self._host)
        self.resume_writing()
        listening, self._listening = self._listening, None
        if listening is not None:
            listening.gone()

    def pause_writing(self) -> None:
        """Notes that the reader does not keep up; asyncio calls it."""
        self._behind = asyncio.get_running_loop().call_later(self._lines.limits.behind_s, self._cut_off)

    def resume_writing(self) -> None:
        """Notes that the reader takes more; asyncio calls it."""
        if self._behind is None:
            return
        self._behind.cancel()
        self._behind = None
        if self._listening is not None and not self.transport.is_closing():
            self._listening.caught_up()

    def _cut_off(self) -> None:
        _LOG.warning("a listener took nothing for %g s: its stream is ended", self._lines.limits.behind_s)
        self.transport.abort()
