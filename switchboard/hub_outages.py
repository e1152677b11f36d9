"""Outage windows by verbs on a hub's home, straight on the store: the hub may serve meanwhile, and notices."""

import argparse
from collections.abc import Callable

from data.clock import from_iso
from data.kinds import Json
from data.outages.acts import restore_outage, revise_outage, withdraw_outage
from data.outages.describing import describe_outage, shown_outages
from data.outages.entry import NewOutage, add_outage
from data.outages.windows import OutageWindow
from data.store import audit
from data.store.store import Store, Writing
from switchboard.cli import home_of
from switchboard.hub_verbs import os_actor
from switchboard.outage_options import parts_of, scope_of
from sync.hub.home import HubHome


def _write(options: argparse.Namespace, act: str, do: Callable[[Writing], OutageWindow]) -> dict[str, Json]:
    store = _store(options)
    with store.write(os_actor(), act) as writing:
        window = do(writing)
        audit.record(writing.connection, store.clock.now(), os_actor(), act.replace(" ", "_"), window.id)
    with store.read() as connection:
        return describe_outage(connection, window, store.clock.now())


def _store(options: argparse.Namespace) -> Store:
    return HubHome(home_of(options)).open_store()


def add(options: argparse.Namespace) -> dict[str, Json]:
    """Sets a window."""
    entered = NewOutage(
        kind=options.kind,
        start=from_iso(options.start, "--start"),
        etr=from_iso(options.etr, "--etr"),
        reason=options.reason,
        scope=scope_of(options),
        hold=options.hold,
    )
    return _write(options, "add outage", lambda writing: add_outage(writing, entered, os_actor()))


def list_windows(options: argparse.Namespace) -> list[dict[str, Json]]:
    """The windows that are to be shown at a moment: upcoming, in effect, or ended not long before."""
    store = _store(options)
    at = from_iso(options.at, "--at") if options.at else store.clock.now()
    with store.read() as connection:
        return [describe_outage(connection, window, at) for window in shown_outages(connection, at)]


def revise(options: argparse.Namespace) -> dict[str, Json]:
    """Moves the ETR."""
    etr = from_iso(options.etr, "--etr")
    return _write(
        options, "revise outage", lambda writing: revise_outage(writing, options.id, etr, options.reason, os_actor())
    )


def restore(options: argparse.Namespace) -> dict[str, Json]:
    """Confirms that power is back, for all or for parts."""
    at = from_iso(options.at, "--at") if options.at else None
    parts = parts_of(options)
    return _write(options, "restore outage", lambda writing: restore_outage(writing, options.id, at, parts, os_actor()))


def withdraw(options: argparse.Namespace) -> dict[str, Json]:
    """Takes a window back."""
    return _write(
        options, "withdraw outage", lambda writing: withdraw_outage(writing, options.id, options.reason, os_actor())
    )
