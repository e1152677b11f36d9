"""Verbs for what agents say: on a hub's home, straight on the store; the hub may serve meanwhile."""

import argparse

from data.fields import Json
from data.scripts.editing import reset_script, script_text, script_texts, set_script
from data.scripts.samples import preview as previewed
from switchboard.cli import home_of
from switchboard.hub_verbs import os_actor
from sync.hub.home import HubHome


def list_all(options: argparse.Namespace) -> list[dict[str, Json]]:
    """Every template that says something."""
    with HubHome(home_of(options)).open_store().read() as connection:
        return [one.to_json() for one in script_texts(connection)]


def set_words(options: argparse.Namespace) -> dict[str, Json]:
    """Gives a template words of the centre's own; a language that is not given stays as it is."""
    store = HubHome(home_of(options)).open_store()
    with store.write(os_actor(), "edit script") as writing:
        zh, en = script_text(writing.connection, options.script).texts
        words = (zh if options.zh is None else options.zh, en if options.en is None else options.en)
        return set_script(writing, options.script, *words, os_actor()).to_json()


def reset(options: argparse.Namespace) -> dict[str, Json]:
    """Puts a template back to the default."""
    store = HubHome(home_of(options)).open_store()
    with store.write(os_actor(), "reset script") as writing:
        return reset_script(writing, options.script, os_actor()).to_json()


def preview(options: argparse.Namespace) -> dict[str, dict[str, str]]:
    """What words would say over sample facts; those in force where none are given."""
    store = HubHome(home_of(options)).open_store()
    with store.read() as connection:
        zh, en = script_text(connection, options.script).texts
    said = previewed(options.script, (options.zh or zh, options.en or en), store.clock.now())
    return {str(language): amounts for language, amounts in said.items()}
