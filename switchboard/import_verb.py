"""The verb `import`: files of records into the store, in one transaction."""

import argparse
import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from data import audit
from data.errors import BadValueError
from data.importing import (
    IMPORTABLE,
    Accepted,
    ImportOptions,
    Rejected,
    match_columns,
    open_table,
    plan_import,
    read_mapping,
    write_error_workbook,
)
from data.kinds import KINDS
from data.pinyin import readings_of
from data.store import Counts, Writing
from data.stored_records import StoredRecords
from switchboard.cli import home_of
from switchboard.hub_verbs import os_actor
from sync.hub_home import HubHome

_SHOWN = 5


def import_file(options: argparse.Namespace) -> dict[str, object]:
    """Reads a file of records into the store: good rows are stored, bad ones listed."""
    kind = KINDS[IMPORTABLE[options.what]]
    store = HubHome(home_of(options)).open_store()
    renames = read_mapping(Path(options.map), kind) if options.map else None
    workbook = _workbook(options)
    rejects: list[Rejected] = []
    counts = Counts()
    with open_table(Path(options.file)) as table:
        columns = match_columns(kind, table.header, renames)
        if columns.warning:
            sys.stderr.write(f"switchboard: {columns.warning}\n")
        with store.write(os_actor(), f"import {options.what}") as writing:
            writing.rehearsal = options.dry_run
            plan_options = ImportOptions(readings_of, clear=options.clear)
            outcomes = plan_import(columns, table.rows, StoredRecords(writing.connection), plan_options)
            _store(writing, outcomes, rejects, counts)
            audit.record(writing.connection, store.clock.now(), os_actor(), "import", options.file)
            rejects.sort(key=lambda one: one.row)
            if workbook:  # before the commit: rows that are neither stored nor listed would be lost
                write_error_workbook(workbook, rejects)
    _tell(rejects, workbook)
    return {
        "rows": counts.added + counts.changed + counts.unchanged + len(rejects),
        "added": counts.added,
        "changed": counts.changed,
        "unchanged": counts.unchanged,
        "rejected": len(rejects),
    }


def _store(writing: Writing, outcomes: Iterator[Accepted | Rejected], rejects: list[Rejected], counts: Counts) -> None:
    """Writes what is accepted; records that a row only mentions are not counted as rows."""
    for key, run in groupby(
        outcomes, key=lambda one: (one.kind, one.row is None) if isinstance(one, Accepted) else None
    ):
        if key is None:
            rejects.extend(one for one in run if isinstance(one, Rejected))
            continue
        kind, mentioned = key
        written = writing.put_many(kind, (one.doc for one in run if isinstance(one, Accepted)))
        if not mentioned:
            counts.added += written.added
            counts.changed += written.changed
            counts.unchanged += written.unchanged


def _workbook(options: argparse.Namespace) -> Path | None:
    if not options.errors:
        return None
    path = Path(options.errors)
    if path.exists() and path.samefile(options.file):
        raise BadValueError("--errors", options.errors, "is the file to be imported: give another name")
    return path


def _tell(rejects: list[Rejected], workbook: Path | None) -> None:
    for one in rejects[:_SHOWN]:
        for problem in one.problems:
            sys.stderr.write(f"switchboard: row {one.row}, {problem.column} {problem.value!r}: {problem.reason}\n")
    if len(rejects) > _SHOWN:
        hint = f"see {workbook}" if workbook else "--errors OUT.xlsx lists them all"
        sys.stderr.write(f"switchboard: and {len(rejects) - _SHOWN} more rows: {hint}\n")
