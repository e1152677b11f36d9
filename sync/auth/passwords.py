"""Passwords and PINs, kept as argon2 hashes."""

import secrets
from functools import cache
from itertools import pairwise

from anyio import CapacityLimiter
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from data.errors import BadValueError

LONGEST = 200
SHORTEST_PIN = 6
_LONGEST_PIN = 12
_NEW_LENGTH = 12
_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"  # none that is taken for another when read out
_HASHER = PasswordHasher()

HASHING = CapacityLimiter(2)
"""How many sign-ins are checked at once: each takes 64 MiB and a processor for some 50 ms."""


def spoken_secret(length: int = _NEW_LENGTH) -> str:
    """A random code or password of `length` letters and digits that can be read out."""
    return "".join(secrets.choice(_LETTERS) for _ in range(length))


def check_characters(name: str) -> None:
    """Does nothing where a name can be shown on one line as it is: not with line ends, or signs that turn text round.

    Raises:
        BadValueError: it cannot.
    """
    if not name.isprintable():
        raise BadValueError("name", name[:20], "holds a character that cannot be shown").about("text_not_storable")


def password_hash(password: str) -> str:
    """What is kept of a password.

    Raises:
        BadValueError: it is empty or longer than `LONGEST`.
    """
    if not password:
        raise BadValueError("password", "", "must not be empty")
    if len(password) > LONGEST:
        raise BadValueError("password", "…", f"must not be longer than {LONGEST} characters")
    return _HASHER.hash(password)


def pin_hash(pin: str) -> str:
    """What is kept of a PIN.

    Raises:
        BadValueError: it is no PIN, or one that is guessed first.
    """
    if not is_pin(pin):
        refused = BadValueError("pin", "…", f"give {SHORTEST_PIN} to {_LONGEST_PIN} digits")
        raise refused.about("pin_length", least=SHORTEST_PIN, most=_LONGEST_PIN)
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    if len(steps) == 1 and steps <= {0, 1, 9}:
        refused = BadValueError("pin", "…", "one digit again and again, or digits in a row, are guessed first")
        raise refused.about("pin_too_easy")
    return _HASHER.hash(pin)


def is_pin(secret: str) -> bool:
    """Whether `secret` has the form of a PIN."""
    return secret.isascii() and secret.isdigit() and SHORTEST_PIN <= len(secret) <= _LONGEST_PIN


def matches(stored: str | None, secret: str) -> bool:
    """Whether `secret` is what `stored` was made of; where nothing is stored it takes as long to say no."""
    try:
        return _HASHER.verify(stored or _nobodys_hash(), secret) and stored is not None
    except (VerifyMismatchError, InvalidHashError):
        return False


@cache
def _nobodys_hash() -> str:
    """The hash of a password that nobody has; made when it is first needed, as it takes 64 MiB."""
    return _HASHER.hash(secrets.token_urlsafe(16))
