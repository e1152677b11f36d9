"""What must be so, kept in plain dictionaries beside the hub."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field

from data.fields import Doc, Json
from data.kinds import KINDS
from data.masking import for_caches
from data.store.set_hash import GLOBAL

Key = tuple[str, str]
Contents = dict[Key, tuple[str, Doc]]
"""Of each record its bucket and what a cache shows of it."""

History = tuple[str, int]
"""Epoch and revision."""


@dataclass(slots=True)
class Known:
    """What a copy of the hub takes along.

    Attributes:
        docs: What was committed.
        acknowledged: What PCs were told of their entries, by key.
        applied: How often what somebody entered has appeared in a record.
    """

    docs: dict[Key, Doc] = field(default_factory=dict)
    acknowledged: dict[str, str] = field(default_factory=dict)
    applied: Counter[str] = field(default_factory=Counter)


class Oracle:
    """The truth, and everything that once was."""

    def __init__(self) -> None:
        self.known = Known()
        self.lost_with_a_restore: set[str] = set()
        """Keys of entries, also of those whose answer was still on its way then."""
        self._history: dict[History, list[Contents]] = defaultdict(list)

    def put(self, kind: str, fields: Mapping[str, Json]) -> None:
        key = kind, str(fields["id"])
        self.known.docs[key] = KINDS[kind].canonical({**self.known.docs.get(key, {}), **fields})

    def delete(self, kind: str, key: str) -> None:
        self.known.docs.pop((kind, key), None)

    def adopt(self, docs: dict[Key, Doc], entered: set[str]) -> None:
        """Takes over what entries have made of areas and windows; anything else is nobody's doing."""
        for key in docs.keys() | self.known.docs.keys():
            before, after = self.known.docs.get(key), docs.get(key)
            if before == after:
                continue
            assert key[0] in {"area", "outage"}, f"{key} changed by itself: {before} to {after}"
            assert after is not None, f"{key} went by itself"
            said = str(after["name"] if key[0] == "area" else after["reason"])
            assert said in entered, f"{key} says {said}, which nobody entered"
            self.known.applied[said] += 1
        self.known.docs = docs

    def committed(self, at: History) -> None:
        """Remembers that this is what the store holds at a revision."""
        self._history[at].append(self.contents())

    def contents(self) -> Contents:
        """Every record."""
        return {
            (kind, key): (self._bucket(kind, doc), for_caches(KINDS[kind], doc))
            for (kind, key), doc in self.known.docs.items()
        }

    def check_seen(self, at: History, buckets: set[str] | None, seen: dict[Key, Doc]) -> None:
        """Fails where a cache at a revision shows something else than what was committed as that revision."""
        possible = [within(one, buckets) for one in self._history[at]]
        assert possible, f"the cache stands at {at}, which never was"
        assert seen in possible, f"at {at} the cache shows {difference(seen, possible[-1])}"

    def copy(self) -> Known:
        return deepcopy(self.known)

    def put_back(self, copy: Known, lost: set[str]) -> None:
        """What was answered after the copy was made is lost, as whoever puts an old copy back accepts."""
        self.lost_with_a_restore |= lost
        # An answer may come after the copy was made, to an entry that is in it.
        told = {key: status for key, status in self.known.acknowledged.items() if key not in lost}
        self.known = deepcopy(copy)
        self.known.acknowledged |= told

    def _bucket(self, kind: str, doc: Doc) -> str:
        if kind != "customer":
            return GLOBAL
        transformer = self.known.docs.get(("transformer_area", str(doc["transformer_area"])), {})
        feeder = doc["feeder"] or transformer.get("feeder")
        return f"branch:{self.known.docs.get(('feeder', str(feeder)), {}).get('branch') or ''}"


def within(contents: Contents, buckets: set[str] | None) -> dict[Key, Doc]:
    """What of it a cache of these buckets shows; None: all."""
    return {key: doc for key, (bucket, doc) in contents.items() if buckets is None or bucket in buckets}


def difference(seen: dict[Key, Doc], wanted: dict[Key, Doc]) -> str:
    """A line that says in which records two differ."""
    keys = sorted(key for key in seen.keys() | wanted.keys() if seen.get(key) != wanted.get(key))
    return "; ".join(f"{key}: {seen.get(key)} instead of {wanted.get(key)}" for key in keys)
