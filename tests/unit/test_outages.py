from dataclasses import replace
from datetime import time, timedelta

import pytest

from assistant.card.card import outage_view
from assistant.card.outage_board import OutageBoard
from data.clock import to_iso
from data.outages.describing import network
from data.outages.timetable import Timetable
from data.outages.windows import OutageWindow, Restoration, Revision, ScopeItem
from data.store.store import Store
from data.supply import SupplyNetwork
from tests.stores import NOON

HOUR = timedelta(hours=1)
FEEDER, T1, A1 = ScopeItem("feeder", "F1"), ScopeItem("transformer_area", "T1"), ScopeItem("area", "A1")


def window(*scope: ScopeItem, key: str = "W", kind: str = "fault", hold: bool = False) -> OutageWindow:
    return OutageWindow(
        id=key,
        kind=kind,
        start=NOON,
        etr=NOON + HOUR,
        reason="雷击",
        scope=scope,
        hold=hold,
        revisions=(Revision(NOON, "test", "new", NOON + HOUR, "雷击"),),
    )


def states(
    store: Store, windows: list[OutageWindow], *places: tuple[str, str], after: timedelta = HOUR / 2
) -> list[str]:
    with store.read() as connection:
        supply: SupplyNetwork = network(connection)
        board = OutageBoard(windows, supply)
        return [board.verdict(supply.place(*place), NOON + after).state for place in places]


def test_a_feeder_is_red_until_its_etr_and_recovers_with_nothing_fired(store: Store) -> None:
    one = window(FEEDER)
    places = [("feeder", "F1"), ("customer", "2114000001"), ("customer", "2114000004")]
    assert states(store, [one], *places, after=-timedelta(seconds=1)) == ["normal"] * 3
    assert states(store, [one], *places, after=timedelta(0)) == ["outage"] * 3
    assert states(store, [one], *places, after=HOUR - timedelta(seconds=1)) == ["outage"] * 3
    assert states(store, [one], *places, after=HOUR) == ["normal"] * 3


def test_a_held_window_stays_red_past_its_etr_until_it_is_restored(store: Store) -> None:
    held = window(FEEDER, hold=True)
    assert held.phase(NOON + 9 * HOUR) == "overdue"
    assert states(store, [held], ("feeder", "F1"), after=9 * HOUR) == ["outage"]
    done = replace(held, restored_at=NOON + 9 * HOUR)
    assert states(store, [done], ("feeder", "F1"), after=9 * HOUR) == ["normal"]


def test_an_area_with_one_of_its_transformer_areas_out_is_partly_out(store: Store) -> None:
    places = [("area", "A1"), ("area", "211402"), ("feeder", "F1"), ("area", "A2")]
    assert states(store, [window(T1)], *places) == ["partial_outage"] * 3 + ["normal"]
    assert states(store, [window(A1)], *places) == ["outage", "partial_outage", "outage", "normal"]


def test_a_window_for_one_customer_touches_nobody_else(store: Store) -> None:
    one = window(ScopeItem("customer", "2114000001"))
    places = [("customer", "2114000001"), ("transformer_area", "T1"), ("area", "A1")]
    assert states(store, [one], *places) == ["outage", "normal", "normal"]


def test_maintenance_is_yellow_and_an_outage_over_it_is_worse(store: Store) -> None:
    maintained = window(FEEDER, key="M", kind="maintenance")
    places = [("transformer_area", "T1"), ("transformer_area", "T2"), ("feeder", "F1")]
    assert states(store, [maintained], *places) == ["maintenance"] * 3
    assert states(store, [maintained, window(T1)], *places) == ["outage", "maintenance", "partial_outage"]


def test_a_customer_without_supply_data_is_unknown_whatever_is_out(store: Store) -> None:
    assert states(store, [window(FEEDER)], ("customer", "2114000005"), ("customer", "0")) == ["unknown"] * 2


def test_a_part_that_has_power_again_is_out_only_where_another_window_says_so(store: Store) -> None:
    parted = replace(window(FEEDER), restorations=(Restoration(T1, NOON + HOUR / 4),))
    places = [("transformer_area", "T1"), ("transformer_area", "T2"), ("feeder", "F1")]
    assert states(store, [parted], *places) == ["normal", "outage", "partial_outage"]
    assert states(store, [parted], *places, after=HOUR / 8) == ["outage"] * 3
    assert states(store, [parted, window(T1, key="V")], *places) == ["outage"] * 3


def test_a_withdrawn_window_was_never_there(store: Store) -> None:
    gone = replace(window(FEEDER), withdrawn_at=NOON + HOUR / 4)
    assert gone.phase(NOON) is None
    assert gone.next_change(NOON - HOUR) is None
    assert states(store, [gone], ("feeder", "F1"), after=timedelta(minutes=1)) == ["normal"]


@pytest.mark.parametrize(
    ("minutes", "phase"),
    [(-1, "upcoming"), (0, "active"), (60, "ended_by_clock"), (179, "ended_by_clock"), (180, None)],
)
def test_a_window_that_ended_by_the_clock_stays_on_the_card_for_two_hours(minutes: int, phase: str | None) -> None:
    assert window(FEEDER).phase(NOON + timedelta(minutes=minutes)) == phase


def test_a_card_says_when_power_really_went_and_when_it_goes_next() -> None:
    begun = replace(window(FEEDER), started_at=NOON - HOUR / 4)
    assert outage_view(begun, NOON).start == to_iso(NOON - HOUR / 4)
    by_day = replace(window(FEEDER), etr=NOON + 72 * HOUR, timetable=Timetable(time(8), time(17)))
    assert outage_view(by_day, NOON + 6 * HOUR).start == to_iso(NOON + 20 * HOUR)
