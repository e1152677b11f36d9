"""Setting an outage window: one set of rules for every way in."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from data.clock import usable
from data.finding import find_one
from data.outages.branch_limits import check_branches
from data.outages.documents import outage_to_doc
from data.outages.facts import NOTHING_MORE, WindowFacts
from data.outages.notice_rules import notice_of, read_notice_rules
from data.outages.numbering import next_number
from data.outages.rules import (
    check_kind,
    check_scope,
    check_scope_kind,
    check_times,
    check_timetable,
    readable_reason,
)
from data.outages.warned import of_notice
from data.outages.windows import OutageWindow, Revision, ScopeItem
from data.store.schema import RECORDS
from data.store.store import Writing


@dataclass(frozen=True, slots=True)
class NewOutage:
    """What a person enters.

    Attributes:
        scope: Pairs of a kind of `SCOPE_KINDS` and an id, number, code or name.
        facts: What is known beside the promise.
    """

    kind: str
    start: datetime
    etr: datetime
    reason: str
    scope: tuple[tuple[str, str], ...]
    hold: bool = False
    facts: WindowFacts = NOTHING_MORE


def add_outage(writing: Writing, entered: NewOutage, by: str) -> OutageWindow:
    """Stores a new window.

    Raises:
        OutageError: kind, times, hours, reason or scope do not make a window.
        NotFoundError, AmbiguousError: a scope names no record, or several.
        ForbiddenError: a scope is not of the actor's branches.
    """
    now = writing.clock.now()
    key = next_number(writing.connection, RECORDS["outage"].c.id, "", now, 4)
    window = made_window(writing.connection, entered, now, by, key)
    check_branches(writing.connection, window.scope, writing.branches)
    window = _noting_late_notice(writing.connection, window, now)
    writing.put("outage", outage_to_doc(window))
    return window


def made_window(connection: Connection, entered: NewOutage, now: datetime, by: str, key: str) -> OutageWindow:
    """The window that `entered` makes, checked by every rule and stored nowhere.

    Raises:
        OutageError, NotFoundError, AmbiguousError: see `add_outage`.
    """
    check_kind(entered.kind)
    check_scope(entered.scope)
    start, etr = usable(entered.start, "start"), usable(entered.etr, "etr")
    check_times(start, etr)
    check_timetable(entered.facts.timetable, start, etr)
    reason = readable_reason(entered.reason)
    facts = entered.facts.checked()
    return OutageWindow(
        id=key,
        kind=entered.kind,
        start=start,
        etr=etr,
        reason=reason,
        scope=tuple(dict.fromkeys(resolve_scope(connection, entered.scope))),
        hold=entered.hold,
        revisions=(Revision(now, by, "new", etr, reason, facts.etr_source),),
        public_scope=facts.public_scope,
        etr_source=facts.etr_source,
        timetable=facts.timetable,
        cause=facts.cause,
        crew=facts.crew,
        crew_phone=facts.crew_phone,
    )


def _noting_late_notice(connection: Connection, window: OutageWindow, now: datetime) -> OutageWindow:
    """The window whose first revision says so where the rule for notice is not kept."""
    rules, (first,) = read_notice_rules(connection), window.revisions
    late = of_notice(window.kind, notice_of(window.kind, window.start, now, rules))
    noted = [replace(first, reason=f"{first.reason}（{one.zh}）") for one in late]
    return replace(window, revisions=tuple(noted)) if noted else window


def resolve_scope(connection: Connection, scope: Iterable[tuple[str, str]]) -> list[ScopeItem]:
    """The records that pairs of a kind and a name stand for.

    Raises:
        OutageError: a kind is none that can be out.
        NotFoundError, AmbiguousError: a name stands for no record, or for several.
    """
    items = []
    for kind, named in scope:
        check_scope_kind(kind)
        items.append(ScopeItem(kind, find_one(connection, kind, named)))
    return items
