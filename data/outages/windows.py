"""Whether something is out at a moment: a pure function of the outage windows, the network and that moment.

Nothing has to fire for a line to turn red or to recover. Whoever shows a state asks again with a later moment.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

from data.outages.timetable import Timetable
from data.supply import Place

State = Literal["normal", "outage", "partial_outage", "maintenance", "suspected", "unknown"]
Phase = Literal["upcoming", "active", "overdue", "ended_by_clock", "restored"]
RestorationState = Literal["none", "partial", "full"]
Change = Literal[
    "new",
    "plan_change",
    "site_change",
    "started",
    "edited",
    "published",
    "partial_restoration",
    "restored",
    "reopened",
    "withdrawn",
]
"""What was done: the plan was changed, or what was met on the site changed it."""

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
    """One act on a window: what the promise was from then on, who said so and why.

    Attributes:
        etr_source: Whence the promise comes, a key of `data.kinds.ETR_SOURCES`, where that was said.
    """

    at: datetime
    by: str
    change: Change
    etr: datetime
    reason: str
    etr_source: str | None = None


@dataclass(frozen=True, slots=True)
class Publication:
    """That a window was made known: through which channel, when and by whom."""

    channel: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class OutageWindow:
    """A planned or actual interruption: where, from when, until when as far as is known.

    Attributes:
        id: Its number, too.
        kind: A key of `data.kinds.OUTAGE_KINDS`.
        start: When it is planned to begin.
        hold: Stays red past its ETR until someone confirms, instead of ending by the clock.
        public_scope: What the public is told of the scope; None where that is made from the scope.
        started_at: When power really went, where that was recorded.
        etr_source: Whence the promise comes, a key of `data.kinds.ETR_SOURCES`, where that was said.
        timetable: The hours at which power is off; all of them where there is none.
        cause: A key of `data.kinds.CAUSES`.
        crew: Who works on it, and `crew_phone` to reach them.
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
    public_scope: str | None = None
    started_at: datetime | None = None
    etr_source: str | None = None
    timetable: Timetable | None = None
    cause: str | None = None
    crew: str | None = None
    crew_phone: str | None = None
    channels: tuple[Publication, ...] = ()

    @property
    def begins(self) -> datetime:
        """When it began, where that was recorded, else when it is planned to."""
        return self.started_at or self.start

    @property
    def ends(self) -> datetime:
        """When it ends by the clock: at the ETR, or with the last hours of its timetable before that."""
        if self.timetable is None:
            return self.etr
        last = self.timetable.last_span(self.begins, self.etr, self.start)
        return last[1] if last else self.etr

    @property
    def author(self) -> str:
        """Who set it; empty where that is not known."""
        return self.revisions[0].by if self.revisions else ""

    def phase(self, at: datetime) -> Phase | None:
        """Where the window stands at `at`, or None when it is no longer, or was never, to be shown.

        Outside the hours of its timetable it is upcoming. A beginning that was recorded before the first of them is
        believed: it is active from then on.
        """
        if self.withdrawn_at is not None:
            return None
        if self.restored_at is not None and at >= self.restored_at:
            return "restored" if at < self.restored_at + ENDED_STAYS else None
        if at < self.begins:
            return "upcoming"
        ends = self.ends
        if at < ends:
            return "active" if self._span(at)[0] <= at else "upcoming"
        if self.hold:
            return "overdue"
        return "ended_by_clock" if at < ends + ENDED_STAYS else None

    def in_effect(self, at: datetime) -> bool:
        """Whether the window takes its scope out at `at`."""
        return self.phase(at) in {"active", "overdue"}

    def next_start(self, at: datetime) -> datetime | None:
        """When it next takes its scope out, where it does not at `at` and will."""
        return self._span(at)[0] if self.phase(at) == "upcoming" else None

    def restoration(self, at: datetime) -> RestorationState:
        """How much of the scope was confirmed to have power again at `at`."""
        if self.restored_at is not None and at >= self.restored_at:
            return "full"
        return "partial" if self.restored_items(at) else "none"

    def restored_items(self, at: datetime) -> tuple[ScopeItem, ...]:
        """The parts of the scope that have power again at `at` though the window goes on."""
        return tuple(part.item for part in self.restorations if part.at <= at)

    def next_change(self, at: datetime) -> datetime | None:
        """The next moment after `at` at which the window changes by the clock alone, if there is one."""
        ends = [self.ends, *([self.restored_at] if self.restored_at is not None else [])]
        moments = [self.begins, *ends, *(end + ENDED_STAYS for end in ends), *(part.at for part in self.restorations)]
        if self.timetable is not None:
            moments += self._span(at)
        now = self._shown(at)
        return min((moment for moment in moments if moment > at and self._shown(moment) != now), default=None)

    def span_at(self, at: datetime) -> tuple[datetime, datetime] | None:
        """When power is off by the clock: the time that `at` is in, else the next; None after the last."""
        if self.timetable is None:
            return (self.begins, self.etr) if at < self.etr else None
        span = self.timetable.span_at(max(at, self.begins), self.begins, self.etr, self.start)
        if self.started_at is not None and span is not None and span[0] > at:
            # Power went then, whatever the hours say, and nobody has said that it came back before they do.
            first = self.timetable.span_at(self.begins, self.begins, self.etr, self.start)
            return (self.begins, span[1]) if span == first else span
        return span

    def _span(self, at: datetime) -> tuple[datetime, datetime]:
        """The same; all of it where there are no hours left."""
        return self.span_at(at) or (self.begins, self.etr)

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
        affected: How many of how many transformer areas are out, in maintenance or suspected, for areas and feeders.
    """

    state: State
    affected: tuple[int, int]


NOTHING = Affected()


def verdict(place: Place, out: Affected, maintenance: Affected, suspected: Affected = NOTHING) -> Verdict:
    """The worst state that holds for `place`, given what is out, what is in maintenance and what may be out."""
    total = len(place.transformer_areas)
    for taken, whole, part in (
        (out, "outage", "partial_outage"),
        (maintenance, "maintenance", "maintenance"),
        (suspected, "suspected", "suspected"),
    ):
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
