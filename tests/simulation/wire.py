"""A network that loses, doubles, delays, cuts, changes and repeats, in place of the pool of connections."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from random import Random
from typing import Any
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import ProtocolError

from tests.odd_servers import PORTAL


class KilledError(BaseException):
    """The PC that asked ends here; nothing of ours may catch it and go on."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request."""

    pc: str
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes

    @property
    def target(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer; `whole` is False where the line broke in the middle of it."""

    status: int
    headers: dict[str, str]
    body: bytes


FAULTS = {
    "question lost": 6,
    "answer lost": 6,
    "delivered twice": 5,
    "delivered late": 4,
    "an earlier answer": 3,
    "cut off": 6,
    "a letter changed": 3,
    "a guest network's page": 3,
    "killed before": 3,
    "killed after": 4,
}
"""What can happen to a request, and how often in proportion."""


@dataclass(slots=True)
class Network:
    """Carries requests of PCs to a hub.

    Attributes:
        deliver: Gives a request to a hub that is there.
        meanwhile: Called before and after each delivery: the world does not wait for a PC.
        rate: Of the requests to which something happens, 0 to 1.
        happened: How often each thing happened.
    """

    chance: Random
    deliver: Callable[[Asked], Answered]
    meanwhile: Callable[[], None]
    trace: Callable[[str], None]
    rate: float = 0.3
    happened: Counter[str] = field(default_factory=Counter)
    late: list[Asked] = field(default_factory=list)
    earlier: dict[tuple[str, str, str], Answered] = field(default_factory=dict)

    def carry(self, method: str, url: str, headers: dict[str, str], body: str | None) -> urllib3.HTTPResponse:
        """The answer to a request, if it comes through."""
        parts = urlsplit(url)
        pc = str(parts.hostname).partition(".")[0]
        asked = Asked(pc, method, parts.path, parts.query, headers, (body or "").encode())
        self.meanwhile()
        fault = self._fault(asked)
        self.trace(f"  {pc}: {asked.target} {asked.query[-12:]} {fault}".rstrip())
        answered = self._with(fault, asked)
        self.meanwhile()
        self.trace(f"  {pc}: … {answered.status}, {len(answered.body)} bytes")
        return _response(answered, method)

    def deliver_late(self) -> None:
        """Lets one of the requests arrive that were held up; nobody waits for its answer any more."""
        if self.late:
            asked = self.late.pop(self.chance.randrange(len(self.late)))
            self.trace(f"  {asked.pc}: {asked.target} arrives late")
            self.deliver(asked)

    def _fault(self, asked: Asked) -> str:
        if self.chance.random() >= self.rate:
            return ""
        (fault,) = self.chance.choices([*FAULTS], [*FAULTS.values()])
        # A refresh token that comes late again is what a copy of the device would send; and only a snapshot's file
        # has a checksum of its own: TCP's and TLS's guard the rest.
        unfit = (fault == "delivered late" and asked.path == "/token") or (
            fault == "a letter changed" and not asked.path.startswith("/snapshot/")
        )
        fault = "answer lost" if unfit else fault
        if fault == "an earlier answer" and self._key(asked) not in self.earlier:
            fault = "delivered twice"
        self.happened[fault] += 1
        return fault

    def _with(self, fault: str, asked: Asked) -> Answered:
        if fault == "killed before":
            raise KilledError
        if fault in {"question lost", "delivered late"}:
            if fault == "delivered late":
                self.late.append(asked)
            raise ProtocolError("the line broke")
        if fault == "an earlier answer":
            return self.earlier[self._key(asked)]
        if fault == "a guest network's page":
            return Answered(200, {"Content-Type": "text/html", "Content-Length": str(len(PORTAL))}, PORTAL)
        if fault == "delivered twice":
            self.deliver(asked)
        answered = self.deliver(asked)
        if asked.method == "GET" and asked.path != "/events":
            self.earlier[self._key(asked)] = answered
        if fault == "killed after":
            raise KilledError
        if fault == "answer lost":
            raise ProtocolError("the line broke")
        return Answered(answered.status, answered.headers, self._mangled(fault, answered.body))

    def _mangled(self, fault: str, body: bytes) -> bytes:
        at = self.chance.randrange(len(body)) if body else 0
        if fault == "cut off":
            return body[:at]
        if fault == "a letter changed" and body:
            return body[:at] + bytes([body[at] ^ 0x20]) + body[at + 1 :]
        return body

    @staticmethod
    def _key(asked: Asked) -> tuple[str, str, str]:
        return asked.pc, f"{asked.target}?{asked.query}", asked.headers.get("Range", "")


class _Pool:
    """What `HubClient` asks of urllib3's pool."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def request(
        self, method: str, url: str, *, headers: dict[str, str], body: str | None, **_: Any
    ) -> urllib3.HTTPResponse:
        return self._network.carry(method, url, headers, body)


@contextmanager
def in_place_of_sockets(network: Network) -> Iterator[None]:
    """Has every pool of connections that is made in the block lead through `network`."""
    pool = urllib3.PoolManager
    urllib3.PoolManager = lambda **_: _Pool(network)  # type: ignore[assignment,misc] # the lowest seam there is
    try:
        yield
    finally:
        urllib3.PoolManager = pool  # type: ignore[misc]


def _response(answered: Answered, method: str) -> urllib3.HTTPResponse:
    """As urllib3 reads it from a socket: it unpacks it, and notices where there is less than was announced."""
    return urllib3.HTTPResponse(
        body=BytesIO(answered.body),
        headers=answered.headers,
        status=answered.status,
        preload_content=False,
        request_method=method,
    )
