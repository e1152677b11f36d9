"""How every device fares, by its own account."""

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from data.clock import from_iso, to_iso
from data.errors import DataError
from data.store.schema import DEVICE, SESSION
from data.store.store import Store


def list_devices(connection: Connection, now: datetime) -> list[dict[str, Any]]:
    """Every device by name, the revoked ones last.

    Returns:
        For each: `id`, `name`, `kind`, `branches`, `reader` (of `data.masking.READERS`), `state` (`waiting` for its
        enrolment, `enrolled`, `revoked`), `code_expires`, `seen_at`, who is signed in (`person`) and who was last
        (`last_person`), and what it told of itself at `status_at`: `version`, `revision`, `cache_age_s` at `now`,
        `hotkey`; None for what is not known.
    """
    signed_in = select(SESSION.c.device, SESSION.c.person).where(
        SESSION.c.device.is_not(None), SESSION.c.expires > to_iso(now)
    )
    people = {row.device: row.person for row in connection.execute(signed_in)}
    rows = connection.execute(select(DEVICE).order_by(DEVICE.c.revoked_at.is_not(None), DEVICE.c.name, DEVICE.c.id))
    return [_described(row, people.get(row.id), now) for row in rows]


def note_displays(store: Store, listening: Collection[str]) -> None:
    """Notes that the displays among devices with these ids are there: they report nothing of themselves."""
    if not listening:
        return
    with store.read() as connection:
        displays = set(connection.execute(select(DEVICE.c.id).where(DEVICE.c.kind == "display")).scalars())
    if seen := displays & set(listening):
        with store.write("hub", "displays seen") as writing:
            now = to_iso(writing.clock.now())
            writing.connection.execute(update(DEVICE).where(DEVICE.c.id.in_(seen)).values(seen_at=now))


def _described(row: Row[Any], person: str | None, now: datetime) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(row.status or "{}")
    return {
        "id": row.id,
        "name": row.name,
        "kind": row.kind,
        "branches": json.loads(row.branches),
        "reader": row.reader,
        "state": "revoked" if row.revoked_at else "enrolled" if row.token_hash else "waiting",
        "code_expires": row.code_expires,
        "seen_at": row.seen_at,
        "person": person,
        "last_person": row.person,
        "status_at": row.status_at,
        "version": told.get("version"),
        "revision": told.get("revision"),
        "cache_age_s": _age_s(told.get("confirmed_at"), now),
        "hotkey": told.get("hotkey"),
    }


def _age_s(moment: str | None, now: datetime) -> int | None:
    try:
        return max(0, round((now - from_iso(moment)).total_seconds())) if moment else None
    except DataError:
        return None
