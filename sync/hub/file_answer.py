"""Answering with a file to somebody who may have it: a download ends when that right does."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

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
    """

    def __init__(self, path: Path, etag: str, holding: AbstractContextManager[Callable[[], bool]]) -> None:
        super().__init__(path, media_type="application/octet-stream", headers={"ETag": etag})
        self._holding = holding

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends it; Starlette calls it."""
        with self._holding as may_go_on:

            async def send_rightfully(message: Message) -> None:
                if not may_go_on():
                    raise ClientDisconnect
                await send(message)

            try:
                await super().__call__(scope, receive, send_rightfully)
            except ClientDisconnect:
                # A length was announced: only a line that breaks says that no more will come.
                end_line(scope)
