"""Errors on the wire: `application/problem+json` (RFC 9457), one clear line in `detail`; on a page, a page."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlencode

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from fastapi.templating import Jinja2Templates
from pydantic import BaseModel
from sqlalchemy.exc import DatabaseError, DataError, OperationalError
from starlette.exceptions import HTTPException

from data.errors import AmbiguousError, NotFoundError, SwitchboardError
from data.outages.suspicion_acts import SettledError
from data.rights import ForbiddenError
from data.telling.errors import TakenError
from data.tickets.work import TicketMovedError
from data.upkeep.errors import StandsAgainstError
from sync.device_protocol import SHIFT_OVER, TOKEN_OVER
from sync.errors import (
    MustChangeError,
    RefusedError,
    ShiftOverError,
    SnapshotNeededError,
    SyncError,
    TokenOverError,
    TooManyTriesError,
    TooOldError,
)
from sync.hub.soundness import DAMAGED, GO_ON
from sync.language import Language, language
from sync.line_words import line_words
from sync.refusal_words import refusal_words

PROBLEM_JSON = "application/problem+json"
_STATUS: tuple[tuple[type[SwitchboardError], int], ...] = (
    (NotFoundError, 404),
    (AmbiguousError, 409),
    (TakenError, 409),
    (StandsAgainstError, 409),
    (TicketMovedError, 409),
    (SettledError, 409),
    (ForbiddenError, 403),
    (RefusedError, 401),
    (SnapshotNeededError, 410),
    (TooManyTriesError, 429),
    (TooOldError, 426),
)
_ANY_OTHER, _SEE_OTHER, _UNAVAILABLE, _REFUSED, _NO_SPACE = 422, 303, 503, 401, 507
_ON_PAGES = {
    400: ("请求无效", "This request makes no sense"),
    401: ("请先登录", "Sign in first"),
    403: ("没有权限", "Not allowed"),
    404: ("没有这个页面", "There is no such page"),
    405: ("这里不能这样操作", "This cannot be done here"),
    408: ("发送太慢", "Sent too slowly"),
    409: ("有多个符合，或已被他人修改", "Several match, or somebody changed it"),
    413: ("内容太大", "Too large"),
    414: ("地址太长", "The address is too long"),
    422: ("填写有误", "Something is filled in wrongly"),
    429: ("请求过于频繁", "Asked too often"),
    500: ("服务器出错", "The hub has failed"),
    503: ("暂时不可用", "Not available just now"),
    507: ("服务器不能保存", "The hub cannot keep anything"),
}
_ON_ANY_OTHER = ("出错了", "Something went wrong")
_DOCUMENTED = (400, 401, 403, 404, 405, 408, 409, 410, 413, 414, 422, 426, 429, 500, 503, 507)
_PLAIN = "about:blank"
_NOT_TEXT = "a text holds a character that cannot be stored 文字中有无法保存的字符"
_TOO_LONG = "string_too_long"
_OF_THE_DISK = ("disk is full", "disk I/O error", "No space left on device", "readonly database")
"""As SQLite and PostgreSQL say that they cannot write."""
_OF_DAMAGE = (DAMAGED, "disk image is malformed", "file is not a database", "malformed database schema")

_LOG = logging.getLogger(__name__)
_TEMPLATES = Jinja2Templates(Path(__file__).parents[1] / "desk" / "templates")


class Problem(BaseModel):
    """What is wrong, as RFC 9457 has it; `said` is for people, by language."""

    type: str
    title: str
    status: int
    detail: str
    said: dict[str, str] = {}


DOCUMENTED: Mapping[int | str, dict[str, Any]] = {
    status: {
        "description": HTTPStatus(status).phrase,
        "content": {PROBLEM_JSON: {"schema": Problem.model_json_schema()}},
    }
    for status in _DOCUMENTED
}
"""The answers that any route may give, for the document of the API."""


def problem(
    status: int,
    detail: str,
    headers: Mapping[str, str] | None = None,
    kind: str = _PLAIN,
    more: Mapping[str, object] | None = None,
) -> JSONResponse:
    """An answer that says what is wrong, with `more` members where a program can do something with them."""
    body = {"type": kind, "title": _phrase(status), "status": status, "detail": _writable(detail), **(more or {})}
    return JSONResponse(body, status, headers, media_type=PROBLEM_JSON)


def answer(
    request: Request,
    status: int,
    detail: str | SwitchboardError,
    headers: Mapping[str, str] | None = None,
    kind: str = _PLAIN,
) -> Response:
    """A problem as whoever asks can read it: a page for a browser, in the reader's language, else JSON.

    A page's script, or a PC's program, shows its person the member `said`, which is in each language; `detail` is the
    line for programs and logs.
    """
    said = dict(zip(get_args(Language), _ON_PAGES.get(status, _ON_ANY_OTHER), strict=True))
    # What has no words but the status's own is said already.
    told = {lang: "" if (words := _words(detail, lang)) == _phrase(status) else words for lang in said}
    if not _reads_pages(request):
        return problem(status, str(detail), headers, kind, {"said": {lang: told[lang] or said[lang] for lang in said}})
    lang = language(request)
    values = {"lang": lang, "said": said[lang], "detail": told[lang]}
    return _TEMPLATES.TemplateResponse(request, "error.html", values, status, headers)


def _words(detail: str | SwitchboardError, lang: Language) -> str:
    return _writable(line_words(detail, lang) if isinstance(detail, str) else refusal_words(detail, lang))


def status_of(error: SwitchboardError) -> int:
    """The HTTP status of one of our errors."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), _ANY_OTHER)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"


def _writable(text: str) -> str:
    """`text` without what has no UTF-8: half a pair that came in JSON, told back."""
    return text.encode("utf-8", "replace").decode()


def _kind_of(error: SwitchboardError) -> str:
    """What a PC's program can tell it by."""
    if isinstance(error, TokenOverError):
        return TOKEN_OVER
    return SHIFT_OVER if isinstance(error, ShiftOverError) else _PLAIN


def _reads_pages(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


def _sign_in_for(path: str) -> str:
    return f"/login?{urlencode({'next': path})}"


def _path_in(address: str) -> str:
    """The path in an address, whatever else it is: a program may have made it up."""
    return "/" + address.partition("://")[2].partition("/")[2].partition("?")[0]


def _page_instead(request: Request, error: SwitchboardError) -> Response | None:
    """Where a browser that opened a page is led to."""
    if request.method != "GET":
        return None
    part_of = request.headers.get("hx-current-url")
    if part_of and isinstance(error, RefusedError):
        # A part of a page was asked for: the page is led there, not the part.
        return Response(status_code=_REFUSED, headers={"HX-Redirect": _sign_in_for(_path_in(part_of))})
    if not _reads_pages(request):
        return None
    if isinstance(error, RefusedError):
        return RedirectResponse(_sign_in_for(request.url.path), _SEE_OTHER)
    return RedirectResponse("/desk/account", _SEE_OTHER) if isinstance(error, MustChangeError) else None


def add_problem_answers(app: FastAPI) -> None:
    """Makes every error that a route lets through a problem answer; what nobody expects is `sync.hub.guard`'s."""

    @app.exception_handler(SwitchboardError)
    def ours(request: Request, error: SwitchboardError) -> Response:
        if page := _page_instead(request, error):
            return page
        wait = {"Retry-After": str(error.wait_s)} if isinstance(error, TooManyTriesError) else None
        return answer(request, status_of(error), error, wait, _kind_of(error))

    _add_database_answers(app)

    @app.exception_handler(HTTPException)
    def theirs(request: Request, error: HTTPException) -> Response:
        return answer(request, error.status_code, str(error.detail), dict(error.headers or {}))

    @app.exception_handler(RequestValidationError)
    def malformed(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        told, field = SyncError(f"{where}: {first['msg']}"), str(first["loc"][-1])
        if first["type"] == _TOO_LONG:
            told.about("field_too_long", field=field, most=first["ctx"]["max_length"])
        else:
            told.about("field_wrong", field=field, why=first["msg"])
        return answer(request, _ANY_OTHER, told)


def _add_database_answers(app: FastAPI) -> None:
    @app.exception_handler(DatabaseError)
    def unreadable(request: Request, error: DatabaseError) -> Response:
        if not any(words in str(error.orig) for words in _OF_DAMAGE):
            raise error  # nobody expects it: it is logged under a number
        return answer(request, _NO_SPACE, SyncError(GO_ON).about("hub_damaged"))

    @app.exception_handler(OperationalError)
    def unanswered(request: Request, error: OperationalError) -> Response:
        if DAMAGED in str(error.orig):
            return answer(request, _NO_SPACE, SyncError(GO_ON).about("hub_damaged"))
        if any(words in str(error.orig) for words in _OF_THE_DISK):
            _LOG.error("the database cannot write: %s", error.orig)
            told = SyncError("the hub cannot write: its disk is full, failing or read-only 中心磁盘已满或不能写入")
            return answer(request, _NO_SPACE, told.about("hub_disk"))
        _LOG.warning("the database does not answer: %s", error.orig)
        told = SyncError("the database is busy or does not answer: try again 数据库忙，请重试").about("database_busy")
        return answer(request, _UNAVAILABLE, told, {"Retry-After": "5"})

    @app.exception_handler(DataError)
    @app.exception_handler(UnicodeEncodeError)
    def not_text(request: Request, _error: DataError | UnicodeEncodeError) -> Response:
        return answer(request, _ANY_OTHER, SyncError(_NOT_TEXT).about("text_not_storable"))
