"""The file of a backup: an archive of the store, the home's small files and a manifest of them all.

The store is in it as a compressed SQLite database, whether the hub keeps it in SQLite or in PostgreSQL.
"""

import hashlib
import json
import os
import struct
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

import zstandard

from data.errors import DataError
from sync.copies.sealed_file import MAGIC, SealedReader, SealedWriter
from sync.errors import DamagedError

FORMAT = 1
STORE = "store.db"

_STORE_PART, _HOME_PARTS, _MANIFEST = "store.db.zst", "home/", "manifest.json"
_BLOCK = 1 << 20
_MANIFEST_AT_MOST = 10_000_000
_DAMAGE = (
    zipfile.BadZipFile,
    zstandard.ZstdError,
    struct.error,
    EOFError,
    LookupError,
    NotImplementedError,
    ValueError,
)
"""What the libraries raise that meet a damaged archive."""

_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the earliest that the format knows; when parts were made tells nothing


@dataclass(frozen=True, slots=True)
class BackupManifest:
    """What a backup holds.

    Attributes:
        format: Of the file.
        at: When it was made, ISO 8601 in UTC.
        version: Of the Switchboard that made it.
        database: Where the store was, `sqlite` or `postgresql`.
        schema: The last step that the store's tables had taken.
        epoch: Of the store.
        revision: The last one in it.
        committed_at: When that was committed.
        sums: Bucket, kind, rows and set hash, as `SetSum.to_json` has it.
        tables: Rows of every table.
        audit: Number and hash of the last audit entry.
        parts: Size and SHA-256 of the store, as `store.db`, and of each file of the home.
    """

    format: int
    at: str
    version: str
    database: str
    schema: str
    epoch: str
    revision: int
    committed_at: str
    sums: list[list[int | str]]
    tables: dict[str, int]
    audit: tuple[int, str]
    parts: dict[str, tuple[int, str]]


def write_backup(
    target: BinaryIO, store: Path, files: dict[str, Path], manifest: BackupManifest, passphrase: str
) -> None:
    """Writes a backup.

    Args:
        target: Open for writing, empty.
        store: The SQLite database.
        files: The home's files by their names in it, with `/`.
        manifest: Of all but the parts.
        passphrase: Encrypts the file; empty: it is not encrypted.
    """
    sealed = SealedWriter(target, passphrase) if passphrase else None
    parts: dict[str, tuple[int, str]] = {}
    with zipfile.ZipFile(cast("BinaryIO", sealed or target), "w") as archive:
        parts[STORE] = _add_store(archive, store)
        for name, path in sorted(files.items()):
            parts[name] = _add_file(archive, name, path.read_bytes())
        whole = json.dumps({**asdict(manifest), "parts": parts}, ensure_ascii=False, indent=1)
        archive.writestr(_info(_MANIFEST), whole)
    if sealed is not None:
        sealed.seal()


class Backup:
    """An open backup.

    Attributes:
        manifest: What it says that it holds.
    """

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.manifest = _read_manifest(archive)

    def unpack(self, directory: Path) -> None:
        """Writes the store and the home's files into `directory`, each compared with the manifest.

        Raises:
            DamagedError: the backup is not as it was written.
        """
        for name in self.manifest.parts:
            path = directory / _safe(name)
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with path.open("xb") as file:
                path.chmod(0o600)
                self._check(name, file)

    def check(self) -> None:
        """Reads all of it and compares it with the manifest.

        Raises:
            DamagedError: the backup is not as it was written.
        """
        for name in self.manifest.parts:
            self._check(name, None)

    def _blocks(self, name: str) -> Iterator[bytes]:
        if name == STORE:
            with self._archive.open(_STORE_PART) as packed:
                yield from zstandard.ZstdDecompressor().read_to_iter(packed, read_size=_BLOCK, write_size=_BLOCK)
            return
        with self._archive.open(_HOME_PARTS + name) as file:
            while block := file.read(_BLOCK):
                yield block

    def _check(self, name: str, target: BinaryIO | None) -> None:
        digest, size = hashlib.sha256(), 0
        for block in self._blocks(name):
            digest.update(block)
            size += len(block)
            if target is not None:
                target.write(block)
        if target is not None:
            target.flush()
            os.fsync(target.fileno())
        if (size, digest.hexdigest()) != tuple(self.manifest.parts[name]):
            raise DamagedError(f"its part {name} is not what the manifest says")


@contextmanager
def open_backup(path: Path, passphrase: str) -> Iterator[Backup]:
    """The backup in a file.

    Raises:
        DamagedError: it is no backup, or is truncated or damaged, which may be noticed while it is read; or another
            passphrase is needed.
        DataError: a newer Switchboard made it.
    """
    with ExitStack() as opened:
        file: BinaryIO = opened.enter_context(path.open("rb"))
        if file.peek(len(MAGIC)).startswith(MAGIC):  # type: ignore[attr-defined]  # a BufferedReader
            if not passphrase:
                raise DamagedError(f"{path} is encrypted: give its passphrase")
            file = cast("BinaryIO", SealedReader(file, passphrase))
        try:
            yield Backup(opened.enter_context(zipfile.ZipFile(file)))
        except (*_DAMAGE, DamagedError) as error:
            raise DamagedError(f"{path} is no whole backup: {error}") from None


def _add_store(archive: zipfile.ZipFile, store: Path) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    compressor = zstandard.ZstdCompressor(level=3, threads=-1).compressobj()
    with store.open("rb") as read, archive.open(_info(_STORE_PART), "w", force_zip64=True) as part:
        while block := read.read(_BLOCK):
            digest.update(block)
            size += len(block)
            part.write(compressor.compress(block))
        part.write(compressor.flush())
    return size, digest.hexdigest()


def _add_file(archive: zipfile.ZipFile, name: str, content: bytes) -> tuple[int, str]:
    archive.writestr(_info(_HOME_PARTS + name), content)
    return len(content), hashlib.sha256(content).hexdigest()


def _info(name: str) -> zipfile.ZipInfo:
    return zipfile.ZipInfo(name, _LONG_AGO)


def _read_manifest(archive: zipfile.ZipFile) -> BackupManifest:
    if archive.getinfo(_MANIFEST).file_size > _MANIFEST_AT_MOST:
        raise DamagedError("its manifest is not one")
    try:
        found = json.loads(archive.read(_MANIFEST))
        if found["format"] > FORMAT:
            raise DataError(f"this backup was made by Switchboard {found['version']}: update this one first")
        return BackupManifest(**found)
    except (ValueError, TypeError):
        raise DamagedError("its manifest is not one") from None


def _safe(name: str) -> Path:
    """The path inside the home that a part's name means.

    Raises:
        DamagedError: it leads out of the home.
    """
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name or not path.parts:
        raise DamagedError(f"its part {name!r} leads out of the home")
    return Path(*path.parts)
