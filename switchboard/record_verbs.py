"""Verbs that keep records: the same rules as the pages', for every branch."""

import argparse
from collections.abc import Callable

from sqlalchemy import Connection

from data.errors import BadValueError, NotFoundError
from data.fields import Doc, Json
from data.finding import find_one
from data.names.pinyin import readings_of
from data.store.store import Store, Writing
from data.upkeep import acts
from data.upkeep.acts import Keeper, add_record, change_record, find_record, retire_record, undo_change
from data.upkeep.history import changes_of, latest_change
from data.upkeep.seen import as_shown
from data.upkeep.similar import similar_to
from data.upkeep.telling import told_change
from switchboard.cli import home_of
from switchboard.hub_verbs import os_actor
from sync.hub.home import HubHome


def show(options: argparse.Namespace) -> Doc:
    """The record; a customer's phone is masked."""
    kind = _kind(options)
    with _store(options).read() as connection:
        return as_shown(kind, find_record(connection, kind, _key(connection, kind, options.id)))


def add(options: argparse.Namespace) -> dict[str, Json]:
    """Adds a record."""
    kind, texts = _kind(options), _texts(options)
    return _write(options, "add record", lambda writing: add_record(writing, kind, texts, _keeper()))


def set(options: argparse.Namespace) -> dict[str, Json]:  # noqa: A001 - the verb
    """Changes fields of a record."""
    kind, texts = _kind(options), _texts(options)

    def do(writing: Writing) -> Doc:
        return change_record(writing, kind, _key(writing.connection, kind, options.id), texts, _keeper())

    return _write(options, "change record", do)


def retire(options: argparse.Namespace) -> dict[str, Json]:
    """Takes a record out of use."""
    kind = _kind(options)

    def do(writing: Writing) -> None:
        retire_record(writing, kind, _key(writing.connection, kind, options.id), _keeper())

    return _write(options, "retire record", do)


def bring_back(options: argparse.Namespace) -> dict[str, Json]:
    """Puts a retired record back into use."""
    kind = _kind(options)
    return _write(options, "bring back record", lambda writing: acts.bring_back(writing, kind, options.id, _keeper()))


def history(options: argparse.Namespace) -> list[dict[str, Json]]:
    """The changes of a record, the newest first."""
    kind = _kind(options)
    with _store(options).read() as connection:
        return [told_change(one) for one in changes_of(connection, kind, _key(connection, kind, options.id))]


def undo(options: argparse.Namespace) -> dict[str, Json]:
    """Undoes the latest change."""
    kind = _kind(options)

    def do(writing: Writing) -> Doc | None:
        key = _key(writing.connection, kind, options.id)
        last = latest_change(writing.connection, kind, key)
        number = options.number if options.number is not None else last.number if last else 0
        return undo_change(writing, kind, key, number, _keeper())

    return _write(options, "undo record", do)


def _write(options: argparse.Namespace, about: str, do: Callable[[Writing], Doc | None]) -> dict[str, Json]:
    kind = _kind(options)
    with _store(options).write(os_actor(), about) as writing:
        doc = do(writing)
        warnings: list[Json] = [*(similar_to(writing.connection, kind, doc) if doc else ())]
    return {"kind": kind, "record": as_shown(kind, doc) if doc else None, "warnings": warnings}


def _store(options: argparse.Namespace) -> Store:
    return HubHome(home_of(options)).open_store()


def _keeper() -> Keeper:
    return Keeper(os_actor(), (), readings_of)


def _kind(options: argparse.Namespace) -> str:
    return str(options.kind).replace("-", "_")


def _key(connection: Connection, kind: str, text: str) -> str:
    """The id of the record that `text` names; of one that is retired, `text` is the id."""
    try:
        return find_one(connection, kind, text)
    except NotFoundError:
        if latest_change(connection, kind, text) is None:
            raise
        return text


def _texts(options: argparse.Namespace) -> dict[str, str]:
    texts = {}
    for one in options.set:
        name, equals, text = str(one).partition("=")
        if not equals:
            raise BadValueError("--set", one, "write FIELD=VALUE, such as phone=0429-3123456")
        texts[name] = text
    return texts
