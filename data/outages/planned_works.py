"""Planned works from a spreadsheet: every good row becomes a window, in one transaction, and each of them once."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection, insert, select

from data.clock import to_iso
from data.errors import AmbiguousError, BadValueError, DataError, NotFoundError, SwitchboardError
from data.fields import Json, canonical_json
from data.importing import Problem, Rejected, match_columns, open_table
from data.outages.branch_limits import check_branches
from data.outages.documents import timetable_to_json
from data.outages.entry import NewOutage, add_outage, made_window
from data.outages.planned_rows import PLANNED_WORK, PlannedRow, planned_row
from data.outages.preview import Preview, previews
from data.outages.warned import UNSET
from data.outages.windows import OutageWindow
from data.readers import Reader
from data.rights import ForbiddenError
from data.store.desk_tables import PLANNED_WORK as IMPORTED
from data.store.rows import chunks
from data.store.store import Writing

ROWS_AT_MOST = 500

Outcome = Literal["added", "present", "rejected"]


@dataclass(frozen=True, slots=True)
class PlannedWork:
    """What became of one row.

    Attributes:
        row: As a spreadsheet counts.
        outcome: Set as a window; there already, from this file or an earlier one; or refused.
        outage: The window's id; None in a dry run, and for a row that says what another row of the file says.
        preview: What the window does, for a row that is added.
        problems: What is wrong with it, for one that is refused.
    """

    row: int
    outcome: Outcome
    outage: str | None = None
    preview: Preview | None = None
    problems: tuple[Problem, ...] = ()

    def to_json(self) -> dict[str, Json]:
        """The public form."""
        return {
            "row": self.row,
            "outcome": self.outcome,
            "id": self.outage,
            "preview": self.preview.to_json() if self.preview else None,
            "problems": [{"column": one.column, "value": one.value, "reason": one.reason} for one in self.problems],
        }


@dataclass(frozen=True, slots=True)
class PlannedWorks:
    """What became of a file.

    Attributes:
        works: Each row, in order.
        ignored: A line about columns that mean nothing here, or None.
    """

    works: tuple[PlannedWork, ...]
    ignored: str | None

    def count(self, outcome: Outcome) -> int:
        """How many rows came to that."""
        return sum(work.outcome == outcome for work in self.works)

    @property
    def rejected(self) -> list[Rejected]:
        """The refused rows, as a workbook of errors takes them."""
        return [Rejected(work.row, work.problems) for work in self.works if work.outcome == "rejected"]

    def to_json(self) -> dict[str, Json]:
        """The public form: counts, and every row."""
        return {
            "rows": len(self.works),
            "added": self.count("added"),
            "present": self.count("present"),
            "rejected": self.count("rejected"),
            "ignored": self.ignored,
            "works": [work.to_json() for work in self.works],
        }


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """What a file says: up to `ROWS_AT_MOST` rows, what it is called, and a line about ignored columns, or None."""

    name: str
    rows: tuple[PlannedRow, ...]
    ignored: str | None


@dataclass(frozen=True, slots=True)
class _Good:
    entered: NewOutage
    window: OutageWindow
    digest: str


def read_planned_works(path: Path, name: str) -> PlannedFile:
    """What a file says, read without the store: a workbook takes long, and others write meanwhile.

    Args:
        path: CSV or XLSX, with Chinese or English headers (`data.outages.planned_rows`).
        name: What the file is called, for the audit trail.

    Raises:
        DataError: the file cannot be read, has no header, or more than `ROWS_AT_MOST` rows.
    """
    with open_table(path) as table:
        columns = match_columns(PLANNED_WORK, table.header)
        rows = list(islice(table.rows, ROWS_AT_MOST + 1))
    if len(rows) > ROWS_AT_MOST:
        raise DataError(f"the file has more than {ROWS_AT_MOST} rows 超过 {ROWS_AT_MOST} 行: split it 请分成几个文件")
    return PlannedFile(name, tuple(planned_row(columns, row) for row in rows), columns.warning)


def import_planned_works(writing: Writing, file: PlannedFile, by: str) -> PlannedWorks:
    """Sets a window for each good row of a file that has none yet; nothing of it where `writing` is a rehearsal.

    Two rows are the same work when kind, scope, times and hours are; another reason or crew makes no other window.

    Args:
        writing: The transaction.
        file: What was read.
        by: Who.
    """
    good, refused = _checked(writing, file.rows, by)
    present = _present(writing.connection, [one.digest for one in good.values()])
    first = {one.digest: number for number, one in reversed(good.items())}
    new = [number for number, one in good.items() if one.digest not in present and first[one.digest] == number]
    told = previews(
        writing.connection, [good[number].window for number in new], writing.clock.now(), Reader(writing.branches)
    )
    found = dict(zip(new, told, strict=True))
    works = []
    for row in file.rows:
        if row.number in refused:
            works.append(PlannedWork(row.number, "rejected", problems=refused[row.number]))
        elif row.number in found:
            key = _add(writing, good[row.number], file.name, by)
            works.append(PlannedWork(row.number, "added", None if writing.rehearsal else key, found[row.number]))
        else:
            works.append(PlannedWork(row.number, "present", present.get(good[row.number].digest)))
    result = PlannedWorks(tuple(works), file.ignored)
    about = f"{file.name}: {result.count('added')} added, {result.count('rejected')} rejected"
    writing.note(by, "import_planned_works", about)
    return result


def _checked(
    writing: Writing, rows: Sequence[PlannedRow], by: str
) -> tuple[dict[int, _Good], dict[int, tuple[Problem, ...]]]:
    """By row what it makes, or what is wrong with it."""
    good: dict[int, _Good] = {}
    refused: dict[int, tuple[Problem, ...]] = {}
    for row in rows:
        if row.entered is None:
            refused[row.number] = row.problems
            continue
        try:
            window = made_window(writing.connection, row.entered, writing.clock.now(), by, f"{UNSET}{row.number}")
            check_branches(writing.connection, window.scope, writing.branches)
            good[row.number] = _Good(row.entered, window, _digest(window))
        except SwitchboardError as error:
            refused[row.number] = (_problem(row, error),)
    return good, refused


def _problem(row: PlannedRow, error: SwitchboardError) -> Problem:
    if isinstance(error, BadValueError):
        return row.problem(error.field, error.value, error.reason)
    of_the_scope = isinstance(error, NotFoundError | AmbiguousError | ForbiddenError)
    return row.problem("scope", row.scope, str(error)) if of_the_scope else Problem("", "", str(error))


def _digest(window: OutageWindow) -> str:
    """What makes two rows the same work."""
    told: Json = [
        window.kind,
        to_iso(window.start),
        to_iso(window.etr),
        timetable_to_json(window.timetable) if window.timetable else None,
        [*sorted(f"{item.kind}:{item.id}" for item in window.scope)],
    ]
    return hashlib.sha256(canonical_json(told).encode()).hexdigest()


def _present(connection: Connection, digests: Iterable[str]) -> dict[str, str]:
    """The window that each work became that was imported before."""
    found: dict[str, str] = {}
    for chunk in chunks(digests):
        rows = select(IMPORTED.c.digest, IMPORTED.c.outage)
        found |= dict(connection.execute(rows.where(IMPORTED.c.digest.in_(chunk))).all())
    return found


def _add(writing: Writing, work: _Good, name: str, by: str) -> str:
    key = add_outage(writing, work.entered, by).id
    values = {"digest": work.digest, "outage": key, "at": to_iso(writing.clock.now()), "file": name}
    writing.connection.execute(insert(IMPORTED).values(values))
    return key
