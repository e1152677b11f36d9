"""People: names, roles, branches, passwords and PINs."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from data.clock import to_iso
from data.errors import BadValueError, DataError, NotFoundError
from data.masking import STANDARD
from data.readers import Reader
from data.rights import ROLES
from data.store.schema import PERSON, SESSION
from data.store.store import Store, Writing
from sync.auth.branches import branch_list
from sync.auth.changes import note_rights_changed
from sync.auth.lockout import shut_names
from sync.auth.passwords import LONGEST, check_characters, password_hash, pin_hash, spoken_secret

_ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Person:
    """A person who has signed in; `branches` empty means all.

    Attributes:
        must_change: The password was given by somebody else and is good for changing it only.
        sees: The class of readers that the PC at which they work belongs to; on the pages the standard one.
    """

    name: str
    role: str
    branches: tuple[str, ...] = ()
    must_change: bool = False
    sees: str = STANDARD

    @property
    def actor(self) -> str:
        """How they stand in the logs."""
        return f"person:{self.name}"

    @property
    def reading(self) -> Reader:
        """As whom they are shown records."""
        return Reader(self.branches, self.sees, self.name)


class LastAdministratorError(DataError):
    """Nobody could manage people any more."""


def person_in(row: Row[Any]) -> Person:
    """The person of a row of their table."""
    return Person(row.name, row.role, tuple(json.loads(row.branches)), bool(row.must_change))


def check_new(connection: Connection, name: str, role: str, branches: tuple[str, ...] = ()) -> dict[str, str]:
    """What is stored of somebody who can be added, but for their password.

    Raises:
        BadValueError: somebody has this name, it is empty, or the role is not known.
        NotFoundError: a branch is not known.
    """
    name = _checked_name(name)
    if connection.execute(select(PERSON.c.name).where(PERSON.c.name == name)).first():
        told = (
            "somebody has this name already and was not changed: users role gives them another role, "
            "users password another password, users enable lets them in again 已有同名人员"
        )
        raise BadValueError("name", name, told).about("name_taken")
    return {"name": name, "role": _checked_role(role), "branches": branch_list(connection, branches)}


def add_person(store: Store, name: str, role: str, password: str, actor: str, branches: tuple[str, ...] = ()) -> None:
    """Adds somebody who is not there yet; one who is keeps role, password and sessions as they are.

    Raises:
        BadValueError: somebody has this name, the role is not known, or name or password is empty.
        NotFoundError: a branch is not known.
    """
    _add(store, name, role, actor, branches, {"password_hash": password_hash(password), "must_change": False})


def new_person(store: Store, name: str, role: str, actor: str, branches: tuple[str, ...] = ()) -> str:
    """Adds somebody who is not there yet.

    Returns:
        A password, shown this once, that they have to change.

    Raises:
        BadValueError: somebody has this name, or the role is not known.
        NotFoundError: a branch is not known.
    """
    password = spoken_secret()
    _add(store, name, role, actor, branches, {"password_hash": password_hash(password), "must_change": True})
    return password


def set_role(store: Store, name: str, role: str, actor: str, branches: tuple[str, ...] = ()) -> None:
    """Gives a person another role and other branches; what they began with the old ones ends.

    Raises:
        NotFoundError: nobody has this name, or a branch is not known.
        LastAdministratorError: the last administrator would be one no more.
    """
    with store.write(actor, "set role") as writing:
        values = {"role": _checked_role(role), "branches": branch_list(writing.connection, branches)}
        _update(writing, name, values)
        _changed(writing, name, actor, "set_role", " ".join([name, role, *branches]))


def set_password(store: Store, name: str, password: str, actor: str) -> None:
    """Gives a person another password; sessions begun with the old one end."""
    with store.write(actor, "set password") as writing:
        _update(writing, name, {"password_hash": password_hash(password), "must_change": False})
        _changed(writing, name, actor, "set_password", name)


def reset_password(store: Store, name: str, actor: str) -> str:
    """A new password, shown this once, that its owner has to change; the PIN goes."""
    password = spoken_secret()
    with store.write(actor, "reset password") as writing:
        _update(writing, name, {"password_hash": password_hash(password), "pin_hash": None, "must_change": True})
        _changed(writing, name, actor, "reset_password", name)
    return password


def set_pin(store: Store, name: str, pin: str, actor: str) -> None:
    """Gives a person another PIN, good at enrolled PCs; none for an empty one."""
    with store.write(actor, "set PIN") as writing:
        _update(writing, name, {"pin_hash": pin_hash(pin) if pin else None})
        writing.note(actor, "set_pin", name)


def disable_person(store: Store, name: str, actor: str) -> None:
    """Shuts a person out; all their sessions end.

    Raises:
        NotFoundError: nobody has this name.
        LastAdministratorError: nobody could manage people any more.
    """
    with store.write(actor, "disable person") as writing:
        _update(writing, name, {"disabled_at": to_iso(writing.clock.now())})
        _changed(writing, name, actor, "disable_person", name)


def enable_person(store: Store, name: str, actor: str) -> None:
    """Lets a person in again."""
    with store.write(actor, "enable person") as writing:
        _update(writing, name, {"disabled_at": None})
        writing.note(actor, "enable_person", name)


def list_people(connection: Connection, now: datetime) -> list[dict[str, Any]]:
    """Everybody by name.

    Returns:
        For each: `name`, `role`, `branches`, whether they have a `pin`, `disabled_at`, the `devices` at which they work
        at `now`, and `shut_until`: until then they are not let in somewhere, after wrong tries.
    """
    devices: dict[str, list[str]] = {}
    at_work = (SESSION.c.device.is_not(None), SESSION.c.expires > to_iso(now))
    for row in connection.execute(select(SESSION.c.person, SESSION.c.device).where(*at_work)):
        devices.setdefault(row.person, []).append(row.device)
    rows = connection.execute(select(PERSON).order_by(PERSON.c.name)).all()
    shut = shut_names(connection, [row.name for row in rows], now)
    return [
        {
            "name": row.name,
            "role": row.role,
            "branches": json.loads(row.branches),
            "pin": row.pin_hash is not None,
            "disabled_at": row.disabled_at,
            "devices": devices.get(row.name, []),
            "shut_until": to_iso(shut[row.name]) if row.name in shut else None,
        }
        for row in rows
    ]


def check_known(connection: Connection, name: str) -> None:
    """Does nothing where somebody has this name.

    Raises:
        NotFoundError: nobody has.
    """
    if connection.execute(select(PERSON.c.name).where(PERSON.c.name == name.strip())).first() is None:
        raise NotFoundError(f"nobody has the name {name!r}").about("nobody", name=name)


def _update(writing: Writing, name: str, values: dict[str, Any]) -> None:
    with _keeping_an_administrator(writing.connection, name):
        changed = writing.connection.execute(update(PERSON).where(PERSON.c.name == name.strip()).values(values))
    if changed.rowcount == 0:
        raise NotFoundError(f"nobody has the name {name!r}").about("nobody", name=name)


def _changed(writing: Writing, name: str, actor: str, act: str, about: str) -> None:
    """Ends the person's sessions and notes the act, in the transaction of the change."""
    writing.connection.execute(delete(SESSION).where(SESSION.c.person == name.strip()))
    note_rights_changed(writing.connection)
    writing.note(actor, act, about)


@contextmanager
def _keeping_an_administrator(connection: Connection, name: str) -> Iterator[None]:
    """Fails where the block takes away the last administrator."""
    there = select(func.count()).where(PERSON.c.role == _ADMINISTRATOR, PERSON.c.disabled_at.is_(None))
    before = connection.execute(there).scalar_one()
    yield
    if before and not connection.execute(there).scalar_one():
        refused = LastAdministratorError(f"{name} is the last administrator: make another one first")
        raise refused.about("last_administrator", name=name)


def _add(
    store: Store, name: str, role: str, actor: str, branches: tuple[str, ...], secret: Mapping[str, object]
) -> None:
    with store.write(actor, "add person") as writing:
        checked = check_new(writing.connection, name, role, branches)
        writing.connection.execute(insert(PERSON).values(**checked, **secret))
        writing.note(actor, "add_person", f"{checked['name']} {role}")


def _checked_name(name: str) -> str:
    if not 0 < len(name.strip()) <= LONGEST:
        refused = BadValueError("name", name[:20], f"must not be empty, nor longer than {LONGEST} characters")
        raise refused.about("text_needed", most=LONGEST)
    check_characters(name.strip())
    return name.strip()


def _checked_role(role: str) -> str:
    if role not in ROLES:
        raise BadValueError("role", role, "give one of " + ", ".join(ROLES))
    return role
