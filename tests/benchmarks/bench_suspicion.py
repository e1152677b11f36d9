"""Suspected outages on simulated days: `./dev bench suspicion [--days N]`.

Prints how many outages are found, how soon, and how many false alarms a day that costs, for the rule of
`data.outages.suspicion` and for a fixed one (so many signals in a transformer area within so many minutes). Each rule's
threshold is the lowest that raises at most 0.8 false alarms a day on days without any outage, so that it stays under
one on others; then both hear the same days with outages.

The network: 3,000 feeders of 2 to 12 transformer areas, 1.2 million customers. A usual day: 5,000 callers, spread over
its hours as the calls of a bank's call centre in 1999 were (Brown et al., JASA 2005), each of whom is looked up; one
in twelve reports trouble. Of the customers of an outage a share calls, after a time that is exponential with a mean of
20 minutes; four in five of them report trouble.
"""

import argparse
import random
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from statistics import median

from data.outages.suspicion import DailyCurve, Rules, Signal, SignalKind, Unit, suspicions
from data.outages.usual import USUAL_HOURS
from tests.benchmarks.report import percentile, say, say_heading, say_row

FEEDERS, CUSTOMERS, CALLERS_A_DAY = 3_000, 1_200_000, 5_000
USUALLY_TROUBLE, TROUBLE_IN_AN_OUTAGE = 1 / 12, 0.8
CALLS_AFTER_S = 1_200
AREA_OUTAGES, FEEDER_OUTAGES = 30, 10
ALLOWED = 0.8
"""False alarms a day on the days that a rule is tuned on: some room is left for days that it has not seen."""
FOUND_WITHIN = timedelta(hours=2)
DAY = datetime(2026, 7, 1, 16, tzinfo=UTC)  # midnight in Shanghai
Rule = Callable[[list[Signal]], Iterator[tuple[datetime, str]]]


@dataclass(frozen=True)
class Network:
    areas: dict[str, tuple[str, int]]
    """The feeder of each transformer area and its customers."""
    units: dict[tuple[str, str], Unit]


@dataclass(frozen=True)
class Outage:
    feeder: str
    areas: tuple[str, ...]
    began: datetime


def make_network(chance: random.Random) -> Network:
    areas: dict[str, tuple[str, float]] = {}
    for feeder in range(FEEDERS):
        for _ in range(chance.randint(2, 12)):
            areas[f"T{len(areas)}"] = (f"F{feeder}", chance.lognormvariate(0, 0.8))
    scale = CUSTOMERS / sum(size for _, size in areas.values())
    sized = {key: (feeder, max(1, round(size * scale))) for key, (feeder, size) in areas.items()}
    on_feeder: dict[str, int] = defaultdict(int)
    for feeder_id, customers in sized.values():
        on_feeder[feeder_id] += customers
    units = {("transformer_area", key): unit("transformer_area", key, size) for key, (_, size) in sized.items()}
    units |= {("feeder", key): unit("feeder", key, size) for key, size in on_feeder.items()}
    return Network(sized, units)


def unit(kind: str, key: str, customers: int) -> Unit:
    callers = CALLERS_A_DAY * customers / CUSTOMERS
    usual = {"look_up": callers * (1 - USUALLY_TROUBLE), "trouble_report": callers * USUALLY_TROUBLE, "call": 0.0}
    return Unit(kind, key, customers, usual)  # type: ignore[arg-type]  # the literals above


def usual_day(network: Network, chance: random.Random, day: int) -> list[Signal]:
    keys = list(network.areas)
    weights = [size for _, size in network.areas.values()]
    count = round(chance.gauss(CALLERS_A_DAY, CALLERS_A_DAY**0.5))
    hours = chance.choices(range(24), USUAL_HOURS, k=count)
    places = chance.choices(keys, weights, k=count)
    signals = []
    for number, (hour, place) in enumerate(zip(hours, places, strict=True)):
        at = DAY + timedelta(days=day, hours=hour, seconds=chance.uniform(0, 3600))
        kind: SignalKind = "trouble_report" if chance.random() < USUALLY_TROUBLE else "look_up"
        signals.append(Signal(at, kind, place, network.areas[place][0], f"{day}-{number}"))
    return signals


def outages_of_day(network: Network, chance: random.Random, day: int) -> list[Outage]:
    keys = list(network.areas)
    on: dict[str, list[str]] = defaultdict(list)
    for key, (feeder, _) in network.areas.items():
        on[feeder].append(key)
    outages = []
    for number in range(AREA_OUTAGES + FEEDER_OUTAGES):
        hour = chance.choices(range(24), [weight + 100 for weight in USUAL_HOURS])[0]
        began = DAY + timedelta(days=day, hours=hour, seconds=chance.uniform(0, 3600))
        feeder = network.areas[key := chance.choice(keys)][0]
        outages.append(Outage(feeder, (key,) if number < AREA_OUTAGES else tuple(on[feeder]), began))
    return outages


def told_of(outage: Outage, network: Network, share: float, chance: random.Random) -> list[Signal]:
    signals = []
    for area in outage.areas:
        for number in range(network.areas[area][1]):
            if chance.random() < share:
                at = outage.began + timedelta(seconds=chance.expovariate(1 / CALLS_AFTER_S))
                kind: SignalKind = "trouble_report" if chance.random() < TROUBLE_IN_AN_OUTAGE else "look_up"
                signals.append(Signal(at, kind, area, outage.feeder, f"{outage.began}-{area}-{number}"))
    return signals


def by_sums(network: Network, rules: Rules) -> Rule:
    """The rule of the product, asked at each signal; feeders know nothing of each other."""
    curve = DailyCurve(USUAL_HOURS)

    def alarms(signals: list[Signal]) -> Iterator[tuple[datetime, str]]:
        raised: set[str] = set()
        for number, one in enumerate(signals):
            found = suspicions(signals[: number + 1], network.units, curve, one.at, rules)
            for suspicion in found:
                if suspicion.since == one.at and suspicion.id not in raised:
                    yield one.at, suspicion.id
            raised = {suspicion.id for suspicion in found}

    return alarms


def by_count(count: int, minutes: int) -> Rule:
    """The fixed rule: an alarm when a transformer area has `count` signals within `minutes`."""

    def alarms(signals: list[Signal]) -> Iterator[tuple[datetime, str]]:
        times: dict[str, list[datetime]] = defaultdict(list)
        quiet_until: dict[str, datetime] = {}
        for one in signals:
            heard = times[one.transformer_area]
            heard.append(one.at)
            recent = len(heard) - bisect_left(heard, one.at - timedelta(minutes=minutes))
            if recent >= count and one.at >= quiet_until.get(one.transformer_area, one.at):
                quiet_until[one.transformer_area] = one.at + timedelta(minutes=30)
                yield one.at, one.transformer_area

    return alarms


def heard_by_feeder(signals: list[Signal]) -> dict[str, list[Signal]]:
    by: dict[str, list[Signal]] = defaultdict(list)
    for one in sorted(signals, key=lambda one: one.at):
        by[one.feeder].append(one)
    return by


def false_alarms(rule: Rule, quiet: list[list[Signal]]) -> float:
    raised = sum(len(list(rule(told))) for day in quiet for told in heard_by_feeder(day).values() if len(told) > 1)
    return raised / len(quiet)


def lowest(make: Callable[[float], Rule], thresholds: list[float], quiet: list[list[Signal]], most: float) -> float:
    for threshold in thresholds:
        if false_alarms(make(threshold), quiet) <= most:
            return threshold
    raise ValueError("no threshold is high enough")


def found(rule: Rule, days: list[tuple[list[Signal], list[Outage]]], *, whole: bool) -> tuple[float, list[float]]:
    """The share of outages missed and the minutes until the others were found."""
    delays, missed = [], 0
    for signals, outages in days:
        by = heard_by_feeder(signals)
        for outage in outages:
            if (len(outage.areas) > 1) != whole:
                continue
            names = {outage.feeder, *outage.areas}
            until = outage.began + FOUND_WITHIN
            after = [at for at, name in rule(by[outage.feeder]) if name in names and outage.began <= at <= until]
            if after:
                delays.append((min(after) - outage.began).total_seconds() / 60)
            else:
                missed += 1
    return missed / max(1, missed + len(delays)), sorted(delays)


def rules_with_one_false_alarm(network: Network, quiet: list[list[Signal]]) -> Rules:
    """Half of the alarms allowed are spent on transformer areas, what is left on feeders."""
    halves = [number / 2 for number in range(8, 80)]
    alone = replace(Rules(), feeder_threshold=1e9)
    area = lowest(lambda h: by_sums(network, replace(alone, threshold=h)), halves, quiet, ALLOWED / 2)
    rules = replace(Rules(), threshold=area)
    return replace(
        rules,
        feeder_threshold=lowest(lambda h: by_sums(network, replace(rules, feeder_threshold=h)), halves, quiet, ALLOWED),
    )


def candidates(network: Network, quiet: list[list[Signal]]) -> dict[str, Rule]:
    rules = rules_with_one_false_alarm(network, quiet)
    named = {f"sums: {rules.threshold} for an area, {rules.feeder_threshold} for a feeder": by_sums(network, rules)}
    for minutes in (15, 30, 60):
        count = int(lowest(lambda c, m=minutes: by_count(int(c), m), [2, 3, 4, 5, 6, 7, 8], quiet, ALLOWED))  # type: ignore[misc]
        named[f"fixed: {count} signals in {minutes} min"] = by_count(count, minutes)
    return named


def days_with_outages(
    network: Network, days: int, share: float, chance: random.Random
) -> list[tuple[list[Signal], list[Outage]]]:
    made = []
    for day in range(days):
        outages, signals = outages_of_day(network, chance, day), usual_day(network, chance, day)
        for outage in outages:
            signals += told_of(outage, network, share, chance)
        made.append((signals, outages))
    return made


def report(quiet_days: int, days: int, seed: int) -> None:
    chance = random.Random(seed)
    network = make_network(chance)
    tuning = [usual_day(network, chance, day) for day in range(quiet_days)]
    fresh = [usual_day(network, chance, day) for day in range(quiet_days)]
    rules = candidates(network, tuning)
    say(f"{len(network.areas):,} transformer areas on {FEEDERS:,} feeders, {CUSTOMERS:,} customers, seed {seed};")
    say(f"{quiet_days} quiet days to tune on, {quiet_days} others for the false alarms told here,")
    say(f"{days} days with {AREA_OUTAGES} outages of a transformer area and {FEEDER_OUTAGES} of a feeder")
    say_heading(
        "customers who call",
        "rule",
        "false alarms a day",
        "areas missed",
        "after (p50, p90)",
        "feeders missed",
        "after",
    )
    raised = {name: false_alarms(rule, fresh) for name, rule in rules.items()}
    for share in (0.01, 0.03, 0.05, 0.10):
        told = days_with_outages(network, days, share, chance)
        for name, rule in rules.items():
            cells = []
            for whole in (False, True):
                missed, delays = found(rule, told, whole=whole)
                shown = f"{median(delays):.0f}, {percentile(delays, 0.9):.0f} min" if delays else "-"
                cells += [f"{missed:.0%}", shown]
            say_row(f"{share:.0%}", name, f"{raised[name]:.2f}", *cells)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quiet-days", type=int, default=60)
    options.add_argument("--days", type=int, default=10)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    report(chosen.quiet_days, chosen.days, chosen.seed)


if __name__ == "__main__":
    main()
