"""Suspected outages by verbs on a hub's home, straight on the store: the hub may serve meanwhile, and notices."""

import argparse

from data.clock import from_iso
from data.fields import Json
from data.outages.describing import describe_outage
from data.outages.suspecting import all_suspicions, standing_suspicions
from data.outages.suspicion_acts import confirm_suspicion, describe_suspicion, dismiss_suspicion
from data.store.store import Store
from switchboard.cli import home_of
from switchboard.hub_verbs import os_actor
from sync.hub.home import HubHome


def list_suspicions(options: argparse.Namespace) -> list[dict[str, Json]]:
    """The suspicions that stand, strongest first; with `--all` every one of the last days, the newest first."""
    store = _store(options)
    now = store.clock.now()
    with store.read() as connection:
        listed = all_suspicions(connection) if options.all else standing_suspicions(connection, now)
        return [describe_suspicion(connection, one, now) for one in listed]


def dismiss(options: argparse.Namespace) -> dict[str, Json]:
    """Says that there is no outage."""
    store = _store(options)
    with store.write(os_actor(), "dismiss suspicion") as writing:
        one = dismiss_suspicion(writing, options.id, options.reason, os_actor())
    with store.read() as connection:
        return describe_suspicion(connection, one, store.clock.now())


def confirm(options: argparse.Namespace) -> dict[str, Json]:
    """Makes a suspicion a fault outage: that window."""
    store, etr = _store(options), from_iso(options.etr, "--etr")
    with store.write(os_actor(), "confirm suspicion") as writing:
        window = confirm_suspicion(writing, options.id, etr, options.reason, os_actor())
    with store.read() as connection:
        return describe_outage(connection, window, store.clock.now())


def _store(options: argparse.Namespace) -> Store:
    return HubHome(home_of(options)).open_store()
