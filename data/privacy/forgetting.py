"""Forgetting customers: what calls, tickets and look-ups say of them goes after a time; that they happened stays.

Reports and the audit trail need no more than the rest. Log lines and entries that were taken once are known by their
digests, which stay, so that a second import does not bring back what was forgotten.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, delete, or_, select, update

from data.clock import to_iso
from data.store.desk_tables import CALL_BACK, CALL_BACK_TRY, RECORD_CHANGE, TICKET_EVENT, TOLD
from data.store.schema import CALL_EVENT, LOOK_UP, TICKET, WRAP_UP
from data.store.store import Store

TEXT_GONE = "（已过保存期限）"
"""What stands where the text of a ticket, or of a remark on it, was."""

_ROWS_AT_ONCE = 2_000
"""Rows of one transaction: others who write wait for no longer than that takes."""

_CUSTOMER = "customer"
_ENTERED = "ENTERQUEUE"
"""The event whose arguments hold the caller's number."""

_EMPTY = "[]"
_Rule = tuple[str, Table, ColumnElement[bool], dict[str, Any] | None]

_RULES: tuple[_Rule, ...] = (
    ("look-ups", LOOK_UP, LOOK_UP.c.record_kind == _CUSTOMER, None),
    ("changes of customers", RECORD_CHANGE, RECORD_CHANGE.c.kind == _CUSTOMER, None),
    (
        "tickets",
        TICKET,
        or_(TICKET.c.text != TEXT_GONE, TICKET.c.place_kind == _CUSTOMER),
        {"text": TEXT_GONE},
    ),
    (
        "remarks on tickets",
        TICKET_EVENT,
        and_(TICKET_EVENT.c.text != "", TICKET_EVENT.c.text != TEXT_GONE),
        {"text": TEXT_GONE},
    ),
    (
        "wrap-ups",
        WRAP_UP,
        or_(WRAP_UP.c.number_hash.is_not(None), WRAP_UP.c.note != ""),
        {"number_hash": None, "note": ""},
    ),
    ("tellings", TOLD, or_(TOLD.c.whom != "", TOLD.c.note != ""), {"whom": "", "note": ""}),
    (
        "call-backs",
        CALL_BACK,
        or_(CALL_BACK.c.phone != "", CALL_BACK.c.customer.is_not(None)),
        {"phone": "", "name": "", "note": "", "customer": None},
    ),
    ("calls back", CALL_BACK_TRY, CALL_BACK_TRY.c.note != "", {"note": ""}),
    ("calls", CALL_EVENT, and_(CALL_EVENT.c.event == _ENTERED, CALL_EVENT.c.args != _EMPTY), {"args": _EMPTY}),
)
"""What is forgotten: its name, table, which rows say something of a customer, and what they are set to; None: they go.

A ticket for a customer loses that place as well; one for a line keeps it.
"""


def forget_customers(store: Store, before: datetime, actor: str = "hub") -> dict[str, int]:
    """Forgets what was entered before a moment, a little at a time; done again, there is nothing left to do.

    Args:
        store: Of the hub.
        before: Later entries stay as they are.
        actor: Who has it done, for the audit trail.

    Returns:
        How many of each of the rules were changed, by its name.
    """
    counts = {name: sum(_forgotten(store, rule, to_iso(before))) for rule in _RULES for name in [rule[0]]}
    if any(counts.values()):
        told = ", ".join(f"{count} {name}" for name, count in counts.items())
        with store.write(actor, "forget customers") as writing:
            writing.note(actor, "forget_customers", f"before {to_iso(before)}: {told}")
    return counts


def _forgotten(store: Store, rule: _Rule, before: str) -> Iterator[int]:
    _, table, said, values = rule
    (key,) = table.primary_key.columns
    old = select(key).where(said, table.c.at < before).limit(_ROWS_AT_ONCE)
    while True:
        with store.write("hub", "forget customers") as writing:
            keys = list(writing.connection.execute(old).scalars())
            if values is None:
                writing.connection.execute(delete(table).where(key.in_(keys)))
            else:
                writing.connection.execute(update(table).where(key.in_(keys)).values(values))
            if table is TICKET:
                nobodys = {"place_kind": None, "place_id": None}
                of_customers = and_(key.in_(keys), TICKET.c.place_kind == _CUSTOMER)
                writing.connection.execute(update(TICKET).where(of_customers).values(nobodys))
        yield len(keys)
        if len(keys) < _ROWS_AT_ONCE:
            return
