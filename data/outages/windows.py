"""Whether something is out at a moment: a pure function of the outage windows, the network and that moment.

Nothing has to fire for a line to turn red or to recover. Whoever shows a state asks again with a later moment.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from data.clock import from_iso, to_iso
from data.kinds import Doc
from data.supply import Place

State = Literal["normal", "outage", "partial_outage", "maintenance", "suspected", "unknown"]
Phase = Literal["upcoming", "active", "overdue", "ended_by_clock", "restored"]

ENDED_STAYS = timedelta(hours=2)
"""How long a window that has ended stays on the card."""

SCOPE_KINDS = ("feeder", "transformer_area", "area", "customer")


@dataclass(frozen=True, slots=True)
class ScopeItem:
    """A piece of the network that a window takes out."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Restoration:
    """A part of a window's scope that has power again before the rest."""

    item: ScopeItem
    at: datetime


@dataclass(frozen=True, slots=True)
class Revision:
    """One act on a window: what the promise was from then on, who said so and why."""

    at: datetime
    by: str
    change: Literal["new", "plan_change", "partial_restoration", "restored", "withdrawn"]
    etr: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class OutageWindow:
    """A planned or actual interruption: where, from when, until when as far as is known.

    Attributes:
        kind: A key of `data.kinds.OUTAGE_KINDS`.
        hold: Stays red past its ETR until someone confirms, instead of ending by the clock.
    """

    id: str
    kind: str
    start: datetime
    etr: datetime
    reason: str
    scope: tuple[ScopeItem, ...]
    revisions: tuple[Revision, ...]
    hold: bool = False
    restorations: tuple[Restoration, ...] = ()
    restored_at: datetime | None = None
    withdrawn_at: datetime | None = None

    def phase(self, at: datetime) -> Phase | None:
        """Where the window stands at `at`, or None when it is no longer, or was never, to be shown."""
        if self.withdrawn_at is not None:
            return None
        if self.restored_at is not None and at >= self.restored_at:
            return "restored" if at < self.restored_at + ENDED_STAYS else None
        if at < self.start:
            return "upcoming"
        if at < self.etr:
            return "active"
        if self.hold:
            return "overdue"
        return "ended_by_clock" if at < self.etr + ENDED_STAYS else None

    def in_effect(self, at: datetime) -> bool:
        """Whether the window takes its scope out at `at`."""
        return self.phase(at) in {"active", "overdue"}

    def restored_items(self, at: datetime) -> tuple[ScopeItem, ...]:
        """The parts of the scope that have power again at `at` though the window goes on."""
        return tuple(part.item for part in self.restorations if part.at <= at)

    def next_change(self, at: datetime) -> datetime | None:
        """The next moment after `at` at which the window changes by the clock alone, if there is one."""
        ends = [self.etr, *([self.restored_at] if self.restored_at is not None else [])]
        moments = [self.start, *ends, *(end + ENDED_STAYS for end in ends), *(part.at for part in self.restorations)]
        now = self._shown(at)
        return min((moment for moment in moments if moment > at and self._shown(moment) != now), default=None)

    def _shown(self, at: datetime) -> tuple[Phase | None, tuple[ScopeItem, ...]]:
        return self.phase(at), self.restored_items(at) if self.in_effect(at) else ()


class Network(Protocol):
    """What of the network has to be known to say what a scope takes out."""

    def transformer_areas_of_feeder(self, feeder: str) -> frozenset[str]:
        """Ids of the transformer areas on a feeder."""
        ...

    def transformer_areas_of_area(self, area: str) -> frozenset[str]:
        """Ids of the transformer areas that serve an area or any area within it."""
        ...


@dataclass(frozen=True, slots=True)
class Affected:
    """Ids of what a scope takes out; customers only where they are named one by one."""

    feeders: frozenset[str] = frozenset()
    transformer_areas: frozenset[str] = frozenset()
    areas: frozenset[str] = frozenset()
    customers: frozenset[str] = frozenset()

    def __or__(self, other: "Affected") -> "Affected":
        return Affected(
            self.feeders | other.feeders,
            self.transformer_areas | other.transformer_areas,
            self.areas | other.areas,
            self.customers | other.customers,
        )

    def without(self, other: "Affected") -> "Affected":
        """Less what `other` takes out."""
        return Affected(
            self.feeders - other.feeders,
            self.transformer_areas - other.transformer_areas,
            self.areas - other.areas,
            self.customers - other.customers,
        )


def affected_by(scope: Iterable[ScopeItem], network: Network) -> Affected:
    """Everything that a scope takes out: what it names and the transformer areas below that."""
    named: dict[str, set[str]] = {kind: set() for kind in SCOPE_KINDS}
    for item in scope:
        named[item.kind].add(item.id)
    areas = set(named["transformer_area"])
    for feeder in named["feeder"]:
        areas |= network.transformer_areas_of_feeder(feeder)
    for area in named["area"]:
        areas |= network.transformer_areas_of_area(area)
    return Affected(
        frozenset(named["feeder"]), frozenset(areas), frozenset(named["area"]), frozenset(named["customer"])
    )


@dataclass(frozen=True, slots=True)
class Verdict:
    """The state of one place at a moment.

    Attributes:
        affected: How many of how many transformer areas are out or in maintenance, for areas and feeders.
    """

    state: State
    affected: tuple[int, int]


def verdict(place: Place, out: Affected, maintenance: Affected) -> Verdict:
    """The worst state that holds for `place`, given what is out and what is in maintenance."""
    total = len(place.transformer_areas)
    for taken, whole, part in ((out, "outage", "partial_outage"), (maintenance, "maintenance", "maintenance")):
        hit = len(place.transformer_areas & taken.transformer_areas)
        if _named(place, taken) or (total and hit == total):
            return Verdict(whole, (hit, total))  # type: ignore[arg-type]  # the literals above
        if hit:
            return Verdict(part, (hit, total))  # type: ignore[arg-type]  # the literals above
    known = bool(total) or place.feeder is not None
    return Verdict("normal" if known else "unknown", (0, total))


def touches(place: Place, affected: Affected) -> bool:
    """Whether a scope takes out the place or any part of it."""
    return _named(place, affected) or bool(place.transformer_areas & affected.transformer_areas)


def _named(place: Place, affected: Affected) -> bool:
    match place.kind:
        case "feeder":
            return place.id in affected.feeders and not place.transformer_areas
        case "area":
            return place.id in affected.areas and not place.transformer_areas
        case "customer":
            return place.id in affected.customers or (not place.transformer_areas and place.feeder in affected.feeders)
        case _:
            return place.id in affected.transformer_areas


def outage_from_doc(doc: Doc) -> OutageWindow:
    """The window in a canonical `outage` document."""
    scope: Mapping[str, Any] = doc["scope"]  # type: ignore[assignment]  # as `outage_to_doc` wrote it
    revisions: list[Mapping[str, Any]] = doc["revisions"]  # type: ignore[assignment]
    return OutageWindow(
        id=str(doc["id"]),
        kind=str(doc["kind"]),
        start=from_iso(str(doc["start"])),
        etr=from_iso(str(doc["etr"])),
        reason=str(doc["reason"]),
        hold=bool(doc["hold"]),
        scope=tuple(ScopeItem(item["kind"], item["id"]) for item in scope["items"]),
        restorations=tuple(
            Restoration(ScopeItem(item["kind"], item["id"]), from_iso(item["at"])) for item in scope["restored"]
        ),
        revisions=tuple(
            Revision(from_iso(one["at"]), one["by"], one["change"], from_iso(one["etr"]), one["reason"])
            for one in revisions
        ),
        restored_at=_moment(doc["restored_at"]),
        withdrawn_at=_moment(doc["withdrawn_at"]),
    )


def outage_to_doc(window: OutageWindow) -> Doc:
    """The document of a window, as the store and the caches keep it."""
    return {
        "id": window.id,
        "kind": window.kind,
        "start": to_iso(window.start),
        "etr": to_iso(window.etr),
        "reason": window.reason,
        "hold": window.hold,
        "scope": {
            "items": [{"kind": item.kind, "id": item.id} for item in window.scope],
            "restored": [
                {"kind": part.item.kind, "id": part.item.id, "at": to_iso(part.at)} for part in window.restorations
            ],
        },
        "restored_at": to_iso(window.restored_at) if window.restored_at else None,
        "withdrawn_at": to_iso(window.withdrawn_at) if window.withdrawn_at else None,
        "revisions": [
            {"at": to_iso(one.at), "by": one.by, "change": one.change, "etr": to_iso(one.etr), "reason": one.reason}
            for one in window.revisions
        ],
    }


def _moment(value: object) -> datetime | None:
    return from_iso(str(value)) if value else None
