"""Verbs for notices to all agents: on a hub's home, straight on the store; the hub may serve meanwhile."""

import argparse

from data.clock import from_iso
from data.fields import Json
from data.notices import board
from data.notices.describing import describe_notice
from data.notices.readers import readers_of
from switchboard.cli import home_of
from switchboard.hub_verbs import os_actor
from sync.hub.home import HubHome


def list_all(options: argparse.Namespace) -> list[dict[str, Json]]:
    """The notices that are or will be shown, urgent ones first, with who has read them and who has not."""
    store = HubHome(home_of(options)).open_store()
    now = store.clock.now()
    with store.read() as connection:
        notices = board.list_notices(connection, now, ended=options.all)
        readers = readers_of(connection, notices)
    return [describe_notice(one, now, readers[one.id]) for one in notices]


def post(options: argparse.Namespace) -> dict[str, Json]:
    """Posts a notice."""
    store = HubHome(home_of(options)).open_store()
    new = board.NewNotice(
        text=options.text,
        urgent=options.urgent,
        branches=options.branch,
        since=from_iso(options.since, "--from") if options.since else None,
        until=from_iso(options.until, "--until") if options.until else None,
    )
    with store.write(os_actor(), "post notice") as writing:
        return describe_notice(board.post_notice(writing, new, os_actor()), store.clock.now())


def withdraw(options: argparse.Namespace) -> dict[str, Json]:
    """Takes a notice back."""
    store = HubHome(home_of(options)).open_store()
    with store.write(os_actor(), "withdraw notice") as writing:
        return describe_notice(board.withdraw_notice(writing, options.id, os_actor()), store.clock.now())
