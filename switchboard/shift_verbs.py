"""Verbs for who works at a PC: what the assistant's menu does, for a terminal."""

import argparse
import getpass
import sys
from contextlib import suppress
from typing import Any

from data.clock import to_iso
from data.errors import BadValueError
from switchboard.cli import home_of
from switchboard.entry_verbs import sender_of
from sync.errors import SyncError
from sync.outbox.waiting import Outbox
from sync.replica.agent_home import AgentHome
from sync.replica.hub_client import HubClient


def begin(options: argparse.Namespace) -> dict[str, Any]:
    """Signs a person in at this PC; the password or PIN comes from the terminal or the first line of stdin."""
    home = AgentHome(home_of(options))
    client = HubClient.at(home)
    secret = getpass.getpass("password or PIN: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    if not secret:
        raise BadValueError("password", "", "give one on stdin")
    _send_what_waits(home)
    shift = client.begin_shift(options.name, secret)
    home.files.begin_shift(shift)
    return {"person": shift.person, "role": shift.role, "ends": to_iso(shift.ends)}


def end(options: argparse.Namespace) -> dict[str, Any]:
    """Signs out whoever is signed in; what the hub does not have yet waits for its author."""
    home = AgentHome(home_of(options))
    _send_what_waits(home)
    HubClient.at(home).end_shift()
    home.files.end_shift()
    return {"person": None, "unsent": Outbox(home.path).counts().waiting}


def _send_what_waits(home: AgentHome) -> None:
    """Sends it as the person who signs out with this: afterwards only they could."""
    with suppress(SyncError):
        sender_of(home, Outbox(home.path)).send()
