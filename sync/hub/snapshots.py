"""Making snapshots: one ready-to-search cache file for each scope in use, compressed, with its manifest.

Beside each published file lies the cache it was made of. A newer snapshot is made by bringing that cache up to date
through the change log, as an agent would; only where the log does not reach back is it made afresh from the store.
"""

import hashlib
import json
import logging
import os
import secrets
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import zstandard
from sqlalchemy import Connection

from data.caches import cache
from data.caches.build import build_cache, changes_for
from data.caches.check import check_cache
from data.errors import DataError
from data.masking import STANDARD
from data.sqlite import Connection as CacheConnection
from data.sqlite import DatabaseError, connect, encrypt, unlock
from data.store import change_log
from data.store.set_hash import Part, SetSum, same_sums
from data.store.store import Store
from sync.errors import DamagedError
from sync.private_files import make_private_directory, read_whole, write_whole
from sync.protocol import PLAIN, VERSION, ZSTD, Manifest

CHANGES_AT_MOST = 20_000
"""A cache that is further behind than this many records takes a snapshot: fetching it is faster by then."""

_BEHIND_AT_MOST = 2_000
"""A published snapshot that is further behind than this many records is made anew."""

OLDEST_READER = VERSION
"""The oldest version of the protocol whose replicas read the caches that are made now."""

_LOG = logging.getLogger(__name__)
_KEPT = 2
_MANIFEST, _MASTER, _BUILDING, _PACKED = "manifest.json", "master.db", "building.db", "packed.part"
_KEY_BYTES = 32
PUBLISHED = ".snapshot"
"""How the names of published files end."""

_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Scope:
    """Which records a device may hold.

    Attributes:
        key: Names the scope; a cache of another key is replaced by a snapshot.
        buckets: Its buckets, or None for all.
        reader: Its class of reader, of `data.masking.READERS`.
    """

    key: str
    buckets: tuple[str, ...] | None
    reader: str = STANDARD

    @staticmethod
    def of(buckets: list[str] | None, reader: str = STANDARD) -> "Scope":
        """The scope of these buckets for a class of reader."""
        ending = "" if reader == STANDARD else reader
        if buckets is None:
            return Scope(f"all{ending}", None, reader)
        digest = hashlib.sha256("\n".join(sorted(buckets)).encode()).hexdigest()
        return Scope(f"{digest[:16]}{ending}", tuple(sorted(buckets)), reader)

    @property
    def bucket_list(self) -> list[str] | None:
        """The buckets as the data package takes them."""
        return None if self.buckets is None else list(self.buckets)


def publish(store: Store, scope: Scope, directory: Path, *, encrypted: bool = False) -> Manifest:
    """Makes a snapshot of the store as it is now and publishes it; takes minutes where it is made afresh.

    Args:
        store: What it is made of.
        scope: What of it.
        directory: Where the snapshots of this scope are; nobody else may publish there meanwhile.
        encrypted: With a key of its own, which the manifest tells; else it is compressed.

    Raises:
        DamagedError: what was built does not hold what the store says it should; nothing was published.
    """
    make_private_directory(directory)
    clear_leftovers(directory)
    master = directory / _MASTER
    with store.read() as connection:
        epoch, sums = change_log.epoch(connection), change_log.sums(connection, scope.bucket_list, scope.reader)
        revision = _advance(connection, scope, master) or _rebuild(connection, scope, master)
        committed_at = change_log.committed_at(connection, revision)
    if not same_sums(_stored_sums(master), sums):
        _remove_database(master)
        raise DamagedError(f"the snapshot of scope {scope.key} at revision {revision} does not match the store")
    packed = _encrypt(master, directory) if encrypted else _compress(master, directory)
    # Named for its content: a link that broke goes on with the same bytes or finds nothing.
    name = f"{epoch[:8]}-{revision}-{packed.sha256[:16]}{PUBLISHED}"
    packed.file.replace(directory / name)
    manifest = Manifest(
        epoch=epoch,
        scope=scope.key,
        revision=revision,
        committed_at=committed_at,
        url=f"/snapshot/{scope.key}/{name}",
        size=packed.size,
        sha256=packed.sha256,
        expanded=packed.size if packed.key else master.stat().st_size,
        schema=cache.SCHEMA,
        sums=sums,
        etag=f'"{Path(name).stem}"',
        compression=PLAIN if packed.key else ZSTD,
        minimum_client=OLDEST_READER,
        key=packed.key,
        begins=packed.begins,
    )
    write_whole(directory / _MANIFEST, json.dumps(manifest.to_json()))
    _prune(directory)
    return manifest


def published(directory: Path) -> Manifest | None:
    """The newest snapshot in a scope's directory, or None where there is none whose file is there at its length."""
    try:
        manifest = Manifest.from_json(json.loads(read_whole(directory / _MANIFEST)))
        file = _file_of(directory, manifest)
        return manifest if file.suffix == PUBLISHED and file.stat().st_size == manifest.size else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def remove_damaged(directory: Path, manifest: Manifest) -> bool:
    """Removes a published snapshot whose file is not what its manifest says any more, and what it was made of.

    Returns:
        Whether it was damaged; reads the file from beginning to end.
    """
    file = _file_of(directory, manifest)
    with file.open("rb") as content:
        if hashlib.file_digest(content, "sha256").hexdigest() == manifest.sha256:
            return False
    (directory / _MANIFEST).unlink()
    file.unlink(missing_ok=True)
    _remove_database(directory / _MASTER)  # it lay on the same disk
    return True


def copy_master(directory: Path, target: Path) -> None:
    """Writes the cache beside the published files of a scope's directory to `target`, which must not exist."""
    with closing(connect(directory / _MASTER, read_only=True)) as master, closing(connect(target)) as copy:
        # The file is new: a journal would be all of it once more.
        copy.execute("PRAGMA journal_mode=OFF")
        copy.execute("PRAGMA synchronous=OFF")
        master.backup(copy)
        copy.execute("PRAGMA journal_mode=WAL")
    with target.open("r+b") as file:
        os.fsync(file.fileno())


def leads_on(connection: Connection, scope: Scope, manifest: Manifest) -> bool:
    """Whether the change log leads from a snapshot of this version to the store as it is now, in few enough steps."""
    if manifest.schema != cache.SCHEMA:
        return False
    if change_log.committed_at(connection, manifest.revision) != manifest.committed_at:
        return False
    return _behind(connection, scope, manifest.epoch, manifest.revision, _BEHIND_AT_MOST) is not None


def clear_leftovers(directory: Path) -> None:
    """Removes what somebody who was killed while publishing has left half done."""
    _remove_database(directory / _BUILDING)
    for part in directory.glob("*.part*"):  # an encrypted one may have journals
        part.unlink(missing_ok=True)


def _advance(store: Connection, scope: Scope, master: Path) -> int | None:
    """Brings the cache beside the published files up to date, if the log leads that far."""
    if not master.exists():
        return None
    try:
        with closing(connect(master)) as connection:
            revision = follow(store, scope, connection)
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        if revision is not None:
            _check_whole(master)
    except (DatabaseError, DataError, KeyError, ValueError) as error:
        _LOG.warning("the cache of scope %s is damaged (%s): it is made afresh", scope.key, error)
        return None
    return revision


def _check_whole(master: Path) -> None:
    """SQLite notices a rotten page only when it reads it: what is published has been read, each time.

    Raises:
        DataError: something is wrong with it.
    """
    for damage in check_cache(master, thorough=False):
        raise DataError(damage.detail)


def _rebuild(store: Connection, scope: Scope, master: Path) -> int:
    fresh = master.with_name(_BUILDING)
    revision = build_cache(store, fresh, scope.key, scope.bucket_list, scope.reader)
    _remove_database(master)
    fresh.replace(master)
    return revision


def follow(store: Connection, scope: Scope, master: CacheConnection, most: int = CHANGES_AT_MOST) -> int | None:
    """Brings a cache of this scope up to date with the store, through the change log.

    Args:
        store: One read transaction of it.
        scope: Of the cache.
        master: The cache, open for writing.
        most: So many records are changed at most.

    Returns:
        The revision that the cache is at now; None where the log does not lead there, or it is further than `most`:
        nothing was changed.
    """
    meta = cache.read_meta(master)
    if meta.get("schema") != str(cache.SCHEMA):
        return None
    if meta["committed_at"] != change_log.committed_at(store, int(meta["revision"])):
        return None
    touched = _behind(store, scope, meta["epoch"], int(meta["revision"]), most)
    if touched is None:
        return None
    revision = change_log.head(store)
    master.execute("BEGIN IMMEDIATE")
    writer = cache.CacheWriter(master)
    writer.apply(changes_for(store, touched, scope.bucket_list, scope.reader))
    writer.save_sums()
    committed_at = change_log.committed_at(store, revision)
    cache.write_meta(master, {"revision": str(revision), "committed_at": committed_at})
    master.execute("COMMIT")
    return revision


def _behind(
    connection: Connection, scope: Scope, epoch: str, revision: int, limit: int
) -> list[tuple[str, str]] | None:
    """What a cache at `revision` lacks, or None where the log cannot tell or it is more than `limit`."""
    if epoch != change_log.epoch(connection):
        return None
    if not change_log.floor(connection) <= revision <= change_log.head(connection):
        return None
    return change_log.touched_since(connection, revision, scope.bucket_list, limit)


def changes_after(connection: Connection, scope: Scope, epoch: str, revision: int) -> list[tuple[str, str]] | None:
    """The records that a replica at `revision` of `epoch` must be sent, or None where it needs a snapshot."""
    return _behind(connection, scope, epoch, revision, CHANGES_AT_MOST)


def _stored_sums(master: Path) -> dict[Part, SetSum]:
    with closing(connect(master, read_only=True)) as connection:
        return cache.read_sums(connection)


@dataclass(frozen=True, slots=True)
class _Packed:
    """A file that is ready to be published, synced to disk."""

    file: Path
    size: int
    sha256: str
    key: str = ""
    begins: str = ""


def _compress(master: Path, directory: Path) -> _Packed:
    digest, size = hashlib.sha256(), 0
    compressor = zstandard.ZstdCompressor(level=3, threads=-1)
    with master.open("rb") as read, (target := directory / _PACKED).open("wb") as write:
        for block in compressor.read_to_iter(read, read_size=_BLOCK, write_size=_BLOCK):
            digest.update(block)
            size += write.write(block)
        write.flush()
        os.fsync(write.fileno())
    return _Packed(target, size, digest.hexdigest())


def _encrypt(master: Path, directory: Path) -> _Packed:
    target, key = directory / _PACKED, secrets.token_hex(_KEY_BYTES)
    encrypt(master, target, key)
    unlock(target, "")  # the next one of this name has another key
    with target.open("r+b") as file:
        begins = file.read(_KEY_BYTES).hex()
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
    return _Packed(target, target.stat().st_size, digest, key, begins)


def _file_of(directory: Path, manifest: Manifest) -> Path:
    return directory / Path(manifest.url).name


def _prune(directory: Path) -> None:
    published = sorted(directory.glob(f"*{PUBLISHED}"), key=lambda path: path.stat().st_mtime, reverse=True)
    for old in published[_KEPT:]:
        old.unlink(missing_ok=True)


def _remove_database(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
