"""What a window would do, worked out before it is saved: whom it takes power from, what it overlaps, what is too late.

Nothing of it stands in the way of saving: whoever enters a window is told, and decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import nsmallest

from sqlalchemy import Connection

from data.clock import to_iso
from data.fields import Json
from data.outages import warned
from data.outages.above import Above
from data.outages.affected_customers import AffectedCustomers
from data.outages.branch_limits import check_branches
from data.outages.concerned import AllConcerned, concerned_by, readable_names
from data.outages.describing import Item, named_items
from data.outages.entry import NewOutage, made_window
from data.outages.kept_customers import Concerned
from data.outages.meeting import Meetings, Overlap, meetings
from data.outages.notice_rules import Notice, NoticeRules, notice_of, read_notice_rules
from data.outages.overlaps import FOREVER
from data.outages.public_scope import public_scope
from data.outages.reach import Reach
from data.outages.touched_areas import TouchedAreas, areas_touched
from data.outages.warned import Warned
from data.outages.windows import Affected, OutageWindow, ScopeItem
from data.readers import EVERYBODYS, Reader

TRANSFORMER_AREAS_NAMED, EARLIER_NAMED = 12, 20
"""How many of each are told one by one; the others are counted."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a window that is not saved would do.

    Attributes:
        window: As it would be saved.
        scope: Its pieces by name.
        public_scope: What the public would be told.
        affected: What it takes out.
        customers: How many customers that are.
        transformer_areas: The first of them by name.
        areas: The areas that they serve.
        concerned: The important, high-risk and sensitive customers.
        names: Of those of them who are told one by one, as the reader may see them.
        met: Windows that take out part of the same.
        earlier: Windows that took, or will have taken, power from part of the same not long before, by start.
        notice: How it stands to the rule of its kind, where there is one.
        rules: The centre's.
    """

    window: OutageWindow
    scope: tuple[Item, ...]
    public_scope: str
    affected: Affected
    customers: int
    transformer_areas: tuple[Item, ...]
    areas: TouchedAreas
    concerned: AllConcerned
    names: dict[str, str]
    met: Meetings
    earlier: tuple[OutageWindow, ...]
    notice: Notice | None
    rules: NoticeRules

    @property
    def warnings(self) -> list[Warned]:
        """What to know before saving, the weightiest first."""
        return [
            *warned.of_overlaps(self.met.overlaps, self.met.overlapping),
            *warned.of_notice(self.window.kind, self.notice),
            *warned.of_repeats(self.earlier, self.rules),
            *warned.of_customers(
                self.customers, self.concerned.important, self.concerned.count - self.concerned.important
            ),
        ]

    def to_json(self) -> dict[str, Json]:
        """The public form."""
        return {
            "kind": self.window.kind,
            "start": to_iso(self.window.start),
            "etr": to_iso(self.window.etr),
            "scope": [dict(item) for item in self.scope],
            "public_scope": self.public_scope,
            "affected": {
                "feeders": len(self.affected.feeders),
                "transformer_areas": len(self.affected.transformer_areas),
                "customers": self.customers,
                "important": self.concerned.important,
                "high_risk": self.concerned.high_risk,
                "sensitive": self.concerned.sensitive,
            },
            "transformer_areas": [dict(item) for item in self.transformer_areas],
            "areas": [area.to_json() for area in self.areas.named],
            "areas_touched": self.areas.count,
            "concerned": [self._concerned_json(one) for one in self.concerned.first],
            "concerned_count": self.concerned.count,
            "overlaps": [_overlap_json(one) for one in self.met.overlaps],
            "overlapping": self.met.overlapping,
            "earlier": [_earlier_json(one) for one in self.earlier[-EARLIER_NAMED:]],
            "earlier_count": len(self.earlier),
            "notice": _notice_json(self.notice),
            "warnings": [one.to_json() for one in self.warnings],
        }

    def _concerned_json(self, one: Concerned) -> dict[str, Json]:
        told = {"importance": one.importance, "high_risk": one.high_risk, "sensitive": one.sensitive}
        return {"id": one.id, "name": self.names[one.id], **told}


def preview(connection: Connection, entered: NewOutage, now: datetime, reader: Reader = EVERYBODYS) -> Preview:
    """What `entered` would do; it is stored nowhere.

    Args:
        connection: To the store.
        entered: As a person enters it.
        now: When it would be saved.
        reader: Who asks; names of customers that they may not read are hidden.

    Raises:
        OutageError: kind, times, hours, reason or scope do not make a window.
        NotFoundError, AmbiguousError: a scope names no record, or several.
        ForbiddenError: a scope is not of the person's branches.
    """
    window = made_window(connection, entered, now, "", "")
    check_branches(connection, window.scope, reader.branches)
    return previews(connection, [window], now, reader)[0]


def previews(
    connection: Connection, windows: Sequence[OutageWindow], now: datetime, reader: Reader = EVERYBODYS
) -> list[Preview]:
    """What each of several windows would do that are to be set together, the others of them taken into account.

    Args:
        connection: To the store.
        windows: From `made_window`, each with an id of its own that no stored one has.
        now: When they would be saved.
        reader: Who asks; names of customers that they may not read are hidden.
    """
    rules = read_notice_rules(connection)
    reach = Reach(connection, [item for one in windows for item in one.scope])
    affected = [reach.affected_by(window.scope) for window in windows]
    above = Above(connection, _taken_or_supplying(affected, reach))
    met = meetings(connection, windows, affected, above, timedelta(days=rules.repeat_days))
    counted = AffectedCustomers(connection, affected, reach)
    areas, concerned = areas_touched(connection, affected, above), concerned_by(connection, affected)
    first = [_first_transformer_areas(one) for one in affected]
    items = named_items(connection, [item for one in (*(w.scope for w in windows), *first) for item in one])
    names = readable_names(connection, dict.fromkeys(one.id for each in concerned for one in each.first), reader)
    made = []
    for number, window in enumerate(windows):
        scope = tuple(items[item] for item in window.scope)
        made.append(
            Preview(
                window=window,
                scope=scope,
                public_scope=window.public_scope or public_scope(scope),
                affected=affected[number],
                customers=counted.customers(affected[number]),
                transformer_areas=tuple(items[item] for item in first[number]),
                areas=areas[number],
                concerned=concerned[number],
                names={one.id: names[one.id] for one in concerned[number].first},
                met=met[number],
                earlier=_earlier(window, met[number].apart, rules),
                notice=notice_of(window.kind, window.start, now, rules),
                rules=rules,
            )
        )
    return made


def _taken_or_supplying(affected: Sequence[Affected], reach: Reach) -> set[str]:
    """The transformer areas that are taken out, and those of customers who are named."""
    named = reach.suppliers({customer for one in affected for customer in one.customers})
    supplying = {one.id for one in named if one.kind == "transformer_area"}
    return supplying.union(*(one.transformer_areas for one in affected))


def _first_transformer_areas(affected: Affected) -> list[ScopeItem]:
    first = nsmallest(TRANSFORMER_AREAS_NAMED, affected.transformer_areas)
    return [ScopeItem("transformer_area", key) for key in first]


def _earlier(window: OutageWindow, apart: Sequence[OutageWindow], rules: NoticeRules) -> tuple[OutageWindow, ...]:
    """Interruptions only: where there is maintenance, power stays on."""
    if window.kind == "maintenance":
        return ()
    since = window.begins - timedelta(days=rules.repeat_days)
    return tuple(one for one in apart if one.kind != "maintenance" and since <= one.begins < window.begins)


def _overlap_json(one: Overlap) -> dict[str, Json]:
    begin, end = one.span
    return {
        **_earlier_json(one.window),
        "from": to_iso(begin),
        "until": to_iso(end) if end != FOREVER else None,
        "transformer_areas": one.transformer_areas,
    }


def _earlier_json(window: OutageWindow) -> dict[str, Json]:
    return {
        "id": window.id,
        "kind": window.kind,
        "start": to_iso(window.begins),
        "etr": to_iso(window.restored_at or window.ends),
        "reason": window.reason,
    }


def _notice_json(notice: Notice | None) -> Json:
    if notice is None:
        return None
    return {"needed_h": notice.needed_h, "given_s": notice.given_s, "late_s": notice.late_s}
