"""Files that only who knows the passphrase can read, and nobody can change unnoticed; read at any place.

A header, then blocks of a mebibyte, each encrypted by itself: AES-256-GCM with a nonce that counts the blocks and marks
the last one, so that none can be left out, moved or added (the STREAM construction; Hoang et al., "Online
Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance", CRYPTO 2015). The key comes of the passphrase by scrypt
(RFC 7914).
"""

import io
import os
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from sync.errors import DamagedError

MAGIC = b"SWBD-SEALED-1\n"
BLOCK = 1 << 20

_SALT, _PREFIX, _TAG = 16, 7, 16
_HEADER = len(MAGIC) + _SALT + _PREFIX
_KEY_BYTES = 32
_SCRYPT_N, _SCRYPT_R, _SCRYPT_P = 1 << 17, 8, 1  # 128 MiB and some half a second; OWASP, "Password Storage"


class SealedWriter(io.RawIOBase):
    """Encrypts what is written to it; `seal` ends the file.

    Args:
        file: Where to; from its present place on, which must be its beginning.
        passphrase: Not empty.
    """

    def __init__(self, file: BinaryIO, passphrase: str) -> None:
        super().__init__()
        self._file = file
        self._header = MAGIC + os.urandom(_SALT + _PREFIX)
        self._cipher = _cipher(self._header, passphrase)
        self._waiting = bytearray()
        self._blocks = 0
        file.write(self._header)

    def writable(self) -> bool:
        """True."""
        return True

    def write(self, data: bytes | bytearray | memoryview) -> int:  # type: ignore[override]  # Buffer needs Python 3.12
        """Takes all of `data`, and answers how many bytes that was."""
        self._waiting += data
        while len(self._waiting) > BLOCK:
            self._put(bytes(self._waiting[:BLOCK]), last=False)
            del self._waiting[:BLOCK]
        return len(data)

    def seal(self) -> None:
        """Writes the last block; nothing may be written after it."""
        self._put(bytes(self._waiting), last=True)
        self._waiting.clear()

    def _put(self, block: bytes, *, last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._header, self._blocks, last=last), block, self._header))
        self._blocks += 1


class SealedReader(io.RawIOBase):
    """Decrypts a file that `SealedWriter` made.

    Args:
        file: Open for reading, at its beginning.
        passphrase: The one that it was written with.

    Raises:
        DamagedError: here, or while reading: the passphrase is another, or the file is not as it was written.
    """

    def __init__(self, file: BinaryIO, passphrase: str) -> None:
        super().__init__()
        self._file = file
        self._header = file.read(_HEADER)
        body = file.seek(0, os.SEEK_END) - _HEADER
        self._blocks = -(-body // (BLOCK + _TAG))
        self._size = body - self._blocks * _TAG
        if self._blocks < 1 or self._size < 0 or not self._header.startswith(MAGIC):
            raise DamagedError("the file is truncated")
        self._cipher = _cipher(self._header, passphrase)
        self._place = 0
        self._held = (-1, b"")

    def readable(self) -> bool:
        """True."""
        return True

    def seekable(self) -> bool:
        """True."""
        return True

    def tell(self) -> int:
        """The place, in bytes of what was written."""
        return self._place

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Moves the place, and answers it."""
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self._size}[whence]
        if start + offset < 0:
            raise OSError(f"cannot seek to {start + offset}")
        self._place = start + offset
        return self._place

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # as above
        """Fills as much of `buffer` as one block holds, and answers how much; 0 at the end."""
        if self._place >= self._size:
            return 0
        number, within = divmod(self._place, BLOCK)
        part = self._block(number)[within : within + len(buffer)]
        buffer[: len(part)] = part
        self._place += len(part)
        return len(part)

    def _block(self, number: int) -> bytes:
        if self._held[0] != number:
            self._file.seek(_HEADER + number * (BLOCK + _TAG))
            nonce = _nonce(self._header, number, last=number == self._blocks - 1)
            try:
                block = self._cipher.decrypt(nonce, self._file.read(BLOCK + _TAG), self._header)
            except InvalidTag:
                raise DamagedError("the passphrase is another, or the file is damaged") from None
            self._held = number, block
        return self._held[1]


def _cipher(header: bytes, passphrase: str) -> AESGCM:
    salt = header[len(MAGIC) : len(MAGIC) + _SALT]
    derived = Scrypt(salt=salt, length=_KEY_BYTES, n=_SCRYPT_N, r=_SCRYPT_R, p=_SCRYPT_P).derive(passphrase.encode())
    return AESGCM(derived)


def _nonce(header: bytes, number: int, *, last: bool) -> bytes:
    return header[-_PREFIX:] + number.to_bytes(4, "big") + bytes([last])
