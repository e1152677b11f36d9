"""Where the keys of encrypted caches are kept."""

import secrets
import stat
import sys
from pathlib import Path

import pytest

from sync.replica.cache_key import forget_key, forget_stray_keys, keep_key, key_of
from tests.keyring import make_keyring

KEY = secrets.token_hex(32)
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows seals keys: tests/wine")


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    path = tmp_path / "cache" / "1.db"
    path.parent.mkdir()
    path.touch()
    return path


@pytest.fixture
def keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return make_keyring(tmp_path, monkeypatch)


def test_without_a_keyring_a_file_keeps_it_that_only_its_owner_reads(cache: Path) -> None:
    keep_key(cache, KEY)
    assert key_of(cache) == KEY
    (file,) = cache.parent.glob("*.key")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_keyring_keeps_it_where_there_is_one(cache: Path, keyring: Path) -> None:
    keep_key(cache, KEY)
    (kept,) = keyring.iterdir()
    assert kept.read_text() == KEY
    assert key_of(cache) == KEY
    assert all(KEY not in path.read_text() for path in cache.parent.iterdir())
    forget_key(cache)
    assert list(keyring.iterdir()) == []
    assert key_of(cache) == ""


def test_a_keyring_that_loses_what_it_is_given_is_not_trusted(cache: Path, keyring: Path) -> None:
    keyring.parent.joinpath("bin", "secret-tool").write_text("#!/bin/sh\n[ $1 = store ]\n")
    keep_key(cache, KEY)
    assert key_of(cache) == KEY


def test_the_keys_of_caches_that_are_gone_are_forgotten(cache: Path) -> None:
    keep_key(cache, KEY)
    gone = cache.with_name("0.db")
    keep_key(gone, KEY)
    forget_stray_keys(cache.parent)
    assert (key_of(gone), key_of(cache)) == ("", KEY)


def test_a_cache_that_is_not_encrypted_has_no_key(cache: Path) -> None:
    keep_key(cache, "")
    assert key_of(cache) == ""
    assert [path.name for path in cache.parent.iterdir()] == [cache.name]
