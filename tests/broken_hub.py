"""A hub's store with many customers who can be told by their names: those of before and those that come."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from data.clock import SystemClock
from data.store.database import open_database, sqlite_url
from data.store.store import Store
from sync.hub.home import make_hub_home
from sync.hub.snapshots import Scope
from tests.stores import NETWORK, fill

MANY = 100
EVERYTHING = Scope.of(None)
OLD_OR_NEW = {"旧": "old", "新": "new"}


@contextmanager
def store_at(place: Path) -> Iterator[Store]:
    """The store of the hub in a folder."""
    engine = open_database(sqlite_url(place / "hub" / "store.db"))
    try:
        yield Store(engine, SystemClock())
    finally:
        engine.dispose()


def many(name: str) -> list[tuple[str, dict[str, Any]]]:
    """The customers, each with a name that begins with `name`."""
    return [("customer", {"id": f"77{n:08}", "name": f"{name}{n}", "transformer_area": "T1"}) for n in range(MANY)]


def make_hub(place: Path) -> None:
    """Makes the hub in a folder, with the customers of before."""
    store = make_hub_home(place / "hub").open_store()
    fill(store, [*NETWORK, *many("旧")])
    store.engine.dispose()
