"""The verb `import`: files of records into the store, beside others who write."""

import argparse
import sys
from pathlib import Path

from data.errors import BadValueError
from data.importing import IMPORTABLE, ImportOptions, Rejected, read_mapping, write_error_workbook
from data.kinds import KINDS
from data.names.pinyin import readings_of
from data.upkeep.file_import import Imported, ImportRun, rehearse_file
from data.upkeep.file_import import import_file as import_records
from data.upkeep.file_preview import RecordFile
from data.upkeep.import_note import broken_off
from switchboard.cli import home_of
from switchboard.hub_verbs import os_actor
from sync.hub.home import HubHome

_SHOWN = 5


def import_file(options: argparse.Namespace) -> dict[str, int]:
    """Reads a file of records into the store: good rows are stored, bad ones listed."""
    home = HubHome(home_of(options))
    store, workbook = home.open_store(), _workbook(options)
    kind = KINDS[IMPORTABLE[options.what]]
    renames = read_mapping(Path(options.map), kind) if options.map else {}
    file = RecordFile(Path(options.file), kind, ImportOptions(readings_of, clear=options.clear), renames)

    def hand_back(rejected: tuple[Rejected, ...]) -> None:
        if workbook:
            write_error_workbook(workbook, rejected)

    run = ImportRun(os_actor(), options.file, last=hand_back)
    try:
        imported = (rehearse_file if options.dry_run else import_records)(store, file, home.path, run)
    except KeyboardInterrupt:
        if left := broken_off(store.engine):
            sys.stderr.write(f"switchboard: {left}; import it again for the rest\n")
        raise
    _tell(imported, workbook, file)
    return imported.to_json()


def _workbook(options: argparse.Namespace) -> Path | None:
    if not options.errors:
        return None
    path = Path(options.errors)
    if path.exists() and path.samefile(options.file):
        raise BadValueError("--errors", options.errors, "is the file to be imported: give another name")
    return path


def _tell(imported: Imported, workbook: Path | None, file: RecordFile) -> None:
    if earlier := imported.earlier:
        became = (
            "was broken off, and is done now" if earlier.digest == file.digest() else "was broken off: import it again"
        )
        sys.stderr.write(f"switchboard: an earlier import {became} ({earlier})\n")
    if imported.warning:
        sys.stderr.write(f"switchboard: {imported.warning}\n")
    rejects = imported.rejected
    for one in rejects[:_SHOWN]:
        for problem in one.problems:
            sys.stderr.write(f"switchboard: row {one.row}, {problem.column} {problem.value!r}: {problem.reason}\n")
    if len(rejects) > _SHOWN:
        hint = f"see {workbook}" if workbook else "--errors OUT.xlsx lists them all"
        sys.stderr.write(f"switchboard: and {len(rejects) - _SHOWN} more rows: {hint}\n")
