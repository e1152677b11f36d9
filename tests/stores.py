"""A store of its own for each test, with a small network, and a clock that the test sets."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from data.fields import Doc
from data.migrations import migrate
from data.store.database import open_database, sqlite_url
from data.store.store import Store

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
"""12:00 in Asia/Shanghai."""

NETWORK: list[tuple[str, Doc]] = [
    ("branch", {"id": "B0", "name": "葫芦岛供电公司", "kind": "company"}),
    ("branch", {"id": "B1", "name": "塔山供电所", "parent_id": "B0", "kind": "station"}),
    ("branch", {"id": "B2", "name": "高桥供电所", "parent_id": "B0", "kind": "station"}),
    ("area", {"id": "211402", "name": "连山区", "level": "county", "code": "lsq"}),
    (
        "area",
        {"id": "A1", "name": "塔山乡", "parent_id": "211402", "code": "tsx", "branch": "B1", "aliases": ["老塔山"]},
    ),
    ("area", {"id": "A2", "name": "高桥镇", "parent_id": "211402", "code": "gqz", "branch": "B2"}),
    ("contact", {"id": "K1", "name": "王经理", "phone": "13904290001", "role": "area_manager", "branch": "B1"}),
    ("feeder", {"id": "F1", "number": "616", "name": "10kV塔山线", "branch": "B1"}),
    ("feeder", {"id": "F2", "number": "616", "name": "10kV高桥线", "branch": "B2"}),
    ("feeder", {"id": "F3", "number": "617", "name": "10kV备用线", "branch": "B2"}),
    ("transformer_area", {"id": "T1", "number": "T1", "name": "塔山1号公变", "feeder": "F1", "areas": ["A1"]}),
    ("transformer_area", {"id": "T2", "number": "T2", "name": "塔山2号公变", "feeder": "F1", "areas": ["A1"]}),
    ("transformer_area", {"id": "T3", "number": "T3", "name": "高桥1号公变", "feeder": "F2", "areas": ["A2"]}),
    ("customer", {"id": "2114000001", "name": "张伟", "transformer_area": "T1", "phone": "13812345678"}),
    ("customer", {"id": "2114000002", "name": "李娜", "transformer_area": "T2", "phone": "13987654321"}),
    ("customer", {"id": "2114000003", "name": "王芳", "transformer_area": "T3", "importance": "first"}),
    ("customer", {"id": "2114000004", "name": "塔山水泥厂", "feeder": "F1", "high_risk": True}),
    ("customer", {"id": "2114000005", "name": "无供电档案户"}),
]


class SetClock:
    """Stands still until the test moves it."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def pass_time(self, **how_long: float) -> None:
        self.at += timedelta(**how_long)


@contextmanager
def opened_store(database: str, clock: SetClock | None = None) -> Iterator[Store]:
    """An empty store in the empty database at a URL."""
    engine = open_database(database)
    try:
        migrate(engine)
        yield Store(engine, clock or SetClock())
    finally:
        engine.dispose()


def in_file(directory: Path) -> str:
    """The URL of the SQLite database of a store in `directory`."""
    return sqlite_url(directory / "store.db").render_as_string()


def fill(store: Store, records: list[tuple[str, Doc]] | None = None) -> None:
    """Puts the records, or else the small network, into the store as one revision."""
    with store.write("test", "fill") as writing:
        for kind, doc in NETWORK if records is None else records:
            writing.put(kind, doc)
