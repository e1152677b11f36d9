"""The sum over a unit's signals is the best of all runs of signals that end with the last (an oracle)."""

from datetime import UTC, datetime, timedelta
from math import isclose, log

from hypothesis import given
from hypothesis import strategies as st

from data.outages.suspicion import DailyCurve, Rules, Signal, Unit, suspicions

NOON = datetime(2026, 7, 1, 4, tzinfo=UTC)
FLAT = DailyCurve([1] * 24)
UNIT = Unit("transformer_area", "T", 60, {"look_up": 0.25, "trouble_report": 0.02})
EVERYTHING = Rules(threshold=0, stays=timedelta(hours=3))

heard = st.lists(
    st.tuples(st.integers(0, 170 * 60), st.sampled_from(["look_up", "trouble_report"])), min_size=1, max_size=12
).map(lambda told: [Signal(NOON + timedelta(seconds=s), kind, "T", "") for s, kind in sorted(told)])  # type: ignore[arg-type]  # the literals above


def best_run(signals: list[Signal]) -> float:
    out = UNIT.customers * EVERYTHING.telling_share / EVERYTHING.telling_time.total_seconds()
    runs = []
    for first in range(len(signals)):
        gains = sum(log(1 + out * 86400 / UNIT.usual[one.kind]) for one in signals[first:])
        runs.append(gains - out * (signals[-1].at - signals[first].at).total_seconds())
    return max(runs)


@given(heard)
def test_the_sum_is_that_of_the_best_run(signals: list[Signal]) -> None:
    (found,) = suspicions(signals, {("transformer_area", "T"): UNIT}, FLAT, signals[-1].at, EVERYTHING)
    assert isclose(found.strength, best_run(signals), abs_tol=0.01)


@given(heard, st.randoms(use_true_random=False))
def test_the_order_in_which_signals_arrive_makes_no_difference(signals: list[Signal], chance: object) -> None:
    shuffled = sorted(signals, key=lambda _: chance.random())  # type: ignore[attr-defined]  # a random.Random
    units = {("transformer_area", "T"): UNIT}
    at = signals[-1].at
    assert suspicions(shuffled, units, FLAT, at, EVERYTHING) == suspicions(signals, units, FLAT, at, EVERYTHING)


@given(heard)
def test_a_further_report_never_weakens_a_suspicion_at_that_moment(signals: list[Signal]) -> None:
    units, at = {("transformer_area", "T"): UNIT}, signals[-1].at
    more = [*signals, Signal(at, "trouble_report", "T", "")]
    (before,), (after,) = (suspicions(told, units, FLAT, at, EVERYTHING) for told in (signals, more))
    assert after.strength > before.strength
