"""Databases that are encrypted at rest."""

import secrets
from contextlib import closing
from pathlib import Path

import pytest

from data.errors import BadValueError
from data.sqlite import DatabaseError, connect, encrypt, unlock
from tests.earlier_caches import encrypt_as_before

PLANTED = "朱大富-13812345678"


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    path = tmp_path / "plain.db"
    with closing(connect(path)) as connection:
        connection.execute("CREATE TABLE customer (rid INTEGER PRIMARY KEY, name TEXT)")
        connection.execute("CREATE VIRTUAL TABLE found USING fts5(name)")
        connection.execute("CREATE INDEX customer_name ON customer (name)")
        for number in range(500):
            connection.execute("INSERT INTO customer VALUES (?, ?)", (number * 3, f"{PLANTED}-{number}"))
            connection.execute("INSERT INTO found(rowid, name) VALUES (?, ?)", (number * 3, f"zhu dafu {number}"))
        connection.execute("ANALYZE")
    return path


def test_an_encrypted_copy_holds_all_of_it_and_shows_nothing(plain: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    encrypt(plain, copy, secrets.token_hex(32))
    with closing(connect(plain, read_only=True)) as old, closing(connect(copy, read_only=True)) as new:
        for wanted in (
            "SELECT * FROM customer",
            "SELECT rowid FROM found('dafu')",
            "SELECT * FROM sqlite_stat1 ORDER BY 1, 2, 3",
        ):
            rows = old.execute(wanted).fetchall()
            assert rows
            assert new.execute(wanted).fetchall() == rows
        assert new.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert PLANTED.encode() in plain.read_bytes()
    content = copy.read_bytes()
    assert PLANTED.encode() not in content
    assert b"dafu" not in content
    assert not content.startswith(b"SQLite")


def test_what_is_written_to_an_encrypted_file_is_encrypted_in_its_journal_too(plain: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    encrypt(plain, copy, secrets.token_hex(32))
    with closing(connect(copy)) as writer:
        writer.execute("INSERT INTO customer VALUES (1, '新来的客户')")
        with closing(connect(copy, read_only=True)) as reader:
            assert reader.execute("SELECT name FROM customer WHERE rid = 1").fetchone() == ("新来的客户",)
        files = [path.read_bytes() for path in tmp_path.glob("copy.db*")]
    assert len(files) > 1
    assert all("新来的客户".encode() not in content for content in files)


def test_a_file_of_an_earlier_version_is_read_and_written_as_it_is(plain: Path, tmp_path: Path) -> None:
    copy, key = tmp_path / "copy.db", secrets.token_hex(32)
    encrypt_as_before(plain, copy, key)
    unlock(copy, key)
    with closing(connect(copy)) as writer:
        writer.execute("INSERT INTO customer VALUES (1, '新来的客户')")
        with closing(connect(copy, read_only=True)) as reader:
            assert reader.execute("SELECT name FROM customer WHERE rid = 1").fetchone() == ("新来的客户",)
    with closing(connect(copy, read_only=True)) as reader:
        assert reader.execute("PRAGMA quick_check").fetchone() == ("ok",)
        assert reader.execute("PRAGMA cipher_hmac_algorithm").fetchone() == ("HMAC_SHA512",)


def test_a_changed_page_is_noticed(plain: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    encrypt(plain, copy, secrets.token_hex(32))
    content = bytearray(copy.read_bytes())
    content[3 * 4096 + 100] ^= 1
    copy.write_bytes(content)
    with closing(connect(copy, read_only=True)) as connection:
        assert connection.execute("PRAGMA cipher_integrity_check").fetchall()
        with pytest.raises(DatabaseError):
            connection.execute("PRAGMA quick_check").fetchall()


@pytest.mark.parametrize("key", ["", "5c" * 32])
def test_without_its_key_it_is_no_database(plain: Path, tmp_path: Path, key: str) -> None:
    copy = tmp_path / "copy.db"
    encrypt(plain, copy, secrets.token_hex(32))
    unlock(copy, key)
    with pytest.raises(DatabaseError, match="not a database"):
        connect(copy, read_only=True)


@pytest.mark.parametrize("key", ["'; DROP TABLE customer", "ab", "X" * 64])
def test_what_is_no_key_is_refused(tmp_path: Path, key: str) -> None:
    with pytest.raises(BadValueError, match="64 hexadecimal digits"):
        unlock(tmp_path / "any.db", key)
