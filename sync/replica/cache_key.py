"""Where a PC keeps the keys of its encrypted caches: with the system's keeper of secrets, else in a 0600 file.

Beside each cache lies a small file that says where its key is: sealed by Windows for the person who is logged on
(DPAPI), in the desktop's keyring (by `secret-tool`, of libsecret), or, where there is neither, in that very file.
Neither takes a library into the resident process: the keyring package alone holds 30 MiB and takes 0.7 s to begin.
"""

import base64
import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from sync.private_files import read_whole, write_whole

_LOG = logging.getLogger(__name__)
_SUFFIX = ".key"
_ITSELF, _SEALED, _KEYRING = "key", "dpapi", "keyring"
_PATIENCE_S = 5.0
"""A keyring that is locked asks the person; a cache does not wait for that."""


def keep_key(cache: Path, key: str) -> None:
    """Keeps the key of the cache file at `cache`; durable when it returns.

    Args:
        cache: The file; it may not be there yet.
        key: In hexadecimal, or "" for a cache that is not encrypted.
    """
    if key:
        write_whole(_place(cache), _kept(cache, key))


def key_of(cache: Path) -> str:
    """The key of the cache file at `cache`; "" where none is kept, or nobody gives it out."""
    try:
        where, _, value = read_whole(_place(cache)).partition(" ")
    except (OSError, ValueError):
        return ""
    if where == _ITSELF:
        return value
    if where == _SEALED and sys.platform == "win32":
        return _unsealed(value)
    return _asked("lookup", *_attributes(value)) or "" if where == _KEYRING else ""


def forget_key(cache: Path) -> None:
    """Forgets the key of the cache file at `cache`, which is gone; does nothing where there is none."""
    try:
        where, _, value = read_whole(_place(cache)).partition(" ")
        _place(cache).unlink()
    except (OSError, ValueError):
        return
    if where == _KEYRING:
        _asked("clear", *_attributes(value))


def forget_stray_keys(directory: Path) -> None:
    """Forgets the keys of caches of `directory` that are no longer there."""
    for place in directory.glob(f"*{_SUFFIX}"):
        cache = place.with_name(place.name.removesuffix(_SUFFIX))
        if not cache.exists():
            forget_key(cache)


def _place(cache: Path) -> Path:
    return cache.with_name(cache.name + _SUFFIX)


def _kept(cache: Path, key: str) -> str:
    """What the small file says: where the key is, and its name there or itself."""
    if sys.platform == "win32":
        try:
            return f"{_SEALED} {_sealed(key)}"
        except OSError as error:
            _LOG.warning("Windows does not seal the cache's key (%s): it is kept in a file", error)
            return f"{_ITSELF} {key}"
    name = str(cache.absolute())
    if _asked("store", "--label=Switchboard cache", *_attributes(name), said=key) is not None:
        if _asked("lookup", *_attributes(name)) == key:
            return f"{_KEYRING} {name}"
        _LOG.warning("the keyring does not give the cache's key back: it is kept in a file")
    return f"{_ITSELF} {key}"


def _attributes(name: str) -> tuple[str, ...]:
    return ("application", "switchboard", "cache", name)


def _asked(verb: str, *words: str, said: str = "") -> str | None:
    """What the desktop's keyring answers; None where there is none, or it refuses."""
    program = shutil.which("secret-tool") if "DBUS_SESSION_BUS_ADDRESS" in os.environ else None
    if program is None:
        return None
    try:
        done = subprocess.run(  # noqa: S603 - no shell; the secret goes through the pipe, no word of the command
            [program, verb, *words], input=said, capture_output=True, text=True, timeout=_PATIENCE_S, check=True
        )
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    class _Blob(ctypes.Structure):
        """Bytes as DPAPI takes and gives them (`DATA_BLOB`)."""

        _fields_ = (("size", wintypes.DWORD), ("data", ctypes.POINTER(ctypes.c_char)))

    _NO_QUESTIONS = 0x1  # CRYPTPROTECT_UI_FORBIDDEN

    def _sealed(key: str) -> str:
        return base64.b64encode(_through(ctypes.windll.crypt32.CryptProtectData, key.encode())).decode()

    def _unsealed(value: str) -> str:
        try:
            return _through(ctypes.windll.crypt32.CryptUnprotectData, base64.b64decode(value)).decode()
        except (OSError, ValueError):
            return ""

    def _through(call: Callable[..., int], content: bytes) -> bytes:
        given = _Blob(len(content), ctypes.create_string_buffer(content, len(content)))
        got = _Blob()
        if not call(ctypes.byref(given), None, None, None, None, _NO_QUESTIONS, ctypes.byref(got)):
            raise ctypes.WinError()
        try:
            return ctypes.string_at(got.data, got.size)
        finally:
            ctypes.windll.kernel32.LocalFree(got.data)
