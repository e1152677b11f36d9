"""Verbs of an agent's home."""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

from data.clock import from_iso
from data.errors import BadValueError
from switchboard import __version__
from switchboard.cli import UsageError, home_of
from sync.errors import HomeError
from sync.private_files import write_whole
from sync.replica.agent_home import AgentHome
from sync.replica.hub_client import HubClient
from sync.replica.hub_line import checked_url
from sync.replica.replica import Replica
from sync.replica.trust import Trust, settled_trust


def enrol(options: argparse.Namespace) -> dict[str, Any]:
    """Enrols this PC with a one-time code."""
    home = AgentHome(home_of(options))
    hub = checked_url(options.hub)
    home.make()
    client = HubClient(hub, trust=_settled(home, hub, options))
    enrolment = client.enrol(options.code)
    home.save_enrolment(enrolment)
    return {"hub": enrolment.hub, "device": enrolment.device, "name": enrolment.name, "pin": enrolment.pin or None}


def trust(options: argparse.Namespace) -> dict[str, Any]:
    """Has this PC take the hub by another certificate, or authority, from now on."""
    home = AgentHome(home_of(options))
    with home.files.renewing() as enrolment:
        settled = _settled(home, enrolment.hub, options)
        home.files.write(replace(enrolment, pin=settled.pin, ca=settled.ca is not None))
    return {"hub": enrolment.hub, "pin": settled.pin or None, "ca": settled.ca is not None}


def _settled(home: AgentHome, hub: str, options: argparse.Namespace) -> Trust:
    """How the hub is recognised; the authority's file is kept in the home."""
    settled = settled_trust(hub, options.pin, Path(options.ca) if options.ca else None)
    if settled.ca is None:
        return settled
    write_whole(home.files.ca, settled.ca.read_text(encoding="utf-8"))
    return Trust(ca=home.files.ca)


def sync(options: argparse.Namespace) -> dict[str, Any] | None:
    """Brings the cache up to date: once, or for ever as the hub speaks."""
    home = AgentHome(home_of(options))
    replica = Replica(home, HubClient.at(home))
    if options.once:
        return replica.sync().to_json()
    from sync.replica.follow import follow_for_ever  # noqa: PLC0415

    follow_for_ever(replica, lambda report: _print(report.to_json()))
    return None


def lookup(options: argparse.Namespace) -> dict[str, Any] | None:
    """The popup's own answer to a query, or to each line of a file."""
    from assistant.answering.answering import CacheAnswers  # noqa: PLC0415
    from assistant.answering.phone_lookup import answer_at_once, hub_of  # noqa: PLC0415
    from assistant.lookup.choices import Choices  # noqa: PLC0415
    from assistant.resident.settings import load_settings  # noqa: PLC0415

    if bool(options.query) == bool(options.batch):
        raise UsageError("give either a query or --batch FILE")
    if not 1 <= options.limit <= 100:  # noqa: PLR2004
        raise UsageError(f"--limit {options.limit}: give 1 to 100")
    at = from_iso(options.at, "--at") if options.at else None
    home = AgentHome(home_of(options))
    settings, _ = load_settings(home.path)
    choices = Choices(home.path) if settings.learn else None
    answers = CacheAnswers(home, home.clock(), own_branches=settings.branches, choices=choices)
    if not answers.there:
        home.enrolment()
        raise HomeError(f"{home.path} has no cache yet: switchboard sync --once --home {home.path}")
    if options.query:
        return answer_at_once(answers, hub_of(home), " ".join(options.query), options.limit, at).to_json()
    for query in _lines(options.batch):
        _print(answer_at_once(answers, hub_of(home), query, options.limit, at).to_json())
    return None


def assistant(options: argparse.Namespace) -> int:
    """Runs the resident assistant until it is told to quit."""
    from assistant.resident.resident import run  # noqa: PLC0415

    return run(AgentHome(home_of(options)), __version__)


def toggle(options: argparse.Namespace) -> None:
    """Shows or hides the running assistant."""
    from assistant.resident.instance import send  # noqa: PLC0415

    send(home_of(options), "toggle")


def pop(options: argparse.Namespace) -> None:
    """Shows the running assistant with a caller's number."""
    from assistant.resident.instance import send  # noqa: PLC0415

    send(home_of(options), f"pop {options.number}")


def _lines(file: str) -> Iterator[str]:
    if file == "-":
        yield from _stripped(sys.stdin)
        return
    try:
        text = Path(file).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise BadValueError("--batch", file, f"line {line} is no UTF-8 text: save the file as UTF-8") from None
    yield from _stripped(StringIO(text))


def _stripped(lines: Iterable[str]) -> Iterator[str]:
    return (line.rstrip("\r\n") for line in lines)


def _print(value: object) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
    sys.stdout.flush()
