"""The key of a hub's phone hashes: a small file of its home, never in the database, a log or an answer."""

import secrets
from pathlib import Path

from data.store.phone_hashes import KEY_BYTES, PhoneHashes
from data.store.phone_hashing import WrongKeyError, hash_anew, hash_stored_phones, stored_key_check
from data.store.store import Store
from sync.errors import HomeError
from sync.private_files import read_whole, write_once

FILE = "phone.key"

_HELP = (
    "copy the right one here, from a copy of this home or from the home of the hub that shares its database;"
    " if it is lost for good: switchboard phones rehash"
)


def open_phones(home: Path, store: Store, area_code: str) -> PhoneHashes:
    """The hashes of the store's phone numbers: all of them, with the home's key, which is made at first use.

    Raises:
        HomeError: the numbers are hashed with a key that is not here.
    """
    key = _read_key(home)
    if key is None:
        with store.read() as connection:
            if stored_key_check(connection):
                raise HomeError(f"{home / FILE} is gone: {_HELP}")
        key = _make_key(home)
    phones = PhoneHashes(key, area_code)
    try:
        hash_stored_phones(store, phones)
    except WrongKeyError:
        raise HomeError(f"{home / FILE} is not the key of this home's database: {_HELP}") from None
    return phones


def hash_phones_anew(home: Path, store: Store, area_code: str) -> int:
    """Hashes all phone numbers of the store anew with the home's key, or with a new one where there is none.

    Returns:
        How many customers were looked at.
    """
    return hash_anew(store, PhoneHashes(_read_key(home) or _make_key(home), area_code))


def _read_key(home: Path) -> bytes | None:
    """The key in a hub's home, None where there is none."""
    path = home / FILE
    try:
        key = bytes.fromhex(read_whole(path))
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise HomeError(f"{path} cannot be read, or is damaged: put it back from a copy")
    return key


def _make_key(home: Path) -> bytes:
    """A new key, kept in the home; the one that is there where another process was first."""
    path = home / FILE
    write_once(path, secrets.token_hex(KEY_BYTES))
    made = _read_key(home)
    if made is None:
        raise HomeError(f"{path} was removed while it was made: try again")
    return made
