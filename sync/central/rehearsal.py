"""Dry runs: what a pull would do is done and undone, and hardly anybody waits for it."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from data.sqlite import connect
from data.store.database import is_postgresql, open_database, sqlite_url
from data.store.store import Store, Writing
from sync.workplace import workplace


@contextmanager
def rehearsing(store: Store, folder: Path, *, short: bool) -> Iterator[Writing]:
    """A transaction that is undone at its end.

    Args:
        store: Whose records it sees.
        folder: Private; what is long is done there on a copy of a SQLite store, which has one lock for all who write.
        short: It is over soon.
    """
    if short or is_postgresql(store.engine):
        with store.rehearse() as writing:
            yield writing
        return
    with workplace(folder / "dry-run") as place:
        copy = place / "store.db"
        with closing(connect(Path(str(store.engine.url.database)), read_only=True)) as connection:
            connection.execute("VACUUM INTO ?", (str(copy),))
        engine = open_database(sqlite_url(copy))
        try:
            with Store(engine, store.clock).rehearse() as writing:
                yield writing
        finally:
            engine.dispose()
