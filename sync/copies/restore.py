"""Putting a backup back: into a new home, and where it is wanted into an empty PostgreSQL database."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Connection, Engine, delete, inspect
from sqlalchemy.exc import SQLAlchemyError

from data.clock import Clock
from data.errors import DataError
from data.fields import canonical_json
from data.migrations import is_known, migrate, upgrade
from data.store import audit, change_log
from data.store.database import WRITE, is_postgresql, open_database
from data.store.moving import copy_tables
from data.store.schema import LEASE, LOG_LEASE, META, SESSION
from data.store.set_hash import SetSum, Sums, differing
from data.store.store import Store
from data.store.store_sums import counted_sums
from sync.copies.backup import opened_file, sync_directory
from sync.copies.backup_file import STORE, Backup, BackupManifest, open_backup
from sync.errors import DamagedError, HomeError
from sync.hub.home import with_database
from sync.private_files import make_private_directory, read_whole, write_whole
from sync.workplace import workplace

RESTORED = "restore"

_SETTINGS = "hub.toml"
_ENDED = (SESSION, LEASE, LOG_LEASE)
"""What a store does not take along: who was signed in, and what processes and caches held of the old one."""


def restore_backup(path: Path, home: Path, clock: Clock, actor: str, database: str = "", passphrase: str = "") -> str:
    """Makes a home from a backup: with the same records, people and devices, and with a new epoch.

    Agents stay enrolled, and take a snapshot; people sign in again.

    Args:
        path: The backup.
        home: Where the home is to be: nothing may be there.
        clock: Dates the restoring.
        actor: Who restores: that is an audit entry.
        database: The URL of an empty PostgreSQL database for the store; empty: a file in the home.
        passphrase: With which the backup was encrypted; empty: it was not.

    Returns:
        The new epoch.

    Raises:
        HomeError: there is something at `home` already, or the database does not answer.
        DamagedError: the backup is damaged or truncated, or is encrypted with another passphrase.
        DataError: the database is not empty, or a newer Switchboard made the backup. Nothing is left of it all.
    """
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise HomeError(f"{home} is not empty: give another directory, or remove it first")
    home.parent.mkdir(parents=True, exist_ok=True)
    with workplace(home) as place:
        made = place / "home"
        make_private_directory(made)
        with _empty_database(database) as target:
            with open_backup(path, passphrase) as backup:
                manifest = _unpack(backup, made)
            with opened_file(made / STORE) as engine:
                _check(engine, manifest)
                migrate(engine)
                epoch = _begin_anew(Store(engine, clock), manifest, actor)
                if target is not None:
                    _move(engine, target)
            _finish(made, database)
        if home.exists():
            home.rmdir()
        made.replace(home)
    sync_directory(home.parent)
    return epoch


def _unpack(backup: Backup, made: Path) -> BackupManifest:
    manifest = backup.manifest
    if not is_known(manifest.schema):
        raise DataError(f"this backup was made by a newer Switchboard, {manifest.version}: update this one first")
    needed = manifest.parts[STORE][0]
    if shutil.disk_usage(made).free < needed:
        raise HomeError(f"{made.parent.parent} has no room for the store: {needed} bytes are needed")
    backup.unpack(made)
    if not (made / _SETTINGS).is_file():
        raise DamagedError(f"it holds no {_SETTINGS}")
    return manifest


def _check(engine: Engine, manifest: BackupManifest) -> None:
    said = _sums(manifest)
    with engine.connect() as connection, connection.begin():
        held = counted_sums(connection), change_log.sums(connection, None)
        end = audit.end_of_chain(connection)
    if any(differing(said, one) for one in held) or (end.number, end.hash) != tuple(manifest.audit):
        raise DamagedError("the store in this backup is not what its manifest says")


def _begin_anew(store: Store, manifest: BackupManifest, actor: str) -> str:
    epoch = uuid4().hex
    about = canonical_json({"at": manifest.at, "epoch": manifest.epoch, "revision": manifest.revision})
    with store.write(actor, "restore") as writing:
        change_log.set_meta(writing.connection, "epoch", epoch)
        for table in _ENDED:
            writing.connection.execute(delete(table))
        writing.note(actor, RESTORED, about)
    return epoch


def _move(engine: Engine, target: Connection) -> None:
    upgrade(target)
    target.execute(META.delete())
    with engine.connect() as source, source.begin():
        copy_tables(source, target)
        if differing(counted_sums(source), counted_sums(target)):
            raise DataError("the store did not arrive whole in the database: try again")


@contextmanager
def _empty_database(url: str) -> Iterator[Connection | None]:
    """A transaction in an empty database, committed at the end of the block; None where no URL is given."""
    if not url:
        yield None
        return
    engine = open_database(url)
    if not is_postgresql(engine):
        raise DataError("a store that is not to be in the home goes into PostgreSQL: give postgresql://…")
    options = {WRITE: True, audit.PENDING: []}
    try:
        with engine.connect().execution_options(**options) as connection, connection.begin():
            change_log.lock(connection)
            if inspect(connection).get_table_names():
                raise DataError("the database is not empty: give one without tables")
            yield connection
    except SQLAlchemyError as error:
        raise HomeError(f"the database says: {str(error.__cause__ or error).splitlines()[0]}") from None
    finally:
        engine.dispose()


def _finish(made: Path, database: str) -> None:
    if database:
        (made / STORE).unlink()
    make_private_directory(made / "snapshots")
    write_whole(made / _SETTINGS, with_database(read_whole(made / _SETTINGS), database))


def _sums(manifest: BackupManifest) -> Sums:
    return {(str(bucket), str(kind)): SetSum.from_json(one) for bucket, kind, *one in manifest.sums}
