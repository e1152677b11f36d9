import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from data.clock import to_iso
from data.errors import BadValueError, NotFoundError
from data.schema import AUDIT, DEVICE, PERSON, SESSION
from data.store import Store
from sync import auth
from sync.errors import RefusedError
from tests.stores import NOON, SetClock


def test_a_code_enrols_one_device_once_and_only_a_hash_of_the_secret_is_kept(store: Store) -> None:
    code, expires = auth.add_device(store, "座席1", ("B1",), "os:root")
    assert expires == NOON + timedelta(hours=24)
    device, token = auth.enrol(store, f" {code.lower()} ")
    assert device.branches == ("B1",)
    with store.read() as connection:
        assert auth.device_of(connection, token) == device
        assert auth.device_of(connection, "") is None
        row = connection.execute(select(DEVICE)).one()
        assert token not in map(str, row)
        assert code not in map(str, row)
    for wrong in (code, "", "WRONGCODE1"):
        with pytest.raises(RefusedError, match="wrong or was used before"):
            auth.enrol(store, wrong)


def test_an_expired_code_enrols_nobody(store: Store, clock: SetClock) -> None:
    code, _ = auth.add_device(store, "座席1", (), "os:root")
    clock.pass_time(hours=24, seconds=1)
    with pytest.raises(RefusedError, match=re.escape("expired at 2026-11-23T04:00:00Z")):
        auth.enrol(store, code)


def test_a_revoked_device_is_nobody(store: Store) -> None:
    _, token = auth.enrol(store, auth.add_device(store, "座席1", (), "os:root")[0])
    with store.write("test", "revoke") as writing:
        writing.connection.execute(update(DEVICE).values(revoked_at=to_iso(NOON)))
    with store.read() as connection:
        assert auth.device_of(connection, token) is None


def test_a_device_for_an_unknown_branch_or_without_a_name_is_refused(store: Store) -> None:
    with pytest.raises(NotFoundError, match="no branch has the id B9"):
        auth.add_device(store, "座席1", ("B1", "B9"), "os:root")
    with pytest.raises(BadValueError, match="give the PC or seat a name"):
        auth.add_device(store, " ", (), "os:root")


def test_a_session_ends_by_the_clock_by_signing_out_and_with_the_person(store: Store, clock: SetClock) -> None:
    auth.add_person(store, "wang", "agent", "secret", "os:root")
    person, first = auth.sign_in(store, "wang", "secret")
    _, second = auth.sign_in(store, "wang", "secret")
    with store.read() as connection:
        assert auth.person_of(connection, first, clock.now()) == person == auth.Person("wang", "agent")
        assert auth.person_of(connection, first, clock.now() + auth.SESSION_LASTS) is None
    auth.sign_out(store, first)
    with store.read() as connection:
        assert auth.person_of(connection, first, clock.now()) is None
        assert auth.person_of(connection, second, clock.now()) == person
    with store.write("test", "disable") as writing:
        writing.connection.execute(update(PERSON).values(disabled_at=to_iso(NOON)))
    with store.read() as connection:
        assert auth.person_of(connection, second, clock.now()) is None
    with pytest.raises(RefusedError, match="name or password is wrong"):
        auth.sign_in(store, "wang", "secret")


def test_old_sessions_are_cleared_away_and_running_ones_stay(store: Store, clock: SetClock) -> None:
    auth.add_person(store, "wang", "agent", "secret", "os:root")
    auth.sign_in(store, "wang", "secret")
    clock.pass_time(hours=6)
    auth.sign_in(store, "wang", "secret")
    clock.pass_time(hours=6)
    auth.drop_old_sessions(store)
    with store.read() as connection:
        assert len(connection.execute(select(SESSION)).all()) == 1


def test_a_wrong_password_and_an_unknown_name_are_told_alike(store: Store) -> None:
    auth.add_person(store, "wang", "agent", "secret", "os:root")
    said = []
    for name, password in (("wang", "Secret"), ("li", "secret")):
        with pytest.raises(RefusedError) as refused:
            auth.sign_in(store, name, password)
        said.append(str(refused.value))
    assert said[0] == said[1]


@pytest.mark.parametrize(("name", "role", "password"), [("", "agent", "x"), ("li", "agent", ""), ("li", "king", "x")])
def test_a_person_without_name_role_or_password_is_refused(store: Store, name: str, role: str, password: str) -> None:
    with pytest.raises(BadValueError):
        auth.add_person(store, name, role, password, "os:root")


def test_who_did_what_is_on_record(store: Store) -> None:
    auth.enrol(store, auth.add_device(store, "座席1", (), "os:root")[0])
    auth.add_person(store, "wang", "agent", "secret", "os:root")
    auth.sign_in(store, "wang", "secret")
    with store.read() as connection:
        acts = connection.execute(select(AUDIT.c.act, AUDIT.c.actor).order_by(AUDIT.c.number)).all()
    assert [act for act, _ in acts] == ["add_device", "enrol", "add_person", "sign_in"]
    assert acts[3].actor == "person:wang"
