"""The key that signs checkpoints of the audit trail, and the checkpoints: a line of JSON each, to be kept elsewhere.

The key lies in the hub's home and is as safe as that: who can read it can sign a false checkpoint, but not change one
that somebody else keeps.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from data.fields import canonical_json
from data.store.audit_chain import Link
from sync.errors import DamagedError, HomeError
from sync.private_files import read_whole, write_once

FILE = "audit.key"

_SIGNED_AS = "switchboard audit checkpoint "  # no other kind of document that is signed one day passes for one


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Where the chain stood.

    Attributes:
        number: Of the last entry.
        hash: Of the last entry.
        at: When, ISO 8601 in UTC.
        epoch: Of the store; another one where the store was put back from a copy since.
    """

    number: int
    hash: str
    at: str
    epoch: str

    @property
    def link(self) -> Link:
        """The place in the chain."""
        return Link(self.number, self.hash)

    def signed_text(self) -> bytes:
        """What is signed (Ed25519, RFC 8032)."""
        return (_SIGNED_AS + canonical_json(asdict(self))).encode()


class AuditKey:
    """A key that signs.

    Args:
        seed: 32 secret bytes.
    """

    def __init__(self, seed: bytes) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(seed)

    @property
    def public(self) -> str:
        """The public key, 64 hexadecimal digits."""
        return self._private.public_key().public_bytes_raw().hex()

    def sign(self, checkpoint: Checkpoint) -> str:
        """The checkpoint as one line of JSON, signed."""
        signature = self._private.sign(checkpoint.signed_text()).hex()
        return canonical_json({**asdict(checkpoint), "key": self.public, "signature": signature})


def open_key(home: Path) -> AuditKey:
    """The key of a hub's home, which is made at first use.

    Raises:
        HomeError: it is damaged.
    """
    path = home / FILE
    if not path.exists():
        write_once(path, Ed25519PrivateKey.generate().private_bytes_raw().hex())
    try:
        return AuditKey(bytes.fromhex(read_whole(path)))
    except (OSError, ValueError):
        raise HomeError(f"{path} cannot be read, or is damaged: put it back from a copy") from None


def read_checkpoint(line: str, public: str) -> Checkpoint:
    """The checkpoint in a line that `AuditKey.sign` made.

    Args:
        line: The line.
        public: The public key that must have signed it.

    Raises:
        DamagedError: it is no checkpoint, was changed, or another key signed it.
    """
    try:
        found = json.loads(line)
        signature = bytes.fromhex(found.pop("signature"))
        del found["key"]
        checkpoint = Checkpoint(**found)
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(signature, checkpoint.signed_text())
    except (ValueError, KeyError, TypeError, AttributeError):
        raise DamagedError(f"this is no checkpoint: {line[:60]!r}") from None
    except InvalidSignature:
        raise DamagedError(
            f"the checkpoint at entry {checkpoint.number} was changed, or is not signed with the key {public[:16]}…"
        ) from None
    return checkpoint


def read_public_key(path: Path) -> str:
    """The public key in a file: what `switchboard audit key` prints, with or without `--json`.

    Raises:
        HomeError: there is none in it.
    """
    try:
        text = path.read_text(encoding="utf-8-sig").strip()
        found = str(json.loads(text)["public_key"]) if text.startswith("{") else text
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(found))
    except (OSError, ValueError, KeyError):
        raise HomeError(f"{path} holds no public key: give what `switchboard audit key` prints") from None
    return found
