"""Where a PC keeps its secrets: with the system's keeper of secrets, else as they are, in a file for its owner only.

A small text says where a secret is: sealed in that very text by Windows for the person who is logged on (DPAPI), in the
desktop's keyring (by `secret-tool`, of libsecret), or, where there is neither, itself. Neither takes a library into the
resident process: the keyring package alone holds 30 MiB and takes 0.7 s to begin.
"""

import base64
import logging
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass

_LOG = logging.getLogger(__name__)
_ITSELF, _SEALED, _KEYRING = "key", "dpapi", "keyring"
_PATIENCE_S = 5.0
"""A keyring that is locked asks the person; nothing here waits for that."""


@dataclass(frozen=True, slots=True)
class SecretKeeper:
    """Keeps secrets of one kind.

    Attributes:
        kind: What they are, in a word: with a name it finds a secret in the keyring.
        label: How the keyring shows them to a person.
    """

    kind: str
    label: str

    def keep(self, name: str, secret: str) -> str:
        """Keeps a secret under a name, in the place of the one before.

        Returns:
            The text from which `given` has it again; with the secret in it where nobody else keeps it.
        """
        if sys.platform == "win32":
            try:
                return f"{_SEALED} {_sealed(secret)}"
            except OSError as error:
                _LOG.warning("Windows does not seal the %s (%s): it is kept in a file", self.label, error)
                return f"{_ITSELF} {secret}"
        if _asked("store", f"--label={self.label}", *self._attributes(name), said=secret) is not None:
            if _asked("lookup", *self._attributes(name)) == secret:
                return f"{_KEYRING} {name}"
            _LOG.warning("the keyring does not give the %s back: it is kept in a file", self.label)
        return f"{_ITSELF} {secret}"

    def given(self, kept: str) -> str:
        """The secret of a text that `keep` made; "" where it is none, or nobody gives it out."""
        where, _, value = kept.partition(" ")
        if where == _ITSELF:
            return value
        if where == _SEALED and sys.platform == "win32":
            return _unsealed(value)
        return _asked("lookup", *self._attributes(value)) or "" if where == _KEYRING else ""

    def forget(self, kept: str) -> None:
        """Has the keyring forget the secret of a text, which goes."""
        where, _, value = kept.partition(" ")
        if where == _KEYRING:
            _asked("clear", *self._attributes(value))

    def _attributes(self, name: str) -> tuple[str, ...]:
        return ("application", "switchboard", self.kind, name)


def _asked(verb: str, *words: str, said: str = "") -> str | None:
    """What the desktop's keyring answers; None where there is none, or it refuses."""
    if "DBUS_SESSION_BUS_ADDRESS" not in os.environ:
        return None
    import shutil  # noqa: PLC0415 - more than a megabyte with the next, for nothing where there is no keyring
    import subprocess  # noqa: PLC0415

    program = shutil.which("secret-tool")
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

    def _sealed(secret: str) -> str:
        return base64.b64encode(_through(ctypes.windll.crypt32.CryptProtectData, secret.encode())).decode()

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
