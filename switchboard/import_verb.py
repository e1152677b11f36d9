"""The verb `import`: files of records into the store, in one transaction."""

import argparse
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from sqlalchemy import Connection

from data.errors import BadValueError
from data.importing import (
    IMPORTABLE,
    ImportOptions,
    Rejected,
    Spool,
    match_columns,
    open_table,
    plan_import,
    read_mapping,
    write_error_workbook,
)
from data.kinds import KINDS, TEAM_CHOICE
from data.names.pinyin import readings_of
from data.store import audit, change_log
from data.store.buckets import BucketFinder
from data.store.prepared import prepare
from data.store.store import Counts, Writing
from data.store.stored_records import StoredRecords
from switchboard.cli import home_of
from switchboard.hub_verbs import os_actor
from sync.hub.home import HubHome

_SHOWN = 5
_FEW = 10_000


def import_file(options: argparse.Namespace) -> dict[str, object]:
    """Reads a file of records into the store: good rows are stored, bad ones listed.

    It is planned while others write, and stored in one short transaction; where they wrote what the plan was made on,
    it is planned once more, and nobody else writes meanwhile.
    """
    home = HubHome(home_of(options))
    store, workbook = home.open_store(), _workbook(options)
    plan = _planner(options)
    with Spool(home.path) as spool:
        with store.read() as connection:
            planned_at = change_log.head(connection)
            plan(spool, connection)
        with store.write(os_actor(), f"import {options.what}") as writing:
            writing.rehearsal = options.dry_run
            if _overtaken(writing.connection, planned_at):
                plan(spool, writing.connection)
            counts = _store(writing, spool)
            audit.record(writing.connection, store.clock.now(), os_actor(), "import", options.file)
            rejects = sorted(spool.rejected, key=lambda one: one.row)
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


def _planner(options: argparse.Namespace) -> Callable[[Spool, Connection], None]:
    """Reads the whole file and keeps what becomes of it; warns of its columns once."""
    kind = KINDS[IMPORTABLE[options.what]]
    renames = read_mapping(Path(options.map), kind) if options.map else None
    how = ImportOptions(readings_of, clear=options.clear)
    warned = set[str]()

    def plan(spool: Spool, connection: Connection) -> None:
        with open_table(Path(options.file)) as table:
            columns = match_columns(kind, table.header, renames)
            if columns.warning and columns.warning not in warned:
                warned.add(columns.warning)
                sys.stderr.write(f"switchboard: {columns.warning}\n")
            outcomes = plan_import(columns, table.rows, StoredRecords(connection), how)
            spool.fill(outcomes, partial(prepare, connection, BucketFinder(connection)))

    return plan


def _overtaken(connection: Connection, planned_at: int) -> bool:
    """Whether anything was written since then that a plan depends on: windows and choices are nothing to it."""
    touched = change_log.touched_since(connection, planned_at, None, _FEW)
    lost_track = touched is None or change_log.floor(connection) > planned_at
    return lost_track or any(kind not in {"outage", TEAM_CHOICE.name} for kind, _ in touched or ())


def _store(writing: Writing, spool: Spool) -> Counts:
    """Writes what is kept; records that a row only mentions are not counted as rows."""
    counts, mentioned = Counts(), Counts()
    for kept in spool.kept():
        writing.put_prepared(kept.prepared, mentioned if kept.mentioned else counts)
    return counts


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
