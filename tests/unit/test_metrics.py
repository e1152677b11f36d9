from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from wallboard.counts import queue_counts
from wallboard.entries import Outcome, QueueEntry
from wallboard.formulas import FormulaError, evaluate, names, parse
from wallboard.metrics import METRICS, Metric, Unit, compute, metrics_in_force

NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
DOCUMENT = Path(__file__).parents[2] / "docs" / "metrics.md"


def entry(outcome: Outcome, wait_s: int | None = None, **more: Any) -> QueueEntry:
    return QueueEntry("c", "q", NOW - timedelta(seconds=90), outcome, wait_s, **more)


ENTRIES = [
    entry(Outcome.ANSWERED, 20, agent="Ann", talk_s=60, acw_s=30),
    entry(Outcome.ANSWERED, 21, agent="Ann", talk_s=90, acw_s=0),
    entry(Outcome.ANSWERED, 4, agent="Bob"),
    entry(Outcome.ABANDONED, 5),
    entry(Outcome.ABANDONED, 6),
    entry(Outcome.FLOW_OUT, 30),
    entry(Outcome.FLOW_OUT, 30, answered_elsewhere=True),
    entry(Outcome.WAITING),
    entry(Outcome.LOST_AT_RESTART),
]


def value(name: str, entries: list[QueueEntry]) -> Decimal | None:
    (metric,) = (metric for metric in METRICS if metric.name == name)
    return compute(metric, queue_counts(entries, NOW)).value


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("offered", 9),
        ("answered", 3),
        ("abandoned", 2),
        ("short_abandoned", 1),
        ("flow_out", 2),
        ("waiting", 1),
        ("lost_at_restart", 1),
        ("call_loss_rate", Decimal(3) / 7),
        ("answer_rate", Decimal(3) / 7),
        ("service_level", Decimal(2) / 7),
        ("asa_s", 15),
        ("average_abandon_s", Decimal("5.5")),
        ("average_talk_s", 75),
        ("average_acw_s", 15),
        ("aht_s", 90),
        ("answered_per_seat", Decimal("1.5")),
        ("longest_wait_s", 90),
    ],
)
def test_each_metric_of_a_mixed_hour_is_what_a_person_counts(name: str, expected: Decimal) -> None:
    assert value(name, ENTRIES) == expected


@pytest.mark.parametrize("metric", [metric for metric in METRICS if metric.denominator], ids=lambda metric: metric.name)
def test_a_ratio_of_nothing_is_neither_none_nor_all_of_it(metric: Metric) -> None:
    computed = compute(metric, queue_counts([], NOW))

    assert computed.value is None
    assert computed.denominator == 0


def test_nobody_waiting_is_no_wait_and_not_a_wait_of_zero() -> None:
    assert value("longest_wait_s", []) is None


def test_only_waiting_calls_have_no_loss_rate_yet() -> None:
    assert value("call_loss_rate", [entry(Outcome.WAITING)]) is None


def test_a_wait_is_never_negative_where_the_exchange_is_ahead_of_the_hub() -> None:
    counts = queue_counts([entry(Outcome.WAITING)], NOW - timedelta(hours=1))

    assert counts["longest_waiting_s"] == 0


def test_every_definition_is_a_formula_over_counts_that_exist() -> None:
    counts = queue_counts([], NOW)
    for metric in METRICS:
        needed = names(parse(metric.numerator)) | names(parse(metric.denominator or "1"))
        assert needed <= counts.keys(), metric.name
        assert names(parse(metric.formula)) == needed


def test_the_document_gives_every_metric_with_its_label_and_formula() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    for metric in METRICS:
        assert f"| `{metric.name}` | {metric.label_zh} | {metric.unit.value} | `{metric.formula}` |" in text


def test_the_document_explains_every_count() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    for name in queue_counts([], NOW):
        assert f"\n| `{name}` | " in text


def test_a_report_uses_the_definition_that_held_when_its_interval_began() -> None:
    first = Metric("loss", "呼损率", "Loss", Unit.RATIO, "abandoned", "offered")
    second = Metric("loss", "呼损率", "Loss", Unit.RATIO, "abandoned + flow_out", "offered", 2, NOW)

    assert metrics_in_force(NOW - timedelta(seconds=1), [first, second]) == (first,)
    assert metrics_in_force(NOW, [second, first]) == (second,)


def test_a_formula_with_parentheses_divides_sums() -> None:
    counts = {"abandoned": Decimal(3), "flow_out": Decimal(2), "offered": Decimal(10)}

    assert evaluate(parse("(abandoned + flow_out) / offered"), counts) == Decimal("0.5")
    assert evaluate(parse("-abandoned - -2 * (1.5)"), counts) == 0


def test_a_division_by_zero_inside_a_formula_has_no_value() -> None:
    assert evaluate(parse("1 + 1 / (offered - offered)"), {"offered": Decimal(3)}) is None


def test_a_formula_over_an_unknown_count_lists_the_known_ones() -> None:
    with pytest.raises(FormulaError, match="no count is called 'ofered'; there are answered, offered"):
        evaluate(parse("ofered"), {"offered": Decimal(1), "answered": Decimal(1)})


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "the end at character 1 does not fit"),
        ("1 +", "the end at character 4 does not fit"),
        ("1 2", "'2' at character 3 does not fit"),
        ("(1", "the end at character 3 does not fit"),
        ("1)", r"'\)' at character 2 does not fit"),
        ("* 1", r"'\*' at character 1 does not fit"),
        ("+1", r"'\+' at character 1 does not fit"),
        ("2 ** 9", r"'\*' at character 4 does not fit"),
        ("open('x')", r"'\(' at character 5 does not fit"),
        ("a.b", "character 2 does not belong"),
        ("'a'", "character 1 does not belong"),
        ("１", "character 1 does not belong"),
        ("Answered", "character 1 does not belong"),
        ("1e999999", "'e999999' at character 2 does not fit"),
        ("(" * 200 + "1" + ")" * 200, "more than 30"),
        ("-" * 200 + "1", "more than 30"),
        ("1+" * 300 + "1", "at most 500 characters"),
    ],
)
def test_what_is_not_in_the_language_is_refused_with_the_place(text: str, reason: str) -> None:
    with pytest.raises(FormulaError, match=reason):
        parse(text)
