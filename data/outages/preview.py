"""What a window would do, worked out before it is saved: whom it takes power from, what it overlaps, what is too late.

Nothing of it stands in the way of saving: whoever enters a window is told, and decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from data.clock import to_iso
from data.fields import Json
from data.outages import warned
from data.outages.affected_customers import AffectedCustomers
from data.outages.branch_limits import check_branches
from data.outages.concerned import Concerned, concerned_by, readable_names
from data.outages.describing import Item, named_items
from data.outages.entry import NewOutage, made_window
from data.outages.meeting import Meeting, meetings
from data.outages.notice_rules import Notice, NoticeRules, notice_of, read_notice_rules
from data.outages.overlaps import FOREVER
from data.outages.public_scope import public_scope
from data.outages.touched_areas import TouchedArea, areas_touched
from data.outages.warned import Warned
from data.outages.windows import Affected, OutageWindow, ScopeItem
from data.readers import EVERYBODYS, Reader

TRANSFORMER_AREAS_NAMED, AREAS_NAMED, CUSTOMERS_NAMED = 12, 50, 100
"""How many of each are named; the others are counted."""


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
        areas: Every area that they serve, those hit most first.
        concerned: Every important, high-risk or sensitive customer, the most important first.
        names: Of the first of them, as the reader may see them.
        overlaps: Windows that take out part of the same at the same time, by start.
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
    areas: tuple[TouchedArea, ...]
    concerned: tuple[Concerned, ...]
    names: dict[str, str]
    overlaps: tuple[Meeting, ...]
    earlier: tuple[OutageWindow, ...]
    notice: Notice | None
    rules: NoticeRules

    @property
    def important(self) -> int:
        """How many customers are important or high-risk."""
        return sum(one.is_important for one in self.concerned)

    @property
    def warnings(self) -> list[Warned]:
        """What to know before saving, the weightiest first."""
        return [
            *warned.of_overlaps(self.overlaps),
            *warned.of_notice(self.window.kind, self.notice),
            *warned.of_repeats(self.earlier, self.rules),
            *warned.of_customers(self.customers, self.important, len(self.concerned) - self.important),
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
                "important": self.important,
                "high_risk": sum(one.high_risk for one in self.concerned),
                "sensitive": sum(one.sensitive for one in self.concerned),
            },
            "transformer_areas": [dict(item) for item in self.transformer_areas],
            "areas": [area.to_json() for area in self.areas[:AREAS_NAMED]],
            "areas_touched": len(self.areas),
            "concerned": [self._concerned_json(one) for one in self.concerned if one.id in self.names],
            "overlaps": [_overlap_json(one) for one in self.overlaps],
            "earlier": [_earlier_json(one) for one in self.earlier],
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
    reach, met = meetings(connection, windows, timedelta(days=rules.repeat_days))
    affected = [reach.affected_by(window.scope) for window in windows]
    counted = AffectedCustomers(connection, affected, reach)
    areas, concerned = areas_touched(connection, affected), concerned_by(connection, affected)
    first = [_first_transformer_areas(one) for one in affected]
    items = named_items(connection, [item for one in (*(w.scope for w in windows), *first) for item in one])
    shown = {one.id: None for each in concerned for one in each[:CUSTOMERS_NAMED]}
    names = readable_names(connection, shown, reader)
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
                names={one.id: names[one.id] for one in concerned[number][:CUSTOMERS_NAMED]},
                overlaps=tuple(one for one in met[window.id] if one.span),
                earlier=_earlier(window, met[window.id], rules),
                notice=notice_of(window.kind, window.start, now, rules),
                rules=rules,
            )
        )
    return made


def _first_transformer_areas(affected: Affected) -> list[ScopeItem]:
    return [ScopeItem("transformer_area", key) for key in sorted(affected.transformer_areas)[:TRANSFORMER_AREAS_NAMED]]


def _earlier(window: OutageWindow, met: Sequence[Meeting], rules: NoticeRules) -> tuple[OutageWindow, ...]:
    """Interruptions only: where there is maintenance, power stays on."""
    if window.kind == "maintenance":
        return ()
    since = window.begins - timedelta(days=rules.repeat_days)
    before = (one.window for one in met if one.span is None and one.window.kind != "maintenance")
    return tuple(one for one in before if since <= one.begins < window.begins)


def _overlap_json(one: Meeting) -> dict[str, Json]:
    begin, end = one.span or (one.window.begins, one.window.ends)
    return {
        **_earlier_json(one.window),
        "from": to_iso(begin),
        "until": to_iso(end) if end != FOREVER else None,
        "transformer_areas": len(one.transformer_areas),
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
