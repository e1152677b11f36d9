"""Verbs for devices: agents' PCs and displays."""

import argparse
from typing import Any

from data.clock import to_iso
from data.store.store import Store
from switchboard.cli import home_of
from switchboard.hub_verbs import os_actor
from sync.auth import Device, devices
from sync.auth.fleet import list_devices
from sync.hub.home import HubHome


def add(options: argparse.Namespace) -> dict[str, object]:
    """Makes a device known and prints its one-time code."""
    kind = "display" if options.display else "pc"
    branches, store = tuple(options.branch), _store(options)
    code, expires = devices.add_device(store, options.name, branches, os_actor(), kind, options.reader)
    return {"name": options.name, "code": code, "expires": to_iso(expires)}


def list_all(options: argparse.Namespace) -> dict[str, list[dict[str, Any]]]:
    """Every device and how it fares."""
    store = _store(options)
    with store.read() as connection:
        return {"devices": list_devices(connection, store.clock.now())}


def revoke(options: argparse.Namespace) -> dict[str, object]:
    """Ends all that a device may do, its live streams within a second."""
    return _told(devices.revoke_device(_store(options), options.device, os_actor()), revoked=True)


def rename(options: argparse.Namespace) -> dict[str, object]:
    """Gives a device another name."""
    return _told(devices.rename_device(_store(options), options.device, options.name, os_actor()))


def move(options: argparse.Namespace) -> dict[str, object]:
    """Holds a device to the branches named, to none where none is; its cache follows."""
    return _told(devices.move_device(_store(options), options.device, tuple(options.branch), os_actor()))


def set_class(options: argparse.Namespace) -> dict[str, object]:
    """Says what the device's cache may hold of customers."""
    device = devices.set_reader(_store(options), options.device, options.reader, os_actor())
    return _told(device, reader=device.reader)


def _store(options: argparse.Namespace) -> Store:
    return HubHome(home_of(options)).open_store()


def _told(device: Device, **more: object) -> dict[str, object]:
    return {"id": device.id, "name": device.name, "branches": list(device.branches), **more}
