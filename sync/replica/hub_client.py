"""Speaking to the hub over HTTP: every answer checked, every failure one clear line."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Self, TypeVar
from urllib.parse import urlencode, urlsplit

import urllib3
from urllib3.exceptions import HTTPError

from data.caches.cache import SCHEMA
from data.clock import from_iso
from data.errors import DataError
from sync.device_protocol import PERSON_HEADER, SHIFT_OVER, TOKEN_OVER, HubSays
from sync.errors import (
    AskedTooOftenError,
    HubUnreachableError,
    OtherHubError,
    RefusedError,
    ShiftOverError,
    SnapshotNeededError,
    SyncError,
    TokenOverError,
)
from sync.protocol import (
    CACHE_HEADER,
    DAMAGED_HEADER,
    PING_S,
    PROTOCOL_HEADER,
    TIME_HEADER,
    VERSION,
    ChangeBatch,
    Manifest,
    Repair,
    RepairAsk,
    Told,
)
from sync.replica.agent_home import AgentHome
from sync.replica.credential import Credential, GivenToken, HomeCredential
from sync.replica.download import first_byte
from sync.replica.enrolment import Enrolment, Shift
from sync.replica.trust import Trust

_GONE, _PREPARING, _TOO_OFTEN, _PARTIAL = 410, 503, 429, 206
_GOOD = {200, 201, 204, _PARTIAL}
_OTHER_CERTIFICATE = "Fingerprints did not match"
_SAYS = {
    "User-Agent": f"switchboard-replica/{VERSION}",
    PROTOCOL_HEADER: str(VERSION),
    CACHE_HEADER: str(SCHEMA),
    "Accept-Encoding": "gzip",
}
"""What every request says of this program."""
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

    def __init__(
        self, hub: str, token: str = "", *, credential: Credential | None = None, trust: Trust | None = None
    ) -> None:
        self._hub = checked_url(hub)
        self._credential = credential or GivenToken(token)
        self._trust = trust or Trust()
        timeout = urllib3.Timeout(connect=5.0, read=_READ_S)
        self._pool = urllib3.PoolManager(retries=False, timeout=timeout, maxsize=2, **self._trust.options())
        self.received = 0

    @classmethod
    def at(cls, home: AgentHome) -> Self:
        """The hub that the device of `home` is enrolled at, with the tokens, the shift and the proof kept there.

        Raises:
            HomeError: no device is enrolled there.
        """
        enrolment = home.enrolment()
        trust = Trust(enrolment.pin, home.files.ca if enrolment.ca else None)
        return cls(enrolment.hub, credential=HomeCredential(home), trust=trust)

    def enrol(self, code: str) -> Enrolment:
        """Turns a one-time code into a device and its first tokens.

        Raises:
            RefusedError: the code is wrong, used or expired.
        """
        return self._answer(
            lambda answer: Enrolment(
                hub=self._hub,
                device=answer["device"],
                name=answer["name"],
                token=answer["token"],
                refresh=answer.get("refresh", ""),
                pin=self._trust.pin,
                ca=self._trust.ca is not None,
            ),
            "POST",
            "/enrol",
            {"code": code},
        )

    def tokens(self, refresh: str) -> tuple[str, str]:
        """The next access and refresh token.

        Raises:
            RefusedError: the hub takes this refresh token no more: the device was revoked.
        """
        return self._answer(
            lambda answer: (str(answer["token"]), str(answer["refresh"])), "POST", "/token", {"refresh": refresh}
        )

    def begin_shift(self, name: str, secret: str) -> Shift:
        """Signs a person in at this PC by password or PIN.

        Raises:
            RefusedError: name, password or PIN is wrong, or was so too often.
        """
        return self._answer(
            lambda answer: Shift(answer["name"], answer["role"], answer["token"], from_iso(answer["ends"])),
            "POST",
            "/shift",
            {"name": name, "secret": secret},
        )

    def end_shift(self) -> None:
        """Signs out whoever is signed in at this PC."""
        with self._stream("DELETE", "/shift", {}):
            return

    def report_status(self, status: dict[str, Any]) -> HubSays:
        """Tells how this PC fares, and hears who is signed in at it as far as the hub knows."""
        said = self._answer(
            lambda answer: HubSays(bool(answer["sign_in_required"]), answer["person"], bool(answer["renew"])),
            "POST",
            "/device/status",
            status,
        )
        if said.renew:
            self._renew(self._credential.headers())
        return said

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

    def manifest(self, damaged: str = "") -> Manifest:
        """The snapshot to take; waits while the hub prepares it.

        Args:
            damaged: The `etag` of one whose file came damaged: the hub makes another where its own file is.
        """
        headers = {DAMAGED_HEADER: damaged} if damaged else None
        for _ in range(_PREPARING_AT_MOST):
            try:
                return self._answer(Manifest.from_json, "GET", "/snapshot", headers=headers)
            except _PreparingError as preparing:
                self._pause(preparing.retry_after_s)
        raise HubUnreachableError(f"{self._hub} has been preparing a snapshot for too long: look at its log")

    def repair(self, ask: RepairAsk) -> Repair:
        """What makes a cache equal to the hub, of which some parts do not add up.

        Raises:
            SnapshotNeededError: the log does not lead there, or too much differs.
        """
        return self._answer(Repair.from_json, "POST", "/repair", ask.to_json())

    @contextmanager
    def snapshot_file(self, manifest: Manifest, have: int) -> Iterator[tuple[int, Iterator[bytes]]]:
        """The snapshot's bytes from `have` on, or from the beginning where they cannot be had: where, and what.

        Raises:
            HubUnreachableError: what is answered is not this file.
        """
        headers = {"Accept-Encoding": "identity"}
        if have:
            headers |= {"Range": f"bytes={have}-", **({"If-Range": manifest.etag} if manifest.etag else {})}
        with self._stream("GET", manifest.url, headers) as response:
            with self._checked(manifest.url):
                start = first_byte(response.status, response.headers, manifest, have)
            yield start, self._counted(response.stream(_BLOCK))

    def _counted(self, blocks: Iterator[bytes]) -> Iterator[bytes]:
        for block in blocks:
            self.received += len(block)
            yield block

    def events(self, heard: int | None = None) -> Iterator[Told]:
        """What the hub says, at least every `PING_S` seconds.

        Args:
            heard: The revision that the cache is at: what cannot wait is told from there on.
        """
        timeout = urllib3.Timeout(connect=5.0, read=PING_S * 3)
        headers = {"Accept": "text/event-stream", "Accept-Encoding": "identity"}
        if heard is not None:
            headers["Last-Event-ID"] = str(heard)
        with self._stream("GET", "/events", headers, timeout) as response:
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

    def send_entries(self, entries: list[dict[str, Any]], session: str) -> dict[str, dict[str, Any]]:
        """What became of entries, by key, as the hub tells it; it may be silent about some.

        Args:
            entries: As `data.entries.entries.Entry.to_json` writes them.
            session: The secret of the shift in which they were made; empty for the present one.
        """
        return self._answer(
            lambda answer: {str(one["key"]): dict(one) for one in answer["entries"]},
            "POST",
            "/entries",
            {"entries": entries},
            headers={PERSON_HEADER: session} if session else None,
        )

    def settled(self, key: str) -> str:
        """How a person settled the conflict of an entry: `ours`, `theirs` or `merged`; empty while it waits.

        It is `unknown` where the hub, put back from an older copy perhaps, knows of none.
        """
        return self._answer(lambda answer: str(answer["settled"]), "GET", f"/entries/{key}/conflict")

    def _told(self, event: bytes) -> Told | None:
        for line in event.split(b"\n"):
            if line.startswith(b"data:"):
                with self._checked("/events"):
                    data = json.loads(line[5:])
                    return Told.from_json(data) if "revision" in data else None
        return None

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
                    f"{self._hub} shows another certificate than at enrolment: if it was renewed on purpose, compare "
                    "it at the hub and run switchboard trust; else somebody stands between"
                ) from None
            raise HubUnreachableError(f"{self._hub} cannot be reached: {_plain(error)}") from error

    def _renew(self, sent: dict[str, str]) -> bool:
        return self._credential.renew(sent, HubClient(self._hub, trust=self._trust).tokens)

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
            self._hub + path,
            headers={**_SAYS, **kind, **headers},
            body=json.dumps(body) if body else None,
            preload_content=False,
            redirect=False,
            timeout=timeout or urllib3.Timeout(connect=5.0, read=_READ_S),
        )
        if response.status not in _GOOD:
            try:
                raise _refusal(self._hub + path.partition("?")[0], response)
            finally:
                response.close()
        return response

    @staticmethod
    def _pause(seconds: float) -> None:
        time.sleep(seconds)


class _PreparingError(SyncError):
    def __init__(self, detail: str, retry_after_s: float) -> None:
        super().__init__(detail)
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
        detail, kind = str(problem.get("detail") or problem.get("title")), problem.get("type")
    except (ValueError, AttributeError):
        detail, kind = "it gave no reason: is this the hub?", None
    if response.status == _GONE:
        return SnapshotNeededError(detail)
    if response.status == _PREPARING and "Retry-After" in response.headers:
        return _PreparingError(detail, float(response.headers["Retry-After"]))
    otherwise = AskedTooOftenError if response.status == _TOO_OFTEN else RefusedError
    refusal = {TOKEN_OVER: TokenOverError, SHIFT_OVER: ShiftOverError}.get(str(kind), otherwise)
    refused = refusal(f"{where} refused ({response.status}): {detail}")
    refused.detail = detail
    return refused


def _plain(error: HTTPError) -> str:
    reason = str(getattr(error, "reason", None) or error)
    return reason.rsplit(": ", 1)[-1].strip("'\")> ")
