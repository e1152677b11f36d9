"""Devices: PCs and displays that were enrolled with a one-time code."""

import json
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Row, delete, insert, select, update

from data.clock import from_iso, to_iso
from data.errors import AmbiguousError, BadValueError, NotFoundError
from data.masking import LEAST, READERS, STANDARD
from data.rights import DEVICES
from data.store import least_sums
from data.store.schema import DEVICE, SESSION
from data.store.store import Store, Writing
from sync.auth.branches import branch_list
from sync.auth.changes import made_token_key, note_rights_changed, token_key
from sync.auth.passwords import LONGEST, check_characters, spoken_secret
from sync.auth.tokens import Tokens, digest, is_over, make_tokens, read_token
from sync.errors import RefusedError

CODE_LASTS = timedelta(hours=24)
DISPLAY_LASTS = timedelta(days=400)
"""How long a browser keeps a display's cookie: as long as browsers keep any."""
_CODE_LENGTH = 10
_LASTING, _FIRST = 0, 2
"""Generations: of a secret from before there were tokens (1 is its first exchange); of a new enrolment."""
_WRONG_CODE = "this enrolment code is wrong or was used before: ask for a new one"
_CLONED = "this device's secret was used twice, as only a copy of it is: the device is revoked, enrol it again"
_NOT_KNOWN = "this device is not enrolled at this hub, or was revoked: enrol it again"


@dataclass(frozen=True, slots=True)
class Device:
    """An enrolled device; `branches` empty means all."""

    id: str
    name: str
    branches: tuple[str, ...]
    kind: str = "pc"
    lasting: bool = False
    """It asked with a secret of before there were tokens."""
    reader: str = STANDARD
    """What its cache may hold of customers: of `data.masking.READERS`."""


def add_device(
    store: Store, name: str, branches: tuple[str, ...], actor: str, kind: str = "pc", reader: str = STANDARD
) -> tuple[str, datetime]:
    """Makes a device that can be enrolled once.

    Returns:
        The one-time code and when it expires.

    Raises:
        NotFoundError: a branch is not known.
        BadValueError: the name is empty or too long, or there is no such kind or class of readers.
    """
    code, now = spoken_secret(_CODE_LENGTH), store.clock.now()
    if kind not in DEVICES:
        raise BadValueError("kind", kind, "give one of " + ", ".join(DEVICES))
    _check_reader(reader)
    with store.write(actor, "add device") as writing:
        if reader == LEAST:
            least_sums.keep(writing.connection)
        row = {
            "id": uuid4().hex,
            "name": _checked_name(name),
            "kind": kind,
            "branches": branch_list(writing.connection, branches),
            "reader": reader,
            "created_at": to_iso(now),
            "code_hash": digest(code),
            "code_expires": to_iso(now + CODE_LASTS),
        }
        writing.connection.execute(insert(DEVICE).values(row))
        writing.note(actor, "add_device", row["name"])
    return code, now + CODE_LASTS


def enrol(store: Store, code: str) -> tuple[Device, Tokens]:
    """Turns a one-time code into a device and its first tokens.

    Raises:
        RefusedError: the code is wrong, used, expired, or for another kind of device.
    """
    device, secret, key = _enrol(store, code, "pc")
    return device, make_tokens(key, device.id, secret, _FIRST, store.clock.now())


def enrol_display(store: Store, code: str) -> tuple[Device, str]:
    """Turns a one-time code into a display and the lasting secret for its cookie.

    Raises:
        RefusedError: the code is wrong, used, expired, or for another kind of device.
    """
    device, secret, _ = _enrol(store, code, "display")
    return device, secret


def _enrol(store: Store, code: str, kind: str) -> tuple[Device, str, bytes]:
    now, secret = store.clock.now(), secrets.token_urlsafe(32)
    hashed = digest(code.strip().upper())
    found = select(DEVICE).where(DEVICE.c.code_hash == hashed, DEVICE.c.kind == kind, DEVICE.c.revoked_at.is_(None))
    with store.read() as connection:  # a stranger's guess must not wait for, or take, the write lock
        known = connection.execute(found).first() is not None
    if not known:
        raise RefusedError(_WRONG_CODE).about("wrong_code")
    with store.write("enrolment", "enrol") as writing:
        row = writing.connection.execute(found).first()
        if row is None:
            raise RefusedError(_WRONG_CODE).about("wrong_code")
        if from_iso(row.code_expires) < now:
            refused = RefusedError(f"this enrolment code expired at {row.code_expires}: ask for a new one")
            raise refused.about("code_expired", at=from_iso(row.code_expires))
        used = {"code_hash": None, "code_expires": None, "token_hash": digest(secret), "seen_at": to_iso(now)}
        key = made_token_key(writing.connection)
        writing.connection.execute(update(DEVICE).where(DEVICE.c.id == row.id).values(**used, generation=_FIRST))
        writing.note(f"device:{row.id}", "enrol", row.name)
    return _device(row), secret, key


def device_of(connection: Connection, token: str, now: datetime) -> Device | None:
    """The device that bears this access token, or a secret from before there were tokens; None where it is no good."""
    read = read_token(token_key(connection), token)
    if read is None:
        lasting = select(DEVICE).where(DEVICE.c.token_hash == digest(token), DEVICE.c.revoked_at.is_(None))
        row = connection.execute(lasting.where(DEVICE.c.kind == "pc", DEVICE.c.generation < _FIRST)).first()
        return replace(_device(row), lasting=True) if row else None
    if read.kind != "access" or is_over(read, now):
        return None
    row = _row(connection, read.device)
    return _device(row) if row and row.revoked_at is None and row.token_hash == digest(read.secret) else None


def display_of(connection: Connection, secret: str) -> Device | None:
    """The display whose cookie holds this secret, or None."""
    found = select(DEVICE).where(DEVICE.c.token_hash == digest(secret), DEVICE.c.kind == "display")
    row = connection.execute(found.where(DEVICE.c.revoked_at.is_(None))).first()
    return _device(row) if row else None


def refresh(store: Store, token: str) -> Tokens:
    """The next pair of tokens for a refresh token, or for a secret from before there were tokens.

    The one before stays good until the next is first used: an answer may be lost. One before that is a copy of a
    device's secret in use at two places: whose the device is cannot be told any more, so it is revoked.

    Raises:
        RefusedError: the token is no good.
    """
    now = store.clock.now()
    with store.read() as connection:
        if _refreshing(connection, token) is None:
            raise RefusedError(_NOT_KNOWN)
    with store.write("device", "give tokens") as writing:
        key = made_token_key(writing.connection)
        found = _refreshing(writing.connection, token)
        if found is None:
            raise RefusedError(_NOT_KNOWN)
        row, generation, secret = found
        cloned = generation < row.generation - 1
        if cloned:
            _revoke(writing, row, f"device:{row.id}", "revoke_cloned_device")
        elif generation >= row.generation:
            # Above it where the hub was restored from a copy: its own MAC says that it gave this token.
            newer = {"generation": generation + 1, "seen_at": to_iso(now)}
            writing.connection.execute(update(DEVICE).where(DEVICE.c.id == row.id).values(newer))
    if cloned:
        raise RefusedError(_CLONED)
    return make_tokens(key, row.id, secret, generation + 1, now)


def _refreshing(connection: Connection, token: str) -> tuple[Row[Any], int, str] | None:
    read = read_token(token_key(connection), token)
    if read is None:
        lasting = select(DEVICE).where(DEVICE.c.token_hash == digest(token), DEVICE.c.revoked_at.is_(None))
        row = connection.execute(lasting.where(DEVICE.c.kind == "pc")).first()
        return (row, _LASTING, token) if row else None
    row = _row(connection, read.device)
    if row is None or row.revoked_at is not None or row.token_hash != digest(read.secret) or read.kind != "refresh":
        return None
    return row, read.value, read.secret


def find_device(connection: Connection, text: str) -> Row[Any]:
    """The row of the device, not revoked, whose id or unique name is `text`.

    Raises:
        NotFoundError: there is none.
        AmbiguousError: there are several; the message lists them.
    """
    wanted = text.strip()
    rows = connection.execute(
        select(DEVICE).where((DEVICE.c.id == wanted) | (DEVICE.c.name == wanted), DEVICE.c.revoked_at.is_(None))
    ).all()
    if not rows:
        raise NotFoundError(f"no device has the id or name {wanted!r}").about("no_device", name=wanted)
    if len(rows) > 1:
        raise AmbiguousError(f"device {wanted!r} is not unique: give one of the ids {', '.join(r.id for r in rows)}")
    return rows[0]


def revoke_device(store: Store, text: str, actor: str) -> Device:
    """Ends all that a device may do, its live streams and who is signed in at it included."""
    with store.write(actor, "revoke device") as writing:
        row = find_device(writing.connection, text)
        _revoke(writing, row, actor, "revoke_device")
    return _device(row)


def rename_device(store: Store, text: str, name: str, actor: str) -> Device:
    """Gives a device another name."""
    with store.write(actor, "rename device") as writing:
        row = find_device(writing.connection, text)
        writing.connection.execute(update(DEVICE).where(DEVICE.c.id == row.id).values(name=_checked_name(name)))
        writing.note(actor, "rename_device", f"{row.name} → {name.strip()}")
    return Device(row.id, name.strip(), tuple(json.loads(row.branches)), row.kind)


def move_device(store: Store, text: str, branches: tuple[str, ...], actor: str) -> Device:
    """Holds a device to other branches; its cache follows within a moment."""
    with store.write(actor, "move device") as writing:
        row = find_device(writing.connection, text)
        scope = branch_list(writing.connection, branches)
        writing.connection.execute(update(DEVICE).where(DEVICE.c.id == row.id).values(branches=scope))
        note_rights_changed(writing.connection)
        about = f"{row.name} to {', '.join(branches) or 'all branches'}"
        writing.note(actor, "move_device", about)
    return Device(row.id, row.name, branches, row.kind)


def _revoke(writing: Writing, row: Row[Any], actor: str, act: str) -> None:
    connection, values = writing.connection, {"revoked_at": to_iso(writing.clock.now()), "code_hash": None}
    connection.execute(update(DEVICE).where(DEVICE.c.id == row.id).values(values))
    connection.execute(delete(SESSION).where(SESSION.c.device == row.id))
    note_rights_changed(connection)
    writing.note(actor, act, row.name)


def _check_reader(reader: str) -> None:
    if reader not in READERS:
        raise BadValueError("class", reader, "give one of " + ", ".join(READERS))


def _checked_name(name: str) -> str:
    if not 0 < len(name.strip()) <= LONGEST:
        refused = BadValueError("name", name[:20], f"give the PC or seat a name of up to {LONGEST} characters")
        raise refused.about("text_needed", most=LONGEST)
    check_characters(name.strip())
    return name.strip()


def _row(connection: Connection, key: str) -> Row[Any] | None:
    return connection.execute(select(DEVICE).where(DEVICE.c.id == key)).first()


def set_reader(store: Store, text: str, reader: str, actor: str) -> Device:
    """Gives a device another class of reader; its cache is replaced within a moment.

    Raises:
        BadValueError: there is no such class.
    """
    _check_reader(reader)
    with store.write(actor, "set reader class") as writing:
        row = find_device(writing.connection, text)
        if reader == LEAST:
            least_sums.keep(writing.connection)
        writing.connection.execute(update(DEVICE).where(DEVICE.c.id == row.id).values(reader=reader))
        note_rights_changed(writing.connection)
        writing.note(actor, "set_reader", f"{row.name} → {reader}")
    return replace(_device(row), reader=reader)


def _device(row: Row[Any]) -> Device:
    return Device(row.id, row.name, tuple(json.loads(row.branches)), row.kind, reader=row.reader)
