"""Pulls from PostgreSQL beside a plain COPY of the same rows, and beside dlt: `./dev bench pull [--customers N]`.

What is timed is the pull itself, in a process of its own; its memory is the most that this process ever held. Beside
the time stands that of the processors, the source's server included: it tells more where the machine has other work.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import Engine, create_engine, make_url
from sqlalchemy.dialects import postgresql

from data.demo import demo_records
from data.demo.central import central_mapping, fill_central
from data.sqlite import connect
from data.store.steps import Pace
from sync.central.mapping import RECORD_KINDS, Source
from sync.central.mapping_file import read_mapping_file
from sync.central.statements import FeedStatement
from sync.hub.home import make_hub_home
from tests.benchmarks.report import say, say_heading, say_row
from tests.databases import PostgresServer, serving

_PROGRAMS = Path("/usr/lib/postgresql")
_DLT = ("dlt[postgres]==1.31.0", "sqlalchemy>=2,<2.1")
_TIMES = 3
_PACE = Pace()
_MOST_MB = 128

_PULL = """
import json, sys, time
from pathlib import Path
from sync.central.mapping_file import read_mapping_file
from sync.central.passwords import url_with_password
from sync.central.pulling import Puller, Wish
from sync.hub.home import HubHome
from switchboard.pull_verb import take_lines
home, mapping = Path(sys.argv[1]), Path(sys.argv[2])
store = HubHome(home).open_store()
(source,) = read_mapping_file(mapping)
puller = Puller(store, source, url_with_password(source, home, {}), home, take_lines)
start, worked = time.perf_counter(), time.process_time()
record = puller.pull("bench", Wish())
seconds, worked = time.perf_counter() - start, time.process_time() - worked
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
peak = int(status["VmHWM"].split()[0]) / 1024
print(json.dumps({"seconds": seconds, "worked": worked, "mb": peak}))
"""

_PULL_BY_DLT = """
import os, sys, time, urllib.parse
os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
import dlt
from dlt.sources.sql_database import sql_database
user, here, there, folder, tables = *sys.argv[1:5], sys.argv[5:]
socket = urllib.parse.quote(os.environ["PGHOST"], safe="")
place = {"drivername": "postgresql", "username": user, "password": "none", "host": socket, "port": 5432}
destination = dlt.destinations.postgres(credentials={**place, "database": there})
pipeline = dlt.pipeline("bench", pipelines_dir=folder, destination=destination, dataset_name="pulled")
for _ in range(2):
    start = time.perf_counter()
    pipeline.run(
        sql_database(f"postgresql+psycopg2://{user}@/{here}", table_names=tables), write_disposition="replace"
    )
    print(time.perf_counter() - start, flush=True)
"""


def main() -> None:
    """Prints the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--without-dlt", action="store_true")
    options = parser.parse_args()
    initdb = max(_PROGRAMS.glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    with serving(initdb.parent) as server, server.database() as url, tempfile.TemporaryDirectory() as folder:
        _bench(server, url, Path(folder), options.customers, with_dlt=not options.without_dlt)


def _bench(server: PostgresServer, url: str, folder: Path, customers: int, *, with_dlt: bool) -> None:
    say(f"# Pulls of {customers:,} demo customers and their network from PostgreSQL")
    mapping = _made_system(url, folder, customers)
    (source,) = read_mapping_file(mapping)
    home = folder / "home"
    make_hub_home(home)
    copies = [_copied(server, url, source, folder) for _ in range(_TIMES)]
    first = _pulled(server, home, mapping)
    again = []
    for _ in range(_TIMES):  # in turns: the machine's other work falls on both
        copies.append(_copied(server, url, source, folder))
        again.append(_pulled(server, home, mapping))
    plain, unchanged = _best(copies), _best(again)
    say_heading("what", "s", "times COPY", "asked", "processor s", "times COPY", "MB", "asked")
    copied = "plain COPY of the same rows to a file (psql)"
    say_row(copied, f"{plain['seconds']:.2f}", 1, "", f"{plain['worked']:.2f}", 1, "", "")
    _say_pull("first pull", first, plain, "<= 4")
    _say_pull("pull of what is unchanged", unchanged, plain, "<= 1.5")
    bare = _stored_bare(home, folder / "bare.db")
    taken = [f"{bare[name]:.2f}" for name in ("seconds", "worked")]
    times = [f"{bare[name] / plain[name]:.2f}" for name in ("seconds", "worked")]
    say_row("the same rows into bare tables of SQLite, alone", taken[0], times[0], "", taken[1], times[1], "", "")
    if with_dlt:
        _say_dlt(server, url, folder, source, first, unchanged)


def _say_pull(what: str, pulled: dict[str, float], plain: dict[str, float], asked: str) -> None:
    seconds, worked = (pulled[name] / plain[name] for name in ("seconds", "worked"))
    times = (f"{pulled['seconds']:.2f}", f"{seconds:.2f}", asked, f"{pulled['worked']:.2f}", f"{worked:.2f}")
    say_row(what, *times, f"{pulled['mb']:.0f}", f"<= {_MOST_MB}")


def _best(times: list[dict[str, float]]) -> dict[str, float]:
    return {name: min(one[name] for one in times) for name in times[0]}


def _say_dlt(
    server: PostgresServer, url: str, folder: Path, source: Source, first: dict[str, float], again: dict[str, float]
) -> None:
    with server.database() as there:
        seconds = _pulled_by_dlt(server, url, there, folder, [feed.table for feed in source.feeds])
    say_heading("dlt, the same tables into an empty PostgreSQL", "s", "times ours", "asked")
    say_row("first load", f"{seconds[0]:.2f}", f"{seconds[0] / first['seconds']:.2f}", ">= 3")
    say_row("load again (replace)", f"{seconds[1]:.2f}", f"{seconds[1] / again['seconds']:.2f}", ">= 3")


def _made_system(url: str, folder: Path, customers: int) -> Path:
    """The sample system in the database at `url`; the path of its mapping, of records alone."""
    here = url.replace("postgresql://", "postgresql+psycopg://")
    with _engine(here) as engine:
        fill_central(engine, demo_records(customers), ())
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
    text = central_mapping().replace("postgresql+psycopg://reader@localhost/marketing", here)
    tables = text.split("[[sources.marketing.tables]]")
    kept = [one for one in tables[1:] if any(f'kind = "{kind}"' in one for kind in RECORD_KINDS)]
    path = folder / "central.toml"
    path.write_text("[[sources.marketing.tables]]".join([tables[0], *kept]), encoding="utf-8")
    return path


@contextmanager
def _engine(url: str) -> Iterator[Engine]:
    engine = create_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()


def _copied(server: PostgresServer, url: str, source: Source, folder: Path) -> dict[str, float]:
    """What a COPY of every row that the mapping asks for takes."""
    dialect = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]
    commands: list[str] = []
    for feed in source.feeds:
        rows = FeedStatement(feed).rows().compile(dialect=dialect, compile_kwargs={"literal_binds": True})
        commands += ["-c", f"\\copy ({' '.join(str(rows).split())}) to '{folder / feed.name}.txt'"]
    worked, here, start = _worked(server), _worked_here(), time.perf_counter()
    subprocess.run(["psql", "-q", url, *commands], check=True, stdout=subprocess.DEVNULL)
    seconds, here = time.perf_counter() - start, _worked_here() - here
    return {"seconds": seconds, "worked": _worked(server) - worked + here}


def _pulled(server: PostgresServer, home: Path, mapping: Path) -> dict[str, float]:
    command, worked = [sys.executable, "-c", _PULL, str(home), str(mapping)], _worked(server)
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    said: dict[str, float] = json.loads(done.stdout)
    return said | {"worked": said["worked"] + _worked(server) - worked}


def _stored_bare(home: Path, path: Path) -> dict[str, float]:
    """What it takes to put the pulled rows into the same tables, with their indexes, and nothing else: no pull is
    quicker than this and COPY together."""
    with closing(connect(home / "store.db", read_only=True)) as store, closing(connect(path)) as bare:
        bare.execute("PRAGMA journal_mode=WAL")
        seconds = worked = 0.0
        for table in ("transformer_area", "customer", "customer_phone"):
            for (made,) in store.execute("SELECT sql FROM sqlite_master WHERE tbl_name = ? AND sql <> ''", (table,)):
                bare.execute(made)
            found = store.execute(f"SELECT * FROM {table}")
            marks = ", ".join("?" * len(found.description))
            while rows := found.fetchmany(_PACE.cost):
                start, begun = time.perf_counter(), time.process_time()
                bare.execute("BEGIN IMMEDIATE")
                bare.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
                bare.execute("COMMIT")
                seconds, worked = seconds + time.perf_counter() - start, worked + time.process_time() - begun
    return {"seconds": seconds, "worked": worked}


def _worked(server: PostgresServer) -> float:
    """Seconds of processor that the server's sessions took, all of which have ended."""
    postmaster = (server.directory / "cluster" / "postmaster.pid").read_text().split()[0]
    while "[local]" in _children(postmaster):
        time.sleep(0.05)
    fields = Path(f"/proc/{postmaster}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[13:15])) / os.sysconf("SC_CLK_TCK")


def _children(process: str) -> str:
    listed = ["ps", "--ppid", process, "-o", "args="]
    return subprocess.run(listed, check=False, capture_output=True, text=True).stdout


def _worked_here() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _pulled_by_dlt(server: PostgresServer, here: str, there: str, folder: Path, tables: list[str]) -> list[float]:
    """Seconds of a first load and of a second one."""
    home = folder / "dlt"
    venv.create(home, with_pip=True)
    python = home / "bin" / "python"
    install = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", *_DLT]
    subprocess.run(install, check=True, stderr=subprocess.DEVNULL)
    environment = {**os.environ, "PGHOST": str(server.directory), "PYTHONWARNINGS": "ignore"}
    names = [make_url(one).database or "" for one in (here, there)]
    command = [str(python), "-c", _PULL_BY_DLT, server.user, *names, str(folder / "pipelines"), *tables]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment, cwd=folder)
    return [float(line) for line in done.stdout.split()[-2:]]


if __name__ == "__main__":
    main()
