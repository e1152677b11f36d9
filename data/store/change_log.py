"""The gap-free, ordered log of what each committed transaction touched.

A revision is a committed transaction. The log says which records it touched and in which buckets; what they hold now
is read from their tables, in one read transaction together with the head revision. So a reader who is at revision R
and is sent every record touched after R is, after applying them all, exactly at the head.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from sqlalchemy import Connection, bindparam, func, insert, select, text, update

from data.clock import to_iso
from data.masking import READERS, STANDARD, bucket_counted, counted_bucket
from data.store.bulk import add_rows
from data.store.schema import BUCKET, CHANGE, COMMIT, META
from data.store.set_hash import Part, SetSum, Sums, hash_bytes

LOGGED_AT_MOST = 100_000
"""A transaction that touches more is not logged record by record: fetching a snapshot is faster than following it."""

CHANNEL = "switchboard"
"""On which hub processes that share a PostgreSQL database hear of each other's commits."""

_LOGGED_TOGETHER = 1000
_FLOOR = "log_floor"
_ADVISORY_LOCK = 0x53_57_42_44  # one number for all hubs of a database: "SWBD"


_SUMS_OF = select(BUCKET.c.bucket, BUCKET.c.kind, BUCKET.c.rows, BUCKET.c.set_hash).where(
    BUCKET.c.bucket.in_(bindparam("names", expanding=True))
)
_CHANGE_SUM = (
    update(BUCKET)
    .where(BUCKET.c.bucket == bindparam("b"), BUCKET.c.kind == bindparam("k"))
    .values(rows=bindparam("rows"), set_hash=bindparam("set_hash"))
)
_ADD_SUM = insert(BUCKET).values(bucket=bindparam("b"), kind=bindparam("k"))
"""Made once: every commit runs them."""


@dataclass(slots=True)
class Touched:
    """What a transaction has touched so far."""

    records: set[tuple[str, str, str]] = field(default_factory=set)
    too_many: bool = False
    """The log will hold no rows for this transaction."""
    sums: dict[tuple[str, str], SetSum] = field(default_factory=dict)
    _added: int = 0
    _removed: int = 0

    def __bool__(self) -> bool:
        return self.count > 0

    @property
    def count(self) -> int:
        """How many records were touched; a change takes one away and adds one."""
        return max(self._added, self._removed)

    def added(self, kind: str, key: str, bucket: str, hashed: int) -> None:
        """A record now has this hash in this bucket."""
        self.sums[bucket, kind] = self.sums.get((bucket, kind), SetSum()).plus(hashed)
        self._added += 1
        self._touch(kind, key, bucket)

    def added_all(self, kind: str, rows: Iterable[tuple[str, str, int]]) -> None:
        """Records now have these hashes: ids, buckets and hashes; one by one takes three times as long."""
        totals: dict[str, list[int]] = {}
        for key, bucket, hashed in rows:
            total = totals.get(bucket)
            if total is None:
                total = totals[bucket] = [0, 0]
            total[0] += 1
            total[1] += hashed
            if not self.too_many:
                self._touch(kind, key, bucket)
        for bucket, (count, summed) in totals.items():
            self.held(kind, bucket, SetSum(count, summed))
            self._added += count

    def removed(self, kind: str, key: str, bucket: str, hashed: int) -> None:
        """A record no longer has this hash in this bucket."""
        self.sums[bucket, kind] = self.sums.get((bucket, kind), SetSum()).minus(hashed)
        self._removed += 1
        self._touch(kind, key, bucket)

    def held(self, kind: str, bucket: str, delta: SetSum) -> None:
        """What readers of another class hold of a record has come, or gone; `bucket` says which class."""
        self.sums[bucket, kind] = self.sums.get((bucket, kind), SetSum()) + delta

    def _touch(self, kind: str, key: str, bucket: str) -> None:
        if not self.too_many:
            self.records.add((kind, key, bucket))
            if len(self.records) > LOGGED_AT_MOST:
                self.too_many = True
                self.records.clear()


def append(connection: Connection, touched: Touched, actor: str, action: str, at: datetime) -> int:
    """Gives the transaction its revision and logs what it touched; to be called last, just before the commit.

    Returns:
        The revision: one more than the last.
    """
    lock(connection)
    revision = head(connection) + 1
    connection.execute(
        insert(COMMIT).values(revision=revision, at=to_iso(at), actor=actor, action=action, changed=touched.count)
    )
    if touched.too_many:
        set_meta(connection, _FLOOR, str(revision))
    else:
        remaining = iter(sorted(touched.records))
        while some := list(islice(remaining, _LOGGED_TOGETHER)):
            rows = [{"revision": revision, "kind": k, "id": i, "bucket": b} for k, i, b in some]
            add_rows(connection, CHANGE, rows)
    _add_to_buckets(connection, touched.sums)
    notify(connection, str(revision))
    return revision


def notify(connection: Connection, notice: str) -> None:
    """On PostgreSQL, tells every hub process that listens on `CHANNEL`, when and if this transaction commits."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_notify(:channel, :notice)"), {"channel": CHANNEL, "notice": notice})


def lock(connection: Connection) -> None:
    """Makes this transaction the only writer until it ends, as SQLite does; may be called more than once.

    A database sequence would let a reader see revision 2 before revision 1 commits. And what a transaction read before
    it waited for a row (which hash is to leave the sum, in which bucket a customer belongs) may be over when it writes.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})


def head(connection: Connection) -> int:
    """The revision of the last committed transaction, 0 in an empty store."""
    return int(connection.execute(select(func.coalesce(func.max(COMMIT.c.revision), 0))).scalar_one())


def committed_at(connection: Connection, revision: int) -> str:
    """When a revision was committed; empty where there is none.

    Tells a history from another with the same epoch: that of a store which was put back from a copy by hand.
    """
    return connection.execute(select(COMMIT.c.at).where(COMMIT.c.revision == revision)).scalar_one_or_none() or ""


def floor(connection: Connection) -> int:
    """The lowest revision from which the log can be followed."""
    return int(get_meta(connection, _FLOOR) or 0)


def raise_floor(connection: Connection, revision: int) -> None:
    """Says that the log is not kept up to `revision`, in a transaction that may write; a higher floor stays."""
    lock(connection)
    if revision > floor(connection):
        set_meta(connection, _FLOOR, str(revision))


def touched_since(
    connection: Connection, revision: int, buckets: list[str] | None, limit: int
) -> list[tuple[str, str]] | None:
    """The records, by kind and id, that were touched after `revision` in any of `buckets` (None: all).

    Returns:
        None where there are more than `limit`.
    """
    touched = select(CHANGE.c.kind, CHANGE.c.id).where(CHANGE.c.revision > revision).distinct().limit(limit + 1)
    if buckets is not None:
        touched = touched.where(CHANGE.c.bucket.in_(buckets))
    rows = [(row.kind, row.id) for row in connection.execute(touched)]
    return rows if len(rows) <= limit else None


def sums(connection: Connection, buckets: list[str] | None, reader: str = STANDARD) -> Sums:
    """Count and set hash of each kind in each of `buckets` (None: all), as readers of a class hold them."""
    stored, found = select(BUCKET), dict[str, dict[Part, SetSum]]()
    if buckets is not None:
        stored = stored.where(BUCKET.c.bucket.in_([counted_bucket(one, who) for one in buckets for who in READERS]))
    for row in connection.execute(stored):
        bucket, who = bucket_counted(row.bucket)
        found.setdefault(who, {})[bucket, row.kind] = SetSum(row.rows, int.from_bytes(row.set_hash, "big"))
    return found.get(STANDARD, {}) | found.get(reader, {})


def _add_to_buckets(connection: Connection, deltas: Sums) -> None:
    stored: dict[Part, SetSum] = {}
    for bucket, kind, rows, set_hash in connection.execute(_SUMS_OF, {"names": [bucket for bucket, _ in deltas]}):
        stored[bucket, kind] = SetSum(rows, int.from_bytes(set_hash, "big"))
    changed, added = list[dict[str, object]](), list[dict[str, object]]()
    for part, delta in deltas.items():
        total = stored.get(part, SetSum()) + delta
        row = {"b": part[0], "k": part[1], "rows": total.rows, "set_hash": hash_bytes(total.set_hash)}
        (changed if part in stored else added).append(row)
    if changed:
        connection.execute(_CHANGE_SUM, changed)
    if added:
        connection.execute(_ADD_SUM, added)


def get_meta(connection: Connection, key: str) -> str | None:
    """A value that the store keeps about itself."""
    return connection.execute(select(META.c.value).where(META.c.key == key)).scalar_one_or_none()


def set_meta(connection: Connection, key: str, value: str) -> None:
    """Keeps a value that the store keeps about itself."""
    if connection.execute(update(META).where(META.c.key == key).values(value=value)).rowcount == 0:
        connection.execute(insert(META).values(key=key, value=value))


def epoch(connection: Connection) -> str:
    """Which history this store has: it changes when the store is restored, and caches then start afresh."""
    found = get_meta(connection, "epoch")
    if found is None:
        raise LookupError("a store without an epoch was not made by data.migrations")
    return found
