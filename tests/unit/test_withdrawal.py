"""Who may go on listening, after rights were withdrawn."""

from collections.abc import Iterator
from contextlib import ExitStack
from threading import Event

import pytest

from data.clock import to_iso
from data.store.store import Store
from sync import auth
from sync.auth import people
from sync.auth.changes import device_holder, session_holder
from sync.auth.devices import move_device, revoke_device
from sync.auth.fleet import list_devices, note_displays
from sync.auth.tokens import digest
from sync.hub import withdrawal
from sync.hub.withdrawal import Withdrawals
from tests.stores import SetClock


class Counted:
    """How often streams were woken."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> None:
        self.times += 1


@pytest.fixture
def woken() -> Counted:
    return Counted()


@pytest.fixture
def withdrawals(store: Store, woken: Counted) -> Withdrawals:
    return Withdrawals(store, woken)


@pytest.fixture
def open_streams() -> Iterator[ExitStack]:
    with ExitStack() as streams:
        yield streams


def test_a_revoked_and_a_moved_device_hear_no_more_and_others_do(
    store: Store, withdrawals: Withdrawals, woken: Counted, open_streams: ExitStack
) -> None:
    devices = [auth.enrol(store, auth.add_device(store, name, (), "os:root")[0])[0] for name in ("1", "2", "3")]
    may_go_on = [
        open_streams.enter_context(withdrawals.holding(device_holder(one.id, one.branches))) for one in devices
    ]
    withdrawals.sweep()
    assert woken.times == 0
    revoke_device(store, "1", "os:root")
    move_device(store, "2", ("B1",), "os:root")
    withdrawals.sweep()
    withdrawals.sweep()
    assert [check() for check in may_go_on] == [False, False, True]
    assert woken.times == 1
    moved = open_streams.enter_context(withdrawals.holding(device_holder(devices[1].id, ("B1",))))
    withdrawals.sweep()
    assert moved()


def test_a_person_who_is_disabled_or_whose_role_or_session_ends_hears_no_more(
    store: Store, withdrawals: Withdrawals, open_streams: ExitStack, clock: SetClock
) -> None:
    def listening(name: str) -> tuple[str, str]:
        auth.add_person(store, name, "agent", "secret", "os:root")
        return session_holder(digest(auth.sign_in(store, name, "secret")[1]), "agent")

    names = ("disabled", "promoted", "late", "there")
    may_go_on = {name: open_streams.enter_context(withdrawals.holding(listening(name))) for name in names}
    people.disable_person(store, "disabled", "os:root")
    people.set_role(store, "promoted", "supervisor", "os:root")
    withdrawals.sweep()
    assert {name: check() for name, check in may_go_on.items()} == {
        "disabled": False,
        "promoted": False,
        "late": True,
        "there": True,
    }
    clock.pass_time(hours=12)
    withdrawals.sweep()
    assert not may_go_on["late"]()


def test_whoever_is_let_in_anew_with_the_same_right_is_not_shut_out_by_the_old_withdrawal(
    store: Store, withdrawals: Withdrawals
) -> None:
    device, _ = auth.enrol(store, auth.add_device(store, "1", (), "os:root")[0])
    holder = device_holder(device.id, ())
    move_device(store, "1", ("B1",), "os:root")
    with withdrawals.holding(holder) as first:
        withdrawals.sweep()
        assert not first()
        move_device(store, "1", (), "os:root")
        with withdrawals.holding(holder) as second:
            withdrawals.sweep()
            assert second()


def test_a_display_that_is_revoked_hears_no_more_and_one_that_listens_was_last_seen_now(
    store: Store, withdrawals: Withdrawals, open_streams: ExitStack, clock: SetClock
) -> None:
    hall, _ = auth.enrol_display(store, auth.add_device(store, "大厅", (), "os:root", "display")[0])
    away, _ = auth.enrol_display(store, auth.add_device(store, "门厅", (), "os:root", "display")[0])
    seat, _ = auth.enrol(store, auth.add_device(store, "座席1", (), "os:root")[0])
    listening = {one: withdrawals.holding(device_holder(one.id, one.branches)) for one in (hall, seat)}
    may_go_on = {one.name: open_streams.enter_context(held) for one, held in listening.items()}
    enrolled_at = to_iso(clock.now())
    clock.pass_time(minutes=5)
    assert withdrawals.devices() == {hall.id, seat.id}
    note_displays(store, withdrawals.devices())
    with store.read() as connection:
        seen = {one["name"]: one["seen_at"] for one in list_devices(connection, clock.now())}
    assert seen == {"大厅": to_iso(clock.now()), "门厅": enrolled_at, "座席1": enrolled_at}
    assert away.id not in withdrawals.devices()
    revoke_device(store, "大厅", "os:root")
    withdrawals.sweep()
    assert {name: check() for name, check in may_go_on.items()} == {"大厅": False, "座席1": True}


def test_who_begins_to_listen_while_rights_change_is_looked_at_once_more(store: Store) -> None:
    late, seen = device_holder("let in meanwhile", ()), Event()

    def wake() -> None:
        if watched.is_rightful(late):
            watched.began(late)
        else:
            seen.set()

    watched = Withdrawals(store, wake)
    device, _ = auth.enrol(store, auth.add_device(store, "1", (), "os:root")[0])
    revoke_device(store, "1", "os:root")
    with watched.holding(device_holder(device.id, ())), watched.watching():
        assert seen.wait(10)


def test_a_session_that_runs_out_is_ended_though_nobody_changed_anything(
    store: Store, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(withdrawal, "_LOOK_EVERY_S", 0.001)
    monkeypatch.setattr(withdrawal, "_SWEEPS", 0)
    auth.add_person(store, "wang", "agent", "secret", "os:root")
    holder, ended = session_holder(digest(auth.sign_in(store, "wang", "secret")[1]), "agent"), Event()
    watched = Withdrawals(store, ended.set)
    clock.pass_time(hours=12)
    with watched.holding(holder) as may_go_on, watched.watching():
        assert ended.wait(30)
        assert not may_go_on()
