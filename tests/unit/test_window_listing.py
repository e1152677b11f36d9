"""Which windows a desk lists, in which order, for whom, and of which branches."""

from datetime import timedelta

from data.outages.acts import begin_outage, restore_outage, revise_outage, withdraw_outage
from data.outages.entry import NewOutage, add_outage
from data.outages.listing import ENDED_LISTED, branches_touched, listing, windows_since
from data.outages.promises import needs_its_owner, owners
from data.outages.windows import OutageWindow
from data.store.store import Store
from tests.stores import NOON, SetClock

HOUR = timedelta(hours=1)


def added(
    store: Store,
    scope: tuple[str, str] = ("feeder", "F1"),
    *,
    kind: str = "fault",
    start: timedelta = -HOUR,
    lasts: timedelta = 2 * HOUR,
    hold: bool = False,
) -> OutageWindow:
    with store.write("test", "add") as writing:
        entered = NewOutage(kind, NOON + start, NOON + start + lasts, "雷击", (scope,), hold=hold)
        return add_outage(writing, entered, "person:duty")


def listed(store: Store) -> list[OutageWindow]:
    with store.read() as connection:
        return windows_since(connection, store.clock.now() - ENDED_LISTED)


def test_what_is_overdue_stands_first_and_maintenance_last(store: Store) -> None:
    maintenance = added(store, ("feeder", "F3"), kind="maintenance")
    later = added(store, ("feeder", "F2"), lasts=4 * HOUR)
    sooner = added(store)
    overdue = added(store, start=-4 * HOUR, hold=True)
    coming = added(store, start=HOUR)
    lists = listing(listed(store), NOON)
    assert [one.id for one in lists.now] == [one.id for one in (overdue, sooner, later, maintenance)]
    assert [one.id for one in lists.coming] == [coming.id]
    assert lists.ended == ()


def test_what_is_over_is_listed_for_sixty_days_the_last_first(store: Store, clock: SetClock) -> None:
    restored, withdrawn = added(store), added(store)
    by_clock = added(store, start=-5 * HOUR)
    with store.write("test", "end") as writing:
        restore_outage(writing, restored.id, NOON - timedelta(minutes=5), (), "person:duty")
        withdraw_outage(writing, withdrawn.id, "误录", "person:duty")
    assert [one.id for one in listing(listed(store), NOON).ended] == [withdrawn.id, restored.id, by_clock.id]
    clock.pass_time(days=61)
    assert listed(store) == []


def test_a_window_that_is_held_is_listed_however_old_its_promise_is(store: Store, clock: SetClock) -> None:
    held = added(store, hold=True)
    clock.pass_time(days=200)
    assert [one.id for one in listing(listed(store), clock.now()).now] == [held.id]


def test_an_owner_is_needed_half_an_hour_before_the_promise_and_while_nobody_has_confirmed(store: Store) -> None:
    window = added(store)
    moments = {
        NOON: False,
        NOON + timedelta(minutes=29): False,
        NOON + timedelta(minutes=30): True,
        NOON + HOUR: True,
        NOON + 3 * HOUR: False,
    }
    assert {moment: needs_its_owner(window, moment) for moment in moments} == moments


def test_who_made_the_last_promise_owns_a_window_beside_its_author(store: Store) -> None:
    window = added(store)
    with store.write("test", "revise") as writing:
        revise_outage(writing, window.id, NOON + 5 * HOUR, "难找", "person:a")
        revise_outage(writing, window.id, NOON + 6 * HOUR, "难找", "person:b")
        last = begin_outage(writing, window.id, NOON, "person:c")
    assert owners(last) == {"person:duty", "person:b"}


def test_a_window_belongs_to_the_branches_of_what_it_touches_and_to_those_above(store: Store) -> None:
    scopes = {
        ("feeder", "F1"): {"B1", "B0"},
        ("transformer_area", "T3"): {"B2", "B0"},
        ("area", "A1"): {"B1", "B0"},
        ("area", "211402"): {"B1", "B2", "B0"},
        ("customer", "2114000003"): {"B2", "B0"},
        ("customer", "2114000004"): {"B1", "B0"},
        ("customer", "2114000005"): set(),
    }
    windows = {added(store, scope).id: branches for scope, branches in scopes.items()}
    with store.read() as connection:
        assert branches_touched(connection, windows_since(connection, NOON - HOUR)) == windows
