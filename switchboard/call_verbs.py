"""Verbs for calls and reports."""

import argparse
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from data.clock import from_iso
from data.errors import BadValueError, DataError
from switchboard.cli import home_of
from switchboard.hub_verbs import os_actor
from sync.hub.home import HubHome
from wallboard.calls import ImportResult, import_calls_file
from wallboard.duty_report import DutyReport, duty_report


def import_calls(options: argparse.Namespace) -> ImportResult:
    """Imports call events; what was imported before is known again."""
    store = HubHome(home_of(options)).open_store()
    timezone = _zone(options.timezone) if options.timezone else None
    with store.write(os_actor(), "import calls") as writing:
        result = import_calls_file(writing.connection, Path(options.file), timezone=timezone)
        _check_kind(options.file, result)
        writing.note(os_actor(), "import_calls", options.file)
    return result


def _check_kind(file: str, result: ImportResult) -> None:
    """Refuses a file of another kind, whose every line would else be listed as rejected."""
    if result["rejected"] and not result["added"] and not result["known"]:
        first = result["rejected"][0]
        raise DataError(
            f"{file}: no line of {result['lines']:,} tells of a call: is it a queue_log? "
            f"line {first['line']}: {first['reason']}"
        )


def report_duty(options: argparse.Namespace) -> DutyReport:
    """The duty report of a span."""
    store = HubHome(home_of(options)).open_store()
    start, end = from_iso(options.start, "--from"), from_iso(options.end, "--to")
    with store.read() as connection:
        return duty_report(connection, start, end, options.queue, now=store.clock.now())


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise BadValueError("--timezone", name, "give a name such as Asia/Shanghai") from None
