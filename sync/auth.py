"""Who is asking: devices with an enrolled secret, people with a password and a session."""

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import Connection, delete, insert, select, update

from data import audit
from data.clock import from_iso, to_iso
from data.errors import BadValueError, NotFoundError
from data.rights import ROLES
from data.schema import DEVICE, PERSON, RECORDS, SESSION
from data.store import Store
from sync.errors import RefusedError

CODE_LASTS = timedelta(hours=24)
SESSION_LASTS = timedelta(hours=12)
_CODE_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"  # none that is taken for another when read out
_CODE_LENGTH = 10
_LONGEST = 200
_HASHER = PasswordHasher()
_NOBODYS_HASH = _HASHER.hash(secrets.token_urlsafe(16))
_WRONG_CODE = "this enrolment code is wrong or was used before: ask for a new one"


@dataclass(frozen=True, slots=True)
class Device:
    """An enrolled PC; `branches` empty means all."""

    id: str
    name: str
    branches: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """A person who has signed in."""

    name: str
    role: str


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def add_device(store: Store, name: str, branches: tuple[str, ...], actor: str) -> tuple[str, datetime]:
    """Makes a device that can be enrolled once.

    Returns:
        The one-time code and when it expires.

    Raises:
        NotFoundError: a branch is not known.
    """
    if not 0 < len(name.strip()) <= _LONGEST:
        raise BadValueError("name", name[:20], f"give the PC or seat a name of up to {_LONGEST} characters")
    code = "".join(secrets.choice(_CODE_LETTERS) for _ in range(_CODE_LENGTH))
    now = store.clock.now()
    with store.write(actor, "add device") as writing:
        known = select(RECORDS["branch"].c.id).where(RECORDS["branch"].c.id.in_(branches))
        missing = set(branches) - set(writing.connection.execute(known).scalars())
        if missing:
            raise NotFoundError(f"no branch has the id {', '.join(sorted(missing))}")
        row = {
            "id": uuid4().hex,
            "name": name.strip(),
            "branches": json.dumps(list(branches)),
            "created_at": to_iso(now),
            "code_hash": _digest(code),
            "code_expires": to_iso(now + CODE_LASTS),
        }
        writing.connection.execute(insert(DEVICE).values(row))
        audit.record(writing.connection, now, actor, "add_device", name)
    return code, now + CODE_LASTS


def enrol(store: Store, code: str) -> tuple[Device, str]:
    """Turns a one-time code into a device and its lasting secret.

    Raises:
        RefusedError: the code is wrong, used or expired.
    """
    now, token = store.clock.now(), secrets.token_urlsafe(32)
    found = select(DEVICE).where(DEVICE.c.code_hash == _digest(code.strip().upper()), DEVICE.c.revoked_at.is_(None))
    with store.read() as connection:  # a stranger's guess must not wait for, or take, the write lock
        known = connection.execute(found).first() is not None
    if not known:
        raise RefusedError(_WRONG_CODE)
    with store.write("enrolment", "enrol") as writing:
        row = writing.connection.execute(found).first()
        if row is None:
            raise RefusedError(_WRONG_CODE)
        if from_iso(row.code_expires) < now:
            raise RefusedError(f"this enrolment code expired at {row.code_expires}: ask for a new one")
        used = {"code_hash": None, "code_expires": None, "token_hash": _digest(token), "seen_at": to_iso(now)}
        writing.connection.execute(update(DEVICE).where(DEVICE.c.id == row.id).values(used))
        audit.record(writing.connection, now, f"device:{row.id}", "enrol", row.name)
    return Device(row.id, row.name, tuple(json.loads(row.branches))), token


def device_of(connection: Connection, token: str) -> Device | None:
    """The device that holds this secret, or None."""
    row = connection.execute(
        select(DEVICE).where(DEVICE.c.token_hash == _digest(token), DEVICE.c.revoked_at.is_(None))
    ).first()
    return Device(row.id, row.name, tuple(json.loads(row.branches))) if row else None


def add_person(store: Store, name: str, role: str, password: str, actor: str) -> None:
    """Adds a person, or gives one another role and password; sessions begun with the old ones end.

    Raises:
        BadValueError: the role is not known, or name or password is empty.
    """
    if role not in ROLES:
        raise BadValueError("role", role, "give one of " + ", ".join(ROLES))
    name = name.strip()
    for field, value in (("name", name), ("password", password)):
        if not value:
            raise BadValueError(field, "", "must not be empty")
        if len(value) > _LONGEST:
            raise BadValueError(field, value[:20], f"must not be longer than {_LONGEST} characters")
    values = {"role": role, "password_hash": _HASHER.hash(password), "disabled_at": None}
    with store.write(actor, "add person") as writing:
        changed = writing.connection.execute(update(PERSON).where(PERSON.c.name == name).values(values))
        if changed.rowcount == 0:
            writing.connection.execute(insert(PERSON).values(name=name, **values))
        writing.connection.execute(delete(SESSION).where(SESSION.c.person == name))
        audit.record(writing.connection, store.clock.now(), actor, "add_person", f"{name} {role}")


def sign_in(store: Store, name: str, password: str) -> tuple[Person, str]:
    """Checks a password and begins a session.

    Returns:
        The person and the session's secret, good for `SESSION_LASTS`.

    Raises:
        RefusedError: name or password is wrong; it does not say which.
    """
    with store.read() as connection:
        row = connection.execute(select(PERSON).where(PERSON.c.name == name, PERSON.c.disabled_at.is_(None))).first()
    # An unknown name takes as long as a known one: the time must not tell which names there are.
    matches = _matches(row.password_hash if row else _NOBODYS_HASH, password)
    if row is None or not matches:
        raise RefusedError("name or password is wrong 用户名或密码不对")
    token, now = secrets.token_urlsafe(32), store.clock.now()
    with store.write(f"person:{name}", "sign in") as writing:
        session = {"token_hash": _digest(token), "person": name, "expires": to_iso(now + SESSION_LASTS)}
        writing.connection.execute(insert(SESSION).values(session))
        audit.record(writing.connection, now, f"person:{name}", "sign_in", name)
    return Person(name, row.role), token


def person_of(connection: Connection, token: str, now: datetime) -> Person | None:
    """The person whose session this is, or None where it is unknown or over."""
    held = select(PERSON.c.name, PERSON.c.role).join(SESSION, SESSION.c.person == PERSON.c.name)
    row = connection.execute(
        held.where(
            SESSION.c.token_hash == _digest(token), SESSION.c.expires > to_iso(now), PERSON.c.disabled_at.is_(None)
        )
    ).first()
    return Person(row.name, row.role) if row else None


def sign_out(store: Store, token: str) -> None:
    """Ends a session."""
    with store.write("session", "sign out") as writing:
        writing.connection.execute(delete(SESSION).where(SESSION.c.token_hash == _digest(token)))


def drop_old_sessions(store: Store) -> None:
    """Removes sessions that are over."""
    with store.write("hub", "drop old sessions") as writing:
        writing.connection.execute(delete(SESSION).where(SESSION.c.expires <= to_iso(store.clock.now())))


def _matches(stored: str, password: str) -> bool:
    try:
        return _HASHER.verify(stored, password)
    except (VerifyMismatchError, InvalidHashError):
        return False
