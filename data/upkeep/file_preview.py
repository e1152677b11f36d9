"""Files of records, and what importing one would do: planned beside whoever writes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Connection

from data.fields import Doc, Kind, canonical_json
from data.importing import (
    ImportOptions,
    ImportPlan,
    Lot,
    References,
    Rejected,
    Row,
    Spool,
    lot_of,
    match_columns,
    open_table,
)
from data.importing.plan import CHUNK
from data.store.buckets import BucketFinder
from data.store.prepared import Prepared, prepare
from data.store.rows import get_docs
from data.store.store import Counts, Store
from data.store.stored_records import StoredRecords


@dataclass(frozen=True, slots=True)
class RecordFile:
    """A file, and how it is to be read.

    Attributes:
        renames: Field names by header.
    """

    path: Path
    kind: Kind
    options: ImportOptions
    renames: dict[str, str] = field(default_factory=dict)

    def plan(self, spool: Spool, connection: Connection, together: int = CHUNK) -> "FilePlan":
        """Keeps in `spool` what becomes of each row, in lots of `together`.

        Raises:
            DataError: it is no file of such records.
        """
        with open_table(self.path) as table:
            columns = match_columns(self.kind, table.header, self.renames)
            plan = FilePlan(ImportPlan(columns, self.options), columns.warning)
            references, buckets = References(StoredRecords(connection)), BucketFinder(connection)
            for rows in plan.plan.lots(table.rows, together):
                spool.keep(plan.lot(connection, rows, references, buckets))
        return plan

    def digest(self) -> str:
        """SHA-256 of its content, in hexadecimal digits."""
        digest = sha256()
        with self.path.open("rb") as file:
            for block in iter(partial(file.read, 1 << 20), b""):
                digest.update(block)
        return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class FilePlan:
    """The plan of a file.

    Attributes:
        warning: One line that names the columns that mean nothing, or None.
    """

    plan: ImportPlan
    warning: str | None

    def lot(self, connection: Connection, rows: list[Row], references: References, buckets: BucketFinder) -> Lot:
        """What is to become of some of its rows."""
        return lot_of(rows, self.plan.outcomes(rows, references), partial(prepare, connection, buckets))


@dataclass(frozen=True, slots=True)
class Difference:
    """A record that an import adds or changes.

    Attributes:
        before: The whole record; None for a new one.
        fields: Those that change, or hold something in a new one.
        mentioned: A row only mentions the record.
    """

    kind: str
    before: Doc | None
    after: Doc
    fields: tuple[str, ...]
    mentioned: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would do.

    Attributes:
        counts: Of good rows.
        rejected: The bad ones.
        first: The first differences.
        warning: Names the columns that mean nothing; or None.
        digest: Stands for all of it: another one would do something else.
    """

    counts: Counts
    rejected: tuple[Rejected, ...]
    first: tuple[Difference, ...]
    warning: str | None
    digest: str


def preview_file(store: Store, file: RecordFile, directory: Path, shown: int) -> Preview:
    """What importing a file would do now; nothing is changed.

    Args:
        store: Of the hub.
        file: Which.
        directory: Where to keep the plan meanwhile.
        shown: Of how many differences all is told.

    Raises:
        DataError: it is no file of such records.
    """
    with Spool(directory) as spool, store.read() as connection:
        warning = file.plan(spool, connection).warning
        counts, first, digest = Counts(), list[Difference](), sha256()
        for lot in spool.lots():
            count(counts, lot)
            for one in _differences(connection, lot):
                digest.update(_told(one))
                if len(first) < shown and not one.mentioned:
                    first.append(one)
        return Preview(counts, in_order(spool.rejected), tuple(first), warning, digest.hexdigest())


def in_order(rejected: list[Rejected]) -> tuple[Rejected, ...]:
    """Rejected rows as the file has them."""
    return tuple(sorted(rejected, key=lambda one: one.row))


def count(counts: Counts, lot: Lot) -> None:
    """Adds what a lot does; records that a row only mentions are not counted as rows."""
    for mentioned, prepared in lot.kept:
        if not mentioned:
            counts.added += len(prepared.added)
            counts.changed += len(prepared.changed)
            counts.unchanged += prepared.unchanged


def lot_digest(connection: Connection, lot: Lot) -> bytes:
    """Stands for every record of a lot before and after."""
    digest = sha256()
    for one in _differences(connection, lot):
        digest.update(_told(one))
    return digest.digest()


def digests(connection: Connection, lots: Iterable[Lot]) -> tuple[str, list[bytes]]:
    """The digest of a `Preview` of these lots, and that of each lot."""
    whole, of_lots = sha256(), list[bytes]()
    for lot in lots:
        digest = sha256()
        for one in _differences(connection, lot):
            told = _told(one)
            whole.update(told)
            digest.update(told)
        of_lots.append(digest.digest())
    return whole.hexdigest(), of_lots


def _differences(connection: Connection, lot: Lot) -> Iterator[Difference]:
    for mentioned, prepared in lot.kept:
        for before, after in _documents(connection, prepared):
            was = before or {}
            fields = tuple(name for name, value in after.items() if (value or None) != (was.get(name) or None))
            yield Difference(prepared.kind, before, after, fields, mentioned)


def _told(one: Difference) -> bytes:
    return canonical_json([one.kind, one.before, one.after]).encode("utf-8", "surrogatepass")


def _documents(connection: Connection, prepared: Prepared) -> Iterator[tuple[Doc | None, Doc]]:
    stored = get_docs(connection, prepared.kind, [row["id"] for row in prepared.changed])
    for row in (*prepared.added, *prepared.changed):
        yield stored.get(row["id"]), prepared.doc(row)
