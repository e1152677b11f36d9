"""The main path, timed: `./dev bench main_path [--customers N]`.

Prints Markdown rows for docs/benchmarks.md: making the demo store and its snapshot, the first synchronisation beside a
plain download of the same bytes, every keystroke of a set of queries beside one indexed full-text match on the same
file, and the time from an outage window being acknowledged to its being in a following agent's cache.
"""

import argparse
import hashlib
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from assistant.answering.answering import CacheAnswers
from data.clock import CorrectedClock, SystemClock, to_iso
from data.names.tokens import name_tokens
from data.sqlite import connect
from switchboard.hub_verbs import DEMO_PASSWORD
from sync.replica.agent_home import AgentHome
from sync.replica.follow import Follower
from sync.replica.hub_client import HubClient
from sync.replica.replica import Replica

TYPED = """
tsx tashan 塔山乡 tashanxiang 龙港区 lgq xingcheng 建昌县 jcx 616 2114010 zhangwei 张伟 王建国
连山区塔山 塔山+朱家 gaoqiao suizhong 绥中县 ynz longgang
"""
"""What agents type; a plus stands for a space."""

ROUNDS = 5


def row(what: str, figure: str, ratio: str = "") -> None:
    sys.stdout.write(f"| {what} | {figure} | {ratio} |\n")
    sys.stdout.flush()


def switchboard(*words: str) -> str:
    done = subprocess.run([sys.executable, "-m", "switchboard", *words], check=True, capture_output=True, text=True)
    return done.stdout


@contextmanager
def serving(home: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "switchboard", "hub", "--home", str(home), "--port", "0"]
    hub = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert hub.stdout
        url = hub.stdout.readline().split()[-1]
        while True:
            try:
                urllib.request.urlopen(f"{url}/healthz", timeout=2).close()
                break
            except OSError:
                time.sleep(0.05)
        yield url
    finally:
        hub.terminate()
        hub.wait(20)


def post(url: str, body: object, token: str = "") -> dict[str, str]:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    with urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode(), headers)) as answer:
        parsed: dict[str, str] = json.load(answer)
        return parsed


def quantiles(values: list[float]) -> tuple[float, float, float]:
    ordered = sorted(values)
    return statistics.median(ordered), ordered[int(len(ordered) * 0.99)], ordered[-1]


def plain_copy(client: HubClient, target: Path) -> float:
    """Seconds of the limit: the same bytes, hashed, synced, nothing else."""
    manifest = client.manifest()
    began = time.perf_counter()
    with client.snapshot_file(manifest, 0) as (_, _, blocks), target.open("wb") as file:
        file.writelines(blocks)
    hashlib.sha256(target.read_bytes()).hexdigest()
    with target.open("rb") as file:
        os.fsync(file.fileno())
    seconds = time.perf_counter() - began
    target.unlink()
    return seconds


def bench_sync(url: str, hub: Path, work: Path) -> AgentHome:
    home = AgentHome(work / "agent")
    code = json.loads(switchboard("agents", "add", "bench", "--home", str(hub), "--json"))["code"]
    home.save_enrolment(HubClient(url).enrol(code))
    enrolment = home.enrolment()
    client = HubClient(url, enrolment.token)
    began = time.perf_counter()
    client.manifest()
    row("snapshot ready after the hub's start", f"{time.perf_counter() - began:.1f} s")
    limits, times = [], []
    for number in range(3):
        limits.append(plain_copy(client, work / "plain"))
        fresh = AgentHome(work / f"agent{number}")
        fresh.save_enrolment(enrolment)
        began = time.perf_counter()
        report = Replica(fresh, HubClient(url, enrolment.token)).sync()
        times.append(time.perf_counter() - began)
    limit, taken = statistics.median(limits), statistics.median(times)
    size = f"{report.rows:,} records, {report.bytes / 1e6:.1f} MB"
    row(f"first sync, verified ({size})", f"{taken:.2f} s", f"{taken / limit:.1f}× plain download, hash and fsync")
    Replica(home, client).sync()
    return home


def bench_lookup(home: AgentHome) -> None:
    answers = CacheAnswers(home, SystemClock())
    keystrokes = [
        query[:end] for query in (one.replace("+", " ") for one in TYPED.split()) for end in range(1, len(query) + 1)
    ]
    began = time.perf_counter()
    answers.answer(keystrokes[0])
    first = (time.perf_counter() - began) * 1000
    cache = home.current_cache()
    assert cache
    connection = connect(cache, read_only=True)
    match = " AND ".join(token for token in name_tokens("塔山乡", "ta shan xiang") if token.startswith("s"))
    p50s, p99s, worst, engine_p99s, limits = [], [], [], [], []
    for _ in range(ROUNDS):
        times, engine, matches = [], [], []
        for text in keystrokes:
            began = time.perf_counter()
            answers.answer(text)
            times.append((time.perf_counter() - began) * 1000)
            engine_began = time.perf_counter()
            answers._open.engine.search(text)  # type: ignore[union-attr]  # noqa: SLF001 - the engine's share alone
            engine.append((time.perf_counter() - engine_began) * 1000)
            began = time.perf_counter()
            connection.execute("SELECT rowid FROM name_fts WHERE name_fts MATCH ? LIMIT 192", (match,)).fetchall()
            matches.append((time.perf_counter() - began) * 1000)
        p50, p99, most = quantiles(times)
        p50s.append(p50)
        p99s.append(p99)
        worst.append(most)
        engine_p99s.append(quantiles(engine)[1])
        limits.append(quantiles(matches)[1])
    p99, limit = statistics.median(p99s), statistics.median(limits)
    row("first answer after opening the cache", f"{first:.0f} ms")
    row(
        "a keystroke, cards and states included: p50 / p99 / most",
        f"{statistics.median(p50s):.1f} / {p99:.1f} / {statistics.median(worst):.1f} ms",
        f"p99 {p99 / limit:.1f}× one full-text match",
    )
    row("of which finding and ranking: p99", f"{statistics.median(engine_p99s):.1f} ms")


def bench_outage(url: str, home: AgentHome) -> None:
    enrolment = home.enrolment()
    changed = threading.Event()
    replica = Replica(home, HubClient(url, enrolment.token), CorrectedClock(SystemClock()))
    stop = Follower(replica, lambda _: changed.set(), lambda _: None).start()
    time.sleep(1)
    token = post(f"{url}/session", {"name": "admin", "password": DEMO_PASSWORD})["token"]
    now, times = SystemClock().now(), []
    window = {"kind": "fault", "start": to_iso(now), "etr": to_iso(now + timedelta(hours=1)), "reason": "bench"}
    for _ in range(30):
        changed.clear()
        began = time.perf_counter()
        post(f"{url}/outages", {**window, "scope": [{"kind": "feeder", "id": "F02616"}]}, token)
        changed.wait(10)
        times.append((time.perf_counter() - began) * 1000)
        time.sleep(0.05)
    stop()
    p50, p99, most = quantiles(times)
    row("`POST /outages` to the window in an agent's cache: p50 / p99 / most", f"{p50:.0f} / {p99:.0f} / {most:.0f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=20_000)
    customers = parser.parse_args().customers
    row(
        f"**{customers:,} customers**",
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
    )
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        began = time.perf_counter()
        switchboard("init", "--home", str(work / "hub"), "--demo", "--customers", str(customers))
        row("`init --demo`", f"{time.perf_counter() - began:.1f} s")
        with serving(work / "hub") as url:
            home = bench_sync(url, work / "hub", work)
            cache = home.current_cache()
            assert cache
            row("the cache file", f"{cache.stat().st_size / 1e6:.0f} MB")
            bench_lookup(home)
            bench_outage(url, home)


if __name__ == "__main__":
    main()
