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
from data.outages.documents import outage_from_doc
from data.outages.rules import NAME_AT_MOST, REASON_AT_MOST, readable
from data.phone_numbers import normal_form
from data.store import audit
from data.store.desk_tables import CALL_BACK, CALL_BACK_TRY
from data.store.rows import chunks, get_docs
from data.store.schema import RECORDS
from data.store.store import Writing
from data.telling.awaited import Awaited
from data.telling.errors import TakenError, TellingError
from data.telling.news import ENDS, NEWS, TAKEN_BACK
from data.telling.rules import telling_rules
from data.telling.waiting import (
    TAKEN_OVER_WITHIN,
    TRY_RESULTS,
    AwaitedWindow,
    CallBack,
    Standing,
    Try,
    promise_at,
    standing,
)

CLAIM_LASTS = timedelta(minutes=10)
"""Who took a call-back and said nothing more has it no longer after this."""

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
    row = {
        "outage": new.outage or None,
        "place_kind": kind,
        "place_id": place,
        "customer": find_one(connection, "customer", new.customer) if new.customer else None,
        "phone": form,
    }
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
    audit.record(connection, writing.clock.now(), by, "add_call_back", f"{entered['id']} {waits_for}")
    return str(entered["id"])


def call_backs(connection: Connection, at: datetime) -> list[Listed]:
    """Every call-back whose number is still kept: first those that are due, each in the order of asking."""
    return sorted(_listed(connection, CALL_BACK.c.phone != "", at), key=_order)


def due_call_backs(connection: Connection, at: datetime) -> int:
    """How many callers have to be called now."""
    outages = RECORDS["outage"]
    goes_on = outages.c.restored_at.is_(None) & outages.c.withdrawn_at.is_(None)
    about = select(CALL_BACK_TRY.c.call_back).join(outages, outages.c.id == CALL_BACK_TRY.c.outage).where(goes_on)
    may_be = or_(CALL_BACK.c.ended_at.is_(None), CALL_BACK.c.id.in_(about))  # a restoration may be taken back
    return sum(one.standing.status == "due" for one in _listed(connection, (CALL_BACK.c.phone != "") & may_be, at))


def find_call_back(connection: Connection, key: str, at: datetime) -> Listed:
    """One call-back.

    Raises:
        NotFoundError: there is none, or its number is forgotten.
    """
    found = list(_listed(connection, (CALL_BACK.c.id == key) & (CALL_BACK.c.phone != ""), at))
    if not found:
        raise NotFoundError(f"no call-back has the id {key!r} 没有这条回访").about("no_call_back")
    return found[0]


def claim_call_back(writing: Writing, key: str, by: str) -> CallBack:
    """Takes a call-back in hand for `CLAIM_LASTS`: the number is told, which the audit trail says, to nobody else.

    Raises:
        NotFoundError: there is none.
        TakenError: somebody else has it.
        TellingError: it is closed.
    """
    now = writing.clock.now()
    listed = find_call_back(writing.connection, key, now)
    _check_taken(listed, by, now)
    _check_open(listed)
    if listed.asked.claimed(now) != by:
        audit.record(writing.connection, now, by, "see_call_back_number", key)
    claim = {"claimed_by": by, "claimed_until": to_iso(now + CLAIM_LASTS)}
    writing.connection.execute(update(CALL_BACK).where(CALL_BACK.c.id == key).values(claim))
    return find_call_back(writing.connection, key, now).asked


def release_call_back(writing: Writing, key: str, by: str) -> None:
    """Gives a call-back back to the list; one that somebody else has stays with them.

    Raises:
        NotFoundError: there is none.
    """
    find_call_back(writing.connection, key, writing.clock.now())
    own = (CALL_BACK.c.id == key) & (CALL_BACK.c.claimed_by == by)
    writing.connection.execute(update(CALL_BACK).where(own).values(claimed_by=None, claimed_until=None))
    audit.record(writing.connection, writing.clock.now(), by, "release_call_back", key)


def record_try(
    writing: Writing,
    key: str,
    result: str,
    by: str,
    *,
    note: str = "",
    news: str | None = None,
    etr: datetime | None = None,
) -> Listed:
    """Notes how a try to call somebody back went.

    Args:
        writing: The transaction.
        key: The call-back's id.
        result: A key of `TRY_RESULTS`; `taken_back` undoes the note before, of a closed one, too.
        by: Who called.
        note: What there is to say.
        news: What was on the list when it was told; None: what is on it now.
        etr: The promise that was told; None: the one that stands.

    Returns:
        The call-back as it stands then.

    Raises:
        NotFoundError: there is none.
        TakenError: somebody else has it.
        TellingError: it is closed, or result or news is none.
        BadValueError: the promise is no usable time.
        OutageError: the note is too long or cannot be read out.
    """
    now = writing.clock.now()
    if result not in TRY_RESULTS:
        raise TellingError(f"result {result!r} is not known: give one of {', '.join(TRY_RESULTS)}")
    if news is not None and news not in NEWS:
        raise TellingError(f"news {news!r} is not known: give one of {', '.join(NEWS)}")
    listed = find_call_back(writing.connection, key, now)
    _check_taken(listed, by, now)
    if result == TAKEN_BACK:
        if not listed.asked.made:
            raise TellingError("there is nothing to take back 没有可撤回的登记").about("nothing_to_take_back")
    else:
        _check_open(listed)
    window = listed.awaited.window
    told = news or listed.standing.news or "etr"
    row = {
        "call_back": key,
        "at": to_iso(now),
        "by": by,
        "result": result,
        "news": told,
        "outage": window.id if window else "",
        "etr": to_iso(usable(etr, "etr") if etr else window.etr) if window else None,
        "note": readable("note", note, REASON_AT_MOST) or "",
    }
    writing.connection.execute(insert(CALL_BACK_TRY).values(row))
    ends = result == "cancelled" or (result == "done" and told in ENDS)
    worked = {"claimed_by": None, "claimed_until": None, "ended_at": to_iso(now) if ends else None}
    writing.connection.execute(update(CALL_BACK).where(CALL_BACK.c.id == key).values(worked))
    audit.record(writing.connection, now, by, "call_back", f"{key} {told} {result}")
    return find_call_back(writing.connection, key, now)


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
    doc = get_docs(connection, "outage", [outage]).get(outage)
    if doc is None:
        raise NotFoundError(f"no outage has the id {outage!r}: outage list shows them").about("no_outage", name=outage)
    return promise_at(outage_from_doc(doc), at)


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


def _check_taken(listed: Listed, by: str, now: datetime) -> None:
    other = listed.asked.claimed(now)
    if other is not None and other != by:
        who = other.partition(":")[2] or other
        raise TakenError(f"{who} is calling already {who} 正在回访此客户").about("taken", by=who)


def _check_open(listed: Listed) -> None:
    if listed.standing.status == "closed":
        raise TellingError("this call-back is closed 这条回访已结束").about("call_back_closed")


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
