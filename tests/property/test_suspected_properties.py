"""A suspicion stands exactly while nothing explains it: against an oracle that looks at each moment of a grid."""

from dataclasses import replace
from datetime import time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from data.outages.suspected import (
    Explanation,
    Suspected,
    Tally,
    explained_by_unit,
    explanations,
    standing_at,
    suspected_from_doc,
    suspected_to_doc,
)
from data.outages.timetable import Timetable
from data.outages.windows import Affected, OutageWindow, Restoration, ScopeItem, affected_by
from tests.stores import NOON

MINUTE = timedelta(minutes=1)
STEP = 10 * MINUTE
FEEDERS = {"F1": ("T1", "T2", "T3"), "F2": ("T4",)}
STEPS = st.integers(0, 9)
PLACES = st.sampled_from([ScopeItem("feeder", "F1"), ScopeItem("transformer_area", "T1")])
SCOPES = st.sampled_from(
    [(ScopeItem("feeder", "F1"),), (ScopeItem("transformer_area", "T1"),), (ScopeItem("feeder", "F2"),)]
)


class Net:
    def transformer_areas_of_feeder(self, feeder: str) -> frozenset[str]:
        return frozenset(FEEDERS[feeder])

    def transformer_areas_of_area(self, area: str) -> frozenset[str]:
        return frozenset()


def affected(scope: tuple[ScopeItem, ...]) -> Affected:
    return affected_by(scope, Net())


@st.composite
def windows(draw: st.DrawFn) -> OutageWindow:
    start = draw(STEPS)
    etr = start + draw(st.integers(1, 6))
    hold, kind = draw(st.booleans()), draw(st.sampled_from(["fault", "planned", "maintenance"]))
    window = OutageWindow("W", kind, NOON + start * STEP, NOON + etr * STEP, "雷击", draw(SCOPES), (), hold=hold)
    restored = draw(st.none() | st.integers(start, start + 9))
    if restored is not None:
        window = replace(window, restored_at=NOON + restored * STEP)
    if "T1" in affected(window.scope).transformer_areas and draw(st.booleans()):
        part = Restoration(ScopeItem("transformer_area", "T1"), NOON + draw(st.integers(start, start + 6)) * STEP)
        window = replace(window, restorations=(part,))
    return replace(window, withdrawn_at=NOON) if draw(st.integers(0, 5)) == 0 else window


@st.composite
def suspicions(draw: st.DrawFn) -> Suspected:
    began = draw(STEPS)
    since, until = began + draw(st.integers(0, 2)), began + draw(st.integers(2, 6))
    place = draw(PLACES)
    areas = ("T1", "T2", "T3") if place.kind == "feeder" else ("T1",)
    moments = (NOON + began * STEP, NOON + since * STEP, NOON + until * STEP)
    tallies = (Tally(moments[0], "trouble_report", 3),)
    return Suspected("S", place, "F1", *moments, 20.0, tallies, areas)


def told(place: ScopeItem, window: OutageWindow, step: int, at: int) -> bool:
    """Whether the window takes the whole place out at that step, as is known at the step `at`."""
    moment, end = NOON + step * STEP, window.restored_at or (None if window.hold else window.etr)
    if window.withdrawn_at or window.kind == "maintenance" or moment < window.begins or step > at:
        return False
    if end is not None and moment > end:
        return False
    back = {part.item.id for part in window.restorations if part.at < moment}
    out = affected(window.scope)
    if place.kind == "feeder":
        return place.id in out.feeders
    return place.id in out.transformer_areas and place.id not in back


def area_told(area: str, listed: list[OutageWindow], began: int, at: int) -> bool:
    place = ScopeItem("transformer_area", area)
    return any(told(place, window, step, at) for window in listed for step in range(began, at + 1))


@settings(max_examples=400, deadline=None)
@given(suspicions(), st.lists(windows(), max_size=3), st.integers(0, 16))
def test_a_suspicion_stands_from_when_it_is_enough_until_it_lapses_or_is_explained(
    one: Suspected, listed: list[OutageWindow], step: int
) -> None:
    at, began = NOON + step * STEP, int((one.began - NOON) / STEP)
    feeder = ScopeItem("feeder", "F1")
    whole = any(told(feeder, window, m, step) for window in listed for m in range(began, step + 1))
    explained = whole or all(area_told(area, listed, began, step) for area in one.transformer_areas)
    wanted = one.since <= at <= one.until and not explained
    assert bool(standing_at([one], list(explanations(listed, affected, one.began, at)), at)) == wanted


@given(suspicions())
def test_a_suspicion_is_read_as_it_was_written(one: Suspected) -> None:
    settled = replace(one, settled_at=one.until, settled_by="person:duty", reason="误报", quiet_until=one.until)
    for each in (one, settled, replace(settled, outage="20261122-0001")):
        assert suspected_from_doc(suspected_to_doc(each)) == each


@given(st.lists(windows(), max_size=4), st.integers(0, 16))
def test_by_unit_the_latest_explanation_holds(listed: list[OutageWindow], step: int) -> None:
    found: list[Explanation] = list(explanations(listed, affected, NOON, NOON + step * STEP))
    by_unit = explained_by_unit(found)
    for (kind, key), until in by_unit.items():
        of_unit = [
            end for reach, end in found if key in (reach.feeders if kind == "feeder" else reach.transformer_areas)
        ]
        assert until == max(of_unit) <= NOON + step * STEP


def test_the_hours_between_explain_nothing() -> None:
    daily = Timetable(time(8), time(10))
    window = OutageWindow("W", "planned", NOON, NOON + timedelta(days=5), "检修", (ScopeItem("feeder", "F1"),), ())
    window = replace(window, timetable=daily)
    tomorrow_ten = NOON + timedelta(hours=22)
    (off,) = explanations([window], affected, NOON, tomorrow_ten - MINUTE)
    (on,) = explanations([window], affected, NOON, tomorrow_ten + timedelta(hours=5))
    assert (off[1], on[1]) == (tomorrow_ten - MINUTE, tomorrow_ten)
    assert list(explanations([window], affected, NOON, NOON + MINUTE)) == []
