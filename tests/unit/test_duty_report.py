import ast
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine

from data.errors import BadValueError, NotFoundError
from data.store.metadata import METADATA
from data.store.store import Store
from wallboard.calls import import_calls_file, import_queue_log
from wallboard.duty_report import DutyReport, ReportedMetric, duty_report

SHARED = Path(os.environ.get("SWITCHBOARD_SHARED") or Path(__file__).parents[2].parent / "shared")
MONTH_LOG = SHARED / "data" / "calls" / "queue_log_1999-01.txt.gz"
RECOUNT = SHARED / "data" / "calls" / "expected_1999-01.txt"

JANUARY = datetime(1999, 1, 1, tzinfo=UTC)
FEBRUARY = datetime(1999, 2, 1, tzinfo=UTC)
LATER = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
START = datetime(2026, 11, 22, 0, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)

needs_the_month = pytest.mark.skipif(
    not (MONTH_LOG.exists() and RECOUNT.exists()), reason=f"the month of real calls is not at {SHARED}"
)


@pytest.fixture
def connection(store: Store) -> Iterator[Connection]:
    with store.engine.connect() as connection:
        yield connection


@pytest.fixture(scope="module")
def month() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    METADATA.create_all(engine)
    with engine.connect() as connection:
        import_calls_file(connection, MONTH_LOG)
        yield connection
    engine.dispose()


def metric(report: DutyReport, name: str) -> ReportedMetric:
    (found,) = (metric for metric in report["metrics"] if metric["name"] == name)
    return found


def log(*lines: str) -> list[str]:
    """Lines written as `seconds-after-START call queue agent EVENT arguments`."""
    epoch = int(START.timestamp())
    split = (line.split(" ") for line in lines)
    return ["|".join([str(epoch + int(seconds)), *rest]) for seconds, *rest in split]


DAY = log(
    "10 a q NONE ENTERQUEUE  5 1",
    "20 a q Ann CONNECT 10 x 4",
    "80 a q Ann COMPLETECALLER 10 60 1",
    "85 NONE q Ann PAUSE ACW",
    "95 NONE q Ann UNPAUSE",
    "3590 b r NONE ENTERQUEUE  5 1",
    "3595 b r Bob RINGNOANSWER 5000",
    "3605 b r Ann CONNECT 15 x 4",
    "3665 b r Ann COMPLETECALLER 15 60 1",
    "3700 c q NONE ENTERQUEUE  5 1",
    "3720 c q NONE ABANDON 1 1 20",
)


def recounts() -> dict[str, tuple[dict[str, int], dict[str, float]]]:
    """The independent recount by queue; `*ALL` is all of them together."""
    found = {}
    for line in RECOUNT.read_text().splitlines():
        match = re.fullmatch(r"(\S+) (\{.*\}) \| (.*)", line)
        assert match is not None
        ratios = re.findall(r"([^\s=]+(?:\([^)]*\))?)=([\d.]+)", match[3])
        found[match[1]] = ast.literal_eval(match[2]), {name: float(number) for name, number in ratios}
    return found


@needs_the_month
@pytest.mark.parametrize("queue", ["*ALL", "IN", "NE", "NW", "PE", "PS", "TT"])
def test_a_month_of_real_calls_is_reported_as_an_independent_recount_has_it(month: Connection, queue: str) -> None:
    counted, ratios = recounts()[queue]
    report = duty_report(month, JANUARY, FEBRUARY, None if queue == "*ALL" else queue, now=LATER)

    found = {metric["name"]: metric["value"] for metric in report["metrics"]}
    assert (found["offered"], found["answered"]) == (counted["offered"], counted["answered"])
    assert (found["abandoned"], found["short_abandoned"]) == (counted["abandoned"], counted["short_ab5"])
    assert metric(report, "service_level")["numerator"] == counted["ans20"]
    assert metric(report, "asa_s")["numerator"] == counted["hold_answered"]
    assert metric(report, "average_abandon_s")["numerator"] == counted["hold_abandoned"]
    assert metric(report, "average_talk_s")["numerator"] == counted["talk"]
    shown = {name: pytest.approx(ratio, abs=0.005001) for name, ratio in ratios.items()}
    assert float(found["call_loss_rate"] or 0) * 100 == shown["loss%"]
    assert float(found["service_level"] or 0) * 100 == shown["SL20(ans/offered)"]
    assert float(found["asa_s"] or 0) == shown["ASA"]
    assert float(found["average_talk_s"] or 0) == shown["ATT"]


@needs_the_month
def test_the_recount_has_a_line_for_every_queue_of_the_month() -> None:
    assert sorted(recounts()) == ["*ALL", "IN", "NE", "NW", "PE", "PS", "TT"]


@needs_the_month
def test_the_days_of_the_month_add_up_to_the_month(month: Connection) -> None:
    days = [
        duty_report(month, JANUARY + timedelta(days=n), JANUARY + timedelta(days=n + 1), now=LATER) for n in range(31)
    ]

    for name, total in (("offered", 30161), ("answered", 27060), ("abandoned", 3101)):
        assert sum(metric(day, name)["value"] or 0 for day in days) == total


@needs_the_month
def test_the_seats_of_the_month_answered_what_was_answered(month: Connection) -> None:
    report = duty_report(month, JANUARY, FEBRUARY, now=LATER)

    assert len(report["seats"]) == 29
    assert sum(seat["answered"] for seat in report["seats"]) == 27060
    assert sum(seat["talk_s"] for seat in report["seats"]) == 4964204


def test_a_report_has_exactly_the_published_keys(connection: Connection) -> None:
    import_queue_log(connection, DAY)
    report = duty_report(connection, START, START + HOUR, now=LATER)

    assert list(report) == ["from", "to", "queue", "revision", "metrics", "seats"]
    assert (report["from"], report["to"]) == ("2026-11-22T00:00:00Z", "2026-11-22T01:00:00Z")
    assert (report["queue"], report["revision"]) == (None, len(DAY))
    assert metric(report, "asa_s") == {
        "name": "asa_s",
        "label": "平均应答时长",
        "value": 12.5,
        "unit": "s",
        "numerator": 25,
        "denominator": 2,
        "formula": "answered_wait_s / answered",
        "version": 1,
        "provisional": False,
    }


def test_a_call_belongs_to_the_interval_in_which_it_entered_the_queue(connection: Connection) -> None:
    import_queue_log(connection, DAY)
    first = duty_report(connection, START, START + HOUR, now=LATER)
    second = duty_report(connection, START + HOUR, START + 2 * HOUR, now=LATER)

    assert (metric(first, "offered")["value"], metric(first, "answered")["value"]) == (2, 2)
    assert (metric(second, "offered")["value"], metric(second, "abandoned")["value"]) == (1, 1)
    assert metric(second, "answered")["value"] == 0


def test_each_seat_says_what_it_answered_missed_and_how_long_it_took(connection: Connection) -> None:
    import_queue_log(connection, DAY)

    assert duty_report(connection, START, START + HOUR, now=LATER)["seats"] == [
        {
            "agent": "Ann",
            "answered": 2,
            "missed": 0,
            "talk_s": 120,
            "average_talk_s": 60.0,
            "acw_s": 10,
            "average_acw_s": 5.0,
        },
        {
            "agent": "Bob",
            "answered": 0,
            "missed": 1,
            "talk_s": 0,
            "average_talk_s": None,
            "acw_s": None,
            "average_acw_s": None,
        },
    ]


def test_a_report_of_one_queue_holds_only_its_calls(connection: Connection) -> None:
    import_queue_log(connection, DAY)
    report = duty_report(connection, START, START + 2 * HOUR, "q", now=LATER)

    assert report["queue"] == "q"
    assert (metric(report, "offered")["value"], metric(report, "answered")["value"]) == (2, 1)


def test_a_flow_out_of_one_queue_that_another_answered_is_no_loss_of_the_first(connection: Connection) -> None:
    lines = (
        "10 a q NONE ENTERQUEUE",
        "40 a q NONE EXITWITHTIMEOUT 1 1 30",
        "40 a r NONE ENTERQUEUE",
        "50 a r Ann CONNECT",
    )
    import_queue_log(connection, log(*lines))

    assert metric(duty_report(connection, START, START + HOUR, "q", now=LATER), "call_loss_rate")["value"] == 0


def test_an_empty_interval_has_counts_of_zero_and_ratios_of_nothing(connection: Connection) -> None:
    report = duty_report(connection, START, START + HOUR, now=LATER)

    assert metric(report, "offered")["value"] == 0
    assert metric(report, "call_loss_rate")["value"] is None
    assert (report["seats"], report["revision"]) == ([], 0)


def test_a_report_is_provisional_until_its_interval_is_over(connection: Connection) -> None:
    def provisional(now: datetime) -> set[bool]:
        report = duty_report(connection, START, START + HOUR, now=now)
        return {metric["provisional"] for metric in report["metrics"]}

    assert provisional(START + HOUR - timedelta(seconds=1)) == {True}
    assert provisional(START + HOUR) == {False}


def test_a_report_is_provisional_while_one_of_its_calls_waits(connection: Connection) -> None:
    import_queue_log(connection, log("3599 a q NONE ENTERQUEUE"))
    report = duty_report(connection, START, START + HOUR, now=START + HOUR)

    assert metric(report, "waiting") == {**metric(report, "waiting"), "value": 1, "provisional": True}
    assert metric(report, "longest_wait_s")["value"] == 1


def test_labels_come_in_english_where_that_is_asked_for(connection: Connection) -> None:
    report = duty_report(connection, START, START + HOUR, now=LATER, language="en")

    assert metric(report, "asa_s")["label"] == "Average speed of answer"


def test_an_interval_that_ends_before_it_begins_is_refused(connection: Connection) -> None:
    with pytest.raises(BadValueError, match="must be after 2026-11-22T01:00:00Z"):
        duty_report(connection, START + HOUR, START, now=LATER)


def test_an_unknown_queue_is_refused_with_the_known_ones(connection: Connection) -> None:
    import_queue_log(connection, DAY)

    with pytest.raises(NotFoundError, match="'x'; known queues: q, r"):
        duty_report(connection, START, START + HOUR, "x", now=LATER)
