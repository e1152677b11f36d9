"""From a commit at the hub to everybody who listens, beside a bare server that writes the same bytes."""

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from threading import Thread
from uuid import uuid4

import psutil

from data.clock import SystemClock, to_iso
from data.store import change_log
from data.store.schema import DEVICE
from data.store.store import Store
from sync.auth.changes import made_token_key
from sync.auth.tokens import digest, make_tokens
from sync.hub.snapshots import Scope
from sync.replica.hub_client import HubClient
from tests.benchmarks.fan_out_bare import bare_server
from tests.benchmarks.fan_out_listeners import Crowd, listening
from tests.benchmarks.fan_out_replica import following
from tests.benchmarks.report import percentile, say, say_heading, say_row
from tests.benchmarks.sync_fresh import FreshOptions
from tests.following import enrolled, store_of
from tests.forks import Program
from tests.hubs import RunningHub, serving, switchboard

_ROUNDS = {500: 100, 2_000: 60, 5_000: 40}
"""Of each number of listeners."""

_REPLICAS, _REPLICA_ROUNDS = 8, 100
_RECONNECTING = 5_000
_BEHIND = 10
_EVENT_BYTES = 700
"""Of an event that carries an outage window."""

_BETWEEN_S = 0.05
_LOOK_EVERY_S = 0.0005
_SETTLED_S = 3.0


def measure_fan_out(options: FreshOptions) -> None:
    """Prints how soon the last of many sockets hears, and what each costs the hub."""
    say_heading(
        "the hub's commit to the event at the last",
        "p50 ms",
        "p99",
        "most",
        "bare uvloop p50",
        "p99",
        "ratio",
        "kB each",
    )
    for count, rounds in _ROUNDS.items():
        with _served(options) as (hub, store):
            _fan_out(hub, store, count, rounds)
    say("\nIn turns with the bare server. The commit is seen beside the hub, at most a millisecond or two late.")


def measure_replicas(options: FreshOptions) -> None:
    """Prints how soon the last of some real replicas, each a process, has committed what the hub has."""
    with _served(options) as (hub, store), ExitStack() as opened:
        homes = [enrolled(hub, options.work / f"seat{number}") for number in range(_REPLICAS)]
        replicas = [opened.enter_context(following(home)) for home in homes]
        for held in replicas:
            held()
        time.sleep(_SETTLED_S)
        outage = _outages(hub, store)
        times = [_until(outage, replicas) for _ in range(_REPLICA_ROUNDS)]
    say_heading(f"the hub's commit to the commit in the last of {_REPLICAS} replicas", "p50 ms", "p99", "most")
    say_row(f"{_REPLICA_ROUNDS} rounds", *_quantiles(times))


def measure_reconnect(options: FreshOptions) -> None:
    """Prints how soon many agents that all come back at once, some commits behind, are caught up and listen."""
    with _served(options) as (hub, store):
        with store.read() as connection:
            epoch, since = change_log.epoch(connection), change_log.head(connection)
        outage = _outages(hub, store)
        for _ in range(_BEHIND):
            outage()
        before = f"/changes?epoch={epoch}&scope={Scope.of(None).key}&since={since}"
        process = psutil.Process(hub.process.pid)
        tokens, spent = _devices(store, _RECONNECTING), process.cpu_times()
        began = time.monotonic()
        with listening(Crowd(_port(hub), tokens, before, _RECONNECTING)) as heard:
            _, at = heard()
        now = process.cpu_times()
    busy = now.user + now.system - spent.user - spent.system
    say_heading(f"{_RECONNECTING:,} agents come back at once, {_BEHIND} commits behind", "s", "of the hub's processor")
    say_row("changes fetched, and listening again", f"{at - began:.1f}", f"{busy:.1f} s")


@contextmanager
def _served(options: FreshOptions) -> Iterator[tuple[RunningHub, Store]]:
    home = options.hub or options.work / "few"
    if not home.exists():
        switchboard("init", "--home", str(home), "--demo", "--customers", "5000")
    with serving(home, start=Program) as hub, store_of(home) as store:
        HubClient.at(enrolled(hub, options.work / f"first {time.time_ns()}")).manifest()  # made while the hub starts
        time.sleep(_SETTLED_S)
        yield hub, store


def _fan_out(hub: RunningHub, store: Store, count: int, rounds: int) -> None:
    tokens, process = _devices(store, count), psutil.Process(hub.process.pid)
    outage, before = _outages(hub, store), process.memory_info().rss
    ours, bare = [], []
    with (
        bare_server(_EVENT_BYTES) as (port, tell),
        listening(Crowd(_port(hub), tokens)) as heard,
        listening(Crowd(port, tokens)) as heard_bare,
    ):
        heard()
        heard_bare()
        for number in range(rounds):
            ours.append(_until(outage, [heard]))
            bare.append(_until(lambda number=number: tell(number + 1), [heard_bare]))  # type: ignore[misc]
        each = (process.memory_info().rss - before) / 1e3 / count
    p99, bare_p99 = (percentile(sorted(times), 0.99) for times in (ours, bare))
    bare_p50 = statistics.median(bare)
    row = (*_quantiles(ours), f"{bare_p50 * 1e3:.0f}", f"{bare_p99 * 1e3:.0f}", f"{p99 / bare_p99:.1f}×", f"{each:.0f}")
    say_row(f"{count:,} sockets, {rounds} rounds", *row)


def _until(begin: Callable[[], float], ends: Sequence[Callable[[], tuple[int, float]]]) -> float:
    """Seconds from when `begin` says that it began until the last end has come."""
    began = begin()
    seconds = max(end()[1] for end in ends) - began
    time.sleep(_BETWEEN_S)
    return seconds


def _outages(hub: RunningHub, store: Store) -> Callable[[], float]:
    """What asks the hub to set a window, and says when that was committed: some milliseconds before it was answered.

    The commit is seen from here, by looking at the head all the time: at most a millisecond or two late.
    """
    token, now = hub.sign_in("admin"), SystemClock().now()
    times = {"start": to_iso(now), "etr": to_iso(now + timedelta(hours=1))}
    window = {"kind": "fault", "reason": "bench", "scope": [{"kind": "feeder", "id": "F02616"}], **times}

    def head() -> int:
        with store.read() as connection:
            return change_log.head(connection)

    def outage() -> float:
        before, asking = head(), Thread(target=hub.post, args=("/outages", window, token))
        asking.start()
        while head() == before:
            time.sleep(_LOOK_EVERY_S)
        committed = time.monotonic()
        asking.join()
        return committed

    return outage


def _devices(store: Store, count: int) -> list[str]:
    """Access tokens of that many new devices, which were enrolled all at once."""
    now, rows, tokens = store.clock.now(), [], []
    with store.write("bench", "enrol") as writing:
        key = made_token_key(writing.connection)
        for _ in range(count):
            device, secret = uuid4().hex, uuid4().hex
            enrolment = {"token_hash": digest(secret), "generation": 2}
            rows.append({"id": device, "name": device, "branches": "[]", "created_at": to_iso(now), **enrolment})
            tokens.append(make_tokens(key, device, secret, 2, now).access)
        writing.connection.execute(DEVICE.insert(), rows)
    return tokens


def _port(hub: RunningHub) -> int:
    return int(hub.url.rpartition(":")[2])


def _quantiles(seconds: Sequence[float]) -> tuple[str, str, str]:
    ordered = sorted(seconds)
    return tuple(f"{one * 1e3:.0f}" for one in (statistics.median(ordered), percentile(ordered, 0.99), ordered[-1]))  # type: ignore[return-value]
