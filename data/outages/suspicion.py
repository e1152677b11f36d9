"""Where an outage is suspected: signals that gather in a transformer area or on a feeder, against its usual rate.

Every look-up, trouble report and call that is placed in a transformer area is a signal. A unit (transformer area or
feeder) is watched by a cumulative sum of log-likelihood ratios of two Poisson processes, its usual one and that of an
outage: each signal adds ln(outage rate / usual rate), each second takes off the difference of the rates, and the sum
never falls below nothing. It is asked at a moment and keeps no state.

Source: Lucas, J. M. (1985), Counted Data CUSUM's, Technometrics 27(2), 129-144; for a rate that changes with the hour
Höhle, M. and Paul, M. (2008), Count data regression charts, Computational Statistics and Data Analysis 52, 4357-4368.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from math import log
from typing import Literal
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Shanghai")
HOURS = 24

SignalKind = Literal["look_up", "trouble_report", "call"]


@dataclass(frozen=True, slots=True)
class Signal:
    """Something that happens more often where power is out.

    Attributes:
        transformer_area: Where; empty where only the feeder is known.
        feeder: On which feeder that is; empty where it is not known.
        caller: Tells callers apart, so that one who calls again counts once; empty counts each time.
    """

    at: datetime
    kind: SignalKind
    transformer_area: str
    feeder: str
    caller: str = ""


@dataclass(frozen=True, slots=True)
class Rules:
    """What is taken for usual, for an outage and for enough; set by the centre.

    Attributes:
        telling_share: Of the customers of a unit that is out, those who call within `telling_time`, 0 to 1.
        telling_time: See `telling_share`.
        threshold: The sum from which a transformer area is suspected; a higher one means fewer false alarms, later.
        feeder_threshold: The same of a feeder.
        feeder_spread: Transformer areas of a feeder that must have signals before the feeder itself is suspected.
        look_back: How far back signals are asked for.
        stays: How long a suspicion is shown after its last signal.
        same_caller: Within which time a caller counts once.
        quiet: How long a suspicion that was dismissed is not raised again unless its sum is twice as high.
    """

    telling_share: float = 0.03
    telling_time: timedelta = timedelta(minutes=30)
    threshold: float = 15.0
    feeder_threshold: float = 13.5
    feeder_spread: int = 3
    look_back: timedelta = timedelta(hours=3)
    stays: timedelta = timedelta(minutes=30)
    same_caller: timedelta = timedelta(hours=1)
    quiet: timedelta = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class Unit:
    """A transformer area or feeder.

    Attributes:
        customers: How many hang on it.
        usual: Signals of each kind that it has on a usual day.
    """

    kind: Literal["transformer_area", "feeder"]
    id: str
    customers: int
    usual: Mapping[SignalKind, float]


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A unit where an outage is suspected.

    Attributes:
        began: When the first of the signals came that tell of it.
        since: When they were enough.
        heard: When each signal came, and its kind, by time.
        transformer_areas: In which they are, sorted.
        strength: The sum, at its last signal; the odds are about its exponential against one.
    """

    kind: Literal["transformer_area", "feeder"]
    id: str
    began: datetime
    since: datetime
    heard: tuple[tuple[datetime, SignalKind], ...]
    transformer_areas: tuple[str, ...]
    strength: float

    @property
    def signals(self) -> int:
        """How many there are."""
        return len(self.heard)


class DailyCurve:
    """How a day's signals are spread over its local hours.

    Args:
        shares: 24 weights, from midnight; hours of none are given a hundredth of the mean, so that the first signal of
            a night is not taken for an outage.
    """

    def __init__(self, shares: Sequence[float]) -> None:
        if len(shares) != HOURS or min(shares) < 0 or sum(shares) <= 0:
            raise ValueError(f"a day has {HOURS} hours with weights that are not negative: got {shares!r}")
        least = sum(shares) / HOURS / 100
        raised = [max(share, least) for share in shares]
        self._per_second = [share / sum(raised) / 3600 for share in raised]

    def per_second(self, at: datetime) -> float:
        """The share of a day's signals that falls into the second at `at`."""
        return self._per_second[at.astimezone(LOCAL).hour]


def usual_rate(own: float, days: float, prior: float, weight_days: float = 30.0) -> float:
    """Signals a day that a unit usually has: its own count, drawn towards what its size lets expect.

    The posterior mean of a Poisson rate under a gamma prior with mean `prior`, worth `weight_days` of watching.

    Args:
        own: Signals in `days` days.
        days: Days watched, 0 or more.
        prior: Signals a day of a unit of this size, over 0.
        weight_days: What the prior is worth, over 0.
    """
    return (own + prior * weight_days) / (days + weight_days)


def suspicions(
    signals: Iterable[Signal],
    units: Mapping[tuple[str, str], Unit],
    curve: DailyCurve,
    at: datetime,
    rules: Rules,
    explained: Mapping[tuple[str, str], datetime] | None = None,
) -> list[Suspicion]:
    """Where an outage is suspected at `at`, strongest first.

    A transformer area of a suspected feeder is not named beside it. A unit of which nothing is known is passed over.

    Args:
        signals: Those of the last `rules.look_back` before `at`, in any order; later ones are passed over.
        units: By kind and id.
        curve: How signals are spread over a day.
        at: The moment asked about.
        rules: What is enough.
        explained: By kind and id of a unit, until when a window explains its signals; what explains a feeder explains
            its transformer areas, and what is explained of them tells nothing of the feeder.
    """
    until = explained or {}
    heard = _once_a_caller(
        sorted((one for one in signals if at - rules.look_back < one.at <= at), key=lambda one: (one.at, one.kind)),
        rules,
    )
    told = [one for one in heard if one.at > _explained_until(one, until)]
    feeders = _watched("feeder", told, units, curve, at, rules)
    suspected = {one.id for one in feeders}
    alone = [one for one in told if one.feeder not in suspected]
    found = feeders + _watched("transformer_area", alone, units, curve, at, rules)
    return sorted(found, key=lambda one: (-one.strength, one.kind, one.id))


def _once_a_caller(heard: list[Signal], rules: Rules) -> list[Signal]:
    """`heard`, in order of time, with one signal a caller and place; a trouble report among them decides its kind."""
    kept: list[Signal] = []
    stands: dict[tuple[str, str], int] = {}
    for one in heard:
        key = (one.caller, one.transformer_area or one.feeder)
        before = stands.get(key) if one.caller else None
        if before is None or one.at - kept[before].at >= rules.same_caller:
            stands[key] = len(kept)
            kept.append(one)
        elif one.kind == "trouble_report":
            kept[before] = replace(kept[before], kind=one.kind)
    return kept


def _watched(
    kind: Literal["transformer_area", "feeder"],
    heard: list[Signal],
    units: Mapping[tuple[str, str], Unit],
    curve: DailyCurve,
    at: datetime,
    rules: Rules,
) -> list[Suspicion]:
    def unit_of(one: Signal) -> str:
        return one.feeder if kind == "feeder" else one.transformer_area

    found = []
    for key, group in groupby(sorted(heard, key=unit_of), key=unit_of):
        unit = units.get((kind, key))
        if unit is None:
            continue
        suspicion = _watch(unit, list(group), curve, at, rules)
        if suspicion is not None:
            found.append(suspicion)
    return found


def _explained_until(one: Signal, explained: Mapping[tuple[str, str], datetime]) -> datetime:
    keys = (("feeder", one.feeder), ("transformer_area", one.transformer_area))
    return max((explained[key] for key in keys if key in explained), default=datetime.min.replace(tzinfo=UTC))


def _watch(unit: Unit, told: list[Signal], curve: DailyCurve, at: datetime, rules: Rules) -> Suspicion | None:
    """The cumulative sum over one unit's signals, in order of time."""
    least, spread = (rules.feeder_threshold, rules.feeder_spread) if unit.kind == "feeder" else (rules.threshold, 1)
    outage_rate = unit.customers * rules.telling_share / rules.telling_time.total_seconds()
    run: list[Signal] = []
    total, since = 0.0, None
    for one in told:
        if run:
            total -= outage_rate * (one.at - run[-1].at).total_seconds()
        if total <= 0:
            total, run, since = 0.0, [], None
        usual = max(unit.usual.get(one.kind, 0.0), 1e-6) * curve.per_second(one.at)
        total += log((usual + outage_rate) / usual)
        run.append(one)
        if since is None and total >= least and len(_transformer_areas(run)) >= spread:
            since = one.at
    if since is None or at - run[-1].at > rules.stays:
        return None
    heard = tuple((one.at, one.kind) for one in run)
    return Suspicion(
        unit.kind, unit.id, run[0].at, since, heard, tuple(sorted(_transformer_areas(run))), round(total, 2)
    )


def _transformer_areas(run: list[Signal]) -> set[str]:
    return {one.transformer_area for one in run if one.transformer_area}
