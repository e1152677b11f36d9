"""A line to the hub over HTTP: what is said of this PC, every answer checked, every failure one clear line."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError

from data.caches.cache import SCHEMA
from data.errors import DataError
from sync.device_protocol import PERSON_HEADER, SHIFT_OVER, TOKEN_OVER
from sync.errors import (
    AskedTooOftenError,
    HubTroubleError,
    HubUnreachableError,
    OtherHubError,
    RefusedError,
    ShiftOverError,
    SnapshotNeededError,
    SyncError,
    TokenOverError,
)
from sync.protocol import CACHE_HEADER, PROTOCOL_HEADER, TIME_HEADER, VERSION
from sync.replica.credential import Credential, GivenToken
from sync.replica.trust import Trust

_GONE, _PREPARING, _TOO_OFTEN, _PARTIAL, _FAILED = 410, 503, 429, 206, 500
_GOOD = {200, 201, 204, _PARTIAL}
_OTHER_CERTIFICATE = "Fingerprints did not match"
_SAYS = {
    "User-Agent": f"switchboard-replica/{VERSION}",
    PROTOCOL_HEADER: str(VERSION),
    CACHE_HEADER: str(SCHEMA),
    "Accept-Encoding": "gzip",
}
"""What every request says of this program."""
_READ_S = 60.0
_T = TypeVar("_T")


class HubLine:
    """One hub, spoken to as one device; what is asked of it is in `HubClient`.

    Attributes:
        url: The hub's address, without a trailing slash.
        received: Bytes of answers so far, as they came over the line.
    """

    def __init__(
        self, hub: str, token: str = "", *, credential: Credential | None = None, trust: Trust | None = None
    ) -> None:
        self.url = checked_url(hub)
        self.received = 0
        self._credential = credential or GivenToken(token)
        self._trust = trust or Trust()
        timeout = urllib3.Timeout(connect=5.0, read=_READ_S)
        self._pool = urllib3.PoolManager(retries=False, timeout=timeout, maxsize=2, **self._trust.options())

    def tokens(self, refresh: str) -> tuple[str, str]:
        """The next access and refresh token.

        Raises:
            RefusedError: the hub takes this refresh token no more: the device was revoked.
        """
        return self._answer(
            lambda answer: (str(answer["token"]), str(answer["refresh"])), "POST", "/token", {"refresh": refresh}
        )

    def _answer(
        self,
        read: Callable[[Any], _T],
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        timeout: urllib3.Timeout | None = None,
        headers: dict[str, str] | None = None,
    ) -> _T:
        """What `read` makes of the JSON of an answer."""
        with self._stream(method, path, headers or {}, timeout, body) as response:
            content = response.read()
            self.received += int(response.headers.get("Content-Length", len(content)))
            time = {"time": said} if (said := response.headers.get(TIME_HEADER)) else {}
        with self._checked(path):
            answer = json.loads(content)
            return read({**answer, **time} if time else answer)

    @contextmanager
    def _checked(self, path: str) -> Iterator[None]:
        """Makes whatever is wrong with an answer one line: a guest network's page comes with status 200, too."""
        try:
            yield
        except (ValueError, KeyError, TypeError, AttributeError, DataError):
            where = self.url + path.partition("?")[0]
            raise HubUnreachableError(f"{where} answered something else than a hub does: is this the hub?") from None

    @contextmanager
    def _stream(
        self,
        method: str,
        path: str,
        headers: dict[str, str],
        timeout: urllib3.Timeout | None = None,
        body: dict[str, Any] | None = None,
    ) -> Iterator[urllib3.BaseHTTPResponse]:
        sent = {**self._credential.headers(), **headers}
        try:
            try:
                response = self._opened(method, path, sent, timeout, body)
            except TokenOverError:
                if not self._renew(sent):
                    raise
                sent = {**self._credential.headers(), **headers}
                response = self._opened(method, path, sent, timeout, body)
            try:
                yield response
            finally:
                response.close()
        except ShiftOverError:
            if PERSON_HEADER not in headers:  # else it is an earlier one that is over
                self._credential.end_shift()
            raise
        except HTTPError as error:
            if _OTHER_CERTIFICATE in str(error):
                raise OtherHubError(
                    f"{self.url} shows another certificate than at enrolment: if it was renewed on purpose, compare "
                    "it at the hub and run switchboard trust; else somebody stands between"
                ) from None
            raise HubUnreachableError(f"{self.url} cannot be reached: {_plain(error)}") from error

    def _renew(self, sent: dict[str, str]) -> bool:
        return self._credential.renew(sent, HubLine(self.url, trust=self._trust).tokens)

    def _opened(
        self,
        method: str,
        path: str,
        headers: dict[str, str],
        timeout: urllib3.Timeout | None,
        body: dict[str, Any] | None,
    ) -> urllib3.BaseHTTPResponse:
        kind = {"Content-Type": "application/json"} if body else {}
        response = self._pool.request(
            method,
            self.url + path,
            headers={**_SAYS, **kind, **headers},
            body=json.dumps(body) if body else None,
            preload_content=False,
            redirect=False,
            timeout=timeout or urllib3.Timeout(connect=5.0, read=_READ_S),
        )
        if response.status not in _GOOD:
            try:
                raise _refusal(self.url + path.partition("?")[0], response)
            finally:
                response.close()
        return response


class PreparingError(SyncError):
    """The hub is making what was asked for.

    Attributes:
        retry_after_s: After which it is to be asked again.
    """

    def __init__(self, detail: str, retry_after_s: float) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


def checked_url(hub: str) -> str:
    """`hub` without a trailing slash.

    Raises:
        RefusedError: it is no http or https URL, or holds more than host, port and path, such as a password.
    """
    try:
        parts = urlsplit(hub)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        usable = usable and not ("@" in parts.netloc or parts.query or parts.fragment)
    except ValueError:
        usable = False
    if not usable:
        shown = hub.rpartition("@")[2]  # what stands before it may be a password
        raise RefusedError(f"{shown!r} is not a hub's address: give one such as http://hub.example:8400")
    return hub.rstrip("/")


def _refusal(where: str, response: urllib3.BaseHTTPResponse) -> SyncError:
    try:
        problem = json.loads(response.read(65536))
        detail, kind, said = (
            str(problem.get("detail") or problem.get("title")),
            problem.get("type"),
            problem.get("said"),
        )
    except (ValueError, AttributeError):
        detail, kind, said = "it gave no reason: is this the hub?", None, None
    if response.status == _GONE:
        return SnapshotNeededError(detail)
    if response.status == _PREPARING and "Retry-After" in response.headers:
        return PreparingError(detail, float(response.headers["Retry-After"]))
    otherwise = HubTroubleError if response.status >= _FAILED else RefusedError
    otherwise = AskedTooOftenError if response.status == _TOO_OFTEN else otherwise
    refusal = {TOKEN_OVER: TokenOverError, SHIFT_OVER: ShiftOverError}.get(str(kind), otherwise)
    refused = refusal(f"{where} refused ({response.status}): {detail}")
    refused.detail = detail
    if isinstance(said, dict):
        refused.said = {str(language): str(words) for language, words in said.items()}
    return refused


def _plain(error: HTTPError) -> str:
    reason = str(getattr(error, "reason", None) or error)
    return reason.rsplit(": ", 1)[-1].strip("'\")> ")
