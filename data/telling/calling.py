"""Calling back: a call-back is taken in hand, which shows its number, given back, or noted as tried."""

from datetime import datetime, timedelta

from sqlalchemy import func, insert, select, update

from data.clock import to_iso, usable
from data.outages.rules import REASON_AT_MOST, readable
from data.readers import Reader
from data.store.desk_tables import CALL_BACK, CALL_BACK_TRY
from data.store.store import Writing
from data.telling.call_backs import Listed, find_call_back
from data.telling.errors import TakenError, TellingError
from data.telling.news import ENDS, NEWS, TAKEN_BACK
from data.telling.rules import telling_rules
from data.telling.waiting import TRY_RESULTS, CallBack

CLAIM_LASTS = timedelta(minutes=10)
"""Who took a call-back and said nothing more has it no longer after this."""


def claim_call_back(writing: Writing, key: str, by: str) -> CallBack:
    """Takes a call-back in hand for `CLAIM_LASTS`: the number is told, which the audit trail says, to nobody else.

    Raises:
        NotFoundError: there is none.
        TakenError: somebody else has it.
        TellingError: it is closed, or the actor has as many in hand as anybody may.
        ForbiddenError: it is another branch's than the actor's.
    """
    now = writing.clock.now()
    listed = _own(writing, key, by)
    _check_taken(listed, by, now)
    _check_open(listed)
    if listed.asked.claimed(now) != by:
        _check_claims(writing, by, now)
        writing.note(by, "see_call_back_number", key)
    claim = {"claimed_by": by, "claimed_until": to_iso(now + CLAIM_LASTS)}
    writing.connection.execute(update(CALL_BACK).where(CALL_BACK.c.id == key).values(claim))
    return find_call_back(writing.connection, key, now).asked


def release_call_back(writing: Writing, key: str, by: str) -> None:
    """Gives a call-back back to the list; one that somebody else has stays with them.

    Raises:
        NotFoundError: there is none.
        ForbiddenError: it is another branch's than the actor's.
    """
    _own(writing, key, by)
    own = (CALL_BACK.c.id == key) & (CALL_BACK.c.claimed_by == by)
    writing.connection.execute(update(CALL_BACK).where(own).values(claimed_by=None, claimed_until=None))
    writing.note(by, "release_call_back", key)


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
        ForbiddenError: it is another branch's than the actor's.
    """
    now = writing.clock.now()
    if result not in TRY_RESULTS:
        raise TellingError(f"result {result!r} is not known: give one of {', '.join(TRY_RESULTS)}")
    if news is not None and news not in NEWS:
        raise TellingError(f"news {news!r} is not known: give one of {', '.join(NEWS)}")
    listed = _own(writing, key, by)
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
    writing.note(by, "call_back", f"{key} {told} {result}")
    return find_call_back(writing.connection, key, now)


def _own(writing: Writing, key: str, by: str) -> Listed:
    """The call-back, if it is one of the actor's branches."""
    reader = Reader(writing.branches, name=by.removeprefix("person:"))
    return find_call_back(writing.connection, key, writing.clock.now(), reader)


def _check_claims(writing: Writing, by: str, now: datetime) -> None:
    table, most = CALL_BACK.c, telling_rules(writing.connection).claims
    in_hand = select(func.count()).where(table.claimed_by == by, table.claimed_until > to_iso(now), table.phone != "")
    if writing.connection.execute(in_hand).scalar_one() >= most:
        refused = TellingError(f"{most} call-backs are in your hand: finish one or release it 手上已有 {most} 条回访")
        raise refused.about("too_many_claims", most=most)


def _check_taken(listed: Listed, by: str, now: datetime) -> None:
    other = listed.asked.claimed(now)
    if other is not None and other != by:
        who = other.partition(":")[2] or other
        raise TakenError(f"{who} is calling already {who} 正在回访此客户").about("taken", by=who)


def _check_open(listed: Listed) -> None:
    if listed.standing.status == "closed":
        raise TellingError("this call-back is closed 这条回访已结束").about("call_back_closed")
