"""What a hub and a replica say to each other: the shapes, read by both ends.

- `GET /snapshot` answers a `Manifest`; the file under its `url` is a zstd-compressed cache.
- `GET /changes?epoch=&scope=&since=` answers a `ChangeBatch`, or 410 when only a snapshot helps.
- `GET /events` is a stream of server-sent events: `change` with the head revision and the hub's time whenever there
  is something new, and every `PING_S` seconds anyway. It only wakes: what has changed is always read from `/changes`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from data.cache import Change
from data.clock import from_iso
from data.kinds import Json
from data.set_hash import GLOBAL, Part, SetSum, Sums

VERSION = 2
PING_S = 10
"""How often a hub speaks on an event stream when nothing happens."""

_EMPTY: tuple[Json, ...] = (None, False, [])


@dataclass(frozen=True, slots=True)
class Manifest:
    """A snapshot that can be fetched.

    Attributes:
        url: Path of the file on the hub.
        size: Bytes of the file.
        sha256: Of the file, in hex.
        expanded: Bytes of the cache in it.
        schema: Version of the cache's tables.
        sums: What the cache in it holds.
    """

    epoch: str
    scope: str
    revision: int
    committed_at: str
    url: str
    size: int
    sha256: str
    expanded: int
    schema: int
    sums: Sums

    def to_json(self) -> dict[str, Any]:
        """The JSON form."""
        plain = {name: getattr(self, name) for name in self.__slots__ if name != "sums"}
        return {**plain, "sums": sums_to_json(self.sums)}

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> "Manifest":
        """What `to_json` gave."""
        return Manifest(**{**value, "sums": sums_from_json(value["sums"])})


@dataclass(frozen=True, slots=True)
class ChangeBatch:
    """Everything that brings a cache from one revision to the hub's head.

    Attributes:
        time: The hub's clock when it answered; set by whoever sends the batch.
        sums: What the cache must hold after applying all of `changes`.
    """

    epoch: str
    scope: str
    since: int
    revision: int
    sums: Sums
    changes: tuple[Change, ...]
    time: datetime | None = None

    def to_json(self) -> dict[str, Any]:
        """The JSON form, without the time."""
        return {
            "epoch": self.epoch,
            "scope": self.scope,
            "since": self.since,
            "revision": self.revision,
            "sums": sums_to_json(self.sums),
            "changes": [change_to_json(one) for one in self.changes],
        }

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> "ChangeBatch":
        """What `to_json` gave."""
        changes = tuple(change_from_json(one) for one in value["changes"])
        return ChangeBatch(
            value["epoch"],
            value["scope"],
            value["since"],
            value["revision"],
            sums_from_json(value["sums"]),
            changes,
            from_iso(value["time"]),
        )


def sums_to_json(sums: Sums) -> dict[str, dict[str, list[int | str]]]:
    """`{bucket: {kind: [rows, hash]}}`."""
    found: dict[str, dict[str, list[int | str]]] = {}
    for (bucket, kind), one in sums.items():
        found.setdefault(bucket, {})[kind] = one.to_json()
    return found


def sums_from_json(value: Mapping[str, Mapping[str, list[int | str]]]) -> dict[Part, SetSum]:
    """What `sums_to_json` gave."""
    return {(bucket, kind): SetSum.from_json(one) for bucket, kinds in value.items() for kind, one in kinds.items()}


def change_to_json(change: Change) -> list[Any]:
    """`[kind, id, doc, readings]` and the bucket where it is not the global one; of the doc what is not empty."""
    doc = None if change.doc is None else {name: value for name, value in change.doc.items() if value not in _EMPTY}
    bucket = [] if change.bucket == GLOBAL else [change.bucket]
    return [change.kind, change.id, doc, list(change.readings), *bucket]


def change_from_json(value: Sequence[Any]) -> Change:
    """What `change_to_json` gave."""
    kind, key, doc, readings, *bucket = value
    (own,) = bucket or [GLOBAL]
    return Change(kind, key, doc, tuple(readings), own)
