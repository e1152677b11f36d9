"""Verbs for calls and reports."""

import argparse
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from data.clock import from_iso
from data.errors import BadValueError
from data.store import audit
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
        audit.record(writing.connection, store.clock.now(), os_actor(), "import_calls", options.file)
    return result


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
