from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI, HTTPException
from fastapi.testclient import TestClient
from sqlalchemy import Connection, create_engine, insert
from sqlalchemy.pool import StaticPool

from data.clock import to_iso
from data.readers import EVERYBODYS, Reader
from data.store.metadata import METADATA
from data.store.schema import RECORDS, TICKET
from sync.hub.guard import RequestGuard
from wallboard.calls import import_queue_log
from wallboard.live import LiveFigures, WallMetric, live_figures
from wallboard.pages import wallboard_router

NOW = datetime(2026, 11, 22, 6, 2, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)
OUTAGE = {"id": "o1", "kind": "fault", "etr": "2026-11-22T07:00:00Z"}


class StoppedClock:
    def now(self) -> datetime:
        return NOW


@pytest.fixture
def connection() -> Iterator[Connection]:
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    METADATA.create_all(engine)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def happens(connection: Connection, at: datetime, call: str, event: str, *args: str, agent: str = "NONE") -> None:
    import_queue_log(connection, ["|".join((f"{at.timestamp():.0f}", call, "q", agent, event, *args))])


def ticket(connection: Connection, at: datetime, kind: str, state: str) -> None:
    row = {"id": f"{at}{kind}{state}", "at": to_iso(at), "kind": kind, "state": state, "text": "", "created_by": "x"}
    connection.execute(insert(TICKET), row)


def metric(figures: LiveFigures, name: str) -> WallMetric:
    (found,) = (metric for metric in figures["metrics"] if metric["name"] == name)
    return found


def test_today_begins_at_midnight_in_the_service_centre(connection: Connection) -> None:
    for call, at in ("yesterday", MIDNIGHT - timedelta(seconds=1)), ("today", MIDNIGHT):
        happens(connection, at, call, "ENTERQUEUE")
        happens(connection, at + timedelta(seconds=9), call, "ABANDON", "1", "1", "9")

    figures = live_figures(connection, NOW, [])

    assert figures["day"] == "2026-11-22"
    assert metric(figures, "abandoned")["value"] == 1


def test_just_after_midnight_who_waits_since_before_it_is_still_shown_as_waiting(connection: Connection) -> None:
    happens(connection, MIDNIGHT - timedelta(minutes=3), "1", "ENTERQUEUE")
    happens(connection, MIDNIGHT + timedelta(minutes=1), "2", "ENTERQUEUE")

    figures = live_figures(connection, MIDNIGHT + timedelta(minutes=2), [])

    assert (figures["waiting"], figures["waiting_since"]) == (2, "2026-11-21T15:57:00Z")


def test_a_quiet_day_has_nobody_waiting_and_no_ratios(connection: Connection) -> None:
    figures = live_figures(connection, NOW, [])

    assert (figures["waiting"], figures["waiting_since"], figures["seats"]) == (0, None, [])
    assert metric(figures, "answered")["value"] == 0
    assert metric(figures, "call_loss_rate")["value"] is None


def test_the_seats_of_the_day_are_shown_with_what_they_answered(connection: Connection) -> None:
    happens(connection, MIDNIGHT, "1", "ENTERQUEUE")
    happens(connection, MIDNIGHT, "1", "CONNECT", "0", agent="Ann")

    figures = live_figures(connection, NOW, [])

    assert [(seat["agent"], seat["answered"]) for seat in figures["seats"]] == [("Ann", 1)]


def test_todays_tickets_are_counted_by_kind_with_those_still_open(connection: Connection) -> None:
    ticket(connection, MIDNIGHT - timedelta(seconds=1), "complaint", "open")
    ticket(connection, MIDNIGHT, "trouble_report", "open")
    ticket(connection, NOW, "trouble_report", "done")

    tickets = live_figures(connection, NOW, [])["tickets"]

    assert [(kind["label"], kind["count"], kind["open"]) for kind in tickets] == [
        ("报修", 2, 1),
        ("咨询", 0, 0),
        ("投诉", 0, 0),
        ("催办", 0, 0),
        ("回访", 0, 0),
    ]


def signed_in() -> Reader:
    """Lets everybody in."""
    return EVERYBODYS


def signed_out() -> Reader:
    raise HTTPException(401)


class KeptOpen(AbstractContextManager[Connection]):
    """Hands out the test's own connection and leaves it open."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def __enter__(self) -> Connection:
        return self._connection

    def __exit__(self, *_: object) -> None:
        """Nothing: the test closes it."""


def client(connection: Connection, *, let_in: bool = True) -> TestClient:
    app = FastAPI()
    app.add_middleware(RequestGuard)
    app.include_router(
        wallboard_router(
            connect=lambda: KeptOpen(connection),
            clock=StoppedClock(),
            outages=lambda: [OUTAGE],
            guard=signed_in if let_in else signed_out,
        )
    )
    return TestClient(app)


def test_the_figures_carry_the_hubs_time_and_the_outages_as_handed_in(connection: Connection) -> None:
    answer = client(connection).get("/wallboard/figures")

    assert answer.json()["now"] == "2026-11-22T06:02:00Z"
    assert answer.json()["outages"] == [OUTAGE]
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/wallboard", "/wallboard/figures"])
def test_who_is_not_signed_in_sees_neither_page_nor_figures(connection: Connection, path: str) -> None:
    assert client(connection, let_in=False).get(path).status_code == 401


def test_the_page_runs_only_scripts_and_styles_of_its_own(connection: Connection) -> None:
    answer = client(connection).get("/wallboard")

    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy
    assert "<style" not in answer.text
    assert "style=" not in answer.text
    assert "://" not in answer.text


@pytest.mark.parametrize(
    ("name", "kind"),
    [("wallboard.js", "text/javascript"), ("figures.js", "text/javascript"), ("wallboard.css", "text/css")],
)
def test_scripts_and_styles_come_from_the_hub_itself(connection: Connection, name: str, kind: str) -> None:
    answer = client(connection).get(f"/static/wallboard/{name}")

    assert answer.headers["content-type"].startswith(kind)
    assert "//cdn" not in answer.text
    assert "innerHTML" not in answer.text


@pytest.mark.parametrize("name", ["pages.py", "..%2Fpages.py", "%2Fetc%2Fpasswd"])
def test_no_other_file_is_served(connection: Connection, name: str) -> None:
    assert client(connection).get(f"/static/wallboard/{name}").status_code == 404


def test_notices_to_all_agents_stand_on_the_wall_urgent_ones_first(connection: Connection) -> None:
    for number, urgent in enumerate((False, True)):
        row = {"id": f"n{number}", "text": f"公告{number}", "urgent": urgent, "branches": "[]", "posted_by": "x"}
        row |= {"since": to_iso(NOW), "row_hash": b"", "bucket": ""}
        connection.execute(insert(RECORDS["notice"]), row)

    assert live_figures(connection, NOW, [])["notices"] == [
        {"text": "公告1", "urgent": True, "since": "2026-11-22T06:02:00Z", "until": None},
        {"text": "公告0", "urgent": False, "since": "2026-11-22T06:02:00Z", "until": None},
    ]


def test_a_branchs_notices_stand_on_the_walls_of_that_branch_and_of_the_whole_centre(connection: Connection) -> None:
    for key, above in (("B0", None), ("B1", "B0"), ("B2", "B0")):
        branch = {"id": key, "name": key, "parent_id": above, "kind": "station", "row_hash": b"", "bucket": ""}
        connection.execute(insert(RECORDS["branch"]), branch)
    for key, branches in (("everybody", "[]"), ("B1", '["B1"]'), ("B2", '["B2"]')):
        row = {"id": key, "text": key, "urgent": False, "branches": branches, "posted_by": "x"}
        connection.execute(insert(RECORDS["notice"]), {**row, "since": to_iso(NOW), "row_hash": b"", "bucket": ""})

    def shown(*branches: str) -> set[str]:
        return {one["text"] for one in live_figures(connection, NOW, [], branches)["notices"]}

    assert shown("B1") == {"everybody", "B1"}
    assert shown() == {"everybody", "B1", "B2"}
