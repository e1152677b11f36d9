"""The lookup of the hub's pages: the assistant's own, over caches that the hub keeps for itself."""

import shutil
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from assistant.answering.answering import CacheAnswers
from assistant.tree.tree_answer import TreeQuestion
from data.kinds import RANKED
from data.store.buckets import buckets_of_scope
from data.store.set_hash import GLOBAL
from data.store.store import Store
from sync.auth import Person
from sync.hub.apart import ProcessApart
from sync.hub.own_cache import OwnCache
from sync.hub.shelf import SnapshotShelf
from sync.hub.snapshots import Scope
from sync.replica.agent_home import AgentHome

UNUSED_AFTER = timedelta(days=30)
"""A cache that nobody has asked for so long is removed when the hub starts: the people's branches are others now."""

_PATIENCE_S = 3.0
"""So long a first question waits for its cache, which a small network has by then."""

_PATIENCE_AT_THE_END_S = 2.0
"""So long the end waits for a thread that still reads the store: a hub must stop within 10 s."""

_WITHOUT_CUSTOMERS = frozenset({"auditor"})
"""Roles that look after what was done, and have nothing to do with whom it was done for."""


class _Kept:
    """A cache with what answers from it, for one thread at a time."""

    def __init__(self, own: OwnCache, answers: CacheAnswers) -> None:
        self.turn = threading.Lock()
        self.own = own
        self.answers = answers


class HubLookup:
    """Answers the pages, for each person from a cache of what they may see; it is a `sync.desk.places.lookup.Places`.

    Args:
        store: The hub's.
        shelf: Of its snapshots.
        directory: Where the caches are kept, one for each set of branches that people are held to.
    """

    def __init__(self, store: Store, shelf: SnapshotShelf, directory: Path) -> None:
        self._store = store
        self._shelf = shelf
        self._directory = directory
        self._apart = ProcessApart("own-cache")
        self._kept: dict[str, _Kept] = {}
        self._guard = threading.Lock()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Has the cache that most people want made, or brought up to date, on a thread; lets go of all after it."""
        self._remove_unused()
        self._keep(Scope.of(None), ()).own.refresh()
        try:
            yield
        finally:
            self._close()

    def _remove_unused(self) -> None:
        now = self._store.clock.now()
        for path in self._directory.glob("*"):
            asked_at = AgentHome(path).confirmed_at()
            if asked_at is None or now - asked_at > UNUSED_AFTER:
                shutil.rmtree(path, ignore_errors=True)

    def _close(self) -> None:
        self._apart.close()
        with self._guard:
            for kept in self._kept.values():
                kept.own.finish(_PATIENCE_AT_THE_END_S)
                with kept.turn:
                    kept.answers.close()

    def find(
        self,
        person: Person,
        query: str,
        kinds: Collection[str] = RANKED,
        limit: int = 10,
        by_phone: Sequence[str] = (),
    ) -> Mapping[str, Any]:
        """What `query` finds of these kinds, and the customers `by_phone`."""
        return self._ask(person, lambda answers: answers.answer(query, limit, None, by_phone, kinds).to_json())

    def card(self, person: Person, kind: str, key: str) -> Mapping[str, Any]:
        """One record's card."""
        return self._ask(person, lambda answers: answers.record(kind, key).to_json())

    def open_node(
        self, person: Person, key: str | None, *, after: str | None = None, important: bool = False
    ) -> Mapping[str, Any]:
        """A node of the supply tree, opened."""
        question = TreeQuestion(key, important, after)
        return self._ask(person, lambda answers: answers.open_node(question).to_json())

    def map(self, person: Person, focus: tuple[str, str] | None = None) -> Mapping[str, Any]:
        """The map."""

        def drawn(answers: CacheAnswers) -> Mapping[str, Any]:
            view, as_of = answers.map(focus)
            return {"as_of": as_of, **view.to_json()}

        return self._ask(person, drawn)

    def _ask(self, person: Person, question: Callable[[CacheAnswers], Mapping[str, Any]]) -> Mapping[str, Any]:
        with self._store.read() as connection:
            buckets = buckets_of_scope(connection, person.branches)
        scope = Scope.of([GLOBAL] if person.role in _WITHOUT_CUSTOMERS else buckets)
        kept = self._keep(scope, person.branches)
        kept.own.refresh(_PATIENCE_S)
        with kept.turn:
            return question(kept.answers)

    def _keep(self, scope: Scope, branches: Collection[str]) -> _Kept:
        with self._guard:
            if scope.key not in self._kept:
                home = AgentHome(self._directory / scope.key)
                own = OwnCache(home, scope, self._store, self._shelf, self._apart)
                answers = CacheAnswers(home, self._store.clock, own_branches=branches)
                self._kept[scope.key] = _Kept(own, answers)
            return self._kept[scope.key]
