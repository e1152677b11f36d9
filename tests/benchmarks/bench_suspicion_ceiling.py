"""The best that any rule counting signals could reach: `./dev bench suspicion_ceiling [--samples N]`.

For the network, days and outages of `./dev bench suspicion`, a bound on the outages of one transformer area that are
found within two hours. It grants a rule what none has: it knows when an outage would have begun, how many customers
call, how late and what they say, and may spend every false alarm on transformer areas.

A day has twelve spans of two hours in each transformer area, wherever the first begins: an alarm a day is, over them
all, a chance of 1 in 12 x 21,191 that one is raised falsely in each. Of all tests with no more than that, the one that
finds most compares the likelihood ratio, weighted by how likely an outage is there and then, with one bound (Neyman
and Pearson 1933). Its false alarms are counted on samples of outages, each worth the reverse of its ratio.
"""

import argparse
import random
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from math import exp, log

from data.outages.usual import USUAL_HOURS
from tests.benchmarks.bench_suspicion import (
    CALLERS_A_DAY,
    CALLS_AFTER_S,
    CUSTOMERS,
    FOUND_WITHIN,
    TROUBLE_IN_AN_OUTAGE,
    USUALLY_TROUBLE,
    make_network,
)
from tests.benchmarks.report import say, say_heading, say_row

FALSE_ALARMS = (0.4, 1.0)
_HOUR_S = 3600.0
_SPAN_S = FOUND_WITHIN.total_seconds()
_LEAST = sum(USUAL_HOURS) / 24 / 100
_USUAL = [max(weight, _LEAST) for weight in USUAL_HOURS]
"""As the rule of the product has it: an hour in which nobody calls is unknown."""
_BEGINS = [weight + 100 for weight in USUAL_HOURS]
"""When outages begin, by hour."""


def usual_rate(customers: int, at_s: float) -> float:
    """Signals a second that so many customers usually give, `at_s` seconds after midnight."""
    share = _USUAL[int(at_s / _HOUR_S) % 24] / sum(_USUAL) / _HOUR_S
    return CALLERS_A_DAY * customers / CUSTOMERS * share


def usual_signals(chance: random.Random, customers: int, began_s: float) -> Iterator[tuple[float, bool]]:
    """Seconds after `began_s`, and whether trouble is reported: thinned from the busiest hour's rate."""
    most = CALLERS_A_DAY * customers / CUSTOMERS * max(_USUAL) / sum(_USUAL) / _HOUR_S
    after = chance.expovariate(most)
    while after < _SPAN_S:
        if chance.random() * most < usual_rate(customers, began_s + after):
            yield after, chance.random() < USUALLY_TROUBLE
        after += chance.expovariate(most)


def outage_signals(chance: random.Random, customers: int, share: float) -> Iterator[tuple[float, bool]]:
    for _ in range(customers):
        if chance.random() < share and (after := chance.expovariate(1 / CALLS_AFTER_S)) < _SPAN_S:
            yield after, chance.random() < TROUBLE_IN_AN_OUTAGE


def log_ratio(customers: int, share: float, began_s: float, heard: Sequence[tuple[float, bool]]) -> float:
    """Of how likely the signals of a span are in an outage, to how likely they are usually."""
    calls = customers * share
    total = -calls * (1 - exp(-_SPAN_S / CALLS_AFTER_S))
    for after, trouble in heard:
        usual = usual_rate(customers, began_s + after) * (USUALLY_TROUBLE if trouble else 1 - USUALLY_TROUBLE)
        told = TROUBLE_IN_AN_OUTAGE if trouble else 1 - TROUBLE_IN_AN_OUTAGE
        total += log(1 + told * calls * exp(-after / CALLS_AFTER_S) / CALLS_AFTER_S / usual)
    return total


def most_found(chance: random.Random, sizes: Sequence[int], share: float, samples: int) -> list[float]:
    """The share of outages that is found at most, at each of `FALSE_ALARMS` a day."""
    weighed = []
    for _ in range(samples):
        customers, hour = chance.choice(sizes), chance.choices(range(24), _BEGINS)[0]
        began_s = (hour + chance.random()) * _HOUR_S
        heard = [*outage_signals(chance, customers, share), *usual_signals(chance, customers, began_s)]
        # Of one outage a day somewhere, the part that begins in this transformer area with this span.
        expected = _BEGINS[hour] / sum(_BEGINS) * (_SPAN_S / _HOUR_S) / len(sizes)
        weighed.append(log_ratio(customers, share, began_s, heard) + log(expected))
    weighed.sort(reverse=True)
    false_alarms = list(accumulate(exp(-one) / samples for one in weighed))
    return [bisect_right(false_alarms, most) / samples for most in FALSE_ALARMS]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--samples", type=int, default=100_000)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    sizes = [size for _, size in make_network(random.Random(chosen.seed)).areas.values()]
    say(f"{len(sizes):,} transformer areas of {CUSTOMERS / len(sizes):.0f} customers on average;")
    say(f"{chosen.samples:,} outages a line. Outages of a transformer area that any rule misses at least:")
    say_heading("customers who call", *(f"at {most:g} false alarms a day" for most in FALSE_ALARMS))
    chance = random.Random(chosen.seed)
    for share in (0.01, 0.03, 0.05, 0.10):
        say_row(f"{share:.0%}", *(f"{1 - part:.1%}" for part in most_found(chance, sizes, share, chosen.samples)))


if __name__ == "__main__":
    main()
