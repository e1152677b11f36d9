"""Digests of rows that the central system's own SQL computes, so that unchanged rows need not travel."""

import zlib
from hashlib import blake2b
from typing import Any

from sqlalchemy import CHAR, ColumnElement, Dialect, Numeric, Text, cast, func, literal_column

BLOCKS = 16_384
"""Rows are compared block by block: of a million rows, some seventy are one block."""

SUM_MODULUS = 1 << 62
"""Digests and their sums are taken modulo this: two bits of a 64-bit number are left over."""

_HEX_DIGITS = 15
"""Of an MD5 that are kept: 60 bits, so that a change goes unnoticed with odds of 1 in 2**60."""

_NULL: ColumnElement[str] = literal_column("E'\\x1e'")
"""A character that no record holds: it stands for nothing known."""


def can_digest(dialect: Dialect) -> bool:
    """Whether rows are digested by the source's own SQL; else they are read and digested here."""
    return dialect.name in {"postgresql", "mysql", "mariadb"}


def method(dialect: Dialect) -> str:
    """Changes where the same rows would have other digests or stand in other blocks."""
    if dialect.name == "postgresql":  # its hashes may differ from one major version to the next
        return f"postgresql {(dialect.server_version_info or (0,))[0]} by cell"
    return "md5" if can_digest(dialect) else "here"


def digest(dialect: Dialect, cells: list[ColumnElement[Any]]) -> ColumnElement[Any]:
    """The digest of a row; a NULL differs from every text.

    PostgreSQL's own 64-bit hash takes a third of the time of its MD5; each cell's begins with that of the cells before
    it, which takes three quarters of joining them first.
    """
    if dialect.name == "postgresql":
        hashed: ColumnElement[Any] = literal_column("0")
        for cell in cells:
            hashed = func.hashtextextended(func.coalesce(cast(cell, Text), _NULL), hashed)
        return hashed
    hashed = func.left(func.md5(func.json_array(*cells)), _HEX_DIGITS)
    return cast(func.conv(hashed, 16, 10), Numeric(20, 0))


def block(dialect: Dialect, key: ColumnElement[Any]) -> ColumnElement[Any]:
    """The block of a row, 0 to `BLOCKS` - 1, by its key alone."""
    text = func.coalesce(cast(key, Text if dialect.name == "postgresql" else CHAR), literal_column("''"))
    hashed = func.hashtext(text) if dialect.name == "postgresql" else func.crc32(text)
    return hashed.op("&")(literal_column(str(BLOCKS - 1)))


def digest_of(cells: tuple[str, ...]) -> int:
    """The digest of a row that was read, 0 to 2**60 - 1."""
    joined = "\0".join(cells).encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(joined, digest_size=8).digest(), "big") >> 4


def block_of(key: str) -> int:
    """The block of a row that was read, 0 to `BLOCKS` - 1."""
    return zlib.crc32(key.encode("utf-8", "surrogatepass")) % BLOCKS
