"""A store of an earlier version, brought to the present tables with what is in it."""

import json
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import column, insert, table

from data import migrations
from data.outages.describing import overview
from data.store.database import WRITE, open_database
from data.store.rows import get_docs
from data.store.store import Store
from tests.stores import NOON, SetClock

KEY = "20261122-0001"
ETR = "2026-11-22T06:00:00Z"
REVISION = {"at": "2026-11-22T03:00:00Z", "by": "person:duty", "change": "new", "etr": ETR, "reason": "雷击"}
WINDOW = {
    "id": KEY,
    "kind": "fault",
    "start": "2026-11-22T03:00:00Z",
    "etr": ETR,
    "reason": "雷击",
    "hold": False,
    "scope": json.dumps({"items": [{"kind": "feeder", "id": "F1"}], "restored": []}),
    "revisions": json.dumps([REVISION]),
    "row_hash": bytes(16),
    "bucket": "global",
}


def test_windows_from_before_there_were_hours_and_channels_are_read_and_changed(database: str) -> None:
    engine = open_database(database)
    with engine.connect().execution_options(**{WRITE: True}) as connection, connection.begin():
        config = Config()
        config.set_main_option("script_location", str(Path(migrations.__file__).parent))
        config.attributes["connection"] = connection
        command.upgrade(config, "0010")
        connection.execute(insert(table("outage", *(column(name) for name in WINDOW))), WINDOW)
    migrations.migrate(engine)
    store = Store(engine, SetClock())
    with store.read() as connection:
        (told,) = overview(connection, NOON)
    assert (told["id"], told["state"], told["timetable"], told["channels"]) == (KEY, "active", None, None)
    with store.write("test", "edit") as writing:
        writing.put("outage", {"id": KEY, "reason": "大风"})
    with store.read() as connection:
        assert get_docs(connection, "outage", [KEY])[KEY]["reason"] == "大风"
    engine.dispose()
