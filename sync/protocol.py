"""What a hub and a replica say to each other: the shapes, read by both ends.

- `GET /snapshot` answers a `Manifest`; the file under its `url` is a cache, encrypted or else compressed by zstd.
- `GET /changes?epoch=&scope=&since=` answers a `ChangeBatch`, or 410 when only a snapshot helps; with `&by=columns`
  its changes stand by columns, which a hub that does not know of it passes over.
- `POST /repair` with a `RepairAsk` answers a `Repair`: the changes, and whatever differs in parts that do not add up.
- `GET /events` is a stream of server-sent events: `change` with epoch, head revision and the hub's time whenever there
  is something new, and every `PING_S` seconds anyway. A small change that cannot wait comes along as a batch of its
  own; what has changed otherwise is read from `/changes`, which is the truth.

A replica says by `PROTOCOL_HEADER` which version it speaks, and by `CACHE_HEADER` which caches it reads. A hub serves
its own version and the one before, and newer replicas as its own. Unknown keys are passed over by both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from data.caches.cache import Change
from data.caches.columns import LaterFields
from data.clock import from_iso
from data.store.set_hash import GLOBAL, Part, SetSum, Sums, by_kind
from sync.change_columns import from_columns, held, to_columns

VERSION = 2
OLDEST = VERSION - 1
"""The oldest version that a hub still serves."""

COLUMNS = "columns"
"""How changes are asked for that are to stand by columns."""

PROTOCOL_HEADER, CACHE_HEADER, TIME_HEADER = "Switchboard-Protocol", "Switchboard-Cache", "Switchboard-Time"
DAMAGED_HEADER = "Switchboard-Damaged"
"""With the `etag` of a snapshot whose file came damaged: a hub that is asked for another looks at its own first."""

SNAPSHOT_HEADER, ANOTHER = "Switchboard-Snapshot", "another"
"""Said with a question for a snapshot's file: a hub that does not have it may send its own, and says so. The file is
then preceded by a line with its manifest: behind a proxy two questions may reach two hubs, one question cannot."""

ZSTD, PLAIN = "zstd", "none"
"""How a snapshot's file is packed."""

PING_S = 10
"""How often a hub speaks on an event stream when nothing happens."""


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
        etag: What the hub's answers call the file's content; empty where they do not say.
        compression: How the cache was packed: `ZSTD`, or `PLAIN` for one that is encrypted and would not get smaller.
        key: What the cache is encrypted with, 32 bytes in hex; empty where it is not.
        begins: The file's first bytes in hex, by which it is told from a guest network's page; empty where zstd's own
            mark does that.
        minimum_client: The oldest version of the protocol whose replicas can use it.
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
    etag: str = ""
    compression: str = ZSTD
    minimum_client: int = OLDEST
    key: str = field(default="", repr=False)
    begins: str = ""

    @property
    def rows(self) -> int:
        """How many records are in it."""
        return sum(one.rows for one in self.sums.values())

    def to_json(self) -> dict[str, Any]:
        """The JSON form."""
        plain = {name: getattr(self, name) for name in self.__slots__ if name != "sums"}
        return {**plain, "rows": self.rows, "sums": sums_to_json(self.sums)}

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> "Manifest":
        """What `to_json` gave."""
        known = {name: value[name] for name in Manifest.__slots__ if name in value}
        return Manifest(**{**known, "sums": sums_from_json(value["sums"])})


@dataclass(frozen=True, slots=True)
class ChangeBatch:
    """Everything that brings a cache from one revision to another, mostly the hub's head.

    Attributes:
        sums: What the cache must hold after applying all of `changes`.
        fields: Later fields that documents of `changes` may have.
        partial: `sums` names only the parts that changed.
        time: The hub's clock when it answered; set by whoever sends the batch.
    """

    epoch: str
    scope: str
    since: int
    revision: int
    sums: Sums
    changes: tuple[Change, ...]
    fields: LaterFields = field(default_factory=dict)
    partial: bool = False
    time: datetime | None = None

    def to_json(self, *, columns: bool = False) -> dict[str, Any]:
        """The JSON form, without the time; its changes by columns, or else one after another."""
        changes = (
            {"columns": to_columns(self.changes)} if columns else {"changes": [*map(change_to_json, self.changes)]}
        )
        return {
            "epoch": self.epoch,
            "scope": self.scope,
            "since": self.since,
            "revision": self.revision,
            "sums": sums_to_json(self.sums),
            **changes,
            **({"fields": self.fields} if self.fields else {}),
            **({"partial": True} if self.partial else {}),
        }

    def to_version_1(self) -> dict[str, Any]:
        """What replicas of version 1 read: sums by kind, no buckets."""
        return {
            **{name: getattr(self, name) for name in ("epoch", "scope", "since", "revision")},
            "sums": {kind: one.to_json() for kind, one in by_kind(self.sums).items()},
            "changes": [[one.kind, one.id, one.doc, list(one.readings)] for one in self.changes],
        }

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> "ChangeBatch":
        """What `to_json` gave, with the `time` at which it came."""
        by_columns = "columns" in value
        changes = from_columns(value["columns"]) if by_columns else map(change_from_json, value["changes"])
        return ChangeBatch(
            value["epoch"],
            value["scope"],
            value["since"],
            value["revision"],
            sums_from_json(value["sums"]),
            tuple(changes),
            {str(kind): dict(fields) for kind, fields in value.get("fields", {}).items()},
            bool(value.get("partial")),
            from_iso(value["time"]) if "time" in value else None,
        )


@dataclass(frozen=True, slots=True)
class RepairAsk:
    """What a replica holds of parts that do not add up.

    Attributes:
        parts: The sums of each partition of each part, as they were counted from the records.
    """

    epoch: str
    scope: str
    since: int
    parts: Mapping[Part, Sequence[SetSum]]

    def to_json(self) -> dict[str, Any]:
        """The JSON form."""
        parts = [[*part, [one.to_json() for one in sums]] for part, sums in self.parts.items()]
        return {"epoch": self.epoch, "scope": self.scope, "since": self.since, "parts": parts}

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> "RepairAsk":
        """What `to_json` gave."""
        parts = {
            (str(bucket), str(kind)): [SetSum.from_json(one) for one in sums] for bucket, kind, sums in value["parts"]
        }
        return RepairAsk(str(value["epoch"]), str(value["scope"]), int(value["since"]), parts)


@dataclass(frozen=True, slots=True)
class Renewed:
    """Everything that the hub holds in some partitions of a part.

    Attributes:
        count: Into how many partitions the part was put.
        partitions: Those that differ.
        records: All of their records.
    """

    part: Part
    count: int
    partitions: frozenset[int]
    records: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Repair:
    """A batch, and what else makes a cache equal to the hub at the batch's revision."""

    batch: ChangeBatch
    renewed: tuple[Renewed, ...]

    def to_json(self) -> dict[str, Any]:
        """The JSON form."""
        renewed = [
            [*one.part, one.count, sorted(one.partitions), [change_to_json(record) for record in one.records]]
            for one in self.renewed
        ]
        return {"batch": self.batch.to_json(), "renewed": renewed}

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> "Repair":
        """What `to_json` gave."""
        renewed = tuple(
            Renewed((bucket, kind), count, frozenset(partitions), tuple(change_from_json(one) for one in records))
            for bucket, kind, count, partitions, records in value["renewed"]
        )
        return Repair(ChangeBatch.from_json(value["batch"]), renewed)


@dataclass(frozen=True, slots=True)
class Told:
    """One event of the stream.

    Attributes:
        epoch: Empty where the hub does not say.
        batch: A change that cannot wait; None where `/changes` must be asked.
    """

    revision: int
    time: datetime
    epoch: str = ""
    batch: ChangeBatch | None = None

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> "Told":
        """An event's data."""
        batch = ChangeBatch.from_json(value["batch"]) if value.get("batch") else None
        return Told(int(value["revision"]), from_iso(value["time"]), str(value.get("epoch", "")), batch)


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
    doc = None if change.doc is None else held(change.doc)
    bucket = [] if change.bucket == GLOBAL else [change.bucket]
    return [change.kind, change.id, doc, list(change.readings), *bucket]


def change_from_json(value: Sequence[Any]) -> Change:
    """What `change_to_json` gave."""
    kind, key, doc, readings, *bucket = value
    (own,) = bucket or [GLOBAL]
    return Change(kind, key, doc, tuple(readings), own)
