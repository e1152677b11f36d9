from datetime import UTC, datetime, timedelta

import pytest

from data.outages.suspicion import DailyCurve, Rules, Signal, SignalKind, Suspicion, Unit, suspicions, usual_rate

NOON = datetime(2026, 7, 1, 4, tzinfo=UTC)
CURVE = DailyCurve([1] * 24)


def usual(customers: int) -> dict[SignalKind, float]:
    return {"look_up": 0.004 * customers, "trouble_report": 0.0003 * customers}


UNITS = {("transformer_area", key): Unit("transformer_area", key, 60, usual(60)) for key in ("T1", "T2", "T3")} | {
    ("feeder", "F1"): Unit("feeder", "F1", 400, usual(400))
}


def signal(minutes: float, area: str = "T1", kind: SignalKind = "trouble_report", caller: str = "") -> Signal:
    return Signal(NOON + timedelta(minutes=minutes), kind, area, "F1", caller)


def ask(signals: list[Signal], minutes: float = 30, rules: Rules | None = None, **settled: float) -> list[Suspicion]:
    explained = {
        ("feeder" if key.startswith("F") else "transformer_area", key): NOON + timedelta(minutes=until)
        for key, until in settled.items()
    }
    return suspicions(signals, UNITS, CURVE, NOON + timedelta(minutes=minutes), rules or Rules(), explained)


def test_nothing_is_suspected_where_nobody_called() -> None:
    assert ask([]) == []


def test_one_look_up_is_no_suspicion() -> None:
    assert ask([signal(0, kind="look_up")]) == []


def test_trouble_reports_that_gather_in_a_transformer_area_raise_one() -> None:
    (found,) = ask([signal(0), signal(4), signal(9)])
    assert (found.kind, found.id, found.signals, found.transformer_areas) == ("transformer_area", "T1", 3, ("T1",))
    assert found.began == NOON
    assert NOON < found.since <= NOON + timedelta(minutes=9)


def test_reports_of_three_days_are_not_taken_together() -> None:
    rules = Rules(look_back=timedelta(days=4))
    assert ask([signal(-2880), signal(-1440), signal(0)], rules=rules) == []


def test_a_report_tells_more_than_a_look_up() -> None:
    looked_up = ask([signal(minute, kind="look_up") for minute in range(5)])
    reported = ask([signal(minute) for minute in range(5)])
    assert reported[0].strength > looked_up[0].strength


def test_one_who_calls_again_and_again_counts_once() -> None:
    assert ask([signal(minute, caller="a") for minute in range(8)]) == []


def test_a_look_up_that_ends_in_a_report_counts_as_the_report() -> None:
    both = ask([signal(m, kind=kind, caller=f"{m}") for m in range(3) for kind in ("look_up", "trouble_report")])
    reports = ask([signal(m, caller=f"{m}") for m in range(3)])
    assert both == reports


def test_several_transformer_areas_of_a_feeder_are_the_feeder() -> None:
    (found,) = ask([signal(minute, area) for minute, area in enumerate(("T1", "T2", "T3", "T1", "T2", "T3"))])
    assert (found.kind, found.id, found.transformer_areas) == ("feeder", "F1", ("T1", "T2", "T3"))


def test_two_transformer_areas_are_not_yet_the_feeder() -> None:
    found = ask([signal(minute, area) for minute, area in enumerate(("T1", "T2") * 3)])
    assert {one.kind for one in found} == {"transformer_area"}


def test_what_is_dismissed_begins_again_with_later_signals() -> None:
    signals = [signal(minute) for minute in range(4)]
    assert ask(signals, T1=10) == []
    assert ask([*signals, *(signal(11 + minute) for minute in range(4))], T1=10)[0].signals == 4


def test_a_window_on_the_feeder_explains_its_transformer_areas() -> None:
    assert ask([signal(minute) for minute in range(4)], F1=60) == []


def test_a_suspicion_goes_when_nobody_calls_any_more() -> None:
    signals = [signal(minute) for minute in range(4)]
    assert ask(signals, minutes=33)
    assert not ask(signals, minutes=34)


def test_signals_of_the_future_and_of_long_ago_are_passed_over() -> None:
    assert ask([signal(minute) for minute in range(31, 36)]) == []
    assert ask([signal(minute) for minute in range(-200, -195)]) == []


def test_a_place_that_nobody_knows_is_passed_over() -> None:
    assert ask([signal(minute, "T9") for minute in range(9)]) == []


def test_a_higher_threshold_asks_for_more() -> None:
    signals = [signal(minute) for minute in range(3)]
    assert ask(signals, rules=Rules(threshold=5))
    assert not ask(signals, rules=Rules(threshold=50))


def test_the_same_calls_tell_more_at_night_than_at_noon() -> None:
    curve = DailyCurve([0.01] * 8 + [1] * 16)
    night = [
        Signal(one.at + timedelta(hours=15), one.kind, one.transformer_area, "", "") for one in map(signal, (0, 3))
    ]
    rules = Rules(threshold=1)
    (at_night,) = suspicions(night, UNITS, curve, night[-1].at, rules)
    (by_day,) = suspicions([signal(0), signal(3)], UNITS, curve, NOON + timedelta(minutes=3), rules)
    assert at_night.strength > by_day.strength


def test_a_unit_watched_for_long_has_its_own_rate_and_a_new_one_that_of_its_size() -> None:
    assert usual_rate(own=0, days=0, prior=0.25) == 0.25
    assert usual_rate(own=3000, days=3000, prior=0.25) == pytest.approx(1, rel=0.01)


@pytest.mark.parametrize("shares", [[1] * 23, [0] * 24, [1] * 23 + [-1]])
def test_a_curve_that_is_none_is_refused(shares: list[float]) -> None:
    with pytest.raises(ValueError, match="24 hours"):
        DailyCurve(shares)
