"""Answers from the cache in an agent's home: the one engine of the popup, the command line and the tests."""

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from assistant.answering.phone_customers import with_customers
from assistant.card.answer import SURE, Answer, Freshness, Result
from assistant.card.card import CardMaker
from assistant.card.outage_board import OutageBoard
from assistant.card.supply_map import MapView, SupplyMap
from assistant.lookup import records
from assistant.lookup.cancelling import Cancelled, CancelledError, never
from assistant.lookup.choices import Choices
from assistant.lookup.lookup import Hit, LookupEngine
from assistant.lookup.preferences import Preferences
from assistant.tree.tree import SupplyTree
from assistant.tree.tree_answer import Opened, TreeAnswer, TreeQuestion, open_node
from assistant.tree.tree_nodes import Key
from data.caches.cache import all_docs_of
from data.caches.check import is_damage
from data.clock import Clock, to_iso
from data.errors import NotFoundError
from data.kinds import OUTAGE, RANKED, SCRIPT_TEMPLATE, SUSPICION
from data.outages.documents import outage_from_doc
from data.outages.promises import Promise
from data.outages.suspected import suspected_from_doc
from data.scripts.scripts import Scripts
from data.sqlite import DatabaseError, connect
from data.supply import SupplyNetwork
from sync.errors import DamagedError
from sync.replica.agent_home import AgentHome

LIVE_WITHIN = timedelta(minutes=1)
RECENT_WITHIN = timedelta(minutes=15)
IN_USE_FOR_S = 5.0
"""After a question; a popup that is visible asks every second."""

_STEPS = 10_000
"""Steps of SQLite's machine between two looks whether anybody still waits: about 0.03 ms."""

_OF_OTHER_KINDS = 5
"""Where some kinds alone are wanted, so many times as many are looked at."""

_P = ParamSpec("_P")
_T = TypeVar("_T")


class _OpenCache:
    """One cache file, open for reading, with what is made from it."""

    def __init__(
        self, path: Path, own_branches: frozenset[str], choices: Choices | None, clock: Clock, cancelled: Cancelled
    ) -> None:
        self.path = path
        self._cancelled = cancelled
        self._connection = connect(path, read_only=True)
        self._network = SupplyNetwork(lambda sql, values: self._connection.execute(sql, values).fetchall())
        preferences = Preferences(choices, self._connection, clock) if choices else None
        self.engine = LookupEngine(self._connection, own_branches, preferences)
        self._version = -1
        self._board, self._scripts = OutageBoard((), self._network), Scripts()
        self._tree: tuple[OutageBoard, SupplyTree] | None = None
        self._map: tuple[OutageBoard, SupplyMap] | None = None
        # Not `interrupt`, which would stay in force for as long as any rows of the transaction are half read.
        self._connection.set_progress_handler(cancelled, _STEPS)

    def board(self) -> OutageBoard:
        """Windows, suspicions and scripts, read again when another connection has changed the file."""
        version = self._connection.execute("PRAGMA data_version").fetchone()[0]
        if version != self._version:
            windows = [outage_from_doc(doc) for doc in all_docs_of(self._connection, OUTAGE)]
            self._scripts = Scripts(all_docs_of(self._connection, SCRIPT_TEMPLATE))
            suspicions = [suspected_from_doc(doc) for doc in all_docs_of(self._connection, SUSPICION)]
            self._board, self._version = OutageBoard(windows, self._network, suspicions), version
        return self._board

    def cards(self) -> CardMaker:
        """A maker of cards on the present board."""
        board = self.board()
        return CardMaker(self._connection, self._network, board, self._scripts)

    def tree(self) -> SupplyTree:
        """The tree on the present board, made anew with it."""
        board = self.board()
        if self._tree is None or self._tree[0] is not board:
            self._tree = (board, SupplyTree(self._connection, self._network, board))
        return self._tree[1]

    def map(self) -> SupplyMap:
        """The map on the present board, made anew with it."""
        board = self.board()
        if self._map is None or self._map[0] is not board:
            self._map = (board, SupplyMap(self._connection, board))
        return self._map[1]

    def hits(self, query: str, limit: int, by_phone: Sequence[str], kinds: Collection[str]) -> list[Hit]:
        """What `query` finds, of these kinds alone, then these customers."""
        looked_at = limit if len(kinds) == len(RANKED) else limit * _OF_OTHER_KINDS
        found = [hit for hit in self.engine.search(query, looked_at, self._cancelled) if hit.kind in kinds]
        return with_customers(self._connection, found[:limit], by_phone, limit)

    def hit(self, kind: str, key: str) -> Hit:
        """One record, as if it had been looked up by its code.

        Raises:
            NotFoundError: there is none.
        """
        found = records.named(self._connection, kind, key) if kind in RANKED else None
        if found is None:
            raise NotFoundError(f"{kind}:{key} is gone, or never was in this cache")
        record, _ = found
        return Hit(kind, key, record.rid, record.name, record.code, SURE, "code", ())

    @contextmanager
    def one_state(self) -> Iterator[None]:
        """A read transaction: one answer is of one state of the cache."""
        self._connection.execute("BEGIN")
        try:
            yield
        finally:
            self._connection.execute("COMMIT")

    def close(self) -> None:
        """Closes the file."""
        self._connection.close()


def _tells_of_damage(
    method: Callable[Concatenate["CacheAnswers", _P], _T],
) -> Callable[Concatenate["CacheAnswers", _P], _T]:
    """Makes what SQLite says of a file that it cannot read one line, and lets go of that file."""

    @wraps(method)
    def telling(self: "CacheAnswers", /, *values: _P.args, **named: _P.kwargs) -> _T:
        try:
            return method(self, *values, **named)
        except DatabaseError as error:
            if _is_interruption(error):
                raise CancelledError("given up for a newer question") from error
            self.close()
            if is_damage(error):
                self.suspect()
            advice = "switchboard sync --once"
            raise DamagedError(f"本机数据读不出来 / this PC's data cannot be read ({error}): {advice}") from error

    return telling


class CacheAnswers:
    """Answers queries from whatever cache the home holds at the moment.

    To be used by one thread at a time.

    Args:
        home: The agent's.
        clock: Tells the age of the data; of the hub's time where that is known.
        suspect: Called when a look-up could not read the cache.
        own_branches: Ids of the branches whose records come before others that answer as well.
        choices: What the agent chose before; None to rank without.
        cancelled: Whether nobody waits for the answer any more; it is then given up.
    """

    def __init__(
        self,
        home: AgentHome,
        clock: Clock,
        suspect: Callable[[], None] = lambda: None,
        *,
        own_branches: Iterable[str] = (),
        choices: Choices | None = None,
        cancelled: Cancelled = never,
    ) -> None:
        self._own_branches = frozenset(own_branches)
        self._choices = choices
        self.suspect = suspect
        self._asked_at = -IN_USE_FOR_S
        self._home = home
        self._clock = clock
        self._open: _OpenCache | None = None
        self._cancelled = cancelled

    @property
    def there(self) -> bool:
        """Whether there is a cache to answer from."""
        return self._home.current_cache() is not None

    @property
    def in_use(self) -> bool:
        """Whether somebody asked a moment ago; to be read by any thread."""
        return time.monotonic() - self._asked_at < IN_USE_FOR_S

    @_tells_of_damage
    def answer(
        self,
        query: str,
        limit: int = 10,
        at: datetime | None = None,
        by_phone: Sequence[str] = (),
        kinds: Collection[str] = RANKED,
    ) -> Answer:
        """What `query` finds of these kinds, then the customers `by_phone`, with the states of `at`, or of now.

        Without a cache nothing is found and `as_of` is None.

        Raises:
            DamagedError: the cache is damaged where an answer could come out wrong, or cannot be read.
            CancelledError: `cancelled` said so meanwhile.
        """
        asked = bool(query.strip())
        return self._answer(query, lambda cache: cache.hits(query, limit, by_phone, kinds) if asked else [], at)

    @_tells_of_damage
    def open_node(self, question: TreeQuestion, at: datetime | None = None) -> TreeAnswer:
        """What is below a node of the supply tree, with the states of `at`, or of now.

        Without a cache nothing is there and `as_of` is None.

        Raises:
            NotFoundError: there is no such node.
            BadValueError: the page does not come from this node.
            DamagedError: as `answer`.
            CancelledError: as `answer`.
        """
        self._asked_at = time.monotonic()
        began, now = time.perf_counter(), self._clock.now()
        opened, cache = Opened(), self._cache()
        if cache is not None:
            with cache.one_state():
                opened = open_node(cache.tree(), question, at or now)
        confirmed_at = self._home.confirmed_at() if cache else None
        as_of, age_s = _age(confirmed_at, now)
        return TreeAnswer(question, _ms_since(began), as_of, age_s, _freshness(confirmed_at, now), opened)

    @_tells_of_damage
    def card(self, key: str, at: datetime | None = None) -> Answer:
        """The card of a node's record, with the states of `at`, or of now.

        Without a cache there is no result and `as_of` is None.

        Args:
            key: Of a feeder, transformer area or customer in the tree.
            at: The moment whose states are shown.

        Raises:
            NotFoundError: there is no such record.
            DamagedError: as `answer`.
            CancelledError: as `answer`.
        """
        node = Key.parse(key)
        return self.record(node.kind, node.id, at)

    @_tells_of_damage
    def record(self, kind: str, key: str, at: datetime | None = None) -> Answer:
        """The card of any record that a lookup finds, by its id; else as `card`."""
        return self._answer(f"{kind}:{key}", lambda cache: [cache.hit(kind, key)], at)

    @_tells_of_damage
    def map(self, focus: tuple[str, str] | None = None, at: datetime | None = None) -> tuple[MapView, str | None]:
        """The map with the states of `at`, or of now, and when the hub last confirmed the data.

        Without a cache it is empty, and that moment is None.

        Raises:
            NotFoundError: there is no record of the kind and id `focus`.
            DamagedError: as `answer`.
            CancelledError: as `answer`.
        """
        now, cache = self._clock.now(), self._cache()
        if cache is None:
            return MapView(), None
        with cache.one_state():
            view = cache.map().at(at or now, focus)
        return view, _age(self._home.confirmed_at(), now)[0]

    @_tells_of_damage
    def next_change(self) -> datetime | None:
        """The next moment at which a state changes by the clock alone, if there is one."""
        cache = self._cache()
        return cache.board().next_change(self._clock.now()) if cache else None

    @_tells_of_damage
    def any_in_effect(self) -> bool:
        """Whether anything at all is out or in maintenance now."""
        cache = self._cache()
        return cache.board().any_in_effect(self._clock.now()) if cache else False

    @_tells_of_damage
    def promises(self) -> list[Promise]:
        """The promises of windows that go on or are to come, the first to fall due first."""
        cache = self._cache()
        return cache.board().promises(self._clock.now()) if cache else []

    def close(self) -> None:
        """Closes the cache."""
        if self._open is not None:
            self._open.close()
            self._open = None

    def _answer(self, query: str, find: Callable[[_OpenCache], list[Hit]], at: datetime | None) -> Answer:
        self._asked_at = time.monotonic()
        began, now = time.perf_counter(), self._clock.now()
        confirmed_at = self._home.confirmed_at()
        freshness = _freshness(confirmed_at, now)
        results: tuple[Result, ...] = ()
        cache = self._cache()
        if cache is not None:
            with cache.one_state():
                cards, confirmed = cache.cards(), freshness != "stale"
                results = tuple(
                    cards.result(hit, at or now, confirmed=confirmed, as_of=confirmed_at) for hit in find(cache)
                )
        as_of, age_s = _age(confirmed_at if cache else None, now)
        return Answer(query, _ms_since(began), as_of, age_s, freshness if cache else "stale", results)

    def _cache(self) -> _OpenCache | None:
        path = self._home.current_cache()
        if path is not None:
            self._refuse_what_misleads(path)
        if self._open is not None and self._open.path != path:
            self.close()
        if self._open is None and path is not None:
            try:
                self._open = _OpenCache(path, self._own_branches, self._choices, self._clock, self._cancelled)
            except DatabaseError:
                # Switched away between the look and the opening, the next call finds the new one; else it is damaged.
                if self._home.current_cache() == path:
                    raise
        return self._open

    def _refuse_what_misleads(self, path: Path) -> None:
        finding = self._home.health.finding(path)
        if finding is not None and finding.misleads:
            self.close()
            raise DamagedError(
                "本机数据已损坏，等待服务器重新下发"
                f" / this PC's data is damaged and waits for the hub to send it anew: {finding}"
            )


def _is_interruption(error: DatabaseError) -> bool:
    return str(getattr(error, "sqlite_errorname", "")) == "SQLITE_INTERRUPT"


def _ms_since(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 2)


def _age(confirmed_at: datetime | None, now: datetime) -> tuple[str | None, float | None]:
    """When the hub last confirmed the data, and how many seconds ago; None where it never did."""
    if confirmed_at is None:
        return None, None
    return to_iso(confirmed_at), round(max(0.0, (now - confirmed_at).total_seconds()), 1)


def _freshness(confirmed_at: datetime | None, now: datetime) -> Freshness:
    if confirmed_at is None or not -LIVE_WITHIN <= now - confirmed_at <= RECENT_WITHIN:
        return "stale"  # from the future, too: this machine's clock was set back since
    return "live" if now - confirmed_at <= LIVE_WITHIN else "recent"
