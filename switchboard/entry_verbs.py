"""Verbs for what is entered at a PC: into its outbox, and to the hub at once where there is one."""

import argparse
from collections.abc import Callable
from typing import Any

from data.entries.entries import Entry, Outcome
from data.errors import BadValueError
from data.fields import FieldType, Json
from data.kinds import AREA
from switchboard.cli import home_of
from sync.errors import RefusedError, SyncError
from sync.outbox.entering import Entering, Place, author_at
from sync.outbox.sending import OutboxSender
from sync.outbox.waiting import TOO_LATE, Author, Outbox
from sync.replica.agent_home import AgentHome
from sync.replica.hub_client import HubClient


def enter(options: argparse.Namespace, make: Callable[[Entering], Entry]) -> dict[str, Any]:
    """Keeps an entry and tries to send it: what became of it, `waiting` where the hub has not answered.

    Raises:
        RefusedError: the hub refused it; it stays in the outbox.
    """
    home = _home(options)
    outbox = Outbox(home.path)
    entry = make(Entering(home, outbox, home.clock()))
    return _sent(home, outbox, entry)


def add_ticket(options: argparse.Namespace) -> dict[str, Any]:
    """Makes a ticket, for a place or for none."""
    named = {kind: getattr(options, kind) for kind in ("area", "feeder", "transformer_area", "customer")}
    places = [Place(kind, name) for kind, name in named.items() if name]
    if len(places) > 1:
        raise BadValueError("place", len(places), "a ticket is for one place: give one option")
    place = places[0] if places else None
    return enter(
        options,
        lambda entering: entering.ticket(options.kind, options.text, place, options.business, options.linked_to),
    )


def add_wrap_up(options: argparse.Namespace) -> dict[str, Any]:
    """Keeps how a call ended."""
    return enter(
        options,
        lambda entering: entering.wrap_up(options.result, options.note, options.call, options.number),
    )


def edit_area(options: argparse.Namespace) -> dict[str, Any]:
    """Changes fields of an area, or adds one."""
    changes = dict(_change(text) for text in options.set)
    return enter(options, lambda entering: entering.area(options.id, changes))


def list_entries(options: argparse.Namespace) -> list[dict[str, Any]]:
    """What is in the outbox, oldest first: waiting, refused or in conflict."""
    home = _home(options)
    outbox = Outbox(home.path)
    outbox.forget_callers(home.clock().now())
    return [kept.to_json() for kept in outbox.entries()]


def dismiss(options: argparse.Namespace) -> dict[str, Any]:
    """Lets go of an entry; one that may have reached the hub goes once the hub has promised not to apply it."""
    home = _home(options)
    outbox = Outbox(home.path)
    kept = outbox.find(options.key)
    if outbox.dismiss(kept.entry.key):
        return {**kept.to_json(), "state": "dismissed"}
    answer = _sent(home, outbox, kept.entry)
    if answer["status"] == "applied":
        raise RefusedError(f"{TOO_LATE} ({answer['record']})")
    return {**kept.to_json(), "state": "withdrawn", "detail": answer["detail"]}


def retry(options: argparse.Namespace) -> dict[str, Any]:
    """Sends an entry again, in the name of whoever is signed in now."""
    home = _home(options)
    outbox, now = Outbox(home.path), home.clock().now()
    outbox.forget_callers(now)
    author = author_at(home, now)
    if not author.name:
        raise RefusedError("nobody is signed in at this PC: sign in first 请先在本机登录")
    return _sent(home, outbox, outbox.send_again(options.key, author, now))


def _sent(home: AgentHome, outbox: Outbox, entry: Entry) -> dict[str, Any]:
    outcomes: dict[str, Outcome] = {}
    try:
        sender_of(home, outbox, outcomes).send()
    except SyncError as problem:
        waits = str(problem)
    else:
        waits = next((kept.detail for kept in outbox.entries() if kept.entry.key == entry.key), "")
    outcome = outcomes.get(entry.key)
    if outcome is None:
        return {"entry": entry.key, "status": "waiting", "record": "", "detail": waits}
    if outcome.status == "refused" and entry.key in {kept.entry.key for kept in outbox.entries()}:
        raise RefusedError(f"the hub refused it: {outcome.detail}; it stays in the outbox as {entry.key}")
    return {"entry": entry.key, **outcome.to_json()}


def sender_of(home: AgentHome, outbox: Outbox, outcomes: dict[str, Outcome] | None = None) -> OutboxSender:
    """What sends the outbox of a home, as whoever is signed in; it puts what became of each entry into `outcomes`."""
    clock, told = home.clock(), {} if outcomes is None else outcomes

    def signed_in() -> Author:
        return author_at(home, clock.now())

    return OutboxSender(outbox, HubClient.at(home), clock, signed_in, on_outcome=told.__setitem__)


def _home(options: argparse.Namespace) -> AgentHome:
    home = AgentHome(home_of(options))
    home.enrolment()
    return home


def _change(text: str) -> tuple[str, Json]:
    name, equals, value = text.partition("=")
    field = AREA.by_name.get(name)
    if not equals or field is None or name == "id":
        known = ", ".join(one for one in AREA.by_name if one != "id")
        raise BadValueError("--set", text, f"give FIELD=VALUE; the fields are {known}")
    if field.type is FieldType.TEXTS:
        return name, [part for part in value.split(";") if part]
    return name, value or None
