"""Verbs of windows before they are set, on a hub's home: previews, templates, planned works from a spreadsheet."""

import argparse
import sys
from datetime import timedelta
from pathlib import Path

from data.clock import from_iso
from data.errors import BadValueError
from data.fields import Doc, Json
from data.importing import write_error_workbook
from data.outages.describing import describe_outage
from data.outages.entry import add_outage
from data.outages.planned_works import import_planned_works, read_planned_works
from data.outages.preview import preview as preview_of
from data.outages.templates import OutageTemplate, list_templates, read_template, remove_template, save_template
from data.store.store import Store
from switchboard.cli import home_of
from switchboard.hub_outages import entered_of
from switchboard.hub_verbs import os_actor
from switchboard.outage_options import facts_of, scope_of
from sync.hub.home import HubHome


def _store(options: argparse.Namespace) -> Store:
    return HubHome(home_of(options)).open_store()


def preview(options: argparse.Namespace) -> dict[str, Json]:
    """What a window would do that is not set."""
    store = _store(options)
    with store.read() as connection:
        return preview_of(connection, entered_of(options), store.clock.now()).to_json()


def import_works(options: argparse.Namespace) -> dict[str, Json]:
    """Sets each good row of a file that has no window yet; rows that are refused are told and listed."""
    path, errors = Path(options.file), Path(options.errors) if options.errors else None
    if errors and errors.exists() and errors.samefile(path):
        raise BadValueError("--errors", options.errors, "is the file to be imported: give another name")
    file = read_planned_works(path, path.name)
    with _store(options).write(os_actor(), "import planned works") as writing:
        writing.rehearsal = options.dry_run
        works = import_planned_works(writing, file, os_actor())
        if errors:  # before the commit: rows that are neither set nor listed would be lost
            write_error_workbook(errors, works.rejected)
    if works.ignored:
        sys.stderr.write(f"switchboard: {works.ignored}\n")
    return works.to_json()


def list_all(options: argparse.Namespace) -> list[Doc]:
    """Every template, by name."""
    with _store(options).read() as connection:
        return [template.to_json() for template in list_templates(connection)]


def save(options: argparse.Namespace) -> Doc:
    """Keeps a template."""
    lasts, facts = timedelta(minutes=options.lasts), facts_of(options)
    template = OutageTemplate(options.name, options.kind, options.reason, lasts, scope_of(options), options.hold, facts)
    with _store(options).write(os_actor(), "save outage template") as writing:
        return save_template(writing, template, os_actor()).to_json()


def use(options: argparse.Namespace) -> dict[str, Json]:
    """Sets a window from a template."""
    store, start = _store(options), from_iso(options.start, "--start")
    with store.write(os_actor(), "add outage") as writing:
        window = add_outage(writing, read_template(writing.connection, options.name).at(start), os_actor())
        writing.note(os_actor(), "add_outage", window.id)
    with store.read() as connection:
        return describe_outage(connection, window, store.clock.now())


def remove(options: argparse.Namespace) -> None:
    """Takes a template away."""
    with _store(options).write(os_actor(), "remove outage template") as writing:
        remove_template(writing, options.name, os_actor())
