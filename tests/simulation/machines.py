"""The hub's machines of the simulation: one or two hub processes on one database, its copies, and its return."""

import shutil
from asyncio import AbstractEventLoop
from pathlib import Path

from sqlalchemy import select

from data.store import change_log
from data.store.schema import ENTRY, LEASE, LOG_LEASE, SESSION
from data.store.store import Store
from tests.simulation.hub import SimulatedHub
from tests.stores import SetClock


class Machines:
    """`count` hubs in `place`, where there is `hub/store.db` and a directory of snapshots for each.

    Attributes:
        hubs: Each, or None while it does not run.
    """

    def __init__(self, place: Path, count: int, clock: SetClock, loop: AbstractEventLoop, *, encrypted: bool) -> None:
        self._place = place
        self._clock = clock
        self._loop = loop
        self._encrypted = encrypted
        self.hubs: list[SimulatedHub | None] = [None] * count
        self.start()

    def start(self) -> None:
        """Has all of them run."""
        self.hubs = [hub or self._started(number) for number, hub in enumerate(self.hubs)]

    def close(self) -> None:
        """Ends all of them."""
        for number in range(len(self.hubs)):
            self.end(number)

    def end(self, number: int) -> bool:
        """Ends one; whether it ran."""
        hub, self.hubs[number] = self.hubs[number], None
        if hub is not None:
            hub.close()
        return hub is not None

    def begin(self, number: int) -> None:
        """Has one run that does not."""
        self.hubs[number] = self._started(number)

    def running(self) -> list[SimulatedHub]:
        """Those that run."""
        return [hub for hub in self.hubs if hub is not None]

    def hub(self) -> SimulatedHub:
        """One that runs; whoever has something to do at the hub's machine starts it first."""
        if not self.running():
            self.begin(0)
        return self.running()[0]

    @property
    def store(self) -> Store:
        """The store that all of them share."""
        return self.hub().store

    def copy(self, path: Path) -> None:
        """A copy of the store's file, as a careful person makes one."""
        with self.store.engine.connect() as connection:
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("VACUUM INTO ?", (str(path),))

    def put_back(self, path: Path) -> None:
        """An older store in place of the one that is there, by hand."""
        self.close()
        for left in (self._place / "hub").glob("store.db*"):
            left.unlink()
        shutil.copy(path, self._place / "hub" / "store.db")
        self.start()

    def begin_epoch(self, epoch: str) -> None:
        """What `restore` does to a store beyond putting it back."""
        with self.store.write("test", "restore") as writing:
            change_log.set_meta(writing.connection, "epoch", epoch)
            for table in (SESSION, LEASE, LOG_LEASE):
                writing.connection.execute(table.delete())

    def answered_entries(self) -> set[str]:
        """The keys of the entries for which the hub has given its answer."""
        with self.store.read() as connection:
            return {str(key) for key in connection.execute(select(ENTRY.c.key)).scalars()}

    def _started(self, number: int) -> SimulatedHub:
        snapshots = self._place / f"snapshots-{number}"
        return SimulatedHub(self._place / "hub", snapshots, self._clock, self._loop, encrypted=self._encrypted)
