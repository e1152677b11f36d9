"""The verb `audit`: who did what, and the proof that nobody changed it."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from data.clock import from_iso
from data.errors import BadValueError
from data.handing_out import hand_out
from data.store import audit
from data.store.audit_chain import Entry, Finding
from switchboard.cli import home_of
from switchboard.hub_verbs import os_actor
from sync.audit.key import read_public_key
from sync.audit.trail import AuditTrail, check_archive
from sync.audit.workbook import write_workbook
from sync.hub.home import HubHome

_SHOWN = 5


def list_entries(options: argparse.Namespace) -> object:
    """Prints the entries that are wanted, or writes them into a workbook; that is an entry itself."""
    if options.limit < 1:
        raise BadValueError("--limit", options.limit, "give 1 or more")
    store = HubHome(home_of(options)).open_store()
    wanted = audit.Wanted(
        since=from_iso(options.since, "--since") if options.since else None,
        until=from_iso(options.until, "--until") if options.until else None,
        actor=options.actor,
        acts=tuple(options.act),
    )
    with store.read() as connection:
        found = audit.newest(connection, wanted, limit=options.limit)
    if options.xlsx:
        path = Path(options.xlsx)
        about = f"entries to {path.absolute()}"
        hand_out(store, path, lambda path: write_workbook(path, found), os_actor(), "export_audit", about)
        return {"file": str(path), "entries": len(found)}
    return [asdict(one) for one in found] if options.json else "\n".join(_line(one) for one in found)


def verify(options: argparse.Namespace) -> int:
    """Prints what was found: 0 where the trail is whole, 1 where it is not."""
    home = HubHome(home_of(options))
    trail = AuditTrail(home.path, home.open_store())
    public = read_public_key(Path(options.public_key)) if options.public_key else trail.key(os_actor()).public
    given = [Path(one) for one in options.checkpoint]
    proof = trail.prove([*trail.kept_checkpoints(public), *given], public, thorough=options.thorough)
    findings = [one for path in options.archive for one in check_archive(Path(path), given, public)] + proof.findings
    whole = not findings
    if options.json:
        answer = {"whole": whole, **asdict(proof), "findings": [asdict(one) for one in findings]}
        sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
    elif whole:
        sys.stdout.write(
            f"完好 whole: entries {proof.first} to {proof.last}, {proof.checkpoints} checkpoints, hash {proof.hash}\n"
        )
    if not whole:
        sys.stderr.write(f"switchboard: 审计记录不完整 the audit trail is not whole: {_told(findings)}\n")
    return int(not whole)


def checkpoint(options: argparse.Namespace) -> object:
    """Prints a signed line that says where the chain stands, or adds it to a file."""
    home = HubHome(home_of(options))
    line = AuditTrail(home.path, home.open_store()).checkpoint(os_actor())
    if not options.out:
        return json.loads(line) if options.json else line
    with Path(options.out).open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    return {"file": options.out, "number": json.loads(line)["number"]}


def archive(options: argparse.Namespace) -> dict[str, object]:
    """Puts entries from before a moment into a file of the home and takes them out of the store."""
    home = HubHome(home_of(options))
    path = AuditTrail(home.path, home.open_store()).archive(from_iso(options.before, "--before"), os_actor())
    return {"file": str(path) if path else None}


def key(options: argparse.Namespace) -> object:
    """Prints the public key that checkpoints are checked with."""
    home = HubHome(home_of(options))
    public = AuditTrail(home.path, home.open_store()).key(os_actor(), new=options.new).public
    return {"public_key": public} if options.json else public


def _line(entry: Entry) -> str:
    """One line of an entry, also where what it is about holds line ends or a terminal's commands."""
    line = f"{entry.number}  {entry.at}  {entry.actor}  {entry.act}  {entry.about}"
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in line)


def _told(findings: list[Finding]) -> str:
    said = "; ".join(one.what for one in findings[:_SHOWN])
    return said if len(findings) <= _SHOWN else f"{said}; and {len(findings) - _SHOWN} more"
