"""Every act that takes a right away is noticed by each hub process, which then looks at its open streams."""

from collections.abc import Callable

from data.masking import LEAST
from data.store.store import Store
from sync import auth
from sync.auth import people
from sync.auth.changes import rights_mark
from sync.auth.devices import move_device, revoke_device, set_reader

ME = "os:root"


def test_whatever_takes_a_right_away_is_noticed(store: Store) -> None:
    auth.add_person(store, "wang", "agent", "secret", ME)
    device = auth.enrol(store, auth.add_device(store, "座席1", (), ME)[0])[0]
    auth.begin_shift(store, device, "wang", "secret")
    _, token = auth.sign_in(store, "wang", "secret")
    acts: dict[str, Callable[[], object]] = {
        "a device is moved": lambda: move_device(store, "座席1", ("B1",), ME),
        "a device may read less": lambda: set_reader(store, "座席1", LEAST, ME),
        "a shift ends": lambda: auth.end_shift(store, device),
        "somebody signs out": lambda: auth.sign_out(store, token),
        "a person gets another role": lambda: people.set_role(store, "wang", "auditor", ME),
        "a person gets another password": lambda: people.set_password(store, "wang", "other", ME),
        "a password is reset": lambda: people.reset_password(store, "wang", ME),
        "a person is shut out": lambda: people.disable_person(store, "wang", ME),
        "a device is revoked": lambda: revoke_device(store, "座席1", ME),
    }
    for name, act in acts.items():
        before = mark(store)
        act()
        assert mark(store) != before, name


def mark(store: Store) -> str:
    with store.read() as connection:
        return rights_mark(connection)
