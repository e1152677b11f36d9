"""What calls, tickets and look-ups say of customers goes after its time; everything else stays."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from data.clock import to_iso
from data.migrations import migrate
from data.privacy import forgetting
from data.privacy.forgetting import TEXT_GONE, forget_customers
from data.store.database import open_database, sqlite_url
from data.store.desk_tables import RECORD_CHANGE, TICKET_EVENT
from data.store.schema import AUDIT, CALL_EVENT, LOOK_UP, TICKET, WRAP_UP
from data.store.store import Store
from tests.stores import NOON, SetClock
from wallboard.calls import import_calls_file

PHONE = "13812345678"
LOG = f"1700000000|c1|95598|NONE|ENTERQUEUE||{PHONE}|1\n1700000005|c1|95598|Agent/1|CONNECT|5|c1.2|3\n"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    engine = open_database(sqlite_url(tmp_path / "store.db"))
    migrate(engine)
    opened = Store(engine, SetClock())
    with opened.write("test", "entries") as writing:
        for age in (10, 400):
            at = to_iso(NOON - timedelta(days=age))
            for kind in ("customer", "feeder"):
                named = {"place_kind": kind, "place_id": "7", "created_by": "wang", "kind": "enquiry", "state": "open"}
                ticket = {"id": f"{kind}-{age}", "at": at, "text": f"请回电 {PHONE}", **named}
                writing.connection.execute(insert(TICKET).values(ticket))
                look_up = {"id": f"{kind}-{age}", "at": at, "record_kind": kind, "record": "7"}
                writing.connection.execute(insert(LOOK_UP).values(look_up))
                change = {"kind": kind, "record": "7", "at": at, "actor": "person:wang", "act": "retired"}
                writing.connection.execute(insert(RECORD_CHANGE).values(**change, before=f'{{"phone":"{PHONE}"}}'))
            remark = {"ticket": str(age), "at": at, "by": "wang", "changes": "{}", "text": PHONE}
            writing.connection.execute(insert(TICKET_EVENT).values(remark))
            wrap_up = {"id": str(age), "at": at, "call_id": "c", "number_hash": b"h" * 16, "result": "done"}
            writing.connection.execute(insert(WRAP_UP).values(**wrap_up, note=PHONE, created_by="wang"))
    yield opened
    engine.dispose()


def rows(store: Store, table: object) -> list[dict[str, object]]:
    with store.read() as connection:
        return [dict(row) for row in connection.execute(select(table)).mappings()]  # type: ignore[call-overload]


def take_log(store: Store, folder: Path) -> None:
    log = folder / "queue_log"
    log.write_text(LOG)
    with store.write("test", "calls") as writing:
        import_calls_file(writing.connection, log)


def test_what_is_old_leads_to_nobody_any_more(store: Store, tmp_path: Path) -> None:
    take_log(store, tmp_path)
    young = {name: [row for row in rows(store, table) if "10" in str(row["id"])] for name, table in TABLES.items()}
    counts = forget_customers(store, NOON - timedelta(days=90))
    assert counts == {
        **NONE,
        "look-ups": 1,
        "changes of customers": 1,
        "tickets": 2,
        "remarks on tickets": 1,
        "wrap-ups": 1,
        "calls": 1,
    }
    assert {row["id"] for row in rows(store, LOOK_UP)} == {"customer-10", "feeder-10", "feeder-400"}
    tickets = {row["id"]: row for row in rows(store, TICKET)}
    assert (tickets["customer-400"]["text"], tickets["customer-400"]["place_id"]) == (TEXT_GONE, None)
    assert (tickets["feeder-400"]["text"], tickets["feeder-400"]["place_id"]) == (TEXT_GONE, "7")
    remarks = {row["ticket"]: row["text"] for row in rows(store, TICKET_EVENT)}
    assert remarks == {"10": PHONE, "400": TEXT_GONE}
    wrap_up = next(row for row in rows(store, WRAP_UP) if row["id"] == "400")
    assert (wrap_up["number_hash"], wrap_up["note"], wrap_up["result"]) == (None, "", "done")
    assert PHONE not in str(rows(store, CALL_EVENT))
    assert sorted(str(row["args"]) for row in rows(store, CALL_EVENT)) == ['["5", "c1.2", "3"]', "[]"]
    after = {name: [row for row in rows(store, table) if "10" in str(row["id"])] for name, table in TABLES.items()}
    assert after == young, "what is not old stays as it is"
    assert PHONE not in str(rows(store, AUDIT))


def test_however_many_are_old_all_are_forgotten_and_one_line_tells_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetting, "_ROWS_AT_ONCE", 1)
    counts = forget_customers(store, NOON)
    assert (counts["tickets"], counts["look-ups"], counts["calls"]) == (4, 2, 0)
    assert {row["text"] for row in rows(store, TICKET)} == {TEXT_GONE}
    (told,) = (row["about"] for row in rows(store, AUDIT) if row["act"] == "forget_customers")
    assert "4 tickets" in str(told)


def test_what_was_entered_at_the_very_moment_stays(store: Store) -> None:
    assert forget_customers(store, NOON - timedelta(days=400)) == NONE


def test_done_again_there_is_nothing_to_do_and_an_import_brings_nothing_back(store: Store, tmp_path: Path) -> None:
    take_log(store, tmp_path)
    forget_customers(store, NOON)
    trail = len(rows(store, AUDIT))
    take_log(store, tmp_path)
    assert forget_customers(store, NOON) == NONE
    assert PHONE not in str(rows(store, CALL_EVENT))
    assert sum(row["act"] == "forget_customers" for row in rows(store, AUDIT)) == 1
    assert len(rows(store, AUDIT)) >= trail


FORGOTTEN = (
    "look-ups",
    "changes of customers",
    "tickets",
    "remarks on tickets",
    "wrap-ups",
    "tellings",
    "call-backs",
    "calls back",
    "calls",
)
NONE = dict.fromkeys(FORGOTTEN, 0)
TABLES = {"ticket": TICKET, "look_up": LOOK_UP, "wrap_up": WRAP_UP}
