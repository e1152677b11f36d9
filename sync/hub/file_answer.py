"""Answering with a file to somebody who may have it: a download ends when that right does."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import FileResponse
from starlette.types import Message, Receive, Scope, Send

from sync.hub.line import end_line


class FileAnswer(FileResponse):
    """A file, or the part of it that is asked for.

    Args:
        path: Of the file.
        etag: What its content is called.
        holding: Held while it is sent; gives whether the reader may still have it.
        before: Sent before the file, to a reader who asks for no part of it.
        headers: Further ones.
    """

    def __init__(
        self,
        path: Path,
        etag: str,
        holding: AbstractContextManager[Callable[[], bool]],
        *,
        before: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(path, media_type="application/octet-stream", headers={"ETag": etag, **(headers or {})})
        self._holding = holding
        self._before = before

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends it; Starlette calls it."""
        with self._holding as may_go_on:

            async def send_rightfully(message: Message) -> None:
                if not may_go_on():
                    raise ClientDisconnect
                await send(self._preceded(message))

            try:
                await super().__call__(scope, receive, send_rightfully)
            except ClientDisconnect:
                # A length was announced: only a line that breaks says that no more will come.
                end_line(scope)

    def _preceded(self, message: Message) -> Message:
        """The message, with what goes before the file in the length and in the first piece."""
        if not self._before:
            return message
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=list(message["headers"]))
            headers["Content-Length"] = str(int(headers["Content-Length"]) + len(self._before))
            return {**message, "headers": headers.raw}
        before, self._before = self._before, b""
        return {**message, "body": before + message.get("body", b"")}
