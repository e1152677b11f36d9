"""The connections of the hub: how many an address may hold, and how long one may dawdle on them."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any

import h11
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from sync.hub.problems import problem

HEAD_BYTES = 32_768
"""A request's line and headers may be so long."""

Push = Callable[[bytes], bool]
"""Takes a piece of the body that is on its way to one reader; see `GuardedLine.push`."""

_PUSH, _END = "switchboard.push", "switchboard.end"
_LOG = logging.getLogger(__name__)


def push_of(scope: Scope) -> Push | None:
    """The short way to the reader who sent this request; None where bodies are not sent in pieces to it."""
    push: Push | None = scope.get("extensions", {}).get(_PUSH)
    return push if scope["http_version"] == "1.1" else None


def end_line(scope: Scope) -> None:
    """Breaks the line to the reader who sent this request; does nothing where there is no real one."""
    end: Callable[[], None] = scope.get("extensions", {}).get(_END, lambda: None)
    end()


def piece(body: bytes) -> bytes:
    """A piece of a body as it stands on the line.

    Source: RFC 9112, section 7.1.
    """
    return b"%x\r\n%b\r\n" % (len(body), body)


@dataclass(frozen=True, slots=True)
class LineLimits:
    """What connections may take.

    Attributes:
        an_address: How many may be open from one address; a whole office may be behind one.
        head_s: Until a request's line and headers have come.
        stalled_s: For how long a reader may take nothing of an answer.
    """

    an_address: int = 1_000
    head_s: float = 10.0
    stalled_s: float = 60.0


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

    def push(self, written: bytes) -> bool:
        """Writes a `piece`, beside the application's own sending; False, and nothing is, where the reader is behind.

        Thousands are told the same at once: the way through the application costs several times what writing does.
        """
        if self._stalled is not None or self.transport.is_closing():
            return False
        self.transport.write(written)
        return True

    def _end(self) -> None:
        self.transport.abort()
        if self.cycle is not None:
            self.cycle.disconnected = True  # as asyncio tells a moment later: uvicorn asks at once

    async def _with_ways(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("extensions", {}).update({_PUSH: self.push, _END: self._end})
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
