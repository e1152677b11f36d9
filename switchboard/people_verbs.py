"""Verbs for people: who may sign in, in which role, and what each role may do."""

import argparse
import getpass
import sys
from typing import Any

from data.errors import BadValueError
from data.rights_document import rights_json, rights_markdown
from data.store.store import Store
from switchboard.cli import home_of
from switchboard.hub_verbs import os_actor
from sync.auth import people
from sync.auth.changes import require_sign_in
from sync.auth.lockout import let_in_again
from sync.hub.home import HubHome


def add(options: argparse.Namespace) -> dict[str, object]:
    """Adds a person who is not there yet; the password comes from the terminal or the first line of stdin."""
    store, branches = _store(options), tuple(options.branch)
    with store.read() as connection:
        people.check_new(connection, options.name, options.role, branches)
    people.add_person(store, options.name, options.role, _secret("password"), os_actor(), branches)
    return {"name": options.name, "role": options.role, "branches": list(branches)}


def list_all(options: argparse.Namespace) -> dict[str, list[dict[str, Any]]]:
    """Everybody with role and branches."""
    store = _store(options)
    with store.read() as connection:
        return {"people": people.list_people(connection, store.clock.now())}


def role(options: argparse.Namespace) -> dict[str, object]:
    """Gives a person another role and the branches named, all where none is."""
    people.set_role(_store(options), options.name, options.role, os_actor(), tuple(options.branch))
    return {"name": options.name, "role": options.role, "branches": options.branch}


def password(options: argparse.Namespace) -> dict[str, object]:
    """Gives a person another password; with `--reset` one that is shown this once and has to be changed."""
    if options.reset:
        return {"name": options.name, "password": people.reset_password(_store(options), options.name, os_actor())}
    store = _known(options)
    people.set_password(store, options.name, _secret("password"), os_actor())
    return {"name": options.name}


def pin(options: argparse.Namespace) -> dict[str, object]:
    """Gives a person another PIN, which comes as a password does; an empty line takes it away."""
    store = _known(options)
    people.set_pin(store, options.name, _read("PIN"), os_actor())
    return {"name": options.name}


def disable(options: argparse.Namespace) -> dict[str, object]:
    """Shuts a person out at once."""
    people.disable_person(_store(options), options.name, os_actor())
    return {"name": options.name, "disabled": True}


def enable(options: argparse.Namespace) -> dict[str, object]:
    """Lets a person in again."""
    people.enable_person(_store(options), options.name, os_actor())
    return {"name": options.name, "disabled": False}


def unlock(options: argparse.Namespace) -> dict[str, object]:
    """Counts a person's wrong passwords and PINs no more: they may try again at once."""
    store = _known(options)
    let_in_again(store, options.name, os_actor())
    return {"name": options.name}


def rights(options: argparse.Namespace) -> object:
    """The table of rights: as JSON, or as docs/rights.md shows it."""
    return rights_json() if options.json else rights_markdown().rstrip("\n")


def policy(options: argparse.Namespace) -> dict[str, object]:
    """Whether PCs answer before somebody has signed in."""
    required = options.sign_in == "required"
    with _store(options).write(os_actor(), "sign-in policy") as writing:
        require_sign_in(writing, required=required, actor=os_actor())
    return {"sign_in": options.sign_in}


def _store(options: argparse.Namespace) -> Store:
    return HubHome(home_of(options)).open_store()


def _known(options: argparse.Namespace) -> Store:
    """The store, where somebody has the name: nobody is to type a secret for nobody."""
    store = _store(options)
    with store.read() as connection:
        people.check_known(connection, options.name)
    return store


def _secret(what: str) -> str:
    secret = _read(what)
    if not secret:
        raise BadValueError(what, "", "give one on stdin")
    return secret


def _read(what: str) -> str:
    return getpass.getpass(f"{what}: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
