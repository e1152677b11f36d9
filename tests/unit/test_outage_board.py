from datetime import timedelta
from typing import Any

from assistant.card.outage_board import OutageBoard
from data.outages.acts import restore_outage
from data.outages.describing import network
from data.outages.entry import NewOutage, add_outage
from data.outages.suspected import Suspected, Tally
from data.outages.windows import ScopeItem
from data.store.store import Store
from tests.stores import NOON, SetClock

HOUR = timedelta(hours=1)


def board(store: Store, connection: Any, *parts: tuple[str, str]) -> OutageBoard:
    with store.write("test", "add outage") as writing:
        new = NewOutage("fault", NOON - HOUR, NOON + HOUR, "雷击", (("feeder", "F1"),))
        window = add_outage(writing, new, "person:duty")
        if parts:
            window = restore_outage(writing, window.id, None, parts, "person:duty")
    return OutageBoard([window], network(connection))


def test_a_part_that_has_its_power_back_shows_the_window_no_more(store: Store) -> None:
    with store.read() as connection:
        judged = board(store, connection, ("transformer_area", "T1"))
        back, out = judged.place("transformer_area", "T1"), judged.place("transformer_area", "T2")
        assert (judged.verdict(back, NOON).state, judged.windows_touching(back, NOON)) == ("normal", [])
        assert judged.verdict(out, NOON).state == "outage"
        assert judged.verdict(judged.place("area", "A1"), NOON).state == "partial_outage"


def test_at_the_etr_everything_turns_back_with_nothing_fired(store: Store, clock: SetClock) -> None:
    with store.read() as connection:
        judged = board(store, connection)
        places = [judged.place(*place) for place in (("feeder", "F1"), ("area", "A1"), ("customer", "2114000001"))]
        last_second, etr = NOON + HOUR - timedelta(seconds=1), NOON + HOUR
        assert [judged.verdict(place, last_second).state for place in places] == ["outage"] * 3
        assert [judged.verdict(place, etr).state for place in places] == ["normal"] * 3
        assert [window.phase(etr) for window in judged.windows_touching(places[0], etr)] == ["ended_by_clock"]
        assert judged.next_change(last_second) == etr


def test_a_suspicion_goes_by_the_clock_and_the_worst_state_is_shown(store: Store) -> None:
    tallies = (Tally(NOON, "trouble_report", 3),)
    place = ScopeItem("transformer_area", "T1")
    one = Suspected("S1", place, "F1", NOON - HOUR / 2, NOON - HOUR / 4, NOON + HOUR / 2, 20.0, tallies, ("T1",))
    with store.read() as connection:
        judged = OutageBoard((), network(connection), [one])
        places = [judged.place(*named) for named in (("transformer_area", "T1"), ("area", "A1"), ("feeder", "F2"))]
        assert [judged.verdict(place, NOON).state for place in places] == ["suspected", "suspected", "normal"]
        assert judged.verdict(places[1], NOON).affected == (1, 2)
        assert judged.suspicions_touching(places[1], NOON) == [one]
        after = judged.next_change(NOON)
        assert after == NOON + HOUR / 2 + timedelta(seconds=1)
        assert judged.verdict(places[0], after).state == "normal"
        assert judged.next_change(after) is None
