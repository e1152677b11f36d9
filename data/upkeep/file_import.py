"""Files of records into the store, as command and page take them: planned beside the writers, stored at once."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Connection

from data.fields import Doc, Kind, canonical_json
from data.importing import ImportOptions, Rejected, Spool, match_columns, open_table, plan_import
from data.kinds import TEAM_CHOICE
from data.store import audit, change_log
from data.store.buckets import BucketFinder
from data.store.prepared import Prepared, prepare
from data.store.rows import get_docs
from data.store.store import Counts, Store, Writing
from data.store.stored_records import StoredRecords
from data.upkeep.errors import StandsAgainstError
from data.upkeep.history import remember

HISTORY_AT_MOST = 10_000
"""An import that changes more records leaves no history of each: the audit trail has it, and the file."""

_FEW = 10_000
_NOT_PLANNED_ON = frozenset({"outage", TEAM_CHOICE.name})


class OtherThanSeenError(StandsAgainstError):
    """An import would do something else than was shown."""


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

    def plan(self, spool: Spool, connection: Connection) -> str | None:
        """Keeps in `spool` what becomes of each row.

        Returns:
            One line that names the columns that mean nothing, or None.

        Raises:
            DataError: it is no file of such records.
        """
        with open_table(self.path) as table:
            columns = match_columns(self.kind, table.header, self.renames)
            outcomes = plan_import(columns, table.rows, StoredRecords(connection), self.options)
            spool.fill(outcomes, partial(prepare, connection, BucketFinder(connection)))
        return columns.warning


@dataclass(frozen=True, slots=True)
class Difference:
    """A record that an import adds or changes.

    Attributes:
        before: The whole record; None for a new one.
        fields: Those that change, or hold something in a new one.
    """

    kind: str
    before: Doc | None
    after: Doc
    fields: tuple[str, ...]


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


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did."""

    counts: Counts
    rejected: list[Rejected]
    warning: str | None

    def to_json(self) -> dict[str, int]:
        """The counts of rows, as the command prints them."""
        counts, rejected = self.counts, len(self.rejected)
        return {
            "rows": counts.added + counts.changed + counts.unchanged + rejected,
            "added": counts.added,
            "changed": counts.changed,
            "unchanged": counts.unchanged,
            "rejected": rejected,
        }


@dataclass(frozen=True, slots=True)
class ImportRun:
    """How an import is to be done.

    Attributes:
        actor: Who does it.
        about: The file, for the audit trail.
        rehearsal: Do all of it, and undo it at the end.
        seen: The digest of the `Preview` that the person has agreed to; None to do it whatever it comes to.
        last: Done with the rejected rows before the commit: rows that are neither stored nor listed would be lost.
    """

    actor: str
    about: str
    rehearsal: bool = False
    seen: str | None = None
    last: Callable[[list[Rejected]], None] = lambda _rejected: None


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
        warning = file.plan(spool, connection)
        counts, first, digest = Counts(), list[Difference](), sha256()
        for difference, mentioned in _differences(connection, spool, counts):
            digest.update(_told(difference))
            if len(first) < shown and not mentioned:
                first.append(difference)
        return Preview(counts, _in_order(spool), tuple(first), warning, digest.hexdigest())


def import_file(store: Store, file: RecordFile, directory: Path, run: ImportRun) -> Imported:
    """Stores the good rows of a file in one transaction, and lists the bad ones.

    It is planned while others write; where they wrote what the plan was made on, it is planned once more, and nobody
    else writes meanwhile.

    Raises:
        DataError: it is no file of such records.
        OtherThanSeenError: it would do something else than was agreed to; nothing was done.
    """
    with Spool(directory) as spool:
        with store.read() as connection:
            planned_at = change_log.head(connection)
            warning = file.plan(spool, connection)
        with store.write(run.actor, f"import {file.kind.name}") as writing:
            writing.rehearsal = run.rehearsal
            if _overtaken(writing.connection, planned_at):
                file.plan(spool, writing.connection)
            if run.seen is not None and run.seen != _digest(writing.connection, spool):
                raise OtherThanSeenError("资料已有变化，请重新核对 the records have changed since: look again")
            counts = _store(writing, spool, run.actor)
            audit.record(writing.connection, writing.clock.now(), run.actor, "import", run.about)
            rejected = [*_in_order(spool)]
            run.last(rejected)
    return Imported(counts, rejected, warning)


def _in_order(spool: Spool) -> tuple[Rejected, ...]:
    return tuple(sorted(spool.rejected, key=lambda one: one.row))


def _overtaken(connection: Connection, planned_at: int) -> bool:
    """Whether anything was written since then that a plan depends on: windows and choices are nothing to it."""
    touched = change_log.touched_since(connection, planned_at, None, _FEW)
    lost_track = touched is None or change_log.floor(connection) > planned_at
    return lost_track or any(kind not in _NOT_PLANNED_ON for kind, _ in touched or ())


def _digest(connection: Connection, spool: Spool) -> str:
    digest = sha256()
    for difference, _ in _differences(connection, spool, Counts()):
        digest.update(_told(difference))
    return digest.hexdigest()


def _told(one: Difference) -> bytes:
    return canonical_json([one.kind, one.before, one.after]).encode("utf-8", "surrogatepass")


def _differences(connection: Connection, spool: Spool, counts: Counts) -> Iterator[tuple[Difference, bool]]:
    """What changes, and whether a row only mentions it; `counts` counts the rows."""
    for mentioned, prepared in spool.kept():
        if not mentioned:
            counts.added += len(prepared.added)
            counts.changed += len(prepared.changed)
            counts.unchanged += prepared.unchanged
        for before, after in _documents(connection, prepared):
            was = before or {}
            fields = tuple(name for name, value in after.items() if (value or None) != (was.get(name) or None))
            yield Difference(prepared.kind, before, after, fields), mentioned


def _documents(connection: Connection, prepared: Prepared) -> Iterator[tuple[Doc | None, Doc]]:
    stored = get_docs(connection, prepared.kind, [row["id"] for row in prepared.changed])
    for row in (*prepared.added, *prepared.changed):
        yield stored.get(row["id"]), prepared.doc(row)


def _store(writing: Writing, spool: Spool, actor: str) -> Counts:
    """Writes what is kept; records that a row only mentions are not counted as rows."""
    counts, mentioned = Counts(), Counts()
    remembers = spool.changed <= HISTORY_AT_MOST
    for kept in spool.kept():
        prepared = kept.prepared
        if remembers and prepared.changed:
            stored = get_docs(writing.connection, prepared.kind, [row["id"] for row in prepared.changed])
            changed = [(row["id"], stored.get(row["id"]), prepared.doc(row)) for row in prepared.changed]
            remember(writing, prepared.kind, changed, actor, "imported")
        writing.put_prepared(prepared, mentioned if kept.mentioned else counts)
    return counts
