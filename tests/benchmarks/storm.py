"""A storm over a whole city: the store and the cache that `./dev bench outages` measures on.

3,000 feeders, 20,000 transformer areas, 1.2 million customers; 400 windows to be shown at `STORM`, and 1,600 that ended
within the 60 days before. Made through the hub's own path and kept in $SWITCHBOARD_BENCH/storm, else in the system's
temporary directory; a file's name holds a digest of what decides what is in it.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from itertools import groupby
from pathlib import Path

from data.caches.build import build_cache
from data.demo.chance import Chance
from data.demo.people import person
from data.fields import Doc
from data.kinds import IMPORTANCE
from data.migrations import migrate
from data.outages.documents import outage_to_doc
from data.outages.timetable import Timetable
from data.outages.windows import OutageWindow, Restoration, Revision, ScopeItem
from data.store.database import open_database, sqlite_url
from data.store.store import Store

FEEDERS, TRANSFORMER_AREAS, CUSTOMERS = 3_000, 20_000, 1_200_000
WINDOWS, ENDED = 400, 1_600
STORM = datetime(2026, 7, 20, 6, tzinfo=UTC)
"""14:00 in Shanghai."""

DIRECTORY = Path(os.environ.get("SWITCHBOARD_BENCH", Path(tempfile.gettempdir()) / "switchboard-bench")) / "storm"
_ROOT = Path(__file__).parents[2]
_BRANCHES, _TOWNSHIPS, _VILLAGES = 60, 90, 1_500
_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class StormFiles:
    """Where the data is."""

    store: Path
    cache: Path


class _StormClock:
    def now(self) -> datetime:
        return STORM


def open_storm(path: Path) -> Store:
    """The store at `path`, brought to the present schema, its clock at `STORM`."""
    engine = open_database(sqlite_url(path))
    migrate(engine)
    return Store(engine, _StormClock())


def storm_files() -> StormFiles:
    """The store and the cache, made now where they are not there yet: some minutes."""
    DIRECTORY.mkdir(parents=True, exist_ok=True)
    stored = _digest("tests/benchmarks/storm.py")
    cached = _digest("data/kinds.py", "data/caches/cache.py", "data/caches/build.py", "data/caches/supply_counts.py")
    files = StormFiles(DIRECTORY / f"{stored}.store", DIRECTORY / f"{stored}-{cached}.cache")
    if not files.store.exists():
        part = _unfinished(files.store)
        _fill(part)
        part.rename(files.store)
    if not files.cache.exists():
        part = _unfinished(files.cache)
        with open_storm(files.store).read() as connection:
            build_cache(connection, part, "all", None)
        part.rename(files.cache)
    return files


def _fill(path: Path) -> None:
    store = open_storm(path)
    with store.write("benchmark", "records") as writing:
        for kind, group in groupby(_records(Chance(5)), key=lambda record: record[0]):
            writing.put_many(kind, (doc for _, doc in group))
    store.engine.dispose()


def _records(chance: Chance) -> Iterator[tuple[str, Doc]]:
    yield "branch", {"id": "B", "name": "供电公司", "kind": "company"}
    for number in range(_BRANCHES):
        yield "branch", {"id": f"B{number}", "name": f"{number}号供电所", "parent_id": "B", "kind": "station"}
    yield "area", {"id": "2114", "name": "葫芦岛市", "level": "city"}
    for number in range(_TOWNSHIPS):
        yield "area", {"id": f"A{number}", "name": f"{number}号乡", "parent_id": "2114", "level": "township"}
    for number in range(_VILLAGES):
        parent = f"A{number % _TOWNSHIPS}"
        yield "area", {"id": f"V{number}", "name": f"{number}号村", "parent_id": parent, "level": "village"}
    for number in range(FEEDERS):
        doc: Doc = {"id": f"F{number}", "number": f"{600 + number}", "name": f"10kV{number}号线"}
        yield "feeder", {**doc, "branch": f"B{number % _BRANCHES}"}
    for number in range(TRANSFORMER_AREAS):
        doc = {"id": f"T{number}", "number": f"T{number:05}", "name": f"{number}号公变"}
        yield "transformer_area", {**doc, "feeder": f"F{number % FEEDERS}", "areas": [f"V{number % _VILLAGES}"]}
    for number in range(CUSTOMERS):
        yield "customer", _customer(number, chance)
    for window in (*_windows(chance), *_ended(chance)):
        yield "outage", outage_to_doc(window)


def _customer(number: int, chance: Chance) -> Doc:
    kind = chance.fraction()
    important = list(IMPORTANCE)[number % len(IMPORTANCE)] if kind < 0.003 else None
    return {
        "id": f"21{number:08}",
        "name": person(chance),
        "transformer_area": f"T{number % TRANSFORMER_AREAS}",
        "importance": important,
        "high_risk": kind < 0.001,
        "sensitive": 0.003 <= kind < 0.01,
    }


def _windows(chance: Chance) -> Iterator[OutageWindow]:
    """Three in four are of whole feeders; one in eight has not begun, one in eight is partly restored."""
    for number in range(WINDOWS):
        scope = _scope(number, chance)
        begin = STORM + (number % 90 + 1) * (_MINUTE if number % 8 == 0 else -_MINUTE)
        window = _window(f"20260720-{number + 1:04}", begin, timedelta(hours=3 + number % 6), scope)
        if number % 8 == 1:
            part = ScopeItem("transformer_area", f"T{int(scope[0].id[1:]) % TRANSFORMER_AREAS}")
            window = replace(window, restorations=(Restoration(part, STORM - _MINUTE),))
        if number % 10 == 9:
            hours = Timetable(time(8), time(17))
            window = replace(window, kind="planned", start=begin - 2 * _DAY, etr=begin + 5 * _DAY, timetable=hours)
        yield replace(window, hold=number % 3 == 0)


def _scope(number: int, chance: Chance) -> tuple[ScopeItem, ...]:
    if number % 4:
        return (ScopeItem("feeder", f"F{chance.below(FEEDERS)}"),)
    if number % 12:
        first = chance.below(TRANSFORMER_AREAS - 5)
        return tuple(ScopeItem("transformer_area", f"T{first + more}") for more in range(1 + number % 5))
    if number % 24:
        return (ScopeItem("area", f"V{chance.below(_VILLAGES)}"),)
    return (ScopeItem("area", f"A{chance.below(_TOWNSHIPS)}"),)


def _ended(chance: Chance) -> Iterator[OutageWindow]:
    for number in range(ENDED):
        begin = STORM - _DAY - number % 59 * _DAY
        window = _window(f"20260601-{number + 1:04}", begin, timedelta(hours=3), _scope(number, chance))
        yield replace(window, restored_at=window.etr)


def _window(key: str, begin: datetime, lasts: timedelta, scope: tuple[ScopeItem, ...]) -> OutageWindow:
    etr = begin + lasts
    first = Revision(begin, "person:duty", "new", etr, "雷击跳闸")
    return OutageWindow(key, "fault", begin, etr, "雷击跳闸", scope, (first, replace(first, change="plan_change")))


def _digest(*sources: str) -> str:
    return hashlib.sha256(b"".join((_ROOT / source).read_bytes() for source in sources)).hexdigest()[:12]


def _unfinished(path: Path) -> Path:
    """Where a file is made before it bears its name: another process may be making the same one."""
    return path.with_name(f"{path.name}.{os.getpid()}.part")
