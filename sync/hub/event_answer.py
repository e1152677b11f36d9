"""Answering with a stream of server-sent events, at a cost that thousands of listeners may have.

Source: WHATWG HTML, "Server-sent events". sse-starlette does the same with four tasks a listener; this does with two.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing

from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

_HEADERS = {"Cache-Control": "no-store", "Connection": "keep-alive", "X-Accel-Buffering": "no"}
_LOG = logging.getLogger(__name__)


def event_bytes(name: str, data: str, number: int | None = None, retry_ms: int | None = None) -> bytes:
    """An event as it is sent.

    Args:
        name: Of the event.
        data: One line.
        number: What a listener that comes back says it heard last.
        retry_ms: How long a browser is to wait before it comes back.
    """
    begun = "" if number is None else f"id: {number}\r\n"
    ended = "" if retry_ms is None else f"retry: {retry_ms}\r\n"
    return f"{begun}event: {name}\r\ndata: {data}\r\n{ended}\r\n".encode()


class EventAnswer(Response):
    """A stream of events that ends when they do, when its reader goes, or when it takes nothing for too long.

    Args:
        events: What to send, one at a time; closed at the end, whichever it is.
        send_within_s: For how long the reader may take nothing.
    """

    media_type = "text/event-stream"

    def __init__(self, events: AsyncGenerator[bytes], send_within_s: float) -> None:
        self.status_code = 200
        self.background = None
        self._events = events
        self._send_within_s = send_within_s
        self.init_headers(_HEADERS)

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Sends until the events or the reader end; Starlette calls it."""
        try:
            async with asyncio.TaskGroup() as group, aclosing(self._events):
                watching = group.create_task(_until_gone(receive))
                await self._send(send)
                watching.cancel()
        except* ClientDisconnect:
            pass
        except* TimeoutError:
            _LOG.warning("a listener took nothing for %s s: its stream is ended", self._send_within_s)

    async def _send(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        async for event in self._events:
            async with asyncio.timeout(self._send_within_s):
                await send({"type": "http.response.body", "body": event, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    raise ClientDisconnect
