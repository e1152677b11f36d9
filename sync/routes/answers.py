"""The bodies of what replicas are answered: when a change wakes every agent at once, they share one."""

import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from sqlalchemy import Connection, select

from data.caches.build import changes_for
from data.caches.columns import later_fields
from data.caches.partitions import MOST, partition_of, partition_sums
from data.kinds import CUSTOMER, KINDS
from data.masking import LEAST
from data.store import change_log
from data.store.least_sums import least_hash
from data.store.schema import RECORDS
from data.store.set_hash import Part, SetSum
from data.store.store import Store
from sync.errors import RefusedError, SnapshotNeededError
from sync.hub.single_flight import SingleFlight
from sync.hub.snapshots import CHANGES_AT_MOST, Scope, changes_after
from sync.protocol import ChangeBatch, Renewed, Repair, RepairAsk

Shape = Literal["version 1", "records", "columns"]
"""How changes stand in a body: as version 1 of the protocol has them, one after another, or by columns."""

_PACKED = 8
"""How hard gzip tries: a body is packed once for all who ask, and may go out a thousand times."""

_REMEMBERED = 64
_REMEMBERED_PARTITIONS = 8
_PARTS_AT_MOST = 32
_ROWS_AT_ONCE = 5000
_TOO_FAR = "the change log does not lead from there to here: fetch a snapshot"


@dataclass(frozen=True)
class Body:
    """JSON, to be sent as it is or packed."""

    plain: bytes

    @cached_property
    def packed(self) -> bytes:
        """As gzip."""
        return gzip.compress(self.plain, _PACKED, mtime=0)

    @staticmethod
    def of(value: object) -> "Body":
        """The JSON of `value`."""
        return Body(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


class Answers:
    """Makes the bodies from a store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._bodies: SingleFlight[tuple[Shape, str, str, int, int], Body] = SingleFlight(_REMEMBERED)
        self._partitions: SingleFlight[tuple[Part, str, int, str, int], list[SetSum]] = SingleFlight(
            _REMEMBERED_PARTITIONS
        )

    def changes(self, scope: Scope, epoch: str, since: int, head: int, shape: Shape) -> Body:
        """A `ChangeBatch` from `since` on.

        Args:
            scope: What the asking device may hold.
            epoch: Of the history that its cache follows.
            since: Where its cache is.
            head: The store's head, or an older one: who names the same shares a body.
            shape: That it reads.

        Raises:
            SnapshotNeededError: the log does not lead from there to the head.
        """

        def make() -> Body:
            with self._store.read() as connection:
                batch = _batch(connection, scope, epoch, since)
            return Body.of(batch.to_version_1() if shape == "version 1" else batch.to_json(columns=shape == "columns"))

        return self._bodies.get((shape, epoch, scope.key, since, head), make, keep=since != head)

    def repair(self, scope: Scope, ask: RepairAsk) -> Body:
        """A `Repair`.

        Raises:
            SnapshotNeededError: the log does not lead from there to the head, or too much differs.
            RefusedError: it asks for what it may not see, or in a shape that is none.
        """
        _check(scope, ask)
        with self._store.read() as connection:
            batch = _batch(connection, scope, ask.epoch, ask.since)
            renewed = tuple(self._renewed(connection, batch, scope, part, theirs) for part, theirs in ask.parts.items())
        return Body.of(Repair(batch, renewed).to_json())

    def _renewed(
        self, connection: Connection, batch: ChangeBatch, scope: Scope, part: Part, theirs: Sequence[SetSum]
    ) -> Renewed:
        bucket, kind = part
        count = len(theirs)
        ours = self._partitions.get(
            (part, scope.reader, count, batch.epoch, batch.revision),
            lambda: partition_sums(_hashes(connection, part, scope.reader), count),
        )
        wrong = frozenset(number for number, sums in enumerate(theirs) if sums != ours[number])
        if sum(ours[number].rows for number in wrong) > CHANGES_AT_MOST:
            raise SnapshotNeededError(f"too much differs in {bucket}/{kind}: fetch a snapshot")
        ids = (
            [key for key, _ in _hashes(connection, part, scope.reader) if partition_of(key, count) in wrong]
            if wrong
            else []
        )
        records = changes_for(connection, [(kind, key) for key in ids], [bucket], scope.reader)
        return Renewed(part, count, wrong, tuple(records))


def _batch(connection: Connection, scope: Scope, epoch: str, since: int) -> ChangeBatch:
    touched = changes_after(connection, scope, epoch, since)
    if touched is None:
        raise SnapshotNeededError(_TOO_FAR)
    return ChangeBatch(
        epoch=epoch,
        scope=scope.key,
        since=since,
        revision=change_log.head(connection),
        sums=change_log.sums(connection, scope.bucket_list, scope.reader),
        changes=tuple(changes_for(connection, touched, scope.bucket_list, scope.reader)),
        fields=later_fields(),
    )


def _check(scope: Scope, ask: RepairAsk) -> None:
    if len(ask.parts) > _PARTS_AT_MOST:
        raise SnapshotNeededError("too many parts differ: fetch a snapshot")
    for (bucket, kind), sums in ask.parts.items():
        if kind not in KINDS or not 0 < len(sums) <= MOST:
            raise RefusedError("this is no question about a cache's parts")
        if scope.buckets is not None and bucket not in scope.buckets:
            raise RefusedError(f"this device may not hold what is in {bucket}")


def _hashes(connection: Connection, part: Part, reader: str) -> Iterator[tuple[str, int]]:
    """Id and hash of every record of a part, as readers of a class hold it."""
    bucket, kind = part
    table = RECORDS[kind]
    least = reader == LEAST and kind == CUSTOMER.name
    columns = table.c if least else (table.c.id, table.c.row_hash)
    rows = select(*columns).where(table.c.bucket == bucket)
    for row in connection.execute(rows, execution_options={"yield_per": _ROWS_AT_ONCE}).mappings():
        yield row["id"], least_hash(row) if least else int.from_bytes(row["row_hash"], "big")
