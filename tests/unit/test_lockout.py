"""Wrong passwords: who is shut out, where, for how long, and what a stranger can learn from it."""

import pytest
from sqlalchemy import select

from data.clock import to_iso
from data.store import audit
from data.store.schema import AUDIT
from data.store.store import Store
from sync import auth
from sync.auth.lockout import SHUT_FOR, TRIES, address, let_in_again, open_place, shut_names, shut_places
from sync.auth.people import list_people
from sync.errors import RefusedError, TooManyTriesError
from tests.stores import SetClock

HERE, THERE = address("10.0.0.1"), address("10.0.0.2")


@pytest.fixture(autouse=True)
def wang(store: Store) -> None:
    auth.add_person(store, "wang", "agent", "secret", "os:root")


def pc(store: Store, name: str) -> auth.Device:
    return auth.enrol(store, auth.add_device(store, name, (), "os:root")[0])[0]


def guess(store: Store, times: int, device: auth.Device, name: str = "wang") -> None:
    for number in range(times):
        with pytest.raises(RefusedError, match="name or password is wrong"):
            auth.begin_shift(store, device, name, f"guess {number}")


def test_five_wrong_tries_shut_a_pc_for_a_quarter_of_an_hour(store: Store, clock: SetClock) -> None:
    seat = pc(store, "座席1")
    guess(store, TRIES, seat)
    for name in ("wang", "nobody"):
        with pytest.raises(TooManyTriesError, match="15 min") as shut:
            auth.begin_shift(store, seat, name, "secret")
        assert 0 < shut.value.wait_s <= 900
    clock.pass_time(minutes=15)
    assert auth.begin_shift(store, seat, "wang", "secret")[0].name == "wang"


def test_slips_that_are_far_apart_shut_nothing(store: Store, clock: SetClock) -> None:
    seat = pc(store, "座席1")
    for _ in range(3):
        guess(store, TRIES - 1, seat)
        clock.pass_time(minutes=16)
    assert auth.begin_shift(store, seat, "wang", "secret")[0].name == "wang"


def test_five_slips_within_exactly_a_quarter_of_an_hour_shut_it_until_as_long_after_the_last(
    store: Store, clock: SetClock
) -> None:
    seat = pc(store, "座席1")
    guess(store, TRIES - 1, seat)
    clock.pass_time(minutes=15)
    guess(store, 1, seat)
    clock.pass_time(minutes=14)
    with pytest.raises(TooManyTriesError, match="1 min"):
        auth.begin_shift(store, seat, "wang", "secret")


def test_what_is_shut_stays_so_while_others_guess_elsewhere(store: Store, clock: SetClock) -> None:
    seat = pc(store, "座席1")
    for _ in range(TRIES):
        guess(store, 1, seat)
        clock.pass_time(minutes=3)
    clock.pass_time(minutes=11)
    guess(store, 1, pc(store, "座席2"), "li")
    with pytest.raises(TooManyTriesError):
        auth.begin_shift(store, seat, "wang", "secret")


def test_who_guesses_at_one_pc_shuts_nobody_out_elsewhere(store: Store) -> None:
    guess(store, TRIES, pc(store, "座席1"))
    assert auth.begin_shift(store, pc(store, "座席2"), "wang", "secret")[0].name == "wang"


def test_a_name_guessed_at_from_several_pcs_is_shut_except_where_the_person_worked_last(store: Store) -> None:
    own = pc(store, "座席1")
    auth.begin_shift(store, own, "wang", "secret")
    guess(store, TRIES - 1, pc(store, "座席2"))
    guess(store, 1, pc(store, "座席3"))
    with pytest.raises(TooManyTriesError):
        auth.begin_shift(store, pc(store, "座席4"), "wang", "secret")
    with pytest.raises(TooManyTriesError):
        auth.sign_in(store, "wang", "secret", HERE)
    with store.read() as connection:
        assert set(shut_names(connection, ["wang", "li"], store.clock.now())) == {"wang"}
    assert auth.begin_shift(store, own, "wang", "secret")[0].name == "wang"


def test_names_that_do_not_exist_are_shut_as_well(store: Store) -> None:
    said = []
    for name, place in (("wang", HERE), ("nobody", THERE)):
        for _ in range(TRIES):
            with pytest.raises(RefusedError, match="name or password is wrong"):
                auth.sign_in(store, name, "guess", place)
        with pytest.raises(TooManyTriesError) as shut:
            auth.sign_in(store, name, "guess", place)
        said.append(str(shut.value))
    assert said[0] == said[1]


def test_an_office_behind_one_address_is_not_shut_out_by_one_name(store: Store) -> None:
    for _ in range(TRIES):
        with pytest.raises(RefusedError):
            auth.sign_in(store, "li", "guess", HERE)
    assert auth.sign_in(store, "wang", "secret", HERE)[0].name == "wang"


def test_remembering_forgives_ones_own_slips_at_that_pc_and_nobody_elses(store: Store) -> None:
    seat = pc(store, "座席1")
    guess(store, 2, seat, "li")
    guess(store, 2, seat)
    auth.begin_shift(store, seat, "wang", "secret")
    guess(store, TRIES - 2, seat)
    with pytest.raises(TooManyTriesError):
        auth.begin_shift(store, seat, "wang", "secret")


def test_remembering_at_one_pc_forgives_nothing_at_another(store: Store) -> None:
    seat, other = pc(store, "座席1"), pc(store, "座席2")
    guess(store, TRIES - 1, seat)
    auth.begin_shift(store, other, "wang", "secret")
    guess(store, 1, seat)
    with pytest.raises(TooManyTriesError):
        auth.begin_shift(store, seat, "wang", "secret")


def test_failures_and_locks_are_audited_without_what_was_typed_for_an_unknown_name(store: Store) -> None:
    seat = pc(store, "座席1")
    guess(store, TRIES - 1, seat, "my password")
    guess(store, 1, seat)
    with store.read() as connection:
        rows = connection.execute(select(AUDIT).where(AUDIT.c.act.startswith("sign_in_"))).all()
    assert [row.act for row in rows] == ["sign_in_failed"] * TRIES + ["sign_in_shut"]
    assert all(row.actor == f"device:{seat.id}" for row in rows)
    assert "my password" not in " ".join(row.about for row in rows)
    assert rows[-1].about.startswith("wang until ")


def test_an_administrator_sees_who_and_what_is_shut_and_opens_it_again(store: Store, clock: SetClock) -> None:
    seat = pc(store, "座席1")
    guess(store, TRIES, seat)
    with store.read() as connection:
        (listed,) = list_people(connection, clock.now())
        assert listed["shut_until"] == to_iso(clock.now() + SHUT_FOR)
        assert shut_names(connection, ["wang", "li"], clock.now()) == {"wang": clock.now() + SHUT_FOR}
        assert shut_places(connection, clock.now()) == {f"device:{seat.id}": clock.now() + SHUT_FOR}
        assert not shut_places(connection, clock.now() + SHUT_FOR)
    for _ in range(2):
        let_in_again(store, "wang", "person:admin")
    assert auth.begin_shift(store, seat, "wang", "secret")[0].name == "wang"
    with store.read() as connection:
        assert list_people(connection, clock.now())[0]["shut_until"] is None
        assert len(audit.newest(connection, audit.Wanted(acts=("let_in_again",)))) == 1


def test_a_pc_that_is_shut_by_many_names_is_opened_again_as_a_place(store: Store, clock: SetClock) -> None:
    seat = pc(store, "座席1")
    for number in range(TRIES):
        guess(store, 1, seat, f"nobody {number}")
    with pytest.raises(TooManyTriesError):
        auth.begin_shift(store, seat, "wang", "secret")
    open_place(store, f"device:{seat.id}", "person:admin")
    assert auth.begin_shift(store, seat, "wang", "secret")[0].name == "wang"
