"""Answering with a stream of server-sent events, at a cost that thousands of listeners may have.

Source: WHATWG HTML, "Server-sent events". sse-starlette does the same with four tasks a listener; this does with none.
"""

from collections.abc import Callable

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from sync.hub.line import HandedLine, Listening, hand_over

_HEADERS = {"Cache-Control": "no-store", "Connection": "keep-alive", "X-Accel-Buffering": "no"}


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
    """The head of a stream of events; who writes them is given the line itself. It needs the hub's own server.

    Args:
        listening: Makes whoever writes the events.
    """

    media_type = "text/event-stream"

    def __init__(self, listening: Callable[[HandedLine], Listening]) -> None:
        self.status_code = 200
        self.background = None
        self._listening = listening
        self.init_headers(_HEADERS)

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Sends the head and gives the line away; Starlette calls it."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        hand_over(scope, self._listening)
