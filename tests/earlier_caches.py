"""Encrypted files as earlier versions wrote them."""

from contextlib import closing
from pathlib import Path

import sqlcipher3.dbapi2

from data.sqlite import connect


def encrypt_as_before(source: Path, target: Path, key: str) -> None:
    """Writes an encrypted copy of a database, whose key is known or that is not encrypted, with SQLCipher's own MAC."""
    plain = target.with_name(f"{target.name}.plain")
    with closing(connect(source)) as connection:
        connection.execute("ATTACH ? AS plain KEY ''", (str(plain),))
        connection.execute("SELECT sqlcipher_export('plain')").fetchall()
    with closing(sqlcipher3.dbapi2.connect(target, isolation_level=None)) as earlier:
        earlier.execute(f"PRAGMA key = \"x'{key}'\"")
        earlier.execute("ATTACH ? AS plain KEY ''", (str(plain),))
        earlier.execute("SELECT sqlcipher_export('main', 'plain')").fetchall()
        earlier.execute("DETACH plain")
        earlier.execute("PRAGMA journal_mode=WAL")
    plain.unlink()
