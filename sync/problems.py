"""Errors on the wire: `application/problem+json` (RFC 9457), one clear line in `detail`."""

import logging
from urllib.parse import urlencode

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from data.errors import AmbiguousError, NotFoundError, SwitchboardError
from data.rights import ForbiddenError
from sync.device_protocol import SHIFT_OVER, TOKEN_OVER
from sync.errors import (
    MustChangeError,
    RefusedError,
    ShiftOverError,
    SnapshotNeededError,
    TokenOverError,
    TooManyTriesError,
    TooOldError,
)

_STATUS: tuple[tuple[type[SwitchboardError], int], ...] = (
    (NotFoundError, 404),
    (AmbiguousError, 409),
    (ForbiddenError, 403),
    (RefusedError, 401),
    (SnapshotNeededError, 410),
    (TooManyTriesError, 429),
    (TooOldError, 426),
)
_ANY_OTHER, _SEE_OTHER, _FAILED, _UNAVAILABLE = 422, 303, 500, 503
_LOG = logging.getLogger(__name__)


def problem(status: int, detail: str, headers: dict[str, str] | None = None, kind: str = "about:blank") -> JSONResponse:
    """An answer that says what is wrong."""
    body = {"type": kind, "status": status, "detail": detail}
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def status_of(error: SwitchboardError) -> int:
    """The HTTP status of one of our errors."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), _ANY_OTHER)


def _kind_of(error: SwitchboardError) -> str:
    """What a PC's program can tell it by."""
    if isinstance(error, TokenOverError):
        return TOKEN_OVER
    return SHIFT_OVER if isinstance(error, ShiftOverError) else "about:blank"


def _wants_page(request: Request) -> bool:
    return request.method == "GET" and "text/html" in request.headers.get("accept", "")


def add_problem_answers(app: FastAPI) -> None:
    """Makes every error that a route lets through a problem answer."""

    @app.exception_handler(SwitchboardError)
    def ours(request: Request, error: SwitchboardError) -> Response:
        if isinstance(error, RefusedError) and _wants_page(request):
            return RedirectResponse(f"/login?{urlencode({'next': request.url.path})}", _SEE_OTHER)
        if isinstance(error, MustChangeError) and _wants_page(request):
            return RedirectResponse("/desk/account", _SEE_OTHER)
        wait = {"Retry-After": str(error.wait_s)} if isinstance(error, TooManyTriesError) else None
        return problem(status_of(error), str(error), wait, _kind_of(error))

    @app.exception_handler(OperationalError)
    def busy(_request: Request, error: OperationalError) -> JSONResponse:
        _LOG.warning("the database does not answer: %s", error.orig)
        return problem(_UNAVAILABLE, "the database is busy or does not answer: try again", {"Retry-After": "5"})

    @app.exception_handler(Exception)
    def unexpected(_request: Request, _error: Exception) -> JSONResponse:
        # The server logs it; the answer tells nothing of the inside.
        return problem(_FAILED, "an unexpected failure: the hub's log says more")

    @app.exception_handler(HTTPException)
    def theirs(_request: Request, error: HTTPException) -> JSONResponse:
        return problem(error.status_code, str(error.detail), dict(error.headers or {}))

    @app.exception_handler(RequestValidationError)
    def malformed(_request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        return problem(_ANY_OTHER, f"{where}: {first['msg']}")
