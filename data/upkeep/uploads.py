"""Files that people send to be imported, kept in the store part by part: any hub process can go on with them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from data.clock import to_iso
from data.errors import BadValueError, DataError, NotFoundError
from data.fields import Json, canonical_json
from data.importing import IMPORTABLE
from data.store.desk_tables import UPLOAD, UPLOAD_PART
from data.store.store import Store, Writing

PART_BYTES = 512 * 1024
"""A part is at most so long: below what one request may bring."""

LARGEST = 8 * 1024 * 1024
"""A file is at most so long here, some 100,000 customers: what can be stored while somebody waits for the page. The
command `switchboard import` takes any."""

KEPT_FOR = timedelta(days=1)


class TooLargeError(DataError):
    """A file is longer than one that is imported from a page."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was sent.

    Attributes:
        what: A key of `data.importing.IMPORTABLE`.
        name: Of the file, as its owner calls it.
        clear: Empty cells empty fields.
        outcome: What its import did, once that is done.
    """

    id: str
    what: str
    name: str
    clear: bool
    outcome: dict[str, int] | None


def begin_upload(writing: Writing, what: str, name: str, by: str, *, clear: bool) -> str:
    """The id of a new, empty upload.

    Raises:
        BadValueError: such records are not imported.
    """
    if what not in IMPORTABLE:
        raise BadValueError("what", what, f"give one of {', '.join(IMPORTABLE)}")
    key = uuid4().hex
    row = {"id": key, "actor": by, "at": to_iso(writing.clock.now()), "what": what, "name": name[-200:], "clear": clear}
    writing.connection.execute(insert(UPLOAD).values(row))
    return key


def add_part(writing: Writing, key: str, number: int, part: bytes, by: str) -> None:
    """Keeps a part of a file; one that comes again takes the place of the first.

    Raises:
        NotFoundError: no such upload of this person is under way.
        TooLargeError: the file, or the part, is too long.
    """
    find_upload(writing.connection, key, by)
    if len(part) > PART_BYTES or number * PART_BYTES > LARGEST:
        raise _too_large()
    here = (UPLOAD_PART.c.upload == key, UPLOAD_PART.c.number == number)
    writing.connection.execute(delete(UPLOAD_PART).where(*here))
    total = select(func.coalesce(func.sum(func.length(UPLOAD_PART.c.bytes)), 0)).where(UPLOAD_PART.c.upload == key)
    so_far = int(writing.connection.execute(total).scalar_one())
    if so_far + len(part) > LARGEST:
        raise _too_large()
    writing.connection.execute(insert(UPLOAD_PART).values(upload=key, number=number, bytes=part))


def _too_large() -> TooLargeError:
    return TooLargeError(
        f"文件太大，请拆分，或用命令行导入 a file is at most {LARGEST // 1024 // 1024} MB here: "
        "split it, or use the command switchboard import"
    )


def find_upload(connection: Connection, key: str, by: str) -> Upload:
    """An upload of a person.

    Raises:
        NotFoundError: there is none, or it is somebody else's.
    """
    row = connection.execute(select(UPLOAD).where(UPLOAD.c.id == key, UPLOAD.c.actor == by)).first()
    if row is None:
        raise NotFoundError("文件已清除，请重新上传 this file is not kept any more: send it again")
    return _upload(row)


def _upload(row: Row[Any]) -> Upload:
    return Upload(row.id, row.what, row.name, bool(row.clear), json.loads(row.outcome) if row.outcome else None)


def uploads_of(connection: Connection, by: str, limit: int) -> list[Upload]:
    """The files of a person that are still kept, the newest first; at most `limit`."""
    stored = select(UPLOAD).where(UPLOAD.c.actor == by).order_by(UPLOAD.c.at.desc(), UPLOAD.c.id).limit(limit)
    return [_upload(row) for row in connection.execute(stored)]


@contextmanager
def upload_as_file(store: Store, key: str, by: str) -> Iterator[tuple[Upload, Path]]:
    """An upload of a person as a file in a directory of its own, which goes with the block: it may hold personal data.

    Raises:
        NotFoundError: there is none, or it is somebody else's.
        DataError: what is said of the file's path is said of its name.
    """
    with TemporaryDirectory(prefix="switchboard-import-") as directory:
        path = Path(directory) / "file"
        with store.read() as connection, path.open("wb") as file:
            upload = find_upload(connection, key, by)
            parts = select(UPLOAD_PART.c.bytes).where(UPLOAD_PART.c.upload == key).order_by(UPLOAD_PART.c.number)
            for part in connection.execute(parts).scalars():
                file.write(part)
        with said_by_name(path, upload.name):
            yield upload, path


@contextmanager
def said_by_name(path: Path, name: str) -> Iterator[None]:
    """What is said in the block of the file at `path` is said of the name under which it was sent."""
    try:
        yield
    except DataError as error:
        if str(path) not in str(error):
            raise
        facts = {fact: name if value == path.name else value for fact, value in error.facts.items()}
        raise DataError(str(error).replace(str(path), name)).about(error.key, **facts) from error


def note_outcome(writing: Writing, key: str, outcome: dict[str, int]) -> None:
    """Keeps what became of an upload."""
    told: dict[str, Json] = {**outcome}
    writing.connection.execute(update(UPLOAD).where(UPLOAD.c.id == key).values(outcome=canonical_json(told)))


def drop_upload(writing: Writing, key: str, by: str) -> None:
    """Forgets a file of a person, and what became of it; nothing happens where there is none."""
    owned = select(UPLOAD.c.id).where(UPLOAD.c.id == key, UPLOAD.c.actor == by)
    writing.connection.execute(delete(UPLOAD_PART).where(UPLOAD_PART.c.upload.in_(owned)))
    writing.connection.execute(delete(UPLOAD).where(UPLOAD.c.id == key, UPLOAD.c.actor == by))


def forget_old_uploads(writing: Writing) -> None:
    """Drops the files that were sent a day ago: whatever becomes of them has become of them."""
    old = select(UPLOAD.c.id).where(UPLOAD.c.at < to_iso(writing.clock.now() - KEPT_FOR))
    writing.connection.execute(delete(UPLOAD_PART).where(UPLOAD_PART.c.upload.in_(old)))
    writing.connection.execute(delete(UPLOAD).where(UPLOAD.c.at < to_iso(writing.clock.now() - KEPT_FOR)))
