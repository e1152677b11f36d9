"""The hub's store: what is known, written in transactions that leave their trace in the change log."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, delete, select, update

from data.clock import Clock
from data.fields import Doc, FieldType, Kind
from data.kinds import CUSTOMER, KINDS
from data.masking import LEAST, counted_bucket
from data.store import audit, change_log
from data.store.audit_commits import COMMITTED, describe_commit
from data.store.buckets import BucketFinder, customers_below
from data.store.bulk import add_rows, add_values
from data.store.cells import cell_columns
from data.store.database import WRITE, is_postgresql
from data.store.least_sums import are_kept, least_hash
from data.store.phone_hashes import PhoneHashes, forget_phones
from data.store.prepared import Prepared, in_chunks, prepare, row_of
from data.store.rows import chunks, get_docs
from data.store.schema import LINK, RECORDS
from data.store.set_hash import SetSum

_PHONE = list(CUSTOMER.by_name).index("phone")


@dataclass(slots=True)
class Counts:
    """How a write went."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0


class Store:
    """Reads and writes of the hub's database.

    Args:
        engine: From `data.store.database.open_database`, with the schema of `data.migrations`.
        clock: Dates the commits.
        phones: Keeps the hashes of customers' phone numbers; without it, changed ones are forgotten only.
    """

    def __init__(self, engine: Engine, clock: Clock, phones: PhoneHashes | None = None) -> None:
        self.engine = engine
        self.clock = clock
        self.phones = phones
        self._reading: dict[str, Any] = (
            {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True} if is_postgresql(engine) else {}
        )

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one moment of the store."""
        with self.engine.connect().execution_options(**self._reading) as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self, actor: str, action: str, branches: tuple[str, ...] = ()) -> Iterator["Writing"]:
        """One transaction: all of it happens, with its place in the change log, or nothing. One is under way at a time.

        Args:
            actor: Who does it, such as `person:wang` or `os:root`.
            action: What is done, in a word or two, for the commit log.
            branches: Those that the actor works for; empty for all.
        """
        options = {WRITE: True, audit.PENDING: []}
        with self.engine.connect().execution_options(**options) as connection, connection.begin() as transaction:
            writing = Writing(connection, self.clock, self.phones)
            writing.branches = branches
            change_log.lock(connection)
            yield writing
            if writing.rehearsal:
                transaction.rollback()
            else:
                writing.finish(actor, action)

    @contextmanager
    def rehearse(self) -> Iterator["Writing"]:
        """A transaction that is undone at its end, whatever was written in it; on PostgreSQL nobody waits for it."""
        options = {WRITE: True, audit.PENDING: []}
        with self.engine.connect().execution_options(**options) as connection, connection.begin() as transaction:
            yield Writing(connection, self.clock, self.phones)
            transaction.rollback()


class Writing:
    """The writes of one transaction.

    Attributes:
        buckets: Finds the bucket of a record, as this transaction sees what is supplied from where.
        revision: Where the transaction stands in the change log, once it is finished and has changed anything.
        rehearsal: Set to have all of it undone at the end: a dry run does what the real one does.
        branches: Those that its actor works for; empty for all.
    """

    def __init__(self, connection: Connection, clock: Clock, phones: PhoneHashes | None = None) -> None:
        self.connection = connection
        self.clock = clock
        self._phones = phones
        self.revision: int | None = None
        self.rehearsal = False
        self.branches: tuple[str, ...] = ()
        self._touched = change_log.Touched()
        self.buckets = BucketFinder(connection)

    def put(self, kind: str, doc: Doc) -> Counts:
        """Adds or changes one record; see `put_many`."""
        return self.put_many(kind, [doc])

    def put_many(self, kind: str, docs: Iterable[Doc]) -> Counts:
        """Adds or changes records; fields that a document lacks keep their stored values.

        Raises:
            BadValueError: a value does not fit its field; the transaction should be given up.
        """
        counts = Counts()
        for chunk in in_chunks(docs):
            self.put_prepared(prepare(self.connection, self.buckets, kind, chunk), counts)
        return counts

    def put_prepared(self, prepared: Prepared, counts: Counts) -> None:
        """Writes what was worked out beforehand, and adds to `counts` how it went."""
        counts.added += len(prepared.added)
        counts.changed += len(prepared.changed)
        counts.unchanged += prepared.unchanged
        add_rows(self.connection, RECORDS[prepared.kind], prepared.added)
        self._update(prepared.kind, prepared.changed)
        for row in prepared.added:
            self._added(prepared.kind, row)
        self._link(prepared)
        self._keep_phones(prepared)
        self._rebucket_below(prepared.kind, prepared.supplying)

    def add_new(
        self, kind: str, columns: Sequence[Sequence[Any]], hashes: Sequence[bytes], buckets: Sequence[str]
    ) -> None:
        """Adds records, none of which is stored yet.

        Args:
            kind: Of the records.
            columns: The values of canonical documents, field by field.
            hashes: Of each record.
            buckets: Of each record.
        """
        described, ids = KINDS[kind], columns[0]
        rows = list(zip(*cell_columns(described.fields, columns), hashes, buckets, strict=True))
        add_values(self.connection, RECORDS[kind], (*described.by_name, "row_hash", "bucket"), rows)
        add_values(self.connection, LINK, ("kind", "id", "field", "target"), list(_links(described, columns)))
        self._touched.added_all(kind, zip(ids, buckets, map(_number, hashes), strict=True))
        if kind == CUSTOMER.name:
            if self._keeps_least:
                for values, bucket in zip(zip(*columns, strict=True), buckets, strict=True):
                    hashed = least_hash(dict(zip(described.by_name, values, strict=True)))
                    self._touched.held(kind, counted_bucket(bucket, LEAST), SetSum().plus(hashed))
            if self._phones is not None:
                self._phones.keep(self.connection, zip(ids, columns[_PHONE], strict=True))
        self._rebucket_below(kind, list(ids))

    def leave_unlogged(self) -> None:
        """Has what this transaction touches logged nowhere: it is part of what is too much to be followed."""
        self._touched.too_many = True

    def delete(self, kind: str, ids: Iterable[str]) -> int:
        """Removes records; ids that are not there are passed over.

        Returns:
            How many were removed.
        """
        table, removed = RECORDS[kind], list[str]()
        for key in ids:
            if not self._forget_sums(kind, [key]):
                continue
            self.connection.execute(delete(table).where(table.c.id == key))
            self.connection.execute(delete(LINK).where(LINK.c.kind == kind, LINK.c.id == key))
            removed.append(key)
        if kind == "customer":
            forget_phones(self.connection, removed)
        self._rebucket_below(kind, removed)
        return len(removed)

    def note(self, actor: str, act: str, about: str) -> None:
        """Notes an act in the audit trail, at this moment: it happens with its entry, or neither does.

        Args:
            actor: Who, such as `person:wang`, `device:12` or `os:root`.
            act: What, in a word, such as `sign_in`.
            about: To what or whom.
        """
        audit.record(self.connection, self.clock.now(), actor, act, about)

    def finish(self, actor: str, action: str) -> None:
        """Writes the change log and the audit chain; called by `Store.write` before it commits."""
        if self._touched:
            now = self.clock.now()
            self.revision = change_log.append(self.connection, self._touched, actor, action, now)
            about = describe_commit(self.connection, self.revision, action, self._touched.count)
            audit.record(self.connection, now, actor, COMMITTED, about)
        audit.chain(self.connection)

    def _update(self, kind: str, rows: list[dict[str, Any]]) -> None:
        if not rows:
            return
        table = RECORDS[kind]
        self._forget_sums(kind, [row["id"] for row in rows])
        self.connection.execute(
            update(table)
            .where(table.c.id == bindparam("key"))
            .values({name: bindparam(f"new_{name}") for name in rows[0] if name != "id"}),
            [{"key": row["id"], **{f"new_{name}": value for name, value in row.items()}} for row in rows],
        )
        for row in rows:
            self._added(kind, row)

    def _added(self, kind: str, row: dict[str, Any]) -> None:
        self._touched.added(kind, row["id"], row["bucket"], int.from_bytes(row["row_hash"], "big"))
        if kind == CUSTOMER.name and self._keeps_least:
            self._touched.held(kind, counted_bucket(row["bucket"], LEAST), SetSum().plus(least_hash(row)))

    def _forget_sums(self, kind: str, ids: list[str]) -> int:
        """Takes what is stored of these records from the sums; how many there are."""
        table, count = RECORDS[kind], 0
        least = kind == CUSTOMER.name and self._keeps_least
        columns = table.c if least else (table.c.id, table.c.row_hash, table.c.bucket)
        for row in self.connection.execute(select(*columns).where(table.c.id.in_(ids))).mappings():
            self._touched.removed(kind, row["id"], row["bucket"], int.from_bytes(row["row_hash"], "big"))
            if least:
                self._touched.held(kind, counted_bucket(row["bucket"], LEAST), SetSum().minus(least_hash(row)))
            count += 1
        return count

    @cached_property
    def _keeps_least(self) -> bool:
        return are_kept(self.connection)

    def _link(self, prepared: Prepared) -> None:
        if any(field.type is FieldType.REFS for field in KINDS[prepared.kind].fields):
            ids = [row["id"] for row in prepared.changed]
            self.connection.execute(delete(LINK).where(LINK.c.kind == prepared.kind, LINK.c.id.in_(ids)))
        add_rows(self.connection, LINK, prepared.links)

    def _keep_phones(self, prepared: Prepared) -> None:
        forget_phones(self.connection, [customer for customer, _ in prepared.other_phones])
        if self._phones is not None:
            self._phones.keep(self.connection, (*prepared.new_phones, *prepared.other_phones))

    def _rebucket_below(self, kind: str, ids: list[str]) -> None:
        """Puts customers where they belong now that these feeders or transformer areas came, moved or went."""
        if not ids or kind not in {"feeder", "transformer_area"}:
            return
        self.buckets.forget()
        table = RECORDS["customer"]
        for chunk in chunks(customers_below(self.connection, kind, ids)):
            stored = select(table.c.id, table.c.bucket).where(table.c.id.in_(chunk))
            buckets = dict(self.connection.execute(stored).all())
            docs = get_docs(self.connection, "customer", chunk)
            moved = [doc for key, doc in docs.items() if self.buckets.bucket("customer", doc) != buckets[key]]
            self._update("customer", [row_of(self.buckets, KINDS["customer"], doc) for doc in moved])


def _links(kind: Kind, columns: Sequence[Sequence[Any]]) -> Iterator[tuple[str, str, str, str]]:
    """Rows of the table of links, by the columns of records."""
    for field, lists in zip(kind.fields, columns, strict=True):
        if field.type is FieldType.REFS:
            for key, targets in zip(columns[0], lists, strict=True):
                yield from ((kind.name, key, field.name, target) for target in targets)


def _number(hashed: bytes) -> int:
    return int.from_bytes(hashed, "big")
