"""A suspicion stands exactly while nothing explains it: against an oracle that looks at every minute."""

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
FEEDERS = {"F1": ("T1", "T2", "T3"), "F2": ("T4",)}
MINUTES = st.integers(0, 90)
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
    start = draw(MINUTES)
    etr = start + draw(st.integers(1, 60))
    hold, kind = draw(st.booleans()), draw(st.sampled_from(["fault", "planned", "maintenance"]))
    window = OutageWindow("W", kind, NOON + start * MINUTE, NOON + etr * MINUTE, "雷击", draw(SCOPES), (), hold=hold)
    restored = draw(st.none() | st.integers(start, start + 90))
    if restored is not None:
        window = replace(window, restored_at=NOON + restored * MINUTE)
    if draw(st.booleans()):
        part = Restoration(ScopeItem("transformer_area", "T1"), NOON + draw(st.integers(start, start + 60)) * MINUTE)
        window = replace(window, restorations=(part,))
    return replace(window, withdrawn_at=NOON) if draw(st.integers(0, 5)) == 0 else window


@st.composite
def suspicions(draw: st.DrawFn) -> Suspected:
    began = draw(MINUTES)
    since, until = began + draw(st.integers(0, 20)), began + draw(st.integers(20, 60))
    place = draw(PLACES)
    areas = ("T1", "T2", "T3") if place.kind == "feeder" else ("T1",)
    moments = (NOON + began * MINUTE, NOON + since * MINUTE, NOON + until * MINUTE)
    tallies = (Tally(moments[0], "trouble_report", 3),)
    return Suspected("S", place, "F1", *moments, 20.0, tallies, areas)


def told(place: ScopeItem, window: OutageWindow, minute: int, at: int) -> bool:
    """Whether the window takes the whole place out at that minute, as is known at the minute `at`."""
    moment, end = NOON + minute * MINUTE, window.restored_at or (None if window.hold else window.etr)
    if window.withdrawn_at or window.kind == "maintenance" or moment < window.begins or minute > at:
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
    return any(told(place, window, minute, at) for window in listed for minute in range(began, at + 1))


@settings(max_examples=150, deadline=None)
@given(suspicions(), st.lists(windows(), max_size=3), st.integers(0, 160))
def test_a_suspicion_stands_from_when_it_is_enough_until_it_lapses_or_is_explained(
    one: Suspected, listed: list[OutageWindow], minute: int
) -> None:
    at, began = NOON + minute * MINUTE, int((one.began - NOON) / MINUTE)
    feeder = ScopeItem("feeder", "F1")
    whole = any(told(feeder, window, m, minute) for window in listed for m in range(began, minute + 1))
    explained = whole or all(area_told(area, listed, began, minute) for area in one.transformer_areas)
    wanted = one.since <= at <= one.until and not explained
    assert bool(standing_at([one], list(explanations(listed, affected, at)), at)) == wanted


@given(suspicions())
def test_a_suspicion_is_read_as_it_was_written(one: Suspected) -> None:
    settled = replace(one, settled_at=one.until, settled_by="person:duty", reason="误报", quiet_until=one.until)
    for each in (one, settled, replace(settled, outage="20261122-0001")):
        assert suspected_from_doc(suspected_to_doc(each)) == each


@given(st.lists(windows(), max_size=4), st.integers(0, 160))
def test_by_unit_the_latest_explanation_holds(listed: list[OutageWindow], minute: int) -> None:
    found: list[Explanation] = list(explanations(listed, affected, NOON + minute * MINUTE))
    by_unit = explained_by_unit(found)
    for (kind, key), until in by_unit.items():
        of_unit = [
            end for reach, end in found if key in (reach.feeders if kind == "feeder" else reach.transformer_areas)
        ]
        assert until == max(of_unit) <= NOON + minute * MINUTE


def test_the_hours_between_explain_nothing() -> None:
    daily = Timetable(time(8), time(10))
    window = OutageWindow("W", "planned", NOON, NOON + timedelta(days=5), "检修", (ScopeItem("feeder", "F1"),), ())
    window = replace(window, timetable=daily)
    tomorrow_ten = NOON + timedelta(hours=22)
    (off,) = explanations([window], affected, tomorrow_ten - MINUTE)
    (on,) = explanations([window], affected, tomorrow_ten + timedelta(hours=5))
    assert (off[1], on[1]) == (tomorrow_ten - MINUTE, tomorrow_ten)
    assert list(explanations([window], affected, NOON + MINUTE)) == []
