"""PCs of the simulation: real homes, caches and outboxes on the disk, which outlive the process that is killed."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from data.caches import cache
from data.caches.recount import recount
from data.clock import CorrectedClock
from data.entries.entries import Outcome
from data.fields import Doc
from data.kinds import KINDS
from data.sqlite import connect
from data.store.set_hash import same_sums
from sync.outbox.entering import Entering, author_at
from sync.outbox.sending import OutboxSender
from sync.outbox.waiting import Outbox
from sync.replica.agent_home import AgentHome
from sync.replica.follow import Follower
from sync.replica.hub_client import HubClient
from sync.replica.replica import Replica
from tests.simulation.oracle import Key
from tests.stores import SetClock


class Client(HubClient):
    """Does not wait."""

    @staticmethod
    def _pause(seconds: float) -> None:
        return


class Pc:
    """A PC with its home at `path`.

    Attributes:
        entered: What was taken, by key: its kind and the words by which it is found again.
        revoked: The hub may tell it nothing any more.
        branches: What it is held to at the hub.
    """

    def __init__(self, name: str, path: Path, clock: SetClock, on_outcome: Callable[[str, Outcome], None]) -> None:
        self.name = name
        self.clock = clock
        self._path = path
        self._on_outcome = on_outcome
        self.entered: dict[str, tuple[str, str]] = {}
        self.revoked = False
        self.branches: tuple[str, ...] = ()
        self.start()

    def start(self) -> None:
        """A new process: all that it knows is on the disk."""
        self.home = AgentHome(self._path)
        clock = CorrectedClock(self.clock, self.home.clock().offset)
        client = Client.at(self.home)
        self.replica = Replica(self.home, client, clock)
        self.outbox = Outbox(self._path)
        self.entering = Entering(self.home, self.outbox, clock)
        self.sender = OutboxSender(
            self.outbox, client, clock, lambda: author_at(self.home, clock.now()), on_outcome=self._on_outcome
        )
        self._follower = Follower(self.replica, lambda _: None, lambda _: None)

    def follow(self) -> None:
        """One turn of the follower's thread: a synchronisation, and a stream until it ends."""
        self._follower._follow()  # noqa: SLF001 - without the thread and its waits

    def seen(self) -> tuple[dict[str, str], dict[Key, Doc]] | None:
        """What the cache says of itself, and everything that it shows; None where there is none."""
        path = self.home.current_cache()
        if path is None:
            return None
        with closing(connect(path, read_only=True)) as held:
            docs = {
                (kind.name, str(doc["id"])): doc for kind in KINDS.values() for doc in cache.all_docs_of(held, kind)
            }
            return cache.read_meta(held), docs

    def check_whole(self) -> None:
        """Fails where the cache's sums are not those of what it holds."""
        path = self.home.current_cache()
        assert path is not None, f"{self.name} has no cache"
        with closing(connect(path, read_only=True)) as held:
            assert same_sums(recount(held), cache.read_sums(held))
