"""Entries as they come to a hub, without the wire."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Table, func, select

from data.clock import to_iso
from data.entries.entries import Entry, Outcome
from data.entries.ledger import Sender, receive
from data.fields import Doc
from data.names.pinyin import readings_of
from data.outages.documents import outage_from_doc
from data.outages.windows import OutageWindow
from data.store.phone_hashes import PhoneHashes
from data.store.rows import get_docs
from data.store.store import Store
from sync.routes.entry_forms import Desk, act_of
from tests.stores import NOON, SetClock

SENDER = Sender("D1", "person:wang")
PHONES = PhoneHashes(b"k" * 32)
HOUR = timedelta(hours=1)
WINDOW: dict[str, Any] = {
    "kind": "fault",
    "start": to_iso(NOON),
    "etr": to_iso(NOON + 2 * HOUR),
    "reason": "倒杆",
    "scope": [{"kind": "feeder", "id": "F1"}],
}


def entry(kind: str, body: dict[str, Any], clock: SetClock, key: str = "") -> Entry:
    return Entry(key or uuid4().hex, kind, clock.now(), body)


def desk(branches: tuple[str, ...] = ()) -> Desk:
    return Desk(SENDER, "wang", branches, PHONES, readings_of)


def enter(store: Store, one: Entry, branches: tuple[str, ...] = ()) -> Outcome:
    return receive(store, SENDER, one, act_of(one, desk(branches)))


def count(store: Store, table: Table) -> int:
    with store.read() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def window(store: Store, key: str) -> OutageWindow:
    with store.read() as connection:
        return outage_from_doc(get_docs(connection, "outage", [key])[key])


def area(store: Store, key: str) -> Doc:
    with store.read() as connection:
        return get_docs(connection, "area", [key])[key]


def seen(one: OutageWindow) -> Doc:
    return {"etr": to_iso(one.etr), "restored_at": None, "withdrawn_at": None, "restored": []}
