"""Who is signed in: on the pages, or at a PC for the shift."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from data.clock import from_iso, to_iso
from data.store.schema import DEVICE, PERSON, SESSION
from data.store.store import Store
from sync.auth.changes import note_rights_changed
from sync.auth.devices import Device
from sync.auth.lockout import check_open, forgive, note_failure
from sync.auth.passwords import is_pin, matches
from sync.auth.people import Person, person_in
from sync.auth.tokens import digest
from sync.errors import RefusedError

SESSION_LASTS = timedelta(hours=12)
SHIFT_LASTS = timedelta(hours=12)
_WRONG = "用户名或密码不对 name or password is wrong"
_MUST_CHANGE = "change your password on the hub's pages first 请先在网页上修改密码"


def sign_in(store: Store, name: str, password: str, place: str = "address:unknown") -> tuple[Person, str]:
    """Checks a password and begins a session on the pages, or of a program.

    Returns:
        The person and the session's secret, good for `SESSION_LASTS`.

    Raises:
        RefusedError: name or password is wrong; it does not say which.
        TooManyTriesError: it was wrong too often.
    """
    name = name.strip()
    row = _row(store, name, place, None)
    if not matches(row.password_hash if row else None, password) or row is None:
        raise _failed(store, place, name, None, known=row is not None)
    return _begin(store, row, place, None)


def check_password(store: Store, name: str, password: str, place: str) -> None:
    """Does nothing where this is the person's password.

    Raises:
        RefusedError: it is not.
        TooManyTriesError: it was wrong too often.
    """
    row = _row(store, name, place, None)
    if not matches(row.password_hash if row else None, password):
        raise _failed(store, place, name, None, known=row is not None)


def begin_shift(store: Store, device: Device, name: str, secret: str) -> tuple[Person, str, datetime]:
    """Signs a person in at a PC, by password or PIN; who was signed in at it before is no more.

    Returns:
        The person, the session's secret, and when the shift ends.

    Raises:
        RefusedError: name, password or PIN is wrong, or the password has to be changed first.
        TooManyTriesError: it was wrong too often.
    """
    name, place = name.strip(), f"device:{device.id}"
    row = _row(store, name, place, device)
    # What is tried depends on the form of the secret alone: the time must not tell who has a PIN.
    right = is_pin(secret) and matches(row.pin_hash if row else None, secret)
    right = right or matches(row.password_hash if row else None, secret)
    if not right or row is None:
        raise _failed(store, place, name, device, known=row is not None)
    if row.must_change:
        raise RefusedError(_MUST_CHANGE)
    person, token = _begin(store, row, place, device)
    return person, token, store.clock.now() + SHIFT_LASTS


def person_of(connection: Connection, token: str, now: datetime, device: str | None = None) -> Person | None:
    """The person whose session this is: on the pages, or at `device`. None where it is unknown, elsewhere or over."""
    row = connection.execute(
        select(PERSON)
        .join(SESSION, SESSION.c.person == PERSON.c.name)
        .where(
            SESSION.c.token_hash == digest(token),
            SESSION.c.expires > to_iso(now),
            SESSION.c.device.is_(None) if device is None else SESSION.c.device == device,
            PERSON.c.disabled_at.is_(None),
        )
    ).first()
    return person_in(row) if row else None


def shift_end(connection: Connection, device: str, now: datetime) -> tuple[str, datetime] | None:
    """Who is signed in at a PC and until when, or None."""
    row = connection.execute(
        select(SESSION.c.person, SESSION.c.expires).where(SESSION.c.device == device, SESSION.c.expires > to_iso(now))
    ).first()
    return (row.person, from_iso(row.expires)) if row else None


def sign_out(store: Store, token: str) -> None:
    """Ends a session on the pages, or of a program; does nothing where there is none."""
    own = (SESSION.c.token_hash == digest(token)) & SESSION.c.device.is_(None)
    with store.write("session", "sign out") as writing:
        who = writing.connection.execute(select(SESSION.c.person).where(own)).scalars().first()
        if who is None:
            return
        writing.connection.execute(delete(SESSION).where(own))
        note_rights_changed(writing.connection)
        writing.note(f"person:{who}", "sign_out", "pages")


def end_shift(store: Store, device: Device) -> None:
    """Signs out whoever is signed in at a PC."""
    with store.write(f"device:{device.id}", "end shift") as writing:
        there = SESSION.c.device == device.id
        who = writing.connection.execute(select(SESSION.c.person).where(there)).scalars().first()
        if who is None:
            return
        writing.connection.execute(delete(SESSION).where(there))
        note_rights_changed(writing.connection)
        writing.note(f"person:{who}", "end_shift", f"device:{device.id}")


def drop_old_sessions(store: Store) -> None:
    """Removes sessions that are over."""
    with store.write("hub", "drop old sessions") as writing:
        writing.connection.execute(delete(SESSION).where(SESSION.c.expires <= to_iso(store.clock.now())))


def _row(store: Store, name: str, place: str, device: Device | None) -> Row[Any] | None:
    with store.read() as connection:
        row = _person(connection, name)
        _check_open(connection, name, place, device, store.clock.now())
    return row


def _person(connection: Connection, name: str) -> Row[Any] | None:
    return connection.execute(select(PERSON).where(PERSON.c.name == name, PERSON.c.disabled_at.is_(None))).first()


def _check_open(connection: Connection, name: str, place: str, device: Device | None, now: datetime) -> None:
    last = select(DEVICE.c.person).where(DEVICE.c.id == (device.id if device else None))
    here_last = device is not None and connection.execute(last).scalar() == name
    check_open(connection, place, name, now, worked_here_last=here_last)


def _failed(store: Store, place: str, name: str, device: Device | None, *, known: bool) -> RefusedError:
    with store.write(place, "failed sign-in") as writing:
        # Looked at again: many tries may be under way at once, and the answer must not tell the right one of them.
        _check_open(writing.connection, name, place, device, writing.clock.now())
        note_failure(writing, place, name, known=known)
    return RefusedError(_WRONG).about("wrong_password")


def _begin(store: Store, row: Row[Any], place: str, device: Device | None) -> tuple[Person, str]:
    token, now = secrets.token_urlsafe(32), store.clock.now()
    with store.write(f"person:{row.name}", "sign in") as writing:
        connection = writing.connection
        _check_open(connection, row.name, place, device, now)
        if _person(connection, row.name) != row:  # shut out, or given another password, while this one was checked
            raise RefusedError(_WRONG).about("wrong_password")
        lasts = SHIFT_LASTS if device else SESSION_LASTS
        session = {"token_hash": digest(token), "person": row.name, "expires": to_iso(now + lasts)}
        if device is not None:
            connection.execute(delete(SESSION).where(SESSION.c.device == device.id))
            connection.execute(update(DEVICE).where(DEVICE.c.id == device.id).values(person=row.name))
        connection.execute(insert(SESSION).values(**session, device=device.id if device else None))
        forgive(connection, place, row.name)
        writing.note(f"person:{row.name}", "begin_shift" if device else "sign_in", place)
    return person_in(row), token
