"""Verbs of the hub's home."""

import argparse
import getpass
import os
import shutil
import subprocess
import webbrowser
from itertools import groupby
from pathlib import Path

from data.demo import demo_records
from data.store.change_log import sums
from data.store.set_hash import by_kind
from data.store.store import Store
from switchboard.cli import UsageError, home_of
from sync import auth
from sync.errors import HomeError
from sync.hub.home import HubHome, join_hub_home, make_hub_home
from sync.replica.hub_line import checked_url

DEMO_PASSWORD = "demo"  # noqa: S105 - published: demo accounts exist only in demo homes
DEMO_BRANCHES = ("B21140205",)
"""Whose areas and rural customers the demo's editor keeps."""
DEMO_PEOPLE = {
    "agent": "agent",
    "duty": "duty_officer",
    "maintainer": "maintainer",
    "editor": "editor",
    "supervisor": "supervisor",
    "admin": "administrator",
    "auditor": "auditor",
    "exchange": "importer",
}


def os_actor() -> str:
    """How whoever runs the command stands in the logs."""
    try:
        return f"os:{getpass.getuser()}"
    except (KeyError, OSError):
        return f"os:{os.getuid()}" if hasattr(os, "getuid") else "os:unknown"


def init(options: argparse.Namespace) -> dict[str, object]:
    """Makes a hub home, with the demo network where that is asked for."""
    home = home_of(options)
    made = _make_home(home, options)
    with made.open_store().read() as connection:
        rows = {kind: one.rows for kind, one in by_kind(sums(connection, None)).items()}
    return {"home": str(home), "demo": made.demo, "rows": rows}


def _make_home(path: Path, options: argparse.Namespace) -> HubHome:
    if options.join:
        if options.demo:
            raise UsageError("--join takes the records of the hub that is there: leave out --demo")
        return join_hub_home(path, Path(options.join), options.database or "")
    if options.database:
        raise UsageError("--database goes with --join; a hub of its own is given it by switchboard hub --database")
    return make_demo_home(path, options.customers) if options.demo else make_hub_home(path)


def make_demo_home(path: Path, customers: int) -> HubHome:
    """A new home with the demo network and the demo accounts; nothing is left behind where that fails.

    Raises:
        HomeError: there is something at `path` already.
        DataError: there cannot be so many, or so few, demo customers.
    """
    records = demo_records(customers)
    home = make_hub_home(path, demo=True)
    try:
        fill_with_demo(home.open_store(), records)
    except BaseException:
        shutil.rmtree(path, ignore_errors=True)
        raise
    return home


def fill_with_demo(store: Store, records: object) -> None:
    """Writes the demo network, in one transaction, and the demo accounts."""
    with store.write(os_actor(), "demo data") as writing:
        for kind, group in groupby(records, key=lambda record: record[0]):  # type: ignore[call-overload]
            writing.put_many(kind, (doc for _, doc in group))
    for name, role in DEMO_PEOPLE.items():
        branches = DEMO_BRANCHES if role == "editor" else ()
        auth.add_person(store, name, role, DEMO_PASSWORD, os_actor(), branches)


def rehash_phones(options: argparse.Namespace) -> dict[str, object]:
    """Hashes the phone numbers of all customers anew, where their key was lost."""
    return {"customers": HubHome(home_of(options)).rehash_phones()}


def wallboard(options: argparse.Namespace) -> str:
    """Opens the wallboard full-screen in Chromium, Chrome or Edge, else in whatever browser there is."""
    url = checked_url(options.hub) + "/wallboard"
    for browser in ("chromium", "google-chrome", "chrome", "msedge"):
        if program := shutil.which(browser):
            subprocess.Popen([program, "--kiosk", url], start_new_session=True)  # noqa: S603 - no shell
            return url
    if not webbrowser.open(url):
        raise HomeError(f"no browser was found: open {url} yourself")
    return url
