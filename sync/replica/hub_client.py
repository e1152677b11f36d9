"""What a PC asks of its hub, each question a method."""

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Self
from urllib.parse import urlencode

import urllib3

from data.clock import from_iso
from sync.device_protocol import PERSON_HEADER, HubSays
from sync.errors import HubUnreachableError
from sync.protocol import (
    ANOTHER,
    COLUMNS,
    DAMAGED_HEADER,
    PING_S,
    SNAPSHOT_HEADER,
    ChangeBatch,
    Manifest,
    Repair,
    RepairAsk,
    Told,
)
from sync.replica.agent_home import AgentHome
from sync.replica.credential import HomeCredential
from sync.replica.download import described, first_byte
from sync.replica.enrolment import Enrolment, Shift
from sync.replica.hub_line import HubLine, PreparingError
from sync.replica.trust import Trust

_BLOCK = 1 << 16
"""Bytes at a time: what of a block had come when a line broke must be fetched again."""
_WHILE_A_CALLER_WAITS_S = 2.0
_PREPARING_AT_MOST = 1200


class HubClient(HubLine):
    """One hub, asked as one device."""

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
                hub=self.url,
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
        query = urlencode({"epoch": epoch, "scope": scope, "since": since, "by": COLUMNS})
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
            except PreparingError as preparing:
                self._pause(preparing.retry_after_s)
        raise self._never_prepared()

    def repair(self, ask: RepairAsk) -> Repair:
        """What makes a cache equal to the hub, of which some parts do not add up.

        Raises:
            SnapshotNeededError: the log does not lead there, or too much differs.
        """
        return self._answer(Repair.from_json, "POST", "/repair", ask.to_json())

    @contextmanager
    def snapshot_file(
        self, manifest: Manifest, have: int, *, or_another: bool = False
    ) -> Iterator[tuple[Manifest, int, Iterator[bytes]]]:
        """Which snapshot comes, from where on, and its bytes: from `have` on, or from the beginning.

        It waits while a hub prepares the one that it sends instead.

        Args:
            manifest: Of the one to fetch.
            have: Bytes of it that are here; 0 with `or_another`.
            or_another: A hub that does not have it sends its own.

        Raises:
            HubUnreachableError: what is answered is not this file.
        """
        headers = {"Accept-Encoding": "identity", **({SNAPSHOT_HEADER: ANOTHER} if or_another else {})}
        if have:
            headers |= {"Range": f"bytes={have}-", **({"If-Range": manifest.etag} if manifest.etag else {})}
        with self._stream_once_prepared(manifest.url, headers) as response:
            blocks = self._counted(response.stream(_BLOCK))
            with self._checked(manifest.url):
                if or_another and response.headers.get(SNAPSHOT_HEADER) == ANOTHER:
                    manifest, blocks = described(blocks)
                    start = 0
                else:
                    start = first_byte(response.status, response.headers, manifest, have)
            yield manifest, start, blocks

    @contextmanager
    def _stream_once_prepared(self, path: str, headers: dict[str, str]) -> Iterator[urllib3.BaseHTTPResponse]:
        for _ in range(_PREPARING_AT_MOST):
            with ExitStack() as answered:
                try:
                    response = answered.enter_context(self._stream("GET", path, headers))
                except PreparingError as preparing:
                    self._pause(preparing.retry_after_s)
                    continue
                yield response
                return
        raise self._never_prepared()

    def _never_prepared(self) -> HubUnreachableError:
        return HubUnreachableError(f"{self.url} has been preparing a snapshot for too long: look at its log")

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

    @staticmethod
    def _pause(seconds: float) -> None:
        time.sleep(seconds)
