"""Outage windows by verbs on a hub's home, straight on the store: the hub may serve meanwhile, and notices."""

import argparse
from collections.abc import Callable
from datetime import datetime

from data.clock import from_iso
from data.fields import Json
from data.outages.acts import (
    OutageEdit,
    begin_outage,
    edit_outage,
    publish_outage,
    reopen_outage,
    restore_outage,
    revise_outage,
    withdraw_outage,
)
from data.outages.describing import describe_outage, overview
from data.outages.entry import NewOutage, add_outage
from data.outages.windows import OutageWindow
from data.store.store import Store, Writing
from switchboard.cli import home_of
from switchboard.hub_verbs import os_actor
from switchboard.outage_options import facts_of, parts_of, scope_of
from sync.hub.home import HubHome


def _write(options: argparse.Namespace, act: str, do: Callable[[Writing], OutageWindow]) -> dict[str, Json]:
    store = _store(options)
    with store.write(os_actor(), act) as writing:
        window = do(writing)
        writing.note(os_actor(), act.replace(" ", "_"), window.id)
    with store.read() as connection:
        return describe_outage(connection, window, store.clock.now())


def _store(options: argparse.Namespace) -> Store:
    return HubHome(home_of(options)).open_store()


def entered_of(options: argparse.Namespace) -> NewOutage:
    """What `outage add` and `outage preview` were told of a new window."""
    promise = options.kind, from_iso(options.start, "--start"), from_iso(options.etr, "--etr"), options.reason
    return NewOutage(*promise, scope=scope_of(options), hold=options.hold, facts=facts_of(options))


def add(options: argparse.Namespace) -> dict[str, Json]:
    """Sets a window."""
    entered = entered_of(options)
    return _write(options, "add outage", lambda writing: add_outage(writing, entered, os_actor()))


def list_windows(options: argparse.Namespace) -> list[dict[str, Json]]:
    """The windows that are to be shown at a moment: upcoming, in effect, or ended not long before."""
    store = _store(options)
    at = from_iso(options.at, "--at") if options.at else store.clock.now()
    with store.read() as connection:
        return overview(connection, at)


def revise(options: argparse.Namespace) -> dict[str, Json]:
    """Moves the ETR."""
    etr, source = from_iso(options.etr, "--etr"), options.etr_source

    def do(writing: Writing) -> OutageWindow:
        return revise_outage(writing, options.id, etr, options.reason, os_actor(), etr_source=source, site=options.site)

    return _write(options, "revise outage", do)


def begin(options: argparse.Namespace) -> dict[str, Json]:
    """Notes when power really went."""
    at = _moment(options)
    return _write(options, "begin outage", lambda writing: begin_outage(writing, options.id, at, os_actor()))


def edit(options: argparse.Namespace) -> dict[str, Json]:
    """Corrects what is said beside the promise."""
    facts = facts_of(options)
    wanted = OutageEdit(
        public_scope=facts.public_scope,
        cause=facts.cause,
        crew=facts.crew,
        crew_phone=facts.crew_phone,
        hold=options.hold,
        timetable=facts.timetable,
        every_hour=options.every_hour,
    )
    return _write(
        options, "edit outage", lambda writing: edit_outage(writing, options.id, wanted, options.reason, os_actor())
    )


def publish(options: argparse.Namespace) -> dict[str, Json]:
    """Notes that a window was made known."""
    at = _moment(options)
    return _write(
        options,
        "publish outage",
        lambda writing: publish_outage(writing, options.id, options.channel, at, os_actor()),
    )


def reopen(options: argparse.Namespace) -> dict[str, Json]:
    """Takes a mistaken restoration back."""
    return _write(
        options, "reopen outage", lambda writing: reopen_outage(writing, options.id, options.reason, os_actor())
    )


def restore(options: argparse.Namespace) -> dict[str, Json]:
    """Confirms that power is back, for all or for parts."""
    at, parts = _moment(options), parts_of(options)
    return _write(
        options,
        "restore outage",
        lambda writing: restore_outage(writing, options.id, at, parts, os_actor(), options.reason),
    )


def _moment(options: argparse.Namespace) -> datetime | None:
    return from_iso(options.at, "--at") if options.at else None


def withdraw(options: argparse.Namespace) -> dict[str, Json]:
    """Takes a window back."""
    return _write(
        options, "withdraw outage", lambda writing: withdraw_outage(writing, options.id, options.reason, os_actor())
    )
