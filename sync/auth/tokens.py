"""Tokens of devices: short ones to ask with, long ones to get the next pair with.

A token says what it is, for which device, until when or of which generation, and bears the secret that all tokens of
one enrolment share; a MAC of the hub binds these. The hub keeps a hash of that secret and the number of the newest
generation: it can tell any refresh token that it ever gave from a forged one, and whoever reads the database alone can
make none. A lost answer is asked for again and is the same.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

ACCESS_LASTS = timedelta(minutes=15)
_PARTS = 5


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a device is given: `access` is good until `expires`, `refresh` for one pair more."""

    access: str
    refresh: str
    expires: datetime


@dataclass(frozen=True, slots=True)
class Token:
    """A genuine token; `value` is the second of its end (access) or its generation (refresh)."""

    kind: Literal["access", "refresh"]
    device: str
    value: int
    secret: str


def digest(secret: str) -> str:
    """What is kept of a random secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def make_tokens(key: bytes, device: str, secret: str, generation: int, now: datetime) -> Tokens:
    """The pair of this generation."""
    expires = (now + ACCESS_LASTS).replace(microsecond=0)
    access = _written(key, Token("access", device, int(expires.timestamp()), secret))
    return Tokens(access, _written(key, Token("refresh", device, generation, secret)), expires)


def read_token(key: bytes, text: str) -> Token | None:
    """The token that `text` is, or None where this hub did not make it."""
    parts = text.split(".")
    if len(parts) != _PARTS or not text.isascii() or not parts[2].isdecimal() or len(parts[2]) > 12:  # noqa: PLR2004
        return None
    kind: Literal["access", "refresh"] = "access" if parts[0] == "a" else "refresh"
    token = Token(kind, parts[1], int(parts[2]), parts[3])
    return token if hmac.compare_digest(_written(key, token), text) else None


def is_over(token: Token, now: datetime) -> bool:
    """Whether an access token is good no more."""
    return datetime.fromtimestamp(token.value, UTC) <= now


def _written(key: bytes, token: Token) -> str:
    said = f"{token.kind[0]}.{token.device}.{token.value}.{token.secret}"
    return f"{said}.{hmac.new(key, said.encode(), hashlib.sha256).hexdigest()}"
