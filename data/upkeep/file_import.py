"""Files of records into the store, as command and page take them: planned beside the writers, stored in short steps."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy import Connection

from data.clock import to_iso
from data.errors import DataError
from data.fields import Kind
from data.importing import Lot, References, Rejected, Spool
from data.importing.columns import fields_of
from data.kinds import KINDS
from data.store import change_log
from data.store.alone import IMPORT, alone
from data.store.rows import get_docs
from data.store.steps import PLANNED, Pace, Steps
from data.store.store import Counts, Store, Writing
from data.store.stored_records import StoredRecords
from data.upkeep.errors import StandsAgainstError
from data.upkeep.file_preview import FilePlan, RecordFile, count, digests, in_order, lot_digest
from data.upkeep.history import remember
from data.upkeep.import_note import ImportNote, drop_note, read_note, write_note

HISTORY_AT_MOST = 10_000
"""An import that changes more records leaves no history of each: the audit trail has it, and the file."""

_FEW = 10_000
_PREPARED = 6
"""What a row costs that was prepared beforehand, by the measure of a `Pace`."""
_LOOKED_AT = 20
"""So many rows that stay as they are cost as much as 1."""
_USUAL = Pace()


class OtherThanSeenError(StandsAgainstError):
    """An import would do something else than was shown."""


class ImportUnderWayError(StandsAgainstError):
    """Another import is storing its rows."""


class BrokenOffError(DataError):
    """An import ended between two of its steps: some of its rows are stored, and it can be gone on with."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did.

    Attributes:
        warning: Names the columns that mean nothing; or None.
        earlier: An import before this one that was broken off; or None.
    """

    counts: Counts
    rejected: tuple[Rejected, ...]
    warning: str | None
    earlier: ImportNote | None = None

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
        seen: The digest of the `Preview` that the person has agreed to; None to do it whatever it comes to.
        last: Done with the rejected rows before anything is stored, and once more where they became others: rows that
            are neither stored nor listed would be lost.
        pace: How it shares the store with others who write.
    """

    actor: str
    about: str
    seen: str | None = None
    last: Callable[[tuple[Rejected, ...]], None] = lambda _rejected: None
    pace: Pace = _USUAL


def rehearse_file(store: Store, file: RecordFile, directory: Path, run: ImportRun) -> Imported:
    """What an import would do now; nothing is changed, and nobody waits.

    Raises:
        DataError: it is no file of such records.
    """
    with Spool(directory) as spool:
        with store.read() as connection:
            warning = file.plan(spool, connection).warning
        counts = Counts()
        for lot in spool.lots():
            count(counts, lot)
        rejected = in_order(spool.rejected)
        run.last(rejected)
    return Imported(counts, rejected, warning)


def import_file(store: Store, file: RecordFile, directory: Path, run: ImportRun) -> Imported:
    """Stores the good rows of a file in short transactions, and lists the bad ones.

    All of it is planned first, while others write; rows that rest on what they wrote since are planned once more.
    One import at a time is under way. One that is killed is noted in the store, and doing it again goes on with it:
    rows are known by their ids.

    Raises:
        DataError: it is no file of such records; nothing was done.
        OtherThanSeenError: it would do something else than was agreed to; nothing was done.
        ImportUnderWayError: another one is; nothing was done.
        BrokenOffError: some rows are stored.
    """
    with alone(store.engine, IMPORT) as free, Spool(directory) as spool:
        if not free:
            with store.read() as connection:
                raise _under_way(read_note(connection))
        with store.read() as connection:
            planned_at = change_log.head(connection)
            plan = file.plan(spool, connection, run.pace.together)
            whole, seen = digests(connection, spool.lots()) if run.seen else (None, None)
        if run.seen != whole:
            raise _other_than_seen()
        run.last(in_order(spool.rejected))
        about = ImportNote(file.kind.name, run.about, file.digest(), run.actor, "", 0, spool.rows)
        meanwhile = _Meanwhile(file.kind, planned_at)
        work = _Storing(store, spool, plan, run, replace(about, at=to_iso(store.clock.now())), meanwhile, seen)
        try:
            return work.run()
        except Exception as error:
            if not work.committed:
                raise
            raise _broken_off(work.note, error) from error


def _under_way(note: ImportNote | None) -> ImportUnderWayError:
    if note is None:
        return ImportUnderWayError("another import is under way: wait until it is done").about("import_begins")
    told = ImportUnderWayError(f"another import is under way ({note}): wait until it is done")
    return told.about("import_under_way", file=note.about, stored=note.stored, rows=note.rows)


def _broken_off(note: ImportNote, error: Exception) -> BrokenOffError:
    reason = " ".join(str(getattr(error, "orig", error)).split())
    told = BrokenOffError(f"{note}; import it again for the rest: {reason}")
    return told.about("import_broken_off", file=note.about, stored=note.stored, rows=note.rows, why=error)


def _other_than_seen() -> OtherThanSeenError:
    return OtherThanSeenError("资料已有变化，请重新核对 the records have changed since: look again")


@dataclass(slots=True)
class _Meanwhile:
    """What others wrote since an import was planned, as far as the plan rests on it.

    Attributes:
        at: The revision up to which is known what they wrote.
        everything: All of the plan may rest on it.
        ids: Records of the import's own kind that they wrote.
    """

    kind: Kind
    at: int
    everything: bool = False
    ids: set[str] = field(default_factory=set)

    def look(self, connection: Connection) -> None:
        """Takes in what was written since it was last asked."""
        touched = change_log.touched_since(connection, self.at, None, _FEW)
        if touched is None or change_log.floor(connection) > self.at:
            self.everything = True
        for kind, key in touched or ():
            if kind == self.kind.name:
                self.ids.add(key)
            elif kind in self._rests_on:
                self.everything = True
        self.at = change_log.head(connection)

    def concerns(self, lot: Lot) -> bool:
        """Whether a lot is to be planned once more."""
        in_one_lot = self.kind.name in self._rests_on and bool(self.ids)
        return self.everything or in_one_lot or not self.ids.isdisjoint(lot.ids)

    @property
    def _rests_on(self) -> frozenset[str]:
        return frozenset(one.target for one in fields_of(self.kind) if one.target in KINDS)


@dataclass(slots=True)
class _Storing:
    """An import whose rows are being stored.

    Attributes:
        note: How far it has come.
        seen: The digest of each lot, where a person has agreed to them.
        committed: Some of it is there for everybody.
    """

    store: Store
    spool: Spool
    plan: FilePlan
    run_: ImportRun
    note: ImportNote
    meanwhile: _Meanwhile
    seen: list[bytes] | None
    committed: bool = False
    _counts: Counts = field(default_factory=Counts)
    _mentioned: Counts = field(default_factory=Counts)
    _rejected: list[Rejected] = field(default_factory=list)
    _earlier: ImportNote | None = None
    _stored: int = 0
    _done: bool = False

    def run(self) -> Imported:
        """Stores all of it."""
        with Steps(self._step, self.run_.pace, self.store.engine, whole=False) as steps:
            cost = 0
            for number, lot in enumerate(self.spool.lots()):
                steps.spend(cost)
                cost = self._store_lot(steps.writing, number, lot)
            self._finish(steps.writing)
        return Imported(self._counts, in_order(self._rejected), self.plan.warning, self._earlier)

    @contextmanager
    def _step(self) -> Iterator[Writing]:
        """One transaction: it says in the store how far the import has come, or that it is done."""
        with self.store.write(self.run_.actor, f"import {self.note.kind}") as writing:
            self.meanwhile.look(writing.connection)
            if self.spool.added + self.spool.changed > change_log.LOGGED_AT_MOST:
                writing.leave_unlogged()
            if not self.committed:
                self._tell_of_earlier(writing)
            yield writing
            note = replace(self.note, stored=self._stored)
            if self._done:
                drop_note(writing.connection)
            else:
                write_note(writing.connection, note)
        self.note, self.committed = note, True
        self.meanwhile.at = writing.revision or self.meanwhile.at

    def _tell_of_earlier(self, writing: Writing) -> None:
        self._earlier = read_note(writing.connection)
        if self._earlier is not None:
            self._audit(writing, "import_broken_off", str(self._earlier))

    def _store_lot(self, writing: Writing, number: int, lot: Lot) -> int:
        """Writes a lot; what that cost."""
        written = sum(len(prepared.added) + len(prepared.changed) for _, prepared in lot.kept)
        cost = written * _PREPARED + len(lot.rows) // _LOOKED_AT
        if self.meanwhile.concerns(lot):
            cost = len(lot.rows) * PLANNED
            lot = self.plan.lot(
                writing.connection, lot.rows, References(StoredRecords(writing.connection)), writing.buckets
            )
            if self.seen is not None and self.seen[number] != lot_digest(writing.connection, lot):
                raise _other_than_seen()
        for mentioned, prepared in lot.kept:
            if self.spool.changed <= HISTORY_AT_MOST and prepared.changed:
                stored = get_docs(writing.connection, prepared.kind, [row["id"] for row in prepared.changed])
                changed = [(row["id"], stored.get(row["id"]), prepared.doc(row)) for row in prepared.changed]
                remember(writing, prepared.kind, changed, self.run_.actor, "imported")
            writing.put_prepared(prepared, self._mentioned if mentioned else self._counts)
        self._rejected += lot.rejected
        self._stored += len(lot.rows)
        return cost

    def _finish(self, writing: Writing) -> None:
        """Ends it with this transaction."""
        self._audit(writing, "import", self.run_.about)
        if self._rejected != self.spool.rejected:
            self.run_.last(in_order(self._rejected))
        self._done = True

    def _audit(self, writing: Writing, act: str, about: str) -> None:
        writing.note(self.run_.actor, act, about)
