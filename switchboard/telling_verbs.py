"""Verbs for tellings and call-backs: straight on a hub's store; a call-back also through a PC's outbox.

The hub's side is imported only where it is needed: an agent's PC may lack it.
"""

import argparse
import importlib
from types import ModuleType

from data.errors import BadValueError
from switchboard.cli import home_of
from switchboard.entry_verbs import enter
from sync.outbox.entering import Place
from sync.replica.agent_home import AgentHome

Answer = object


def told(options: argparse.Namespace) -> Answer:
    """The list of a window; notes a try, or writes a workbook, where that is asked for."""
    return _hub().told(options)


def list_call_backs(options: argparse.Namespace) -> Answer:
    """The call-backs, first those that are due."""
    return _hub().list_call_backs(options)


def done(options: argparse.Namespace) -> Answer:
    """Notes how a call back went."""
    return _hub().done(options)


def add(options: argparse.Namespace) -> Answer:
    """Puts a caller on the list."""
    place = _place(options)
    if not AgentHome(home_of(options)).enrolled:
        return _hub().add(options, place)
    return enter(
        options,
        lambda entering: entering.call_back(
            options.phone,
            name=options.name,
            outage=options.outage or "",
            place=Place(*place) if place else None,
            customer=options.customer or "",
            note=options.note,
        ),
    )


def _place(options: argparse.Namespace) -> tuple[str, str] | None:
    named = {kind: getattr(options, kind) for kind in ("feeder", "transformer_area", "area")}
    places = [(kind, name) for kind, name in named.items() if name]
    if len(places) > 1:
        raise BadValueError("place", len(places), "a call-back is for one place: give one option")
    return places[0] if places else None


def _hub() -> ModuleType:
    return importlib.import_module("switchboard.hub_telling")
