"""Errors on the wire: `application/problem+json` (RFC 9457), one clear line in `detail`."""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from data.errors import AmbiguousError, NotFoundError, SwitchboardError
from data.rights import ForbiddenError
from sync.errors import RefusedError, SnapshotNeededError

_STATUS: tuple[tuple[type[SwitchboardError], int], ...] = (
    (NotFoundError, 404),
    (AmbiguousError, 409),
    (ForbiddenError, 403),
    (RefusedError, 401),
    (SnapshotNeededError, 410),
)
_ANY_OTHER = 422


def problem(status: int, detail: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """An answer that says what is wrong."""
    body = {"type": "about:blank", "status": status, "detail": detail}
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def status_of(error: SwitchboardError) -> int:
    """The HTTP status of one of our errors."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), _ANY_OTHER)


def add_problem_answers(app: FastAPI) -> None:
    """Makes every error that a route lets through a problem answer."""

    @app.exception_handler(SwitchboardError)
    def ours(_request: Request, error: SwitchboardError) -> JSONResponse:
        return problem(status_of(error), str(error))

    @app.exception_handler(HTTPException)
    def theirs(_request: Request, error: HTTPException) -> JSONResponse:
        return problem(error.status_code, str(error.detail), dict(error.headers or {}))

    @app.exception_handler(RequestValidationError)
    def malformed(_request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        return problem(_ANY_OTHER, f"{where}: {first['msg']}")
