"""What stands before every route: limits of size and time, the browser's guards, and the last resort for failures.

Connections are looked after in `sync.hub.line`, how often one asks in `sync.hub.limits`.
"""

import asyncio
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address

from fastapi import Request, Response
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sync.errors import SyncError
from sync.hub.problems import answer

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
}
"""Of every answer that does not say otherwise itself."""

_OVER_TLS = {"Strict-Transport-Security": "max-age=31536000"}
_HEALTH = "/healthz"
_SAFE = {"GET", "HEAD", "OPTIONS"}
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RequestLimits:
    """What one request may take.

    Attributes:
        target_bytes: Of its path and query.
        body_bytes: Of its body, said beforehand or not.
        body_s: Until its body has come.
        answer_s: Until its answer begins; a stream or a download may then go on.
    """

    target_bytes: int = 4_000
    body_bytes: int = 1_000_000
    body_s: float = 30.0
    answer_s: float = 60.0


class RequestGuard:
    """The application behind its guard.

    Args:
        app: The application.
        limits: Of each request.
        https_only: Refuses what came in plain text from another machine.
    """

    def __init__(self, app: ASGIApp, limits: RequestLimits | None = None, *, https_only: bool = False) -> None:
        self._app = app
        self._limits = limits or RequestLimits()
        self._https_only = https_only

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request; the server calls it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        answering = _Answering(send, {**HEADERS, **(_OVER_TLS if scope["scheme"] == "https" else {})})
        if refused := self._refused(request):
            await refused(scope, receive, answering.send)
            return
        body = _Body(receive, self._limits)
        late = asyncio.get_running_loop().call_later(self._limits.answer_s, answering.begin_giving_up, request)
        try:
            await self._app(scope, body.receive, answering.send)
        except Exception:
            # The last resort: what nobody expected is logged under a number; the answer tells nothing of the inside.
            if answering.begun:
                raise
            number = secrets.token_hex(4)
            _LOG.exception("failure %s in %s %s", number, request.method, _route(scope))
            detail = f"an unexpected failure, number {number} in the hub's log 服务器出错，编号 {number}"
            await answer(request, 500, detail)(scope, receive, answering.send)
        finally:
            late.cancel()

    def _refused(self, request: Request) -> Response | None:
        """The answer to what no route is asked for."""
        scope, limits = request.scope, self._limits
        raw = bytes(scope.get("raw_path") or b"")
        if len(raw) + len(scope["query_string"]) > limits.target_bytes:
            told = f"an address is at most {limits.target_bytes} bytes long 地址太长"
            return answer(request, 414, SyncError(told).about("address_too_long"))
        if "\0" in scope["path"] or "\ufffd" in scope["path"] or b"%00" in scope["query_string"]:
            return answer(request, 400, SyncError("the address is no text 地址有误").about("address_wrong"))
        length = request.headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > limits.body_bytes:
            return answer(request, 413, _too_large(limits))
        if self._https_only and scope["scheme"] != "https" and scope["path"] != _HEALTH and not _here(request):
            told = "this hub is asked over https only 请使用 https 地址"
            return answer(request, 403, SyncError(told).about("https_only"))
        if request.method not in _SAFE and _from_another_site(request):
            told = "this request comes from another site's page 请求来自其他网站"
            return answer(request, 403, SyncError(told).about("other_site"))
        return None


class _Answering:
    """The way out: adds the headers, and lets one answer through."""

    def __init__(self, send: Send, headers: Mapping[str, str]) -> None:
        self._send = send
        self._headers = headers
        self._giving_up: asyncio.Task[None] | None = None
        self._given_up = False
        self.begun = False

    async def send(self, message: Message) -> None:
        if self._given_up:
            return
        if message["type"] == "http.response.start":
            self.begun = True
            headers = MutableHeaders(scope=message)
            for name, value in self._headers.items():
                headers.setdefault(name, value)
        await self._send(message)

    def begin_giving_up(self, request: Request) -> None:
        """Answers instead of a route that has not begun to; what it says later is dropped."""
        self._giving_up = asyncio.get_running_loop().create_task(self._give_up(request))

    async def _give_up(self, request: Request) -> None:
        if self.begun:
            return
        _LOG.warning("no answer in time from %s %s", request.method, _route(request.scope))
        told = SyncError("the hub is too busy: try again 服务器忙，请重试").about("busy")
        late = answer(request, 503, told, {"Retry-After": "5"})
        sending = _Answering(self._send, self._headers)
        self.begun = self._given_up = True
        await late(request.scope, request.receive, sending.send)


class _Body:
    """The way in: counts the bytes of a body, and the seconds that it takes."""

    def __init__(self, receive: Receive, limits: RequestLimits) -> None:
        self._receive = receive
        self._limits = limits
        self._until = asyncio.get_running_loop().time() + limits.body_s
        self._bytes = 0
        self._whole = False

    async def receive(self) -> Message:
        if self._whole:
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError:
            detail = f"the body did not come within {self._limits.body_s:g} s 发送太慢"
            raise HTTPException(408, detail, {"Connection": "close"}) from None
        self._bytes += len(message.get("body", b""))
        if self._bytes > self._limits.body_bytes:
            raise HTTPException(413, _too_large(self._limits), {"Connection": "close"})
        self._whole = not message.get("more_body", False)
        return message


def _too_large(limits: RequestLimits) -> str:
    return f"a body is at most {limits.body_bytes} bytes long 内容太大"


def _route(scope: Scope) -> str:
    """The route's pattern: an address may hold what is nobody's business."""
    return getattr(scope.get("route"), "path", "an address without a route")


def _here(request: Request) -> bool:
    """Whether this machine asks."""
    try:
        return request.client is not None and ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def _from_another_site(request: Request) -> bool:
    """Whether a browser says that another site's page makes it send this.

    The session cookie is SameSite=Strict already; this is the second lock (OWASP, "Fetch Metadata").
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = request.headers.get("origin")
    return origin is not None and origin.partition("://")[2] != request.headers.get("host")
