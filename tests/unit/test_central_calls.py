"""Calls and tickets of a central system: reports over them are those over the exchange's own log."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import create_engine, make_url, select, text

from data.demo.central import CALLS_FROM, central_mapping, fill_central
from data.store.schema import TICKET
from data.store.store import Store
from data.tickets.making import Maker, NewTicket, add_ticket
from data.tickets.ticket import get_ticket
from switchboard.demo_calls import CallSimulator
from sync.central.mapping import Source
from sync.central.mapping_file import read_mapping_file
from sync.central.passwords import with_driver
from tests.central_systems import make_central, pull_source
from tests.stores import NOON, in_file, opened_store
from wallboard.calls import import_queue_log
from wallboard.duty_report import duty_report

START = CALLS_FROM.replace(tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)
HOURS = 6

_CALL_COLUMNS = (
    "call_no VARCHAR(30)",
    "queue_name VARCHAR(30)",
    "caller VARCHAR(20)",
    "seat_no VARCHAR(30)",
    "entered_at TIMESTAMP NULL",
    "answered_at TIMESTAMP NULL",
    "ended_at TIMESTAMP NULL",
    "wait_s INTEGER",
    "ring_s INTEGER",
    "talk_s INTEGER",
    "ended_how VARCHAR(10)",
)


def call_lines() -> list[str]:
    simulator = CallSimulator(seed=7)
    return [line for second in (0, HOURS * 3600) for line in simulator.lines_until(second)]


def shifted(line: str) -> str:
    """A line of seconds since `CALLS_FROM` as an exchange writes it: of seconds since 1970."""
    seconds, rest = line.split("|", 1)
    return f"{int(START.timestamp()) + int(seconds)}|{rest}"


def calls_alone(url: str, folder: Path) -> Source:
    path = folder / "central.toml"
    path.write_text(central_mapping().replace("postgresql+psycopg://reader@localhost/marketing", url), encoding="utf-8")
    (source,) = read_mapping_file(path)
    feeds = tuple(feed for feed in source.feeds if feed.kind == "call_event")
    return Source(source.name, source.url, feeds, timezone=source.timezone)


def report(store: Store) -> object:
    with store.read() as connection:
        return duty_report(
            connection, START, START + timedelta(hours=HOURS), None, now=datetime(2026, 12, 1, tzinfo=UTC)
        )


def test_a_report_over_pulled_calls_is_that_over_the_log(store: Store, mariadb: str, tmp_path: Path) -> None:
    lines = call_lines()
    engine = create_engine(mariadb)
    fill_central(engine, [], lines)
    engine.dispose()
    source = calls_alone(mariadb, tmp_path)
    first = pull_source(store, source, tmp_path)
    assert first.tables["call_event"]["added"] == len(lines)
    (tmp_path / "imported").mkdir()
    with opened_store(f"sqlite:///{tmp_path / 'imported' / 'store.db'}") as imported:
        with imported.write("test", "import") as writing:
            import_queue_log(writing.connection, map(shifted, lines))
        wanted = report(imported)
    assert report(store) == wanted
    for changed in (False, True):
        again = pull_source(store, source, tmp_path, changed=changed)
        assert again.tables["call_event"]["added"] == 0
    with store.write("test", "import the log too") as writing:
        assert import_queue_log(writing.connection, map(shifted, lines))["added"] == 0


@pytest.fixture(params=["postgresql", "mariadb"])
def calls_url(request: pytest.FixtureRequest) -> Iterator[str]:
    with request.getfixturevalue(f"{request.param}_server").database() as url:
        yield with_driver(make_url(url)).render_as_string()


def test_a_report_over_calls_of_one_row_each_is_that_over_the_log(calls_url: str, tmp_path: Path) -> None:
    lines = call_lines()
    engine = create_engine(calls_url)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE TABLE call_record ({', '.join(_CALL_COLUMNS)})"))
        names = [one.split()[0] for one in _CALL_COLUMNS]
        marks = ", ".join(f":{name}" for name in names)
        connection.execute(text(f"INSERT INTO call_record VALUES ({marks})"), list(call_records(lines)))
    engine.dispose()
    said = Path("docs/central/calls.toml").read_text(encoding="utf-8").replace("password_file", "# password_file")
    path = tmp_path / "calls.toml"
    path.write_text(said.replace("postgresql+psycopg://reader@cc.example/cc", calls_url), encoding="utf-8")
    (source,) = read_mapping_file(path)
    reports = []
    for name in ("pulled", "imported"):
        (tmp_path / name).mkdir()
        with opened_store(in_file(tmp_path / name)) as store:
            if name == "pulled":
                table = pull_source(store, source, tmp_path).tables["call_event"]
                assert (table["added"], table["rejected"]) == (len(lines), 0)
                assert pull_source(store, source, tmp_path).tables["call_event"]["added"] == 0
            else:
                with store.write("test", "import") as writing:
                    import_queue_log(writing.connection, map(shifted, lines))
            reports.append(report(store))
    assert reports[0] == reports[1]


def call_records(lines: list[str]) -> Iterator[dict[str, str | int | None]]:
    """The calls of a log, one row each."""
    calls: dict[str, dict[str, str | int | None]] = {}
    for line in lines:
        second, call, queue, agent, event, *args = line.split("|")
        at = (CALLS_FROM + timedelta(seconds=int(second))).isoformat(" ")
        if event == "ENTERQUEUE":
            blank: dict[str, str | int | None] = dict.fromkeys(one.split()[0] for one in _CALL_COLUMNS)
            calls[call] = blank | {"call_no": call, "queue_name": queue, "caller": args[1], "entered_at": at}
        elif event == "CONNECT":
            calls[call] |= {"answered_at": at, "seat_no": agent, "wait_s": int(args[0]), "ring_s": int(args[2])}
        elif event == "ABANDON":
            calls[call] |= {"ended_at": at, "wait_s": int(args[2]), "ended_how": "caller"}
        else:
            ended_by = "agent" if event == "COMPLETEAGENT" else "caller"
            calls[call] |= {"ended_at": at, "talk_s": int(args[1]), "ended_how": ended_by}
    yield from calls.values()


def test_a_line_that_is_no_event_is_rejected(store: Store, tmp_path: Path) -> None:
    central = make_central(f"sqlite:///{tmp_path / 'central.db'}", tmp_path)
    central.run(
        "CREATE TABLE calls (n INTEGER, at VARCHAR(40), event VARCHAR(20))",
        "INSERT INTO calls VALUES (1, '2026-11-01 08:00:00', 'ENTERQUEUE'), (2, 'gestern', 'ENTERQUEUE')",
    )
    central.tables = """
[[sources.marketing.tables]]
kind = "call_event"
table = "calls"
order = ["n"]
fields = { at = "at", event = "event" }
"""
    table = central.pull(store).tables["call_event"]
    assert (table["added"], table["rejected"]) == (1, 1)
    assert "is not a time" in table["reasons"][0]["problems"][0]["reason"]


def test_tickets_come_change_and_go_with_their_table(store: Store, tmp_path: Path) -> None:
    central = make_central(f"sqlite:///{tmp_path / 'central.db'}", tmp_path)
    central.run(
        "CREATE TABLE wo (no VARCHAR(20), at VARCHAR(40), kind VARCHAR(2), open VARCHAR(1), text VARCHAR(50), "
        "cons VARCHAR(20))",
        "INSERT INTO wo VALUES ('W1', '2026-11-01 08:00:00', '01', '1', '停电', '2114000001')",
        "INSERT INTO wo VALUES ('W2', '2026-11-01 08:00:00', '01', '1', '停电', '9999999999')",
        "INSERT INTO wo VALUES ('W3', '2026-11-01 08:00:00', '77', '1', '停电', NULL)",
    )
    central.tables = """
[[sources.marketing.tables]]
kind = "ticket"
table = "wo"
[sources.marketing.tables.fields]
id = "no"
at = "at"
kind = { column = "kind", codes = { "01" = "trouble_report" } }
state = { column = "open", codes = { "1" = "open", "0" = "closed" } }
text = "text"
place_kind = { constant = "customer" }
place_id = "cons"
"""
    table = central.pull(store).tables["ticket"]
    assert (table["added"], table["rejected"]) == (1, 2)
    with store.read() as connection:
        row = connection.execute(select(TICKET)).one()
    assert (row.id, row.at, row.kind, row.state) == ("W1", "2026-11-01T00:00:00Z", "trouble_report", "open")
    assert (row.place_kind, row.place_id, row.created_by) == ("customer", "2114000001", "marketing")
    central.run("UPDATE wo SET open = '0' WHERE no = 'W1'")
    assert central.pull(store).tables["ticket"]["changed"] == 1
    with store.write("test", "link") as writing:
        ended = get_ticket(writing.connection, "W1")
        chased = add_ticket(
            writing, "local", NOON, NewTicket("chase_up", "催", linked_to="W1"), Maker("wang", "os:wang")
        )
    assert (ended.state, ended.version, chased.lead) == ("done", 2, "W1")
    assert ended.due_at == datetime(2026, 11, 2, tzinfo=UTC), "24 hours after it was reported"
    assert ended.closed_at is not None
    central.run("DELETE FROM wo WHERE no = 'W1'")
    assert central.pull(store, approve_deletions=True).tables["ticket"]["deleted"] == 1
    with store.read() as connection:
        assert get_ticket(connection, "local").lead is None
