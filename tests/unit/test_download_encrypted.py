"""Snapshots that are the cache itself, encrypted at the hub, over bad lines: what gets a cache's name is whole."""

import hashlib
import os
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sync.errors import DamagedError, HubUnreachableError, SyncError
from sync.protocol import PLAIN, Manifest
from sync.replica.download import fetch
from sync.replica.hub_client import HubClient
from tests.odd_servers import PORTAL, Sent, serving_file

CACHE = random.Random(7).randbytes(300_000)
HALF = len(CACHE) // 2
NAME = "e-1-encrypted"
DESCRIBED = Manifest(
    epoch="e",
    scope="all",
    revision=1,
    committed_at="",
    url=f"/snapshot/all/{NAME}.snapshot",
    size=len(CACHE),
    sha256=hashlib.sha256(CACHE).hexdigest(),
    expanded=len(CACHE),
    schema=5,
    sums={},
    etag=f'"{NAME}"',
    compression=PLAIN,
    key="00" * 32,
    begins=CACHE[:32].hex(),
)


@pytest.fixture
def part(tmp_path: Path) -> Path:
    """What has come so far."""
    return tmp_path / "packed.part"


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache.db"


def fetch_from(url: str, part: Path, cache: Path) -> None:
    fetch(HubClient(url), DESCRIBED, part, cache)


def refused(url: str, part: Path, cache: Path, error: type[SyncError]) -> str:
    with pytest.raises(error) as failed:
        fetch_from(url, part, cache)
    assert not cache.exists(), "what is not whole has no cache's name"
    return str(failed.value)


def test_what_came_whole_is_the_cache_and_nothing_is_left_beside_it(part: Path, cache: Path) -> None:
    with serving_file(CACHE) as (url, _):
        fetch_from(url, part, cache)
    assert cache.read_bytes() == CACHE
    assert not part.exists()


def test_it_is_on_the_disk_before_it_has_its_name(part: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[tuple[int, bool]] = []
    monkeypatch.setattr(os, "fsync", lambda file: synced.append((os.fstat(file).st_size, cache.exists())))
    with serving_file(CACHE) as (url, _):
        fetch_from(url, part, cache)
    assert (len(CACHE), False) in synced


def test_a_line_that_broke_goes_on_there(part: Path, cache: Path) -> None:
    with serving_file(CACHE, lambda sent: replace(sent, body=sent.body[:HALF])) as (url, _):
        refused(url, part, cache, HubUnreachableError)
    have = part.stat().st_size
    assert 0 < have <= HALF
    with serving_file(CACHE) as (url, asked):
        fetch_from(url, part, cache)
    assert asked == [(f"bytes={have}-", DESCRIBED.etag)]
    assert cache.read_bytes() == CACHE


def test_what_is_whole_already_is_checked_and_not_fetched_again(part: Path, cache: Path) -> None:
    part.write_bytes(CACHE)
    with serving_file(CACHE) as (url, asked):
        fetch_from(url, part, cache)
    assert cache.read_bytes() == CACHE
    assert asked == []


@pytest.mark.parametrize("kept", [HALF, len(CACHE)])
def test_what_was_kept_and_is_of_another_file_is_found_out_and_thrown_away(part: Path, cache: Path, kept: int) -> None:
    part.write_bytes(CACHE[:100] + bytes(kept - 100))
    with serving_file(CACHE) as (url, _):
        assert "was damaged on its way" in refused(url, part, cache, DamagedError)
        assert not part.exists()
        fetch_from(url, part, cache)
    assert cache.read_bytes() == CACHE


def test_more_than_a_whole_file_was_kept_and_is_not_gone_on_from(part: Path, cache: Path) -> None:
    part.write_bytes(CACHE + b"more")
    with serving_file(CACHE) as (url, asked):
        fetch_from(url, part, cache)
    assert asked == [(None, None)]
    assert cache.read_bytes() == CACHE


@pytest.mark.parametrize("at", [0, 31, 32, HALF, len(CACHE) - 1])
def test_a_flipped_bit_is_found_wherever_it_is(part: Path, cache: Path, at: int) -> None:
    with serving_file(CACHE[:at] + bytes([CACHE[at] ^ 1]) + CACHE[at + 1 :]) as (url, _):
        refused(url, part, cache, SyncError)
    assert not part.exists()


def _page(sent: Sent) -> Sent:
    return Sent(200, PORTAL, {"Content-Type": "text/html", "Connection": "close"})


def _page_as_long(sent: Sent) -> Sent:
    page = PORTAL + bytes(len(CACHE) - len(PORTAL))
    return Sent(200, page, {"Content-Type": "text/html", "Content-Length": str(len(page))})


@pytest.mark.parametrize("have", [0, HALF])
@pytest.mark.parametrize("page", [_page, _page_as_long])
def test_a_guest_networks_page_costs_nothing_of_what_was_good(
    part: Path, cache: Path, have: int, page: Callable[[Sent], Sent]
) -> None:
    if have:
        part.write_bytes(CACHE[:have])
    with serving_file(CACHE, page) as (url, _):
        assert "is this the hub?" in refused(url, part, cache, HubUnreachableError)
    assert not have or part.read_bytes() == CACHE[:have]


def test_appended_bytes_are_refused(part: Path, cache: Path) -> None:
    with serving_file(CACHE, lambda _: Sent(200, CACHE + b"more", {"Connection": "close"})) as (url, _):
        assert "more came than" in refused(url, part, cache, DamagedError)
