"""What is done to a window after it was set: each act one revision, with who did it and why.

Who works for some branches only may do it to windows of theirs; else it is a `ForbiddenError`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from data.clock import to_iso, usable
from data.errors import OutageError
from data.kinds import CAUSES, ETR_SOURCES
from data.outages.branch_limits import check_branches
from data.outages.branch_parts import is_whole, own_part
from data.outages.describing import network
from data.outages.documents import outage_to_doc
from data.outages.entry import resolve_scope
from data.outages.rules import (
    CHANNELS,
    NAME_AT_MOST,
    REASON_AT_MOST,
    check_times,
    check_timetable,
    one_of,
    readable,
    readable_reason,
)
from data.outages.stored import find_outage
from data.outages.timetable import Timetable
from data.outages.windows import Change, OutageWindow, Publication, Restoration, Revision, ScopeItem, affected_by
from data.store.store import Writing

_BACK = "已确认送电"
_OWN_PART = "本单位部分已送电"
"""Said of a restoration by a branch that gave no reason; a reason is read out."""


@dataclass(frozen=True, slots=True)
class OutageEdit:
    """What of a window is corrected beside its promise: None leaves a text as it is, empty takes it away.

    Attributes:
        timetable: The hours at which power is off; `every_hour` takes them away.
    """

    public_scope: str | None = None
    cause: str | None = None
    crew: str | None = None
    crew_phone: str | None = None
    hold: bool | None = None
    timetable: Timetable | None = None
    every_hour: bool = False


def revise_outage(
    writing: Writing,
    key: str,
    etr: datetime,
    reason: str,
    by: str,
    *,
    etr_source: str | None = None,
    site: bool = False,
) -> OutageWindow:
    """Moves a window's ETR; the former promise stays in its revisions.

    Args:
        writing: The transaction.
        key: The window's.
        etr: The new promise.
        reason: Why.
        by: Who.
        etr_source: Whence it comes, a key of `ETR_SOURCES`.
        site: What was met on the site makes it so, not the plan.

    Raises:
        NotFoundError: no such window.
        OutageError: the window is over, or the ETR is before the start.
    """
    window, etr = open_window(writing.connection, key), usable(etr, "etr")
    check_times(window.begins, etr)
    check_timetable(window.timetable, window.begins, etr, window.start)
    source = one_of("etr_source", etr_source, ETR_SOURCES)
    change: Change = "site_change" if site else "plan_change"
    revised = replace(window, etr=etr, etr_source=source or window.etr_source)
    return _revise(writing, revised, by, change, reason, source)


def begin_outage(writing: Writing, key: str, at: datetime | None, by: str) -> OutageWindow:
    """Notes that power really went at `at`, now where it is None.

    Raises:
        NotFoundError: no such window.
        OutageError: the window is over, or `at` is in the future or not before the ETR.
    """
    window, now = open_window(writing.connection, key), writing.clock.now()
    moment = usable(at, "at") if at else now
    _check_past("started", moment, now)
    check_times(moment, window.etr)
    check_timetable(window.timetable, moment, window.etr, window.start)
    return _revise(writing, replace(window, started_at=moment), by, "started", to_iso(moment))


def edit_outage(writing: Writing, key: str, edit: OutageEdit, reason: str, by: str) -> OutageWindow:
    """Corrects what a window says beside its promise.

    Raises:
        NotFoundError: no such window.
        OutageError: the window is over, or a value is none.
    """
    window = open_window(writing.connection, key)
    changes: dict[str, Any] = {
        "public_scope": readable("public scope", edit.public_scope, REASON_AT_MOST),
        "cause": one_of("cause", edit.cause, CAUSES),
        "crew": readable("crew", edit.crew, NAME_AT_MOST),
        "crew_phone": readable("crew's phone", edit.crew_phone, NAME_AT_MOST),
        "hold": edit.hold,
        "timetable": edit.timetable,
    }
    told = {name: value for name, value in changes.items() if getattr(edit, name) is not None}
    if edit.every_hour:
        told["timetable"] = None
    edited = replace(window, **told)
    check_timetable(edited.timetable, edited.begins, edited.etr, edited.start)
    return _revise(writing, edited, by, "edited", reason)


def publish_outage(writing: Writing, key: str, channel: str, at: datetime | None, by: str) -> OutageWindow:
    """Notes that a window was made known through a channel at `at`, now where it is None.

    Raises:
        NotFoundError: no such window.
        OutageError: the window is over, the channel is not known, or `at` is in the future.
    """
    window, now = open_window(writing.connection, key), writing.clock.now()
    if not one_of("channel", channel, CHANNELS):
        raise OutageError(f"a channel is needed: give one of {', '.join(CHANNELS)}").about("channel_needed")
    moment = usable(at, "at") if at else now
    _check_past("published", moment, now)
    published = replace(window, channels=(*window.channels, Publication(channel, moment, by)))
    return _revise(writing, published, by, "published", CHANNELS[channel])


def restore_outage(
    writing: Writing, key: str, at: datetime | None, partial: Iterable[tuple[str, str]], by: str, reason: str = ""
) -> OutageWindow:
    """Confirms that power is back at `at` (now where it is None): for the whole scope or for parts of it.

    Of a window that crosses branches each restores its own part: whoever works for some of them and names no part,
    confirms what these supply. The last branch to do so restores the window.

    Raises:
        NotFoundError: no such window, or a part names no record.
        OutageError: the window is over or has not begun, or a part is not in its scope.
        ForbiddenError: a part, or all of it, is not of the actor's branches.
    """
    window, now = open_window(writing.connection, key), writing.clock.now()
    moment = usable(at, "at") if at else now
    if moment < window.begins:
        told = f"outage {key} starts at {to_iso(window.begins)}: it cannot be restored before; withdraw it"
        raise OutageError(told).about("not_begun", start=window.begins)
    _check_past("restored", moment, now)
    parts = resolve_scope(writing.connection, partial)
    if parts:
        _check_inside(writing.connection, window, parts)
        return _restore_parts(writing, window, parts, moment, by, reason or ", ".join(part.id for part in parts))
    own = own_part(writing.connection, window, writing.branches)
    if own is None:
        return _revise(writing, replace(window, restored_at=moment), by, "restored", reason or _BACK)
    restored = [part.item for part in window.restorations]
    if not own or is_whole(writing.connection, window, [*own, *restored]):
        return _revise(writing, replace(window, restored_at=moment), by, "restored", reason or _BACK, scope=own)
    return _restore_parts(writing, window, own, moment, by, reason or _OWN_PART)


def reopen_outage(writing: Writing, key: str, reason: str, by: str) -> OutageWindow:
    """Takes a restoration back that was confirmed by mistake; what was said of parts stays.

    Where the ETR has passed, the window is held from then on: power is out, and the clock alone must not say otherwise.

    Raises:
        NotFoundError: no such window.
        OutageError: the window is not restored, or was withdrawn.
    """
    window = _window(writing.connection, key)
    if window.restored_at is None:
        refused = OutageError(f"outage {key} is not restored: there is nothing to take back")
        raise refused.about("not_restored")
    hold = window.hold or window.ends <= writing.clock.now()
    return _revise(writing, replace(window, restored_at=None, hold=hold), by, "reopened", reason)


def withdraw_outage(writing: Writing, key: str, reason: str, by: str) -> OutageWindow:
    """Takes a window back as if it had never been set; it stays in the store with its reason.

    Raises:
        NotFoundError: no such window.
        OutageError: the window is over already, or no reason is given.
    """
    window = open_window(writing.connection, key)
    return _revise(writing, replace(window, withdrawn_at=writing.clock.now()), by, "withdrawn", reason)


def open_window(connection: Connection, key: str) -> OutageWindow:
    """The window, if something may still be done to it.

    Raises:
        NotFoundError: no such window.
        OutageError: it was restored or withdrawn.
    """
    window = _window(connection, key)
    if window.restored_at is not None:
        refused = OutageError(f"outage {key} was restored at {to_iso(window.restored_at)}: set a new one")
        raise refused.about("was_restored", at=window.restored_at)
    return window


def _window(connection: Connection, key: str) -> OutageWindow:
    window = find_outage(connection, key)
    if window.withdrawn_at is not None:
        refused = OutageError(f"outage {key} was withdrawn at {to_iso(window.withdrawn_at)}: set a new one")
        raise refused.about("was_withdrawn", at=window.withdrawn_at)
    return window


def _restore_parts(
    writing: Writing, window: OutageWindow, parts: Sequence[ScopeItem], moment: datetime, by: str, reason: str
) -> OutageWindow:
    restorations = (*window.restorations, *(Restoration(part, moment) for part in parts))
    changed = replace(window, restorations=tuple(dict.fromkeys(restorations)))
    return _revise(writing, changed, by, "partial_restoration", reason, scope=parts)


def _check_past(what: str, moment: datetime, now: datetime) -> None:
    if moment > now:
        refused = OutageError(f"{what} at {to_iso(moment)} lies in the future: give the moment when it happened")
        raise refused.about("in_the_future", at=moment)


def _check_inside(connection: Connection, window: OutageWindow, parts: list[ScopeItem]) -> None:
    net = network(connection)
    whole = affected_by(window.scope, net)
    for part in parts:
        below = frozenset() if part.kind == "customer" else affected_by([part], net).transformer_areas
        inside = part in window.scope or (below and below <= whole.transformer_areas)
        if part.kind == "customer" and not inside:
            told = f"customer {part.id} is not named in outage {window.id}: restore its transformer area"
            raise OutageError(told).about("customer_not_named", name=part.id)
        if not inside:
            refused = OutageError(f"{part.kind} {part.id} is not in the scope of outage {window.id}")
            raise refused.about("not_in_scope", kind=part.kind, name=part.id)


def _revise(
    writing: Writing,
    window: OutageWindow,
    by: str,
    change: Change,
    reason: str,
    source: str | None = None,
    *,
    scope: Sequence[ScopeItem] = (),
) -> OutageWindow:
    """Stores a window with one more revision; `scope` is what of it is changed, all of it where none is named."""
    check_branches(writing.connection, scope or window.scope, writing.branches)
    revision = Revision(writing.clock.now(), by, change, window.etr, readable_reason(reason), source)
    revised = replace(window, revisions=(*window.revisions, revision))
    writing.put("outage", outage_to_doc(revised))
    return revised
