"""A hub's home: the directory that holds its store, its snapshots and what it remembers of itself."""

import re
import shutil
import tomllib
import weakref
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from data.clock import Clock, SystemClock
from data.file_lock import taken
from data.migrations import migrate
from data.phone_numbers import is_area_code
from data.store.database import open_database, sqlite_url
from data.store.moving import is_empty, move_store
from data.store.store import Store
from sync.audit import key as audit_key
from sync.errors import HomeError
from sync.hub import phone_key
from sync.hub.keeping import read_keeping
from sync.hub.phone_key import hash_phones_anew, open_phones
from sync.hub.tls import Reach, read_reach
from sync.private_files import make_private_directory, read_whole, write_whole

SHARED = (phone_key.FILE, audit_key.FILE)
"""Files that all hubs of one database must have alike; secrets, which are never in the database."""

_FILE = "hub.toml"
_DEMO_AREA_CODE = "0429"  # Huludao


class HubHome:
    """The home at `path`, which `init` has made.

    Raises:
        HomeError: there is no hub home at `path`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            settings = tomllib.loads((path / _FILE).read_text(encoding="utf-8"))
        except FileNotFoundError:
            if (path / "agent.json").exists():
                raise HomeError(f"{path} is a PC's home, not a hub's: give the hub's with --home") from None
            raise HomeError(f"{path} is not a hub's home: make one with switchboard init --home {path}") from None
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise HomeError(f"{path / _FILE} cannot be read: {error}") from None
        if "database" not in settings:
            # An older store may still lie in the home: it must not be served instead of the one in PostgreSQL.
            raise HomeError(f'{path / _FILE} is not whole: it names no database, nor "" for the home\'s own')
        self.keeping = read_keeping(settings)
        self.reach = read_reach(settings)
        self._database = str(settings.get("database", ""))
        self.demo = bool(settings.get("demo", False))
        self.area_code = str(settings.get("area_code", ""))
        if self.area_code and not is_area_code(self.area_code):
            raise HomeError(f'{path / _FILE}: area_code "{self.area_code}" is none: give one such as "0429"')

    @property
    def database(self) -> str:
        """The URL of the database that holds the store; empty where that is a file of the home."""
        return self._database

    @property
    def _store(self) -> Path:
        return self.path / "store.db"

    @property
    def snapshots(self) -> Path:
        """Where the published snapshots are."""
        return self.path / "snapshots"

    def open_store(self, clock: Clock | None = None) -> Store:
        """The store, brought to the present schema, with the hashes of all its phone numbers.

        Raises:
            HomeError: the database does not answer, or its phone numbers are hashed with a key that is not here.
        """
        return self._with_phones(_open(self._url(), self.path, clock))

    def rehash_phones(self) -> int:
        """Hashes all phone numbers of customers anew, with a new key where there is none.

        Returns:
            How many customers were looked at.

        Raises:
            HomeError: a hub serves the home, or the database does not answer.
        """
        with self.held():
            return hash_phones_anew(self.path, _open(self._url(), self.path), self.area_code)

    def _url(self) -> str | URL:
        if not self._database and not self._store.exists():
            raise HomeError(f"{self._store} is gone: put it back from a copy; an empty one would lose every record")
        return self._database or sqlite_url(self._store)

    def _with_phones(self, store: Store) -> Store:
        try:
            store.phones = open_phones(self.path, store, self.area_code)
        except BaseException:
            store.engine.dispose()
            raise
        return store

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keeps a second hub out of this home while the block runs.

        Raises:
            HomeError: another hub serves it.
        """
        with (self.path / "hub.lock").open("w") as lock:
            if not taken(lock):
                raise HomeError(f"another hub serves {self.path}: end it first, or give this one a home of its own")
            yield

    def use_database(self, url: str) -> "HubHome":
        """Remembers that the store is in the database at `url`; an empty one is given what this home's store holds.

        Raises:
            DataError, HomeError: it is no such database, or does not answer; nothing was changed.
        """
        if url != self._database:
            self._move_to(url)
            self._remember("database", quoted(url))
        return HubHome(self.path)

    def use_reach(self, reach: Reach) -> "HubHome":
        """Remembers how the hub is reached from other machines."""
        if reach.cert and reach.key:
            self._remember("tls_cert", quoted(str(reach.cert)))
            self._remember("tls_key", quoted(str(reach.key)))
        if reach.proxies:
            self._remember("behind_proxy", f"[{', '.join(quoted(one) for one in reach.proxies)}]")
        return HubHome(self.path)

    def _remember(self, name: str, value: str) -> None:
        file = self.path / _FILE
        write_whole(file, with_setting(file.read_text(encoding="utf-8"), name, value))

    def _move_to(self, url: str) -> None:
        with ExitStack() as opened:
            target = _open(url, self.path)
            opened.callback(target.engine.dispose)
            with target.read() as connection:
                empty = is_empty(connection)
            if empty:
                source = _open(self._url(), self.path)
                opened.callback(source.engine.dispose)
                move_store(source.engine, target.engine)
            self._with_phones(target)


def _open(url: str | URL, home: Path, clock: Clock | None = None) -> Store:
    engine = open_database(url)
    try:
        migrate(engine)
    except SQLAlchemyError as error:
        engine.dispose()
        reason = str(error.__cause__ or error).splitlines()[0]
        raise HomeError(f"the database of {home} cannot be opened: {reason}") from None
    store = Store(engine, clock or SystemClock())
    weakref.finalize(store, engine.dispose)  # a verb takes its leave of the server, it does not just vanish
    return store


def make_hub_home(path: Path, *, demo: bool = False) -> HubHome:
    """A new hub home at `path` with its empty store; nothing is left behind where that fails.

    Raises:
        HomeError: there is something at `path` already.
    """
    _check_free(path)
    try:
        make_private_directory(path)
        make_private_directory(path / "snapshots")
        _write(path, "", demo=demo, area_code=_DEMO_AREA_CODE if demo else "")
        _open(sqlite_url(path / "store.db"), path).engine.dispose()
        home = HubHome(path)
        home.open_store().engine.dispose()
        audit_key.open_key(path)
    except BaseException:
        shutil.rmtree(path, ignore_errors=True)
        raise
    return home


def join_hub_home(path: Path, other: Path, database: str = "") -> HubHome:
    """A new hub home at `path` for a further hub on the PostgreSQL database of the hub whose home is `other`.

    Args:
        path: Where; nothing is left behind where it fails.
        other: The home of the hub that is there, or a directory with a copy of its `SHARED` files and settings.
        database: Its URL from this machine, where that is another than from there.

    Raises:
        HomeError: there is something at `path` already, the store of `other` cannot be shared, or a file is missing.
    """
    first = HubHome(other)
    url = database or first.database
    if not url.startswith("postgresql"):
        raise HomeError(
            f"the store of {other} is a file, which one hub alone can serve:"
            f" move it with switchboard hub --home {other} --database postgresql://…"
        )
    _check_free(path)
    try:
        make_private_directory(path)
        make_private_directory(path / "snapshots")
        for name in SHARED:
            _copy_secret(other / name, path / name)
        write_whole(path / _FILE, with_database((other / _FILE).read_text(encoding="utf-8"), url))
        joined = HubHome(path)
        joined.open_store().engine.dispose()
    except BaseException:
        shutil.rmtree(path, ignore_errors=True)
        raise
    return joined


def _copy_secret(source: Path, target: Path) -> None:
    try:
        write_whole(target, read_whole(source))
    except FileNotFoundError:
        raise HomeError(f"{source} is missing: copy it there from the home of the hub that is to be joined") from None


def _check_free(path: Path) -> None:
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise HomeError(f"{path} is not empty: give another directory, or remove it first")


def _write(path: Path, database: str, *, demo: bool, area_code: str) -> None:
    settings = f'demo = {str(demo).lower()}\narea_code = "{area_code}"\n'
    write_whole(path / _FILE, with_database(settings, database))


def with_database(settings: str, url: str) -> str:
    """The text of a `hub.toml` that names the database at `url`, and is as it was otherwise; empty: the home's own."""
    return with_setting(settings, "database", quoted(url))


def with_setting(settings: str, name: str, value: str) -> str:
    """The text of a `hub.toml` in which `name`, before every table, is `value` as TOML writes it."""
    own, table, tables = settings.partition("\n[")
    others = [line for line in own.splitlines() if not re.match(rf"{name}\s*=", line)]
    return "\n".join([f"{name} = {value}", *others]) + (table + tables or "\n")


def quoted(text: str) -> str:
    """`text` as TOML writes it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
