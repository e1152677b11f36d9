"""Encrypted files: what was written is what is read, at any place, and nothing else is."""

import io
import random

import pytest

from sync.copies.sealed_file import BLOCK, SealedReader, SealedWriter
from sync.errors import DamagedError

PHRASE = "口令"


def sealed(content: bytes, passphrase: str = PHRASE) -> bytes:
    file = io.BytesIO()
    writer = SealedWriter(file, passphrase)
    pieces = random.Random(len(content))
    at = 0
    while at < len(content):
        at += writer.write(content[at : at + pieces.randint(1, 700_000)])
    writer.seal()
    return file.getvalue()


def opened(content: bytes, passphrase: str = PHRASE) -> bytes:
    return SealedReader(io.BytesIO(content), passphrase).readall()


@pytest.mark.parametrize("size", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 3 * BLOCK + 5])
def test_what_was_sealed_is_read_again_whole_and_in_parts(size: int) -> None:
    content = random.Random(1).randbytes(size)
    file = sealed(content)
    assert content[:100] not in file or size < 8
    assert opened(file) == content
    reader, places = io.BufferedReader(SealedReader(io.BytesIO(file), PHRASE)), random.Random(2)
    for _ in range(20):
        start, length = places.randint(0, size), places.randint(0, 100_000)
        reader.seek(start)
        assert reader.read(length) == content[start : start + length]
    assert reader.seek(0, io.SEEK_END) == size


def test_another_passphrase_opens_nothing() -> None:
    with pytest.raises(DamagedError, match="the passphrase is another"):
        opened(sealed(b"x" * 100), "口令2")


@pytest.mark.parametrize("size", [100, BLOCK, 2 * BLOCK + 7])
def test_a_changed_moved_truncated_or_lengthened_file_is_refused(size: int) -> None:
    content, chance = random.Random(3).randbytes(size), random.Random(4)
    file = sealed(content)
    damaged = [file[:at] for at in (0, 5, 30, len(file) // 2, len(file) - 1)]
    damaged += [file[:at] + bytes([file[at] ^ 1]) + file[at + 1 :] for at in chance.sample(range(len(file)), 5)]
    damaged += [file + b"\0", file + b"\0" * (BLOCK + 16)]
    if size > BLOCK:
        first, block = len(file) - 2 * (BLOCK + 16) - 23, BLOCK + 16
        damaged += [file[: first + 2 * block], file[:first] + file[first + block : first + 2 * block] + file[first:]]
    for one in damaged:
        with pytest.raises(DamagedError):
            opened(one)
