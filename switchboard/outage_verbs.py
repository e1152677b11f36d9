"""Verbs for outage windows: on a hub's home straight on its store, on an agent's through the outbox.

Each side is imported only where it is needed: an agent's PC may lack the hub's part.
"""

import argparse
import importlib
from types import ModuleType

from switchboard.cli import UsageError, home_of
from sync.replica.agent_home import AgentHome

Answer = object


def add(options: argparse.Namespace) -> Answer:
    """Sets a window."""
    return _side(options).add(options)


def list_windows(options: argparse.Namespace) -> Answer:
    """The windows that are to be shown at a moment."""
    return _side(options).list_windows(options)


def revise(options: argparse.Namespace) -> Answer:
    """Moves the ETR."""
    return _side(options).revise(options)


def begin(options: argparse.Namespace) -> Answer:
    """Notes when power really went."""
    return _side(options, at_the_hub="begin").begin(options)


def edit(options: argparse.Namespace) -> Answer:
    """Corrects what is said beside the promise."""
    return _side(options, at_the_hub="edit").edit(options)


def publish(options: argparse.Namespace) -> Answer:
    """Notes that a window was made known."""
    return _side(options, at_the_hub="publish").publish(options)


def reopen(options: argparse.Namespace) -> Answer:
    """Takes a mistaken restoration back."""
    return _side(options, at_the_hub="reopen").reopen(options)


def restore(options: argparse.Namespace) -> Answer:
    """Confirms that power is back, for all or for parts."""
    return _side(options).restore(options)


def withdraw(options: argparse.Namespace) -> Answer:
    """Takes a window back."""
    return _side(options).withdraw(options)


def _side(options: argparse.Namespace, at_the_hub: str = "") -> ModuleType:
    agents = AgentHome(home_of(options)).enrolled
    if agents and at_the_hub:
        raise UsageError(
            f"outage {at_the_hub} is done at the hub: on the desk's page of the window, or with its --home"
        )
    return importlib.import_module("switchboard.agent_outages" if agents else "switchboard.hub_outages")
