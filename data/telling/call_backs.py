"""Call-backs in the store: who asked, who is calling, and what was told; whether one is due is worked out when read."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, insert, or_, select, update

from data.clock import from_iso, to_iso, usable
from data.errors import BadValueError, NotFoundError
from data.finding import find_one
from data.outages.rules import NAME_AT_MOST, REASON_AT_MOST, readable
from data.outages.stored import find_outage
from data.outages.windows import ScopeItem
from data.phone_numbers import normal_form
from data.readers import EVERYBODYS, Reader
from data.rights import ForbiddenError
from data.store.desk_tables import CALL_BACK, CALL_BACK_TRY
from data.store.rows import chunks
from data.store.schema import RECORDS
from data.store.store import Writing
from data.telling.awaited import Awaited
from data.telling.rules import telling_rules
from data.telling.waiting import (
    TAKEN_OVER_WITHIN,
    AwaitedWindow,
    CallBack,
    Standing,
    Try,
    promise_at,
    standing,
)
from data.telling.whose import check_new, is_theirs

KEPT_AFTER_END = timedelta(days=7)
"""For so long a number is kept after the last word was said: a restoration may be taken back."""

PLACES = ("feeder", "transformer_area", "area")


@dataclass(frozen=True, slots=True)
class NewCallBack:
    """What a person enters: somebody asks to be called when power is back.

    Attributes:
        phone: A whole phone number, in any form.
        name: How to address the caller.
        outage: The window's id, where there is one.
        place: A kind of `PLACES`, and an id or unique number, code or name, where there is none.
        customer: The caller's customer number, where it is known.
        promised: The promise that the caller heard; None: the one that stood.
    """

    phone: str
    name: str = ""
    outage: str | None = None
    place: tuple[str, str] | None = None
    customer: str | None = None
    note: str = ""
    promised: datetime | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A call-back with the window that it waits for, and where it stands."""

    asked: CallBack
    awaited: AwaitedWindow
    standing: Standing


def add_call_back(
    writing: Writing, new: NewCallBack, by: str, *, key: str | None = None, at: datetime | None = None
) -> str:
    """Puts a caller on the list; one who is on it for the same outage or place already stays there once.

    Args:
        writing: The transaction.
        new: What was entered.
        by: Who entered it.
        key: Its id; None: a new one.
        at: When it was asked; None: now.

    Returns:
        The id of the call-back.

    Raises:
        BadValueError: the phone is no whole number, or there is nothing to wait for.
        NotFoundError, AmbiguousError: window, place or customer is none, or several.
        OutageError: a text is too long or cannot be read out.
        ForbiddenError: it is for another branch's place or window than the actor's.
    """
    connection, moment = writing.connection, at or writing.clock.now()
    form = normal_form(new.phone)
    if form is None:
        raise BadValueError("phone", "", "give a whole phone number 请填写完整的电话号码").about("phone_needed")
    if not (new.outage or new.place or new.customer):
        refused = BadValueError(
            "outage", "", "say which outage, place or customer it is about 请指明停电信息、地点或户号"
        )
        raise refused.about("subject_needed")
    promised = new.promised or (_promise(connection, new.outage, moment) if new.outage else None)
    kind, place = _place(connection, new.place)
    customer = find_one(connection, "customer", new.customer) if new.customer else None
    named = [ScopeItem(one, key) for one, key in ((kind, place), ("customer", customer)) if one and key]
    check_new(connection, named, new.outage, writing.branches)
    row = {"outage": new.outage or None, "place_kind": kind, "place_id": place, "customer": customer, "phone": form}
    if known := connection.execute(select(CALL_BACK.c.id).where(_waits_alike(row, moment))).scalar():
        return str(known)
    entered = {
        "id": key or uuid4().hex,
        "at": to_iso(moment),
        "by": by,
        "name": readable("name", new.name, NAME_AT_MOST) or "",
        "note": readable("note", new.note, REASON_AT_MOST) or "",
        "promised": to_iso(usable(promised, "promised")) if promised else None,
    }
    connection.execute(insert(CALL_BACK).values(row | entered))
    waits_for = f"outage {new.outage}" if new.outage else f"{kind or 'customer'} {place or row['customer']}"
    writing.note(by, "add_call_back", f"{entered['id']} {waits_for}")
    return str(entered["id"])


def call_backs(connection: Connection, at: datetime, reader: Reader = EVERYBODYS) -> list[Listed]:
    """A reader's call-backs whose numbers are still kept: first those that are due, each in the order of asking."""
    wanted = (CALL_BACK.c.phone != "") & is_theirs(connection, reader)
    return sorted(_listed(connection, wanted, at), key=_order)


def due_call_backs(connection: Connection, at: datetime, reader: Reader = EVERYBODYS) -> int:
    """How many callers somebody has to call now."""
    outages = RECORDS["outage"]
    goes_on = outages.c.restored_at.is_(None) & outages.c.withdrawn_at.is_(None)
    about = select(CALL_BACK_TRY.c.call_back).join(outages, outages.c.id == CALL_BACK_TRY.c.outage).where(goes_on)
    may_be = or_(CALL_BACK.c.ended_at.is_(None), CALL_BACK.c.id.in_(about))  # a restoration may be taken back
    wanted = (CALL_BACK.c.phone != "") & may_be & is_theirs(connection, reader)
    return sum(one.standing.status == "due" for one in _listed(connection, wanted, at))


def find_call_back(connection: Connection, key: str, at: datetime, reader: Reader = EVERYBODYS) -> Listed:
    """One call-back.

    Raises:
        NotFoundError: there is none, or its number is forgotten.
        ForbiddenError: it is another branch's than the reader's.
    """
    one = (CALL_BACK.c.id == key) & (CALL_BACK.c.phone != "")
    found = list(_listed(connection, one, at))
    if not found:
        raise NotFoundError(f"no call-back has the id {key!r} 没有这条回访").about("no_call_back")
    if connection.execute(select(CALL_BACK.c.id).where(one, is_theirs(connection, reader))).first() is None:
        raise ForbiddenError(f"the call-back {key} is not one of your branches' 不归本单位").about(
            "call_back_elsewhere"
        )
    return found[0]


def forget_closed_call_backs(writing: Writing) -> None:
    """Drops who it was and what the number is, where the last word was said, or nothing happened, some days ago."""
    now = writing.clock.now()
    ended = CALL_BACK.c.ended_at < to_iso(now - KEPT_AFTER_END)
    lapsed = CALL_BACK.c.ended_at.is_(None) & (CALL_BACK.c.at < to_iso(now - TAKEN_OVER_WITHIN - KEPT_AFTER_END))
    without_window = lapsed & CALL_BACK.c.outage.is_(None)
    known = (CALL_BACK.c.phone != "") & or_(ended, without_window)
    over = [one.asked.id for one in _listed(writing.connection, known, now) if one.standing.status == "closed"]
    for chunk in chunks(over):
        tries, nobody = CALL_BACK_TRY.c.call_back.in_(chunk), {"phone": "", "name": "", "note": "", "customer": None}
        writing.connection.execute(update(CALL_BACK_TRY).where(tries).values(note=""))
        writing.connection.execute(update(CALL_BACK).where(CALL_BACK.c.id.in_(chunk)).values(nobody))


def _promise(connection: Connection, outage: str, at: datetime) -> datetime:
    return promise_at(find_outage(connection, outage), at)


def _place(connection: Connection, place: tuple[str, str] | None) -> tuple[str | None, str | None]:
    if place is None:
        return None, None
    if place[0] not in PLACES:
        raise BadValueError("place", place[0], f"give one of {', '.join(PLACES)}")
    return place[0], find_one(connection, *place)


def _waits_alike(row: dict[str, str | None], at: datetime) -> ColumnElement[bool]:
    same = [CALL_BACK.c[name].is_not_distinct_from(value) for name, value in row.items()]
    still = or_(CALL_BACK.c.outage.is_not(None), CALL_BACK.c.at > to_iso(at - TAKEN_OVER_WITHIN))
    return and_(*same, still, CALL_BACK.c.ended_at.is_(None))


_RANK = {"due": 0, "later": 1, "waiting": 2, "closed": 3}


def _order(one: Listed) -> tuple[int, datetime, str]:
    return _RANK[one.standing.status], one.asked.at, one.asked.id


def _listed(connection: Connection, wanted: ColumnElement[bool], at: datetime) -> Iterable[Listed]:
    rows = connection.execute(select(CALL_BACK).where(wanted)).mappings().all()
    tries = _tries(connection, [row["id"] for row in rows])
    asked = [_call_back(row, tries.get(row["id"], ())) for row in rows]
    awaited, moved = Awaited(connection, asked, at), telling_rules(connection).moved
    for one in asked:
        waits = awaited.of(one)
        yield Listed(one, waits, standing(one, waits.window, at, moved, back=waits.back))


def _tries(connection: Connection, keys: Sequence[str]) -> dict[str, tuple[Try, ...]]:
    found: defaultdict[str, list[Try]] = defaultdict(list)
    for chunk in chunks(keys):
        wanted = select(CALL_BACK_TRY).where(CALL_BACK_TRY.c.call_back.in_(chunk)).order_by(CALL_BACK_TRY.c.id)
        for row in connection.execute(wanted):
            etr = from_iso(row.etr) if row.etr else None
            found[row.call_back].append(Try(from_iso(row.at), row.by, row.result, row.news, row.outage, etr, row.note))
    return {key: tuple(made) for key, made in found.items()}


def _call_back(row: RowMapping, tries: tuple[Try, ...]) -> CallBack:
    place = (row["place_kind"], row["place_id"]) if row["place_kind"] else None
    return CallBack(
        id=row["id"],
        at=from_iso(row["at"]),
        by=row["by"],
        outage=row["outage"],
        place=place,
        customer=row["customer"],
        name=row["name"],
        phone=row["phone"],
        note=row["note"],
        promised=_moment(row["promised"]),
        claimed_by=row["claimed_by"],
        claimed_until=_moment(row["claimed_until"]),
        tries=tries,
    )


def _moment(text: str | None) -> datetime | None:
    return from_iso(text) if text else None
