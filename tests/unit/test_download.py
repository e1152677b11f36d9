"""Snapshots over bad lines: real HTTP, answers byte for byte; each ends whole, or refused with one line."""

import gzip
import hashlib
import json
import random
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import zstandard

from sync.errors import DamagedError, HubUnreachableError, RefusedError, SyncError
from sync.protocol import Manifest
from sync.replica.download import ASKED_AGAIN, fetch, first_byte
from sync.replica.hub_client import HubClient
from tests.odd_servers import PORTAL, Sent, answering, serving_file

CACHE = random.Random(5).randbytes(400_000) + b"0" * 100_000
PACKED = zstandard.ZstdCompressor(level=3).compress(CACHE)
HALF = len(PACKED) // 2


def manifest(packed: bytes = PACKED) -> Manifest:
    digest = hashlib.sha256(packed).hexdigest()
    name = f"e-1-{digest[:16]}"
    etag = f'"{name}"'
    return Manifest("e", "all", 1, "", f"/snapshot/all/{name}.zst", len(packed), digest, len(CACHE), 5, {}, etag)


class Pc:
    """Where a snapshot is fetched to."""

    def __init__(self, directory: Path) -> None:
        self.packed = directory / "packed.part"
        self.target = directory / "cache.db"
        self.received = 0

    def fetch(self, url: str, described: Manifest | None = None) -> None:
        client = HubClient(url)
        try:
            fetch(client, described or manifest(), self.packed, self.target)
        finally:
            self.received = client.received

    def refused(self, url: str, error: type[SyncError], described: Manifest | None = None) -> str:
        with pytest.raises(error) as failed:
            self.fetch(url, described)
        assert "\n" not in str(failed.value)
        assert threading.active_count() < 20
        return str(failed.value)

    def whole(self) -> bool:
        return self.target.read_bytes() == CACHE


@pytest.fixture
def pc(tmp_path: Path) -> Pc:
    return Pc(tmp_path)


def test_a_snapshot_is_kept_checked_and_unpacked_in_one_go(pc: Pc) -> None:
    with serving_file(PACKED) as (url, asked):
        pc.fetch(url)
    assert pc.whole()
    assert pc.packed.read_bytes() == PACKED
    assert pc.received == len(PACKED)
    assert asked == [(None, None)]


def test_what_is_whole_already_is_not_fetched_again(pc: Pc) -> None:
    pc.packed.write_bytes(PACKED)
    with serving_file(PACKED) as (url, asked):
        pc.fetch(url)
    assert pc.whole()
    assert asked == []


def test_a_line_that_broke_goes_on_there_and_says_of_which_file(pc: Pc) -> None:
    with serving_file(PACKED, lambda sent: replace(sent, body=sent.body[:HALF])) as (url, _):
        said = pc.refused(url, HubUnreachableError)
    assert "the next try goes on there" in said or "cannot be reached" in said
    have = pc.packed.stat().st_size
    assert 0 < have <= HALF
    with serving_file(PACKED) as (url, asked):
        pc.fetch(url)
    assert asked == [(f"bytes={have}-", manifest().etag)]
    assert pc.received == len(PACKED) - have
    assert pc.whole()


def _ignored(sent: Sent) -> Sent:
    return Sent(200, PACKED, {"Content-Length": str(len(PACKED))})


def _shifted(sent: Sent) -> Sent:
    return replace(sent, headers={**sent.headers, "Content-Range": f"bytes 0-{HALF - 1}/{len(PACKED)}"})


def _unsaid(sent: Sent) -> Sent:
    return replace(sent, headers={name: text for name, text in sent.headers.items() if name != "Content-Range"})


def test_a_proxy_that_ignores_where_to_go_on_gives_the_whole_file(pc: Pc) -> None:
    pc.packed.write_bytes(PACKED[:HALF])
    with serving_file(PACKED, _ignored) as (url, _):
        pc.fetch(url)
    assert pc.whole()
    assert pc.packed.read_bytes() == PACKED


@pytest.mark.parametrize("mangle", [_shifted, _unsaid])
def test_an_answer_from_another_place_than_asked_for_is_no_answer(pc: Pc, mangle: Callable[[Sent], Sent]) -> None:
    pc.packed.write_bytes(PACKED[:HALF])
    with serving_file(PACKED, mangle) as (url, _):
        assert "is this the hub?" in pc.refused(url, HubUnreachableError)
    assert pc.packed.read_bytes() == PACKED[:HALF], "what was good is kept"


def test_a_file_that_changed_meanwhile_is_fetched_from_its_beginning(pc: Pc) -> None:
    """The hub answers another `If-Range` with the whole of the new file."""
    pc.packed.write_bytes(zstandard.ZstdCompressor(level=9).compress(CACHE)[:HALF])
    with serving_file(PACKED) as (url, asked):
        pc.fetch(url, replace(manifest(), etag='"of another time"'))
    assert pc.whole()
    assert asked == [(f"bytes={HALF}-", '"of another time"')]


def test_a_file_that_changed_unsaid_is_refused_and_then_fetched_anew(pc: Pc) -> None:
    pc.packed.write_bytes(PACKED[:100] + bytes(HALF - 100))
    with serving_file(PACKED) as (url, _):
        assert "was damaged on its way" in pc.refused(url, DamagedError)
        assert not pc.packed.exists()
        pc.fetch(url)
    assert pc.whole()


def test_whoever_refuses_to_go_on_is_asked_for_the_whole(pc: Pc) -> None:
    pc.packed.write_bytes(PACKED[:HALF])
    refused = iter([True] * ASKED_AGAIN + [False])
    with serving_file(PACKED, lambda sent: Sent(416, b"", {}) if next(refused) else sent) as (url, asked):
        pc.fetch(url)
    assert pc.whole()
    assert asked == [(f"bytes={HALF}-", manifest().etag)] * ASKED_AGAIN + [(None, None)]


def test_a_file_that_is_gone_is_told(pc: Pc) -> None:
    with answering(404, b'{"detail":"ask for the manifest again"}') as url:
        assert "ask for the manifest again" in pc.refused(url, RefusedError)


def elsewhere() -> Manifest:
    """A snapshot that the hub which is asked for its file does not have."""
    return replace(manifest(), sha256="0" * 64, size=77, etag='"elsewhere"')


def sends_its_own(before: bytes) -> Callable[[Sent], Sent]:
    """A hub that refuses until any file will do."""
    refused = iter([True] * ASKED_AGAIN + [False])
    whole = Sent(200, before + PACKED, {"Switchboard-Snapshot": "another"})
    return lambda _: Sent(404, b"", {}) if next(refused) else whole


def test_the_file_of_another_hub_will_do_where_a_proxy_never_asks_the_right_one(pc: Pc) -> None:
    line = json.dumps(manifest().to_json()).encode() + b"\n"
    with serving_file(PACKED, sends_its_own(line)) as (url, _):
        assert fetch(HubClient(url), elsewhere(), pc.packed, pc.target) == manifest()
    assert pc.whole()


def test_a_hub_that_makes_its_own_file_only_now_is_waited_for(pc: Pc) -> None:
    refused = iter([404] * ASKED_AGAIN + [503] * 3)
    whole = Sent(200, json.dumps(manifest().to_json()).encode() + b"\n" + PACKED, {"Switchboard-Snapshot": "another"})

    def mangle(_: Sent) -> Sent:
        status = next(refused, 200)
        headers = {"Retry-After": "0.01"} if status == 503 else {}
        return whole if status == 200 else Sent(status, b"", headers)

    with serving_file(PACKED, mangle) as (url, _):
        assert fetch(HubClient(url), elsewhere(), pc.packed, pc.target) == manifest()
    assert pc.whole()


@pytest.mark.parametrize("before", [b"", b"{}\n", b'{"epoch":', b"<html>\n"])
def test_another_file_without_its_manifest_is_not_taken(pc: Pc, before: bytes) -> None:
    with serving_file(PACKED, sends_its_own(before)) as (url, _):
        assert "is this the hub?" in pc.refused(url, HubUnreachableError, elsewhere())


@pytest.mark.parametrize("have", [0, HALF])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_guest_networks_page_is_not_taken_for_a_snapshot(pc: Pc, have: int, *, chunked: bool) -> None:
    if have:
        pc.packed.write_bytes(PACKED[:have])
    headers = {"Content-Type": "text/html", "Connection": "close"}
    with serving_file(PACKED, lambda _: Sent(200, PORTAL, headers | ({} if chunked else {"Content-Length": "61"}))) as (
        url,
        _,
    ):
        assert "is this the hub?" in pc.refused(url, HubUnreachableError)
    assert not have or pc.packed.read_bytes() == PACKED[:have], "what was good is kept"


@pytest.mark.parametrize("at", [0, 3, HALF, len(PACKED) - 1])
def test_a_flipped_bit_is_found_wherever_it_is(pc: Pc, at: int) -> None:
    bad = PACKED[:at] + bytes([PACKED[at] ^ 1]) + PACKED[at + 1 :]
    with serving_file(bad) as (url, _):
        pc.refused(url, SyncError)
    assert not pc.packed.exists() or pc.packed.stat().st_size == 0
    with serving_file(PACKED) as (url, _):
        pc.fetch(url)
    assert pc.whole()


@pytest.mark.parametrize("announced", [False, True])
def test_appended_bytes_are_refused(pc: Pc, *, announced: bool) -> None:
    def append(sent: Sent) -> Sent:
        length = {"Content-Length": str(len(PACKED) + 9)} if announced else {"Connection": "close"}
        return Sent(200, PACKED + b"123456789", length)

    with serving_file(PACKED, append) as (url, _):
        said = pc.refused(url, SyncError)
    assert "more came than" in said or "is this the hub?" in said


def test_a_truncated_file_that_says_it_is_whole_is_no_cache(pc: Pc) -> None:
    cut = PACKED[:HALF]
    with serving_file(cut) as (url, _):
        assert "damaged on its way" in pc.refused(url, DamagedError, replace(manifest(cut), expanded=len(CACHE)))


def test_a_file_that_unpacks_to_more_than_announced_is_stopped(pc: Pc) -> None:
    bomb = zstandard.ZstdCompressor().compress(b"0" * 10_000_000)
    with serving_file(bomb) as (url, _):
        pc.refused(url, DamagedError, manifest(bomb))
    assert pc.target.stat().st_size < 10_000_000


def test_a_proxy_that_packs_the_file_once_more_does_no_harm(pc: Pc) -> None:
    def pack(_: Sent) -> Sent:
        twice = gzip.compress(PACKED)
        return Sent(200, twice, {"Content-Encoding": "gzip", "Content-Length": str(len(twice))})

    with serving_file(PACKED, pack) as (url, _):
        pc.fetch(url)
    assert pc.whole()


def test_a_disk_that_is_full_is_an_error_of_the_disk(pc: Pc) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no /dev/full here")
    with serving_file(PACKED) as (url, _), pytest.raises(OSError, match="No space"):
        fetch(HubClient(url), manifest(), pc.packed, full)


@pytest.mark.parametrize("said", ["bytes 0-4/10", "bytes 6-9/10", "bytes 5-9/11", "bytes 5-9", "5-9/10", ""])
def test_another_range_than_was_asked_for_is_no_answer(said: str) -> None:
    ten = Manifest("epoch", "all", 1, "", "/x", 10, "0" * 64, 10, 1, {})
    assert first_byte(206, {"Content-Range": "bytes 5-9/10"}, ten, 5) == 5
    with pytest.raises(ValueError, match="another range"):
        first_byte(206, {"Content-Range": said}, ten, 5)
