"""How the options of a verb, or of a group of verbs, are begun."""

import argparse
from typing import Any

Verbs = Any
"""argparse's collection of sub-commands, whose class is private."""


def verb_of(verbs: Verbs, name: str, run: str, about: str, *, json: bool = True) -> argparse.ArgumentParser:
    """A verb whose function is `run`, as `module:function`, with the options that every verb has."""
    verb: argparse.ArgumentParser = verbs.add_parser(name, help=about, description=about)
    verb.set_defaults(run=run)
    verb.add_argument("--home", metavar="DIR", help="the hub's or agent's home; else SWITCHBOARD_HOME")
    if json:
        verb.add_argument("--json", action="store_true", help="print one JSON document")
    return verb


def group(verbs: Verbs, name: str, about: str) -> Verbs:
    """Verbs under one name, such as `agents add` and `agents list`."""
    return verbs.add_parser(name, help=about, description=about).add_subparsers(metavar="WHAT", required=True)
