"""Fresh caches and changes, against a plain download of the same bytes and against PouchDB."""

import hashlib
import json
import os
import shutil
import statistics
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from sqlalchemy import select

from data.caches import cache
from data.clock import SystemClock
from data.fields import Doc
from data.kinds import KINDS
from data.migrations import migrate
from data.sqlite import connect
from data.store.database import open_database, sqlite_url
from data.store.schema import RECORDS
from data.store.store import Store
from sync import auth
from sync.replica.agent_home import AgentHome
from sync.replica.hub_client import HubClient
from sync.replica.replica import Replica, SyncReport
from tests.benchmarks.peers.installed import MissingPeerError
from tests.benchmarks.peers.pouchdb import Replication, replicate
from tests.benchmarks.report import say, say_heading, say_row
from tests.forks import Program
from tests.hubs import RunningHub, serving, switchboard

_CHANGED = 1000
_PEERS_SALT = 123_456_789
_RENAMED = 3
"""Every third of the changed customers gets another name, the others another contract."""


@dataclass(frozen=True, slots=True)
class FreshOptions:
    """What to measure.

    Attributes:
        work: A directory for everything that is made.
        hub: A hub's home to use; a demo is made where there is none.
        peers: Measures PouchDB, too.
    """

    work: Path
    customers: int
    hub: Path | None
    rounds: int
    peers: bool


def measure_fresh(options: FreshOptions) -> None:
    """Prints the tables."""
    home = options.hub or _demo(options)
    with serving(home, start=Program) as hub, _store_of(home) as store:
        seat = _enrolled(hub, store, options.work / "seat")
        client = HubClient.at(seat)
        client.manifest()
        limits, fresh = _fresh_rounds(options, seat, client)
        changes = _change_rounds(options, store, seat)
        peer = _peer(options, seat) if options.peers else None
    _print_fresh(options, limits, fresh, peer)
    _print_changes(changes, peer)


def _demo(options: FreshOptions) -> Path:
    home = options.work / "hub"
    switchboard("init", "--home", str(home), "--demo", "--customers", str(options.customers))
    return home


@contextmanager
def _store_of(home: Path) -> Iterator[Store]:
    engine = open_database(sqlite_url(home / "store.db"))
    try:
        migrate(engine)
        yield Store(engine, SystemClock())
    finally:
        engine.dispose()


def _enrolled(hub: RunningHub, store: Store, path: Path) -> AgentHome:
    code, _ = auth.add_device(store, f"bench {time.time_ns()}", (), "bench")
    home = AgentHome(path)
    home.save_enrolment(HubClient(hub.url).enrol(code))
    return home


def _fresh_rounds(
    options: FreshOptions, seat: AgentHome, client: HubClient
) -> tuple[list[float], list[tuple[float, SyncReport]]]:
    """Seconds of plain downloads and of fresh caches, in turns."""
    limits, fresh = [], []
    for _ in range(options.rounds):
        limits.append(_plain(client, options.work / "plain"))
        shutil.rmtree(seat.path / "cache", ignore_errors=True)
        replica = Replica(seat, HubClient.at(seat))
        began = time.perf_counter()
        report = replica.sync()
        fresh.append((time.perf_counter() - began, report))
    return limits, fresh


def _plain(client: HubClient, target: Path) -> float:
    manifest = client.manifest()
    began = time.perf_counter()
    digest = hashlib.sha256()
    with client.snapshot_file(manifest, 0) as (_, _, blocks), target.open("wb") as file:
        for block in blocks:
            digest.update(block)
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
    seconds = time.perf_counter() - began
    if digest.hexdigest() != manifest.sha256:
        raise AssertionError("the plain download is not the snapshot")
    target.unlink()
    return seconds


def _change_rounds(options: FreshOptions, store: Store, seat: AgentHome) -> list[tuple[float, SyncReport]]:
    """Seconds from asking for 1,000 changed customers until they are in the cache, index and all.

    The cache is open for reading meanwhile, as in an assistant that runs; its log is written back between the rounds.
    """
    replica, times = Replica(seat, HubClient.at(seat)), []
    if (path := seat.current_cache()) is None:
        raise AssertionError("there is no cache to change")
    reader = connect(path, read_only=True)
    cache.read_meta(reader)
    with store.read() as connection:
        keys = connection.execute(select(RECORDS["customer"].c.id)).scalars().all()
    for number in range(options.rounds):
        salt = time.time_ns() % 1_000_000_000
        chosen = Random(number).sample(keys, min(_CHANGED, len(keys)))
        with store.write("bench", "change") as writing:
            writing.put_many("customer", (_changed(key, place, salt) for place, key in enumerate(chosen)))
        HubClient.at(seat).changes(*_where(seat))  # the hub makes the answer once; every agent shares it
        began = time.perf_counter()
        report = replica.sync()
        times.append((time.perf_counter() - began, report))
        replica.write_back()
    replica.let_go()
    reader.close()
    return times


def _changed(key: str, place: int, salt: int) -> Doc:
    """Another name or contract, which nobody had before."""
    if place % _RENAMED == 0:
        return {"id": key, "name": f"新户{salt}之{place}"}
    return {"id": key, "contract_kva": salt + place / 2}


def _where(seat: AgentHome) -> tuple[str, str, int]:
    path = seat.current_cache()
    assert path is not None
    with closing(connect(path, read_only=True)) as held:
        meta = cache.read_meta(held)
    return meta["epoch"], meta["scope"], int(meta["revision"])


def _peer(options: FreshOptions, seat: AgentHome) -> Replication | None:
    path = seat.current_cache()
    assert path is not None
    with closing(connect(path, read_only=True)) as held:
        docs = list(cache.all_docs_of(held, KINDS["customer"]))
    changed = [
        {**doc, **_changed(str(doc["id"]), place, _PEERS_SALT)}
        for place, doc in enumerate(Random(0).sample(docs, min(_CHANGED, len(docs))))
    ]
    folder = options.work / "pouchdb"
    folder.mkdir()
    (folder / "docs").write_text("\n".join(map(_document, docs)), "utf-8")
    (folder / "changes").write_text("\n".join(map(_document, changed)), "utf-8")
    try:
        return replicate(folder, folder / "docs", folder / "changes")
    except MissingPeerError as missing:
        say(f"PouchDB is left out: {missing}")
        return None


def _document(doc: Doc) -> str:
    """As PouchDB keeps it; what is empty is left out, as ours does."""
    held = {name: value for name, value in doc.items() if value not in (None, False, [])}
    return json.dumps({"_id": held.pop("id"), **held}, ensure_ascii=False)


def _print_fresh(
    options: FreshOptions, limits: list[float], fresh: list[tuple[float, SyncReport]], peer: Replication | None
) -> None:
    limit, taken = statistics.median(limits), statistics.median(seconds for seconds, _ in fresh)
    report = fresh[-1][1]
    say_heading("a fresh cache over loopback", "records", "MB", "median s", "least s", "ratio")
    say_row(
        "plain download, SHA-256, fsync", "", f"{report.bytes / 1e6:.1f}", f"{limit:.3f}", f"{min(limits):.3f}", "1"
    )
    least = min(seconds for seconds, _ in fresh)
    ratio = f"{taken / limit:.2f}× (of the least {least / min(limits):.2f}×)"
    say_row(
        "Switchboard, verified", f"{report.rows:,}", f"{report.bytes / 1e6:.1f}", f"{taken:.3f}", f"{least:.3f}", ratio
    )
    if peer is not None:
        row = (f"{peer.fresh.docs:,}", f"{peer.fresh.bytes / 1e6:.1f}", f"{peer.fresh.seconds:.1f}", "")
        say_row("PouchDB from express-pouchdb", *row, f"Switchboard is {peer.fresh.seconds / taken:.0f}× faster")
    say(f"\n{options.rounds} rounds, in turns.")


def _print_changes(changes: list[tuple[float, SyncReport]], peer: Replication | None) -> None:
    seconds, report = statistics.median(taken for taken, _ in changes), changes[-1][1]
    say_heading(f"{_CHANGED:,} changed customers", "records", "kB", "median ms", "least ms")
    least = min(taken for taken, _ in changes)
    row = (f"{report.rows:,}", f"{report.bytes / 1e3:.0f}", f"{seconds * 1e3:.0f}", f"{least * 1e3:.0f}")
    say_row("Switchboard: asked, applied with the index, verified, synced", *row)
    if peer is not None:
        own = (f"{peer.changed.docs:,}", f"{peer.changed.bytes / 1e3:.0f}", f"{peer.changed.seconds * 1e3:.0f}", "")
        say_row("PouchDB, no index", *own)
        share = report.bytes / peer.changed.bytes
        say(f"\nOf PouchDB's bytes, both ways: {share:.2f}; what Switchboard asks is a line of a request.")
