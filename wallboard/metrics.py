"""Metrics: what each is called, how it is computed, and from when that holds. The definitions are data."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum

from wallboard.counts import Counts
from wallboard.formulas import evaluate, parse

ALWAYS = datetime.min.replace(tzinfo=UTC)


class Unit(Enum):
    """What a metric's value counts."""

    CALLS = "calls"
    SECONDS = "s"
    RATIO = "ratio"
    """0 to 1; a screen may show it in per cent."""
    CALLS_PER_SEAT = "calls_per_seat"


@dataclass(frozen=True, slots=True)
class Metric:
    """One definition of one metric.

    Attributes:
        name: As in reports and in code; a metric may have several definitions, one after the other.
        label_zh: What the screens call it.
        label_en: The same in English.
        unit: What its value counts.
        numerator: A formula over the named counts.
        denominator: Likewise; None for what is simply counted.
        version: Counts the definitions of one metric from 1.
        valid_from: Reports of intervals that start at or after this moment use the definition.
    """

    name: str
    label_zh: str
    label_en: str
    unit: Unit
    numerator: str
    denominator: str | None = None
    version: int = 1
    valid_from: datetime = ALWAYS

    @property
    def formula(self) -> str:
        """The whole formula as one text, such as `(talk_s) / (talks_ended)`."""
        if self.denominator is None:
            return self.numerator
        return f"{_operand(self.numerator)} / {_operand(self.denominator)}"


@dataclass(frozen=True, slots=True)
class MetricValue:
    """A metric as computed: the value is numerator / denominator, None where there is nothing to divide by."""

    metric: Metric
    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None


_FINISHED = "offered - waiting - lost_at_restart"
_NOT_ANSWERED = "abandoned + flow_out - flow_out_answered_elsewhere"

METRICS = (
    Metric("offered", "人工请求量", "Offered", Unit.CALLS, "offered"),
    Metric("answered", "接听量", "Answered", Unit.CALLS, "answered"),
    Metric("abandoned", "放弃量", "Abandoned", Unit.CALLS, "abandoned"),
    Metric("short_abandoned", "短时放弃量", "Short abandons", Unit.CALLS, "short_abandoned"),
    Metric("flow_out", "溢出量", "Flow-out", Unit.CALLS, "flow_out"),
    Metric("waiting", "正在等待", "Waiting", Unit.CALLS, "waiting"),
    Metric("lost_at_restart", "重启丢失", "Lost at restart", Unit.CALLS, "lost_at_restart"),
    Metric("call_loss_rate", "呼损率", "Call-loss rate", Unit.RATIO, _NOT_ANSWERED, _FINISHED),
    Metric("answer_rate", "人工接通率", "Answer rate", Unit.RATIO, "answered", _FINISHED),
    Metric("service_level", "20秒接通率", "Answered within 20 s", Unit.RATIO, "answered_in_time", _FINISHED),
    Metric("asa_s", "平均应答时长", "Average speed of answer", Unit.SECONDS, "answered_wait_s", "answered"),
    Metric(
        "average_abandon_s", "平均放弃时长", "Average time to abandon", Unit.SECONDS, "abandoned_wait_s", "abandoned"
    ),
    Metric(
        "average_talk_s",
        "平均通话时长（含保持）",
        "Average talk time, hold included",
        Unit.SECONDS,
        "talk_s",
        "talks_ended",
    ),
    Metric("average_acw_s", "平均事后处理时长", "Average after-call work", Unit.SECONDS, "acw_s", "acw_ended"),
    Metric("aht_s", "平均处理时长", "Average handle time", Unit.SECONDS, "talk_s / talks_ended + acw_s / acw_ended"),
    Metric("answered_per_seat", "座席平均接听量", "Answered per seat", Unit.CALLS_PER_SEAT, "answered", "seats"),
    Metric("longest_wait_s", "当前最长等待", "Longest wait now", Unit.SECONDS, "longest_waiting_s"),
)
"""The built-in definitions, in the order in which reports show them."""


def metrics_in_force(at: datetime, definitions: Iterable[Metric] = METRICS) -> tuple[Metric, ...]:
    """For each metric the newest definition that is valid at the moment, in the order of first mention."""
    newest: dict[str, Metric] = {}
    for metric in definitions:
        if metric.valid_from <= at and (metric.name not in newest or newest[metric.name].version < metric.version):
            newest[metric.name] = metric
    return tuple(newest.values())


def compute(metric: Metric, counts: Counts) -> MetricValue:
    """The metric over the counts; no value where its denominator is empty: 0 % and 100 % would both be lies.

    Raises:
        FormulaError: its numerator or denominator is no formula over these counts.
    """
    numerator = evaluate(parse(metric.numerator), counts)
    computed = MetricValue(metric, numerator, numerator, None)
    if metric.denominator is None:
        return computed
    denominator = evaluate(parse(metric.denominator), counts)
    value = numerator / denominator if numerator is not None and denominator else None
    return replace(computed, value=value, denominator=denominator)


def _operand(formula: str) -> str:
    return formula if formula.isidentifier() else f"({formula})"
