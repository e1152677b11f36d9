"""Noticing that somebody's rights have changed, also where another process changed them."""

import json
import secrets
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Connection, select

from data.clock import to_iso
from data.store.change_log import get_meta, set_meta
from data.store.schema import DEVICE, PERSON, SESSION
from data.store.store import Writing

_MARK, _KEY, _MUST_SIGN_IN = "rights_changed", "token_key", "sign_in_required"

Holder = tuple[str, str]
"""Who holds a live stream open: `device:ID` with its branches, or `session:DIGEST` with the person's role."""


DEVICE_HOLDER = "device:"
"""How the name of a holder begins that is a device."""


def note_rights_changed(connection: Connection) -> None:
    """Marks, in the transaction of the change, that streams have to be looked at."""
    set_meta(connection, _MARK, uuid4().hex)


def rights_mark(connection: Connection) -> str:
    """A text that differs after every change of rights."""
    return get_meta(connection, _MARK) or ""


def token_key(connection: Connection) -> bytes:
    """The key of the MACs of this store's tokens; empty where none was made yet."""
    return bytes.fromhex(get_meta(connection, _KEY) or "")


def made_token_key(connection: Connection) -> bytes:
    """The key, made at first use; in a connection that may write."""
    if not (key := token_key(connection)):
        key = secrets.token_bytes(32)
        set_meta(connection, _KEY, key.hex())
    return key


def sign_in_required(connection: Connection) -> bool:
    """Whether a PC answers nothing until somebody has signed in at it."""
    return get_meta(connection, _MUST_SIGN_IN) == "yes"


def require_sign_in(writing: Writing, *, required: bool, actor: str) -> None:
    """Keeps that policy."""
    set_meta(writing.connection, _MUST_SIGN_IN, "yes" if required else "no")
    writing.note(actor, "set_sign_in_policy", "required" if required else "optional")


def device_holder(device: str, branches: tuple[str, ...]) -> Holder:
    """How a device holds a stream."""
    return f"{DEVICE_HOLDER}{device}", ";".join(branches)


def session_holder(token_digest: str, role: str) -> Holder:
    """How a person's session holds a stream."""
    return f"session:{token_digest}", role


def rightful_holders(connection: Connection, now: datetime) -> set[Holder]:
    """Everybody who may hold a stream open at `now`."""
    devices = select(DEVICE.c.id, DEVICE.c.branches).where(
        DEVICE.c.revoked_at.is_(None), DEVICE.c.token_hash.is_not(None)
    )
    held = {device_holder(row.id, tuple(json.loads(row.branches))) for row in connection.execute(devices)}
    sessions = (
        select(SESSION.c.token_hash, PERSON.c.role)
        .join(PERSON, PERSON.c.name == SESSION.c.person)
        .where(SESSION.c.expires > to_iso(now), PERSON.c.disabled_at.is_(None))
    )
    return held | {session_holder(row.token_hash, row.role) for row in connection.execute(sessions)}
