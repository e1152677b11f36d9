"""Safe copies of a hub, made while it serves."""

import os
import re
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, func, select

from data.clock import to_iso
from data.migrations import migrate, schema_of
from data.sqlite import connect
from data.store import audit, change_log
from data.store.database import WRITE, open_database, sqlite_url
from data.store.metadata import METADATA
from data.store.moving import copy_tables
from data.store.schema import META
from data.store.set_hash import differing
from data.store.store import Store
from data.store.store_sums import counted_sums
from sync.copies.backup_file import FORMAT, STORE, BackupManifest, open_backup, write_backup
from sync.errors import DamagedError, HomeError
from sync.hub.keeping import Keeping
from sync.private_files import make_private_directory
from sync.workplace import workplace

LOCAL = ZoneInfo("Asia/Shanghai")
BACKED_UP = "back_up"

_SUFFIX = ".backup"
_LEFT_OUT = {"snapshots", "hub.lock", STORE, f"{STORE}-wal", f"{STORE}-shm", f"{STORE}-journal"}
"""Files of a home that are made anew, or are in the backup in another way."""


def make_backup(home: Path, store: Store, out: Path, actor: str, version: str, passphrase: str = "") -> BackupManifest:
    """Writes a backup of a hub, which may go on serving; nobody waits for it.

    It is checked before it gets its name: at no time is there a part of one under that name.

    Args:
        home: The hub's home.
        store: Its store.
        out: The file; there must be none.
        actor: Who makes it: that is an audit entry.
        version: Of this Switchboard.
        passphrase: Encrypts the backup; empty: whoever reads the file has the hub's secrets.

    Raises:
        HomeError: there is a file already, or no directory for it.
        DamagedError: the store does not hold what it says it should.
        OSError: the file cannot be written; nothing is left of it.
    """
    if out.exists():
        raise HomeError(f"{out} is there already: give another name")
    if not out.parent.is_dir():
        raise HomeError(f"{out.parent} is no directory: make it first")
    with workplace(out) as place:
        files = dict(_home_files(home))  # before the store: a checkpoint must not be younger than what it vouches for
        _copy_store(store, place / STORE)
        unfinished = place / "backup"
        with unfinished.open("xb") as file:
            manifest = _describe(place / STORE, store, version)
            write_backup(file, place / STORE, files, manifest, passphrase)
            file.flush()
            os.fsync(file.fileno())
        unfinished.chmod(0o600)
        with open_backup(unfinished, passphrase) as written:
            written.check()
            manifest = written.manifest
        # First on record, then there: no copy of the hub's secrets is made that nobody knows of.
        with store.write(actor, "back up") as writing:
            about = f"revision {manifest.revision} to {out.absolute()}"
            writing.note(actor, BACKED_UP, about)
        unfinished.replace(out)
    sync_directory(out.parent)
    return manifest


def backup_wanted(store: Store, keeping: Keeping) -> bool:
    """Whether the settings want a backup now: it is late enough, and there is none of today yet."""
    now = store.clock.now().astimezone(LOCAL)
    if keeping.backups is None or now.hour < keeping.backup_hour:
        return False
    make_private_directory(keeping.backups)
    return not any(_backups(keeping.backups, _history(store), now.strftime("%Y%m%d")))


def backup_of_the_day(home: Path, store: Store, keeping: Keeping, version: str) -> Path | None:
    """Makes today's backup, where it is wanted; the oldest beyond those that are kept go.

    Backups of other histories stay: those of a store that was put back from a copy since, or of another hub.

    Returns:
        The file, None where nothing was to be done.
    """
    if keeping.backups is None or not backup_wanted(store, keeping):
        return None
    history = _history(store)
    out = keeping.backups / f"switchboard-{history}-{_stamp(store.clock.now())}{_SUFFIX}"
    make_backup(home, store, out, "hub", version, read_passphrase(keeping.passphrase_file))
    for old in sorted(_backups(keeping.backups, history), reverse=True)[keeping.backups_kept :]:
        old.unlink(missing_ok=True)
    return out


def name_in(directory: Path, now: datetime) -> Path:
    """A name for a backup that is made by hand."""
    return directory / f"switchboard-{_stamp(now)}{_SUFFIX}"


def read_passphrase(file: Path | None) -> str:
    """The first line of a file, empty where none is given.

    Raises:
        HomeError: it cannot be read, or has no first line.
    """
    if file is None:
        return ""
    try:
        line = file.read_text(encoding="utf-8-sig").split("\n")[0].rstrip("\r")
    except (OSError, UnicodeDecodeError) as error:
        raise HomeError(f"the passphrase file {file} cannot be read: {error}") from None
    if not line:
        raise HomeError(f"the passphrase file {file} is empty")
    return line


@contextmanager
def opened_file(path: Path) -> Iterator[Engine]:
    """The SQLite database in a file, all in that one file again at the end."""
    engine = open_database(sqlite_url(path))
    try:
        yield engine
    finally:
        engine.dispose()
    with closing(connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")


def sync_directory(path: Path) -> None:
    """Makes the names in a directory last through a power cut."""
    if sys.platform != "win32":  # which has no such thing
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _copy_store(store: Store, target: Path) -> None:
    """One moment of the store as a SQLite database at `target`."""
    source = store.engine.url
    if source.get_backend_name() == "sqlite":
        with closing(connect(Path(str(source.database)), read_only=True)) as connection:
            connection.execute("VACUUM INTO ?", (str(target),))
        return
    with opened_file(target) as copy:
        migrate(copy)
        with store.read() as old, copy.connect().execution_options(**{WRITE: True}) as new, new.begin():
            new.execute(META.delete())
            copy_tables(old, new)


def _describe(copy: Path, store: Store, version: str) -> BackupManifest:
    """The manifest of a copied store, as yet without parts.

    Raises:
        DamagedError: the copy is damaged, and so is the store.
    """
    with opened_file(copy) as engine, engine.connect() as connection, connection.begin():
        kept = change_log.sums(connection, None)
        if wrong := differing(kept, counted_sums(connection)):
            bucket, kind = wrong[0]
            raise DamagedError(f"the store is damaged: records of the kind {kind} in {bucket} are not those it counts")
        sound = connection.exec_driver_sql("PRAGMA quick_check").scalar_one()
        if sound != "ok":
            raise DamagedError(f"the store is damaged: {sound}")
        revision, end = change_log.head(connection), audit.end_of_chain(connection)
        return BackupManifest(
            format=FORMAT,
            at=to_iso(store.clock.now()),
            version=version,
            database=store.engine.url.get_backend_name(),
            schema=schema_of(connection),
            epoch=change_log.epoch(connection),
            revision=revision,
            committed_at=change_log.committed_at(connection, revision),
            sums=[[*part, *one.to_json()] for part, one in sorted(kept.items())],
            tables=_rows(connection),
            audit=(end.number, end.hash),
            parts={},
        )


def _rows(connection: Connection) -> dict[str, int]:
    tables = METADATA.sorted_tables
    return {table.name: connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables}


def _home_files(home: Path) -> Iterator[tuple[str, Path]]:
    """The small files of a home by name; not what is being written, nor backups that lie in it."""
    for path in home.rglob("*"):
        parts = path.relative_to(home).parts
        hidden = any(part.startswith(".") for part in parts)
        if path.is_file() and not hidden and parts[0] not in _LEFT_OUT and path.suffix != _SUFFIX:
            yield "/".join(parts), path


def _history(store: Store) -> str:
    with store.read() as connection:
        return change_log.epoch(connection)[:8]


def _backups(directory: Path, epoch: str, day: str = "") -> Iterator[Path]:
    name = re.compile(rf"switchboard-{re.escape(epoch)}-{day}[0-9-]*{re.escape(_SUFFIX)}")
    return (path for path in directory.iterdir() if name.fullmatch(path.name))


def _stamp(moment: datetime) -> str:
    return moment.astimezone(LOCAL).strftime("%Y%m%d-%H%M%S")
