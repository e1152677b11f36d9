"""Tellings and call-backs by verbs on a hub's home, straight on the store: the hub may serve meanwhile, and notices."""

import argparse
from pathlib import Path
from typing import Any

from data.export_files import check_name
from data.store.store import Store
from data.telling.call_backs import NewCallBack, add_call_back, call_backs, find_call_back
from data.telling.calling import record_try
from data.telling.told import NewAttempt, record_attempt, told_list
from data.telling.workbook import ToldExport, export_told
from switchboard.cli import home_of
from switchboard.hub_verbs import os_actor
from sync.hub.home import HubHome
from sync.routes.telling_forms import call_back_json, told_json


def told(options: argparse.Namespace) -> dict[str, Any]:
    """The list of a window; notes a try, or writes a workbook, where that is asked for."""
    store = _store(options)
    if options.done:
        attempt = NewAttempt(
            options.id, options.done, options.means, options.result, whom=options.whom, note=options.note
        )
        with store.write(os_actor(), "tell customer") as writing:
            record_attempt(writing, attempt, os_actor())
    if options.xlsx:
        path = Path(options.xlsx)
        check_name(path)
        return {"file": str(path), "rows": export_told(store, ToldExport(options.id), path, os_actor())}
    with store.read() as connection:
        return told_json(told_list(connection, options.id, store.clock.now()))


def list_call_backs(options: argparse.Namespace) -> list[dict[str, Any]]:
    """The call-backs, first those that are due."""
    store = _store(options)
    with store.read() as connection:
        found = call_backs(connection, store.clock.now())
    return [call_back_json(one) for one in found if options.status in {None, one.standing.status}]


def add(options: argparse.Namespace, place: tuple[str, str] | None) -> dict[str, Any]:
    """Puts a caller on the list."""
    store = _store(options)
    new = NewCallBack(options.phone, options.name, options.outage, place, options.customer, options.note)
    with store.write(os_actor(), "add call-back") as writing:
        key = add_call_back(writing, new, os_actor())
    return _told(store, key)


def done(options: argparse.Namespace) -> dict[str, Any]:
    """Notes how a call back went."""
    store = _store(options)
    with store.write(os_actor(), "call back") as writing:
        record_try(writing, options.id, options.result, os_actor(), note=options.note)
    return _told(store, options.id)


def _told(store: Store, key: str) -> dict[str, Any]:
    with store.read() as connection:
        return call_back_json(find_call_back(connection, key, store.clock.now()))


def _store(options: argparse.Namespace) -> Store:
    return HubHome(home_of(options)).open_store()
