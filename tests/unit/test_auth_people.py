"""People, their roles, and their sessions on pages and at PCs."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

import pytest
from sqlalchemy import select

from data.errors import BadValueError, NotFoundError
from data.store import audit
from data.store.schema import AUDIT, DEVICE, PERSON, SESSION
from data.store.store import Store
from sync import auth
from sync.auth import people
from sync.auth.lockout import TRIES
from sync.auth.sessions import SHIFT_LASTS, shift_end
from sync.errors import RefusedError, TooManyTriesError
from tests.stores import SetClock

PIN = "314159"


def wang(store: Store, role: str = "agent") -> None:
    auth.add_person(store, "wang", role, "secret", "os:root")


def pc(store: Store, name: str = "座席1") -> auth.Device:
    return auth.enrol(store, auth.add_device(store, name, (), "os:root")[0])[0]


def on_page(store: Store, token: str) -> auth.Person | None:
    with store.read() as connection:
        return auth.person_of(connection, token, store.clock.now())


def at_pc(store: Store, token: str, device: auth.Device) -> auth.Person | None:
    with store.read() as connection:
        return auth.person_of(connection, token, store.clock.now(), device.id)


def test_a_session_ends_by_the_clock_by_signing_out_and_with_the_person(store: Store, clock: SetClock) -> None:
    wang(store)
    person, first = auth.sign_in(store, "wang", "secret")
    _, second = auth.sign_in(store, "wang", "secret")
    assert on_page(store, first) == person == auth.Person("wang", "agent")
    with store.read() as connection:
        assert auth.person_of(connection, first, clock.now() + auth.SESSION_LASTS) is None
    auth.sign_out(store, first)
    assert (on_page(store, first), on_page(store, second)) == (None, person)
    people.disable_person(store, "wang", "os:root")
    assert on_page(store, second) is None
    with pytest.raises(RefusedError, match="name or password is wrong"):
        auth.sign_in(store, "wang", "secret")
    people.enable_person(store, "wang", "os:root")
    assert auth.sign_in(store, "wang", "secret")[0] == person


class BusyClock(SetClock):
    """Somebody does something whenever a sign-in looks at the time."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        super().__init__()
        self._meanwhile = meanwhile

    def now(self) -> datetime:
        self._meanwhile()
        return super().now()


@pytest.mark.parametrize(
    "change", [partial(people.reset_password, name="wang"), partial(people.disable_person, name="wang")]
)
def test_a_sign_in_that_is_under_way_does_not_outlive_its_password(store: Store, change: Callable[..., object]) -> None:
    wang(store)
    changes = [partial(change, store, actor="os:root")]
    busy = Store(store.engine, BusyClock(lambda: changes.pop()() if changes else None))
    with pytest.raises(RefusedError, match="name or password is wrong"):
        auth.sign_in(busy, "wang", "secret")
    with store.read() as connection:
        assert connection.execute(select(SESSION)).all() == []


def fail(store: Store, times: int) -> None:
    for _ in range(times):
        with pytest.raises(RefusedError, match="name or password is wrong"):
            auth.sign_in(store, "wang", "a guess")


@pytest.mark.parametrize("password", ["secret", "a guess"])
def test_a_try_that_was_under_way_while_others_shut_the_name_is_not_told_whether_it_was_right(
    store: Store, password: str
) -> None:
    wang(store)
    others = [partial(fail, store, TRIES)]
    busy = Store(store.engine, BusyClock(lambda: others.pop()() if others else None))
    with pytest.raises(TooManyTriesError):
        auth.sign_in(busy, "wang", password)
    with store.read() as connection:
        assert connection.execute(select(SESSION)).all() == []


def test_signing_out_is_on_record_once_and_a_shift_is_not_ended_by_it(store: Store) -> None:
    wang(store)
    here = pc(store)
    _, shift, _ = auth.begin_shift(store, here, "wang", "secret")
    _, session = auth.sign_in(store, "wang", "secret")
    for token in (session, session, shift, ""):
        auth.sign_out(store, token)
    with store.read() as connection:
        (entry,) = audit.newest(connection, audit.Wanted(acts=("sign_out",)))
    assert entry.actor == "person:wang"
    assert at_pc(store, shift, here)


def test_a_shift_is_good_at_its_pc_alone_until_it_ends(store: Store, clock: SetClock) -> None:
    wang(store)
    here, there = pc(store), pc(store, "座席2")
    person, token, ends = auth.begin_shift(store, here, " wang ", "secret")
    assert ends == clock.now() + SHIFT_LASTS
    assert at_pc(store, token, here) == person
    assert at_pc(store, token, there) is None
    assert on_page(store, token) is None
    with store.read() as connection:
        assert connection.execute(select(DEVICE.c.person).where(DEVICE.c.id == here.id)).scalar_one() == "wang"
        assert shift_end(connection, here.id, clock.now()) == ("wang", ends)
    clock.pass_time(hours=12)
    assert at_pc(store, token, here) is None


def test_a_session_of_a_page_is_none_at_a_pc(store: Store) -> None:
    wang(store)
    assert at_pc(store, auth.sign_in(store, "wang", "secret")[1], pc(store)) is None


def test_the_next_shift_at_a_pc_ends_the_one_before_and_handing_over_ends_it(store: Store) -> None:
    wang(store)
    auth.add_person(store, "li", "supervisor", "secret", "os:root")
    here = pc(store)
    _, first, _ = auth.begin_shift(store, here, "wang", "secret")
    li, second, _ = auth.begin_shift(store, here, "li", "secret")
    assert (at_pc(store, first, here), at_pc(store, second, here)) == (None, li)
    auth.end_shift(store, here)
    auth.end_shift(store, here)
    assert at_pc(store, second, here) is None


def test_a_pin_signs_in_at_a_pc_and_nowhere_else(store: Store) -> None:
    wang(store)
    people.set_pin(store, "wang", PIN, "person:wang")
    assert auth.begin_shift(store, pc(store), "wang", PIN)[0].name == "wang"
    with pytest.raises(RefusedError):
        auth.sign_in(store, "wang", PIN)
    people.set_pin(store, "wang", "", "person:wang")
    with pytest.raises(RefusedError):
        auth.begin_shift(store, pc(store, "座席2"), "wang", PIN)


@pytest.mark.parametrize("pin", ["31415", "31415a", "٣١٤١٥٩", "111111", "123456", "987654", "1234567890123"])
def test_a_pin_that_is_short_or_guessed_first_is_refused(store: Store, pin: str) -> None:
    wang(store)
    with pytest.raises(BadValueError):
        people.set_pin(store, "wang", pin, "person:wang")


def test_a_reset_password_is_good_for_changing_it_only(store: Store) -> None:
    wang(store)
    people.set_pin(store, "wang", PIN, "person:wang")
    password = people.reset_password(store, "wang", "person:admin")
    assert auth.sign_in(store, "wang", password)[0].must_change
    for secret in (password, PIN):
        with pytest.raises(RefusedError):
            auth.begin_shift(store, pc(store), "wang", secret)
    people.set_password(store, "wang", "another", "person:wang")
    assert not auth.sign_in(store, "wang", "another")[0].must_change
    with pytest.raises(RefusedError):  # the PIN went with the password
        auth.begin_shift(store, pc(store), "wang", PIN)


def test_another_role_or_password_ends_what_was_begun_with_the_old_one(store: Store) -> None:
    wang(store)
    _, token = auth.sign_in(store, "wang", "secret")
    people.set_role(store, "wang", "editor", "os:root", ("B1",))
    assert on_page(store, token) is None
    person, token = auth.sign_in(store, "wang", "secret")
    assert person == auth.Person("wang", "editor", ("B1",))
    people.set_password(store, "wang", "another", "os:root")
    assert on_page(store, token) is None


def test_the_last_administrator_stays_one(store: Store) -> None:
    auth.add_person(store, "admin", "administrator", "secret", "os:root")
    refused = partial(pytest.raises, people.LastAdministratorError, match="last administrator")
    with refused():
        people.disable_person(store, "admin", "os:root")
    with refused():
        people.set_role(store, "admin", "agent", "os:root")
    assert auth.sign_in(store, "admin", "secret")[0].role == "administrator"
    auth.add_person(store, "second", "administrator", "secret", "os:root")
    people.disable_person(store, "admin", "os:root")


def test_old_sessions_are_cleared_away_and_running_ones_stay(store: Store, clock: SetClock) -> None:
    wang(store)
    auth.sign_in(store, "wang", "secret")
    clock.pass_time(hours=6)
    auth.sign_in(store, "wang", "secret")
    clock.pass_time(hours=6)
    auth.drop_old_sessions(store)
    with store.read() as connection:
        assert len(connection.execute(select(SESSION)).all()) == 1


@pytest.mark.parametrize(("name", "role", "password"), [("", "agent", "x"), ("li", "agent", ""), ("li", "king", "x")])
def test_a_person_without_name_role_or_password_is_refused(store: Store, name: str, role: str, password: str) -> None:
    with pytest.raises(BadValueError):
        auth.add_person(store, name, role, password, "os:root")


@pytest.mark.parametrize("disabled", [False, True])
def test_who_is_there_is_not_added_again_and_keeps_everything(store: Store, disabled: bool) -> None:  # noqa: FBT001
    wang(store, "supervisor")
    _, token = auth.sign_in(store, "wang", "secret")
    if disabled:
        people.disable_person(store, "wang", "os:root")
    refused = "already and was not changed: users role .* users password .* users enable"
    with pytest.raises(BadValueError, match=refused):
        auth.add_person(store, "wang", "agent", "another", "os:root", ("B1",))
    with pytest.raises(BadValueError, match=refused):
        people.new_person(store, "wang", "agent", "os:root")
    people.enable_person(store, "wang", "os:root")
    assert auth.sign_in(store, "wang", "secret")[0] == auth.Person("wang", "supervisor")
    assert (on_page(store, token) is None) == disabled


def test_nobody_is_changed_who_is_not_there(store: Store) -> None:
    with pytest.raises(NotFoundError, match="nobody has the name 'li'"):
        people.disable_person(store, "li", "os:root")


def test_no_password_or_pin_stands_in_the_store(store: Store) -> None:
    wang(store)
    people.set_pin(store, "wang", PIN, "person:wang")
    with store.read() as connection:
        kept = " ".join(map(str, connection.execute(select(PERSON)).one()))
    assert "secret" not in kept
    assert PIN not in kept


def test_who_did_what_is_on_record(store: Store) -> None:
    wang(store)
    here = pc(store)
    auth.sign_in(store, "wang", "secret")
    auth.begin_shift(store, here, "wang", "secret")
    auth.end_shift(store, here)
    with store.read() as connection:
        noted = select(AUDIT.c.act, AUDIT.c.actor).where(AUDIT.c.act != "commit").order_by(AUDIT.c.number)
        rows = connection.execute(noted).all()
    assert [act for act, _ in rows] == ["add_person", "add_device", "enrol", "sign_in", "begin_shift", "end_shift"]
    assert rows[-1].actor == "person:wang"
