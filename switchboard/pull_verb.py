"""The verb `pull`: what the central systems hold, into the store; and the sample system to try it on."""

import argparse
import logging
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, create_engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from data.demo import demo_records
from data.demo.central import central_mapping, fill_central
from data.errors import SwitchboardError
from data.store.store import Store
from switchboard.cli import UsageError, home_of
from switchboard.demo_calls import CallSimulator
from switchboard.hub_verbs import os_actor
from sync.central.by_hand import PullOrder, PullsByHand
from sync.central.errors import MappingError, SourceError
from sync.central.events import TakenLines
from sync.central.history import pulls, refused_pull
from sync.central.mapping import Source
from sync.central.mapping_file import read_mapping_file
from sync.central.passwords import url_with_password, with_driver
from sync.central.pulling import Puller, Wish
from sync.central.timetable import PullTimetable
from sync.hub.home import HubHome
from wallboard.calls import import_queue_log

CONFIG = "central.toml"
"""The mapping file of a hub's home."""

_DAY_S = 86_400
_LOG = logging.getLogger(__name__)


def pull(options: argparse.Namespace) -> dict[str, object]:
    """Pulls every source of the mapping, or one; or lists what was pulled."""
    home = HubHome(home_of(options))
    store = home.open_store()
    if options.history:
        if options.limit < 1:
            raise UsageError(f"--limit {options.limit}: give 1 or more")
        with store.read() as connection:
            return {"pulls": pulls(connection, options.limit)}
    path = Path(options.config) if options.config else home.path / CONFIG
    sources = read_mapping_file(path)
    wish, source_name = _wish(options, store)
    chosen = [source for source in sources if source_name in {"", source.name}]
    if not chosen:
        raise MappingError(f"{path} has no source {source_name}: it has {', '.join(one.name for one in sources)}")
    return {"pulls": list(_pulled(chosen, path.parent, home, store, wish))}


def pull_timetable(home: HubHome, on_done: Callable[[], None]) -> PullTimetable:
    """When the hub of `home` pulls; never, where it has no mapping file or a wrong one, which is logged."""
    path = home.path / CONFIG
    try:
        sources = read_mapping_file(path) if path.exists() else ()
    except MappingError as error:
        _LOG.warning("no pulls by the clock: %s", error)
        sources = ()
    return PullTimetable(sources, partial(pull_by_clock, home.path), on_done)


def pull_by_clock(home: Path, name: str, changed: bool) -> None:  # noqa: FBT001 - pickled with its arguments in order
    """One pull of a source of the home's mapping; in a process of its own."""
    (source,) = (one for one in read_mapping_file(home / CONFIG) if one.name == name)
    url = url_with_password(source, home, os.environ)
    store = HubHome(home).open_store()
    Puller(store, source, url, home, take_lines).pull("hub", Wish(changed=changed))


def pulls_by_hand(home: HubHome, on_done: Callable[[], None]) -> PullsByHand:
    """The pulls that people begin from the pages of the hub of `home`."""
    return PullsByHand(home.path / CONFIG, partial(pull_as_ordered, home.path), on_done)


def pull_as_ordered(home: Path, order: PullOrder) -> None:
    """What a person has ordered; in a process of its own."""
    store = HubHome(home).open_store()
    wish = Wish(changed=order.mode == "changed", dry_run=order.mode == "dry_run")
    if order.approves:
        with store.read() as connection:
            _, approved = refused_pull(connection, order.approves)
        wish = Wish(approves=order.approves, approved=approved)
    (source,) = (one for one in read_mapping_file(home / CONFIG) if one.name == order.source)
    url = url_with_password(source, home, os.environ)
    Puller(store, source, url, home, take_lines).pull(order.actor, wish)


def take_lines(connection: Connection, lines: Iterable[str], zone: ZoneInfo) -> TakenLines:
    """What became of the lines of a central system's call log."""
    return import_queue_log(connection, lines, timezone=zone)


def init_central(options: argparse.Namespace) -> dict[str, object] | str:
    """Fills an empty database as a sample marketing system; says by which mapping to pull it."""
    try:
        url = with_driver(make_url(options.demo_central))
        rows = _fill(url, options.customers)
    except ArgumentError:
        # What was given may hold a password: it is not repeated.
        raise UsageError("--demo-central: give a URL such as postgresql://me@host/database") from None
    except SQLAlchemyError as error:
        reason = " ".join(str(getattr(error, "orig", None) or error).split())
        raise SourceError(f"the sample system cannot be made: {reason}") from None
    mapping = _mapping(url)
    return {"rows": rows, "mapping": mapping} if options.json else mapping


def _fill(url: URL, customers: int) -> dict[str, int]:
    engine = create_engine(url, hide_parameters=True)
    try:
        return fill_central(engine, demo_records(customers), _calls())
    finally:
        engine.dispose()


def _wish(options: argparse.Namespace, store: Store) -> tuple[Wish, str]:
    if options.approve and (options.source or options.dry_run or options.changed or options.approve_deletions):
        raise UsageError("--approve goes alone: the pull that it names says which source and what")
    if not options.approve:
        wish = Wish(
            changed=options.changed,
            anew=options.anew,
            dry_run=options.dry_run,
            approve_deletions=options.approve_deletions,
        )
        return wish, options.source or ""
    with store.read() as connection:
        source, approved = refused_pull(connection, options.approve)
    return Wish(anew=options.anew, approves=options.approve, approved=approved), source


def _pulled(
    sources: list[Source], folder: Path, home: HubHome, store: Store, wish: Wish
) -> Iterator[dict[str, object]]:
    """What became of each source; one that fails does not keep the others from being pulled."""
    failed: list[SwitchboardError] = []
    for source in sources:
        try:
            url = url_with_password(source, folder, os.environ)
            yield Puller(store, source, url, home.path, take_lines).pull(os_actor(), wish).to_json()
        except SwitchboardError as error:
            failed.append(error)
    for one in failed[:-1]:
        sys.stderr.write(f"switchboard: {one}\n")
    if failed:
        raise failed[-1]


def _calls() -> list[str]:
    """A day of calls, in seconds since its beginning."""
    simulator = CallSimulator(seed=1)
    return [line for second in (0, _DAY_S) for line in simulator.lines_until(second)]


def _mapping(url: URL) -> str:
    """The sample's mapping with its address, and where its password is to be found."""
    shown = url.set(password=None).render_as_string(hide_password=False)
    mapping = central_mapping().replace("postgresql+psycopg://reader@localhost/marketing", shown)
    return mapping.replace("# password_env", "password_env") if url.password else mapping
