"""The thresholds of suspicion as a centre sets them: numbers by name, each within its bounds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from data.errors import BadValueError
from data.fields import Json
from data.outages.suspicion import Rules

SETTING = "suspicion"
"""The key of the centre's setting."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """One number that a centre may set.

    Attributes:
        field: Of `Rules`.
        unit: What the number is multiplied by; None: it stands for itself.
    """

    field: str
    zh: str
    en: str
    least: float
    most: float
    unit: timedelta | None = None
    whole: bool = False

    def of(self, rules: Rules) -> float:
        """The number in `rules`."""
        value = getattr(rules, self.field)
        number = value / self.unit if self.unit else value
        return int(number) if number == int(number) else float(number)


_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)

THRESHOLDS: dict[str, Threshold] = {
    "threshold": Threshold("threshold", "台区阈值", "Threshold of a transformer area", 1, 100),
    "feeder_threshold": Threshold("feeder_threshold", "线路阈值", "Threshold of a feeder", 1, 100),
    "feeder_spread": Threshold(
        "feeder_spread", "线路至少涉及台区数", "Transformer areas of a feeder", 2, 50, whole=True
    ),
    "telling_share": Threshold("telling_share", "停电时来电客户比例", "Share that calls in an outage", 0.001, 1),
    "telling_minutes": Threshold("telling_time", "来电时间（分钟）", "Within minutes", 5, 240, _MINUTE),
    "look_back_minutes": Threshold("look_back", "回看（分钟）", "Look back, minutes", 30, 720, _MINUTE),
    "stays_minutes": Threshold("stays", "无新信号后保留（分钟）", "Stays, minutes", 5, 240, _MINUTE),
    "same_caller_minutes": Threshold("same_caller", "同一客户计一次（分钟）", "Same caller, minutes", 0, 720, _MINUTE),
    "quiet_hours": Threshold("quiet", "排除后不再提示（小时）", "Quiet after dismissal, hours", 0, 72, _HOUR),
}
"""Every number by name, with its bounds."""


def rules_from_json(value: Json) -> Rules:
    """The rules in a setting; what it does not name is as usual, and None names nothing.

    Raises:
        BadValueError: it names something else, or a number is none or out of its bounds.
    """
    if value is None:
        return Rules()
    if not isinstance(value, dict):
        raise BadValueError(SETTING, value, f"give an object with some of {', '.join(THRESHOLDS)}")
    read = {THRESHOLDS[name].field: _read(name, number) for name, number in value.items() if _known(name)}
    return Rules(**read)  # type: ignore[arg-type]  # each as its field has it


def rules_to_json(rules: Rules) -> Mapping[str, float]:
    """Every number by name, as `rules_from_json` takes them."""
    return {name: threshold.of(rules) for name, threshold in THRESHOLDS.items()}


def _known(name: str) -> bool:
    if name not in THRESHOLDS:
        raise BadValueError(SETTING, name, f"there is no such threshold; there are {', '.join(THRESHOLDS)}")
    return True


def _read(name: str, value: Json) -> float | timedelta:
    threshold = THRESHOLDS[name]
    bounds = f"give a {'whole ' if threshold.whole else ''}number from {threshold.least:g} to {threshold.most:g}"
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadValueError(name, value, bounds)
    if not threshold.least <= value <= threshold.most or (threshold.whole and value != int(value)):
        raise BadValueError(name, value, bounds)
    if threshold.unit is not None:
        return value * threshold.unit
    return int(value) if threshold.whole else value
