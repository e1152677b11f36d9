"""Outage windows by verbs on an agent's home: entered into the outbox, listed as this PC knows them."""

import argparse
from contextlib import closing
from datetime import datetime
from typing import Any

from data.caches.cache import all_docs_of
from data.clock import from_iso, to_iso
from data.kinds import KINDS
from data.outages.documents import outage_from_doc
from data.outages.windows import OutageWindow
from data.sqlite import connect
from switchboard.cli import home_of
from switchboard.entry_verbs import enter
from switchboard.outage_options import facts_of, parts_of, scope_of
from sync.outbox.entering import Place
from sync.outbox.waiting import Kept, Outbox
from sync.replica.agent_home import AgentHome


def add(options: argparse.Namespace) -> dict[str, Any]:
    """Sets a window."""
    start, etr = from_iso(options.start, "--start"), from_iso(options.etr, "--etr")
    scope, facts = [Place(*pair) for pair in scope_of(options)], facts_of(options)
    return enter(
        options,
        lambda entering: entering.add_outage(options.kind, start, etr, options.reason, scope, facts, hold=options.hold),
    )


def revise(options: argparse.Namespace) -> dict[str, Any]:
    """Moves the ETR."""
    etr, source = from_iso(options.etr, "--etr"), options.etr_source
    return enter(
        options,
        lambda entering: entering.revise_outage(options.id, etr, options.reason, source, site=options.site),
    )


def restore(options: argparse.Namespace) -> dict[str, Any]:
    """Confirms that power is back, for all or for parts."""
    at = from_iso(options.at, "--at") if options.at else None
    parts = [Place(*pair) for pair in parts_of(options)]
    return enter(options, lambda entering: entering.restore_outage(options.id, at, parts, options.reason))


def withdraw(options: argparse.Namespace) -> dict[str, Any]:
    """Takes a window back."""
    return enter(options, lambda entering: entering.withdraw_outage(options.id, options.reason))


def list_windows(options: argparse.Namespace) -> list[dict[str, Any]]:
    """The windows that this PC knows of, and then those entered here that the hub does not have yet."""
    home = AgentHome(home_of(options))
    at = from_iso(options.at, "--at") if options.at else home.clock().now()
    unsent = [kept for kept in Outbox(home.path).entries() if kept.state == "waiting"]
    changed = {str(kept.entry.body.get("id")) for kept in unsent}
    known = [_known(window, at, changed=window.id in changed) for window in _windows(home) if window.phase(at)]
    return known + [_unsent(kept) for kept in unsent if kept.entry.kind == "outage_add"]


def _windows(home: AgentHome) -> list[OutageWindow]:
    cache = home.current_cache()
    if cache is None:
        return []
    with closing(connect(cache, read_only=True)) as connection:
        windows = [outage_from_doc(doc) for doc in all_docs_of(connection, KINDS["outage"])]
    return sorted(windows, key=lambda window: (window.start, window.id))


def _known(window: OutageWindow, at: datetime, *, changed: bool) -> dict[str, Any]:
    return {
        "id": window.id,
        "kind": window.kind,
        "state": window.phase(at),
        "start": to_iso(window.start),
        "etr": to_iso(window.etr),
        "reason": window.reason,
        "hold": window.hold,
        "scope": [{"kind": item.kind, "id": item.id} for item in window.scope],
        "unsent": "changes" if changed else None,
    }


def _unsent(kept: Kept) -> dict[str, Any]:
    return {"id": kept.entry.key, "state": "not_yet_sent", **kept.entry.body, "unsent": "all"}
