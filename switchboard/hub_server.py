"""The server around the hub's application: it looks after its certificate, and ends within ten seconds."""

import asyncio
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable
from functools import partial
from types import FrameType
from typing import Any

import uvicorn
from fastapi import FastAPI

from data.clock import Clock
from sync.hub.line import HEAD_BYTES, GuardedLine, LineLimits, Lines
from sync.hub.tls import Certificate, Reach

ENDED_WITHIN_S = 9.0
_DOWNLOADS_END_WITHIN_S = 6
_TICKS_BETWEEN_LOOKS = 600
"""Of a tenth of a second: a renewed certificate is used within a minute."""

_LOG = logging.getLogger(__name__)


class HubServer(uvicorn.Server):
    """Serves until a signal ends it, and returns then, so that everything is put away.

    Args:
        config: Of the server.
        clock: Tells how old the certificate is.
        certificate: The hub's own; None where it has none.
        on_end: Called on the loop when the end begins: streams end, downloads have some seconds more.
    """

    def __init__(
        self, config: uvicorn.Config, clock: Clock, certificate: Certificate | None, on_end: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._clock = clock
        self._certificate = certificate
        self._on_end = on_end

    def handle_exit(self, sig: int, _frame: FrameType | None) -> None:
        """Begins the end, and does not wait any more at the second Ctrl-C; the signal's handler.

        Unlike uvicorn's it does not raise the signal again after the end: the process is done then, exit status 0.
        """
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.should_exit = True

    async def on_tick(self, counter: int) -> bool:
        """Looks at the certificate's files now and then; uvicorn calls it ten times a second."""
        if self._certificate is not None and counter % _TICKS_BETWEEN_LOOKS == 0:
            self._certificate.renew(self._clock.now())
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Ends the streams, waits for downloads, then cuts them off; uvicorn calls it."""
        end_process_within(ENDED_WITHIN_S)
        self._on_end()
        asyncio.get_running_loop().call_later(_DOWNLOADS_END_WITHIN_S, self._cut_lines)
        await super().shutdown(sockets)

    def _cut_lines(self) -> None:
        """Ends what is still open: who was downloading goes on later from where it was."""
        for line in list(self.server_state.connections):
            line.transport.abort()


def end_process_within(seconds: float) -> None:
    """Has the process end with exit status 0 by then, whatever still works in it.

    A job that is cut off so leaves what a killed hub leaves: the old state, or the new one.
    """
    cutting = threading.Timer(seconds, _cut_off)
    cutting.daemon = True
    cutting.start()


def _cut_off() -> None:
    _LOG.warning("a job did not end in time and is cut off")
    logging.shutdown()
    os._exit(0)


def server_config(app: FastAPI, reach: Reach, certificate: Certificate | None, limits: LineLimits) -> uvicorn.Config:
    """How the application is served.

    Args:
        app: The application.
        reach: Says which proxies are believed.
        certificate: The hub's own; None where it has none.
        limits: Of its connections.
    """
    line: Any = partial(GuardedLine, Lines(limits, reach.networks))
    return uvicorn.Config(
        app,
        http=line,
        ws="none",
        h11_max_incomplete_event_size=HEAD_BYTES,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_DOWNLOADS_END_WITHIN_S + 1,
        proxy_headers=bool(reach.proxies),
        forwarded_allow_ips=list(reach.proxies),
        ssl_context_factory=(lambda _config, _default: certificate.context) if certificate else None,
    )
