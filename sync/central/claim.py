"""Whose turn it is to store what was read of a source: two pulls of one must not mix."""

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, insert, select, update

from data.store.schema import CENTRAL_FEED
from data.store.store import Writing
from sync.central.applying import ReadFeed
from sync.central.errors import OvertakenError
from sync.central.feed_reading import LOADING, FeedState
from sync.central.known_rows import KnownRows
from sync.central.mapping import Source


class Claim:
    """One pull's right to store what it has read: it ends with another pull that began to store.

    Until a pull is done, its number stands below zero at each of its feeds. It stays so where the pull was killed, and
    the next one goes on from what is noted.

    Args:
        pull: Its number.
        source: What is pulled.
        read: What was read.
        states: What the store knew of each feed, by its key, before that.
    """

    def __init__(self, pull: int, source: Source, read: Sequence[ReadFeed], states: Mapping[str, FeedState]) -> None:
        self._pull = pull
        self._source = source
        self._read = read
        self._states = states
        self._held = False

    def hold(self, writing: Writing) -> None:
        """Makes sure, at the beginning of a transaction, that nobody else has stored anything of the source meanwhile.

        Raises:
            OvertakenError: somebody has.
        """
        stored = select(CENTRAL_FEED.c.feed, CENTRAL_FEED.c.pull).where(
            CENTRAL_FEED.c.feed.in_([feed.key for feed in self._source.feeds])
        )
        pulls = dict(writing.connection.execute(stored).all())
        if self._held:
            overtaken = any(pulls.get(one.feed.key) != -self._pull for one in self._read)
        else:
            overtaken = any(self._is_other(writing, key, state, pulls) for key, state in self._states.items())
        if overtaken:
            raise OvertakenError(f"another pull of {self._source.name} was stored meanwhile: run it again")
        if not self._held:
            for one in self._read:
                self._begin(writing, one)
            self._held = True

    def settle(self, writing: Writing) -> None:
        """Notes that all of it is stored."""
        for one in self._read:
            writing.connection.execute(delete(CENTRAL_FEED).where(CENTRAL_FEED.c.feed == one.feed.key))
            self._insert(writing, one, self._pull, one.method, one.newest)

    def _is_other(self, writing: Writing, key: str, state: FeedState, pulls: Mapping[str, int]) -> bool:
        if pulls.get(key, 0) != state.pull:
            return True
        # a pull that is still storing has the same number as when it was read, but not the same rows
        return state.pull < 0 and KnownRows(writing.connection, key).sums() != state.sums

    def _begin(self, writing: Writing, one: ReadFeed) -> None:
        state = self._states[one.feed.key]
        if state.pull:
            here = CENTRAL_FEED.c.feed == one.feed.key
            writing.connection.execute(update(CENTRAL_FEED).where(here).values(pull=-self._pull))
        else:
            self._insert(writing, one, -self._pull, LOADING + one.method if one.fresh else one.method, None)

    def _insert(self, writing: Writing, one: ReadFeed, pull: int, method: str, newest: str | None) -> None:
        values = {"feed": one.feed.key, "fingerprint": one.feed.fingerprint, "method": method}
        writing.connection.execute(insert(CENTRAL_FEED).values(values | {"pull": pull, "newest": newest}))
