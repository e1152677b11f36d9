"""Pulls that people begin from a page: a process apart for each, one at a time for each source."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sync.central.errors import MappingError
from sync.central.mapping import Source
from sync.central.mapping_file import read_mapping_file
from sync.errors import EndedError, SyncError
from sync.hub.apart import ProcessApart

_LOG = logging.getLogger(__name__)

Mode = Literal["full", "changed", "dry_run"]


@dataclass(frozen=True, slots=True)
class PullOrder:
    """What a person wants pulled.

    Attributes:
        source: Its name.
        actor: Who wants it.
        approves: The refused pull that is to be done now; 0 for none.
    """

    source: str
    actor: str
    mode: Mode = "full"
    approves: int = 0


class PullsByHand:
    """Begins pulls and knows which are under way here.

    Args:
        config: The mapping file, read anew each time.
        pull: Does what is ordered; a function that can be pickled, called in a process of its own.
        on_done: Called after each pull in this process.
    """

    def __init__(self, config: Path, pull: Callable[[PullOrder], None], on_done: Callable[[], None]) -> None:
        self._config = config
        self._pull = pull
        self._on_done = on_done
        self._guard = threading.Lock()
        self._orders: list[PullOrder] = []
        self._apart: dict[str, ProcessApart] = {}
        self._closed = False

    def sources(self) -> tuple[Source, ...]:
        """What the mapping file names now; empty where there is none.

        Raises:
            MappingError: it does not say clearly what to read.
        """
        return read_mapping_file(self._config) if self._config.exists() else ()

    def check(self, source: str) -> None:
        """Does nothing where the mapping file names a source.

        Raises:
            MappingError: it does not.
        """
        if source not in {one.name for one in self.sources()}:
            raise MappingError(f"the mapping has no source {source}: look at the list again")

    def under_way(self) -> frozenset[str]:
        """The sources that are being pulled from here, or will be."""
        with self._guard:
            return frozenset(order.source for order in self._orders)

    def begin(self, order: PullOrder) -> None:
        """Has a pull done, after what was ordered of its source before; the same order twice is done once."""
        with self._guard:
            if self._closed or order in self._orders:
                return
            self._orders.append(order)
            apart = self._apart.setdefault(order.source, ProcessApart(f"pull of {order.source}"))
        threading.Thread(target=self._run, args=(apart, order), name=f"pull {order.source}", daemon=True).start()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Pulls may be begun while the block runs; what is under way at its end goes on with the next pull."""
        try:
            yield
        finally:
            with self._guard:
                self._closed = True
                left = list(self._apart.values())
            for one in left:
                one.close()

    def _run(self, apart: ProcessApart, order: PullOrder) -> None:
        try:
            apart.run(self._pull, order)
        except EndedError:
            _LOG.info("the pull of %s was ended with the hub", order.source)
        except SyncError as error:
            _LOG.warning("the pull of %s failed: %s", order.source, error)
        finally:
            with self._guard:
                self._orders.remove(order)
            self._on_done()
