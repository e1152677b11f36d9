"""Fetching a snapshot: its bytes are kept, checked and unpacked while they come."""

import hashlib
import json
import os
import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from itertools import chain
from pathlib import Path
from queue import Queue
from typing import BinaryIO, Protocol

import zstandard

from sync.errors import DamagedError, HubUnreachableError, RefusedError
from sync.protocol import PLAIN, Manifest

_PARTIAL = 206
_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")
_MAGIC = b"\x28\xb5\x2f\xfd"
"""With which zstd's frames begin (RFC 8878, 3.1.1)."""

_BLOCK = 1 << 20
ASKED_AGAIN = 5
_LONGEST_LINE = 16 << 20
_WAITING_BLOCKS = 64


class SnapshotSource(Protocol):
    """Where snapshots come from."""

    def snapshot_file(
        self, manifest: Manifest, have: int, *, or_another: bool = False
    ) -> AbstractContextManager[tuple[Manifest, int, Iterator[bytes]]]:
        """What comes, the position from which it does, `have` or 0, and the bytes."""
        ...


def described(blocks: Iterator[bytes]) -> tuple[Manifest, Iterator[bytes]]:
    """The manifest in the first line of what comes, and the rest.

    Raises:
        ValueError, KeyError, TypeError: there is none.
    """
    begun = b""
    for block in blocks:
        begun += block
        line, ended, rest = begun.partition(b"\n")
        if ended:
            return Manifest.from_json(json.loads(line)), chain([rest] if rest else [], blocks)
        if len(begun) > _LONGEST_LINE:
            break
    raise ValueError("a snapshot without its manifest")


def first_byte(status: int, headers: Mapping[str, str], manifest: Manifest, have: int) -> int:
    """The position in the snapshot's file at which the body of an answer begins: `have` or 0.

    Raises:
        ValueError: it is no answer to the question for this file.
    """
    length = headers.get("Content-Length") if "Content-Encoding" not in headers else None
    if status == _PARTIAL:
        said = _RANGE.fullmatch(headers.get("Content-Range", ""))
        if said is None or int(said[1]) != have or said[2] not in {"*", str(manifest.size)}:
            raise ValueError("another range than was asked for")
        have = int(said[1])
    else:
        have = 0
    if length is not None and int(length) != manifest.size - have:
        raise ValueError("another length than the snapshot's")
    return have


def fetch(source: SnapshotSource, manifest: Manifest, packed: Path, target: Path) -> Manifest:
    """Writes the cache of a snapshot to `target`, checked against its manifest and synced to disk.

    What has come is kept in `packed` until it is whole: another try goes on there. A file that is not packed is the
    cache itself, and gets its name when it is whole.

    Returns:
        What was fetched: `manifest`, or that of another hub's snapshot, whose bytes are kept beside `packed`.

    Raises:
        DamagedError: what came is not what the manifest says; nothing of it is kept.
        HubUnreachableError: the line broke, or somebody else than the hub answered.
        RefusedError: the hub has the file no longer.
    """
    have = packed.stat().st_size if packed.exists() else 0
    return _fetch_from_one(source, manifest, packed, target, have if have <= manifest.size else 0)


def _fetch_from_one(source: SnapshotSource, manifest: Manifest, packed: Path, target: Path, have: int) -> Manifest:
    """Asks again where it is refused: each hub has its own files, and a proxy may ask another hub every time.

    A proxy may as well ask the same hub every time, by the address: in the end the file of whichever is asked will do.
    """
    if have == manifest.size:
        with (
            _whole_or_nothing(manifest, packed, target),
            _taking(packed, target, manifest) as taking,
            packed.open("rb") as kept,
        ):
            taking.take_all(kept, have)
        return manifest
    for _ in range(ASKED_AGAIN):
        try:
            return _fetch(source, manifest, packed, target, have)
        except RefusedError:
            continue
    return _fetch(source, manifest, packed, target, 0, or_another=True)


def _fetch(
    source: SnapshotSource, manifest: Manifest, packed: Path, target: Path, have: int, *, or_another: bool = False
) -> Manifest:
    with source.snapshot_file(manifest, have, or_another=or_another) as (sent, start, blocks):
        first = next(blocks, b"")
        mark = bytes.fromhex(sent.begins) or _MAGIC
        if start == 0 and not first.startswith(mark[: len(first)]):
            raise HubUnreachableError("something else than a snapshot was answered: is this the hub?")
        if sent.sha256 != manifest.sha256:
            packed = packed.with_name(f"{sent.sha256}.part")
        with (
            _whole_or_nothing(sent, packed, target),
            _taking(packed, target, sent) as taking,
            packed.open("r+b" if start else "wb", buffering=0) as kept,
        ):
            taking.take_all(kept, start)
            _take_rest(chain([first], blocks), kept, taking, sent)
    return sent


@contextmanager
def _whole_or_nothing(manifest: Manifest, packed: Path, target: Path) -> Iterator[None]:
    """Keeps nothing of what came damaged, and gives what came whole its name where it is the cache itself."""
    try:
        yield
    except DamagedError:
        packed.unlink(missing_ok=True)
        raise
    if manifest.compression == PLAIN:
        packed.replace(target)


def _take_rest(blocks: Iterable[bytes], kept: BinaryIO, taking: "_Hashing", manifest: Manifest) -> None:
    position = kept.tell()
    for block in blocks:
        position += len(block)
        if position > manifest.size:
            raise DamagedError("more came than the snapshot that was announced")
        kept.write(block)
        taking.take(block)
    if position < manifest.size:
        raise HubUnreachableError(
            "the line to the hub broke off in the middle of a snapshot: the next try goes on there"
        )


@contextmanager
def _taking(packed: Path, target: Path, manifest: Manifest) -> Iterator["_Hashing"]:
    """Takes what comes, beside the one who fetches; the end waits until all of it is checked and on disk."""
    if manifest.compression == PLAIN:
        hashing = _Hashing(manifest)
        yield hashing
        hashing.check()
        with packed.open("r+b") as file:
            os.fsync(file.fileno())
        return
    with target.open("wb", buffering=0) as file:
        unpacking = _Unpacking(file, manifest)
        try:
            yield unpacking
        finally:
            unpacking.end()
        unpacking.check()
        os.fsync(file.fileno())


class _Hashing:
    """Hashes what comes."""

    def __init__(self, manifest: Manifest) -> None:
        self._manifest = manifest
        self._digest = hashlib.sha256()

    def take(self, block: bytes) -> None:
        """Gives it the next bytes."""
        self._digest.update(block)

    def take_all(self, kept: BinaryIO, size: int) -> None:
        """Gives it the first bytes of a file."""
        while kept.tell() < size and (block := kept.read(min(_BLOCK, size - kept.tell()))):
            self.take(block)

    def check(self) -> None:
        """Does nothing where all that came is what the manifest says.

        Raises:
            DamagedError: it is not.
        """
        if self._digest.hexdigest() != self._manifest.sha256:
            raise DamagedError("the snapshot was damaged on its way: its checksum differs")


class _Unpacking(_Hashing):
    """Hashes, while a thread unpacks and writes."""

    def __init__(self, file: BinaryIO, manifest: Manifest) -> None:
        super().__init__(manifest)
        self._file = file
        self._blocks: Queue[bytes | None] = Queue(_WAITING_BLOCKS)
        self._expander = zstandard.ZstdDecompressor().decompressobj()
        self._failure: Exception | None = None
        self._written = 0
        self._thread = threading.Thread(target=self._run, name="unpacking", daemon=True)
        self._thread.start()

    def take(self, block: bytes) -> None:
        """Gives it the next bytes; hashes them meanwhile."""
        self._blocks.put(block)
        super().take(block)

    def end(self) -> None:
        """There is no more: waits until it is done with what it has."""
        self._blocks.put(None)
        self._thread.join()

    def check(self) -> None:
        """See `_Hashing.check`.

        Raises:
            OSError: it could not be written.
        """
        if isinstance(self._failure, OSError):
            raise self._failure
        if self._failure is not None:
            raise DamagedError(f"the snapshot was damaged on its way: {self._failure}")
        super().check()
        if self._written != self._manifest.expanded:
            raise DamagedError("the snapshot was damaged on its way: it is not of the size that was announced")

    def _run(self) -> None:
        """The dispatcher of the thread: after a failure the rest is only taken, so that nobody waits for it."""
        while (block := self._blocks.get()) is not None:
            if self._failure is None:
                try:
                    self._unpack(block)
                except Exception as error:  # noqa: BLE001 - whatever it was is raised by whoever waits
                    self._failure = error

    def _unpack(self, block: bytes) -> None:
        expanded = self._expander.decompress(block)
        self._written += len(expanded)
        if self._written > self._manifest.expanded:
            raise ValueError("there is more in it than was announced")
        self._file.write(expanded)
