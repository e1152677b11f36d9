"""The hub process: the one place where its parts are put together."""

import argparse
import asyncio
import logging
import socket
from contextlib import closing

from fastapi import FastAPI

from data.clock import SystemClock
from data.store.indexes import make_missing_indexes
from switchboard import __version__
from switchboard.cli import home_of
from switchboard.hub_lookup import HubLookup
from switchboard.hub_routes import hub_routers
from switchboard.hub_server import HubServer, server_config
from switchboard.open_files import allow_many_files
from switchboard.pull_verb import pull_timetable, pulls_by_hand
from sync.desk.page import desk_static
from sync.errors import SyncError
from sync.hub.home import HubHome
from sync.hub.hub import Hub, create_app, make_hub
from sync.hub.line import LineLimits
from sync.hub.pauses import keep_pauses_short
from sync.hub.schedule import HubSchedule
from sync.hub.shelf import SnapshotShelf
from sync.hub.snapshots import Scope
from sync.hub.tls import Certificate, Reach, make_reach
from sync.keeper import Keeper

_LOG = logging.getLogger(__name__)


def compose(home: HubHome) -> tuple[Hub, FastAPI]:
    """The hub on `home` and its web application."""
    store = home.open_store(SystemClock())
    hub = make_hub(store, SnapshotShelf(home.snapshots, store, encrypted=home.keeping.encrypt_caches))
    lookup = HubLookup(store, hub.shelf, home.snapshots / "own")
    by_hand = pulls_by_hand(home, hub.stream.look_now)
    routers = hub_routers(hub, home.keeping, lookup, by_hand, demo=home.demo)
    beside = (lookup.running(), by_hand.running())
    app = create_app(hub, routers, __version__, https_only=bool(home.reach.proxies), beside=beside)
    app.mount("/static/desk", desk_static())
    return hub, app


def hub(options: argparse.Namespace) -> None:
    """Serves until it is told to end."""
    home = HubHome(home_of(options))
    asked = make_reach(options.tls_cert, options.tls_key, options.behind_proxy)
    reach = Reach(asked.cert or home.reach.cert, asked.key or home.reach.key, asked.proxies or home.reach.proxies)
    reach.check(options.host)
    listening = listen(options.host, options.port)
    with closing(listening), home.held():
        if options.database:
            home = home.use_database(options.database)
        home = home.use_reach(reach)
        serve(home, listening, options.host)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket.

    Raises:
        SyncError: the port is in use, or the address is not this machine's.
    """
    # Named, for asyncio sends small answers at once only on sockets that say they are TCP.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(2048)
    except (OSError, OverflowError) as error:
        listening.close()
        reason = getattr(error, "strerror", None) or error
        raise SyncError(f"cannot listen on {host}:{port}: {reason}; give another --port") from None
    return listening


def certificate_of(home: HubHome) -> Certificate | None:
    """The hub's own certificate; one that is soon over is spoken of.

    Raises:
        HomeError: it cannot be used.
    """
    reach, now = home.reach, SystemClock().now()
    if reach.cert is None or reach.key is None:
        return None
    certificate = Certificate(reach.cert, reach.key)
    if certificate.is_old(now):
        _LOG.warning("renew the hub's certificate %s: %s", reach.cert, certificate.lasts(now))
    return certificate


def serve(home: HubHome, listening: socket.socket, host: str) -> None:
    """Runs the hub on an open socket until a signal ends it; says where it listens once it is put together."""
    allow_many_files()
    certificate = certificate_of(home)
    hub, app = compose(home)
    make_missing_indexes(hub.store)
    _, port = listening.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    print(f"Switchboard hub on {home.reach.scheme}://{shown}:{port}", flush=True)  # noqa: T201 - the verb's answer
    config = server_config(app, home.reach, certificate, LineLimits())
    server = HubServer(config, hub.store.clock, certificate, hub.stream.end)
    hub.shelf.prepare(Scope.of(None))  # most agents want it: it is made before the first one asks
    schedule = HubSchedule(hub)
    pulls = pull_timetable(home, hub.stream.look_now)
    pulls.add_to(schedule.add)
    with closing(Keeper(home, hub.store, __version__, hub.jobs)) as keeper, closing(pulls):
        keeper.add_to(schedule)
        keep_pauses_short()
        with schedule.running(), asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
            runner.run(server.serve(sockets=[listening]))
