"""Speaking to the hub over HTTP: every answer checked, every failure one clear line."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

import urllib3
from urllib3.exceptions import HTTPError

from data.clock import from_iso
from data.errors import DataError
from sync.agent_home import Enrolment
from sync.errors import DamagedError, HubUnreachableError, RefusedError, SnapshotNeededError, SyncError
from sync.protocol import PING_S, VERSION, ChangeBatch, Manifest

_GONE = 410
_PREPARING = 503
_OK = 200
_PARTIAL = 206
_BLOCK = 1 << 16
"""Bytes at a time: what of a block had come when a line broke must be fetched again."""
_READ_S = 60.0
_WHILE_A_CALLER_WAITS_S = 2.0
_PREPARING_AT_MOST = 1200
_T = TypeVar("_T")


class HubClient:
    """One hub, spoken to as one device.

    Attributes:
        received: Bytes of answers so far, as they came over the line.
    """

    def __init__(self, hub: str, token: str = "") -> None:
        self._hub = checked_url(hub)
        self._headers = {"User-Agent": f"switchboard-replica/{VERSION}"}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"
        timeout = urllib3.Timeout(connect=5.0, read=_READ_S)
        self._pool = urllib3.PoolManager(retries=False, timeout=timeout, maxsize=2)
        self.received = 0

    def enrol(self, code: str) -> Enrolment:
        """Turns a one-time code into this device's lasting secret.

        Raises:
            RefusedError: the code is wrong, used or expired.
        """
        return self._answer(
            lambda answer: Enrolment(self._hub, answer["device"], answer["name"], answer["token"]),
            "POST",
            "/enrol",
            {"code": code},
        )

    def changes(self, epoch: str, scope: str, since: int) -> ChangeBatch:
        """Everything after revision `since`.

        Raises:
            SnapshotNeededError: the log does not lead there.
        """
        query = urlencode({"epoch": epoch, "scope": scope, "since": since})
        return self._answer(ChangeBatch.from_json, "GET", f"/changes?{query}")

    def customers_with_phone(self, number: str) -> tuple[str, ...]:
        """Numbers of the customers of this device's branches who have the whole phone `number`; it waits 2 s at most.

        Raises:
            RefusedError: no right to, too many questions in a minute, or `number` is no whole number.
        """
        return self._answer(
            lambda answer: tuple(str(customer) for customer in answer["customers"]),
            "POST",
            "/customers/by-phone",
            {"number": number},
            urllib3.Timeout(total=_WHILE_A_CALLER_WAITS_S),
        )

    def manifest(self) -> Manifest:
        """The snapshot to take; waits while the hub prepares it."""
        for _ in range(_PREPARING_AT_MOST):
            try:
                return self._answer(Manifest.from_json, "GET", "/snapshot")
            except _PreparingError as preparing:
                self._pause(preparing.retry_after_s)
        raise HubUnreachableError(f"{self._hub} has been preparing a snapshot for too long: look at its log")

    def download(self, manifest: Manifest, target: Path) -> None:
        """Writes the snapshot's file to `target`, going on where an earlier try ended.

        Raises:
            DamagedError: more came than the manifest says.
        """
        have = target.stat().st_size if target.exists() else 0
        if have > manifest.size:
            target.unlink()
            have = 0
        if have == manifest.size:
            return
        headers = {"Range": f"bytes={have}-"} if have else {}
        with self._stream("GET", manifest.url, headers) as response:
            going_on = response.status == _PARTIAL
            with target.open("ab" if going_on else "wb") as file:
                for block in response.stream(_BLOCK):
                    self.received += len(block)
                    file.write(block)
        if target.stat().st_size != manifest.size:
            if target.stat().st_size > manifest.size:
                target.unlink()
                raise DamagedError(f"{self._hub} sent more than the snapshot it announced")
            raise HubUnreachableError(f"{self._hub} broke off in the middle of a snapshot: the next try goes on there")

    def events(self) -> Iterator[tuple[int, datetime]]:
        """The head revision and the hub's time, each time the hub speaks: at least every `PING_S` seconds."""
        timeout = urllib3.Timeout(connect=5.0, read=PING_S * 3)
        with self._stream("GET", "/events", {"Accept": "text/event-stream"}, timeout) as response:
            buffer = b""
            for block in response.stream(1024):
                buffer = (buffer + block).replace(b"\r\n", b"\n")
                while b"\n\n" in buffer:
                    event, buffer = buffer.split(b"\n\n", 1)
                    if told := self._told(event):
                        yield told

    def share_choices(self, batch: dict[str, Any]) -> None:
        """Tells a batch of choices; one that the hub has counted before is taken again without a word."""
        self._answer(lambda answer: answer["counted"], "POST", "/choices", batch)

    def _told(self, event: bytes) -> tuple[int, datetime] | None:
        for line in event.split(b"\n"):
            if line.startswith(b"data:"):
                with self._checked("/events"):
                    data = json.loads(line[5:])
                    return (int(data["revision"]), from_iso(data["time"])) if "revision" in data else None
        return None

    def _answer(
        self,
        read: Callable[[Any], _T],
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        timeout: urllib3.Timeout | None = None,
    ) -> _T:
        """What `read` makes of the JSON of an answer."""
        with self._stream(method, path, {}, timeout, body) as response:
            content = response.read()
            self.received += len(content)
        with self._checked(path):
            return read(json.loads(content))

    @contextmanager
    def _checked(self, path: str) -> Iterator[None]:
        """Makes whatever is wrong with an answer one line: a guest network's page comes with status 200, too."""
        try:
            yield
        except (ValueError, KeyError, TypeError, AttributeError, DataError):
            where = self._hub + path.partition("?")[0]
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
        try:
            response = self._pool.request(
                method,
                self._hub + path,
                headers={**self._headers, **headers, **({"Content-Type": "application/json"} if body else {})},
                body=json.dumps(body) if body else None,
                preload_content=False,
                redirect=False,
                timeout=timeout or urllib3.Timeout(connect=5.0, read=_READ_S),
            )
            try:
                if response.status not in {_OK, _PARTIAL}:
                    raise _refusal(self._hub + path.partition("?")[0], response)
                yield response
            finally:
                response.close()
        except HTTPError as error:
            raise HubUnreachableError(f"{self._hub} cannot be reached: {_plain(error)}") from error

    @staticmethod
    def _pause(seconds: float) -> None:
        time.sleep(seconds)


class _PreparingError(SyncError):
    def __init__(self, retry_after_s: float) -> None:
        super().__init__("the hub is preparing a snapshot")
        self.retry_after_s = retry_after_s


def checked_url(hub: str) -> str:
    """`hub` without a trailing slash.

    Raises:
        RefusedError: it is no http or https URL.
    """
    try:
        parts = urlsplit(hub)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise RefusedError(f"{hub!r} is not a hub's address: give one such as http://hub.example:8400")
    return hub.rstrip("/")


def _refusal(where: str, response: urllib3.BaseHTTPResponse) -> SyncError:
    try:
        problem = json.loads(response.read(65536))
        detail = str(problem.get("detail") or problem.get("title"))
    except (ValueError, AttributeError):
        detail = "it gave no reason: is this the hub?"
    if response.status == _GONE:
        return SnapshotNeededError(detail)
    if response.status == _PREPARING and "Retry-After" in response.headers:
        return _PreparingError(float(response.headers["Retry-After"]))
    return RefusedError(f"{where} refused ({response.status}): {detail}")


def _plain(error: HTTPError) -> str:
    reason = str(getattr(error, "reason", None) or error)
    return reason.rsplit(": ", 1)[-1].strip("'\")> ")
