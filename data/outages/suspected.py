"""Suspicions as records: what is said of one, how long it stands, and how it goes on as signals come.

Whether a suspicion stands at a moment is computed from its times and from the windows; nothing has to fire for it to
lapse. Signals up to the end of a window in effect are explained by it, as `data.outages.suspicion` has it.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from data.clock import from_iso, to_iso
from data.fields import Doc, text_list
from data.outages.suspicion import Rules, SignalKind, Suspicion
from data.outages.windows import Affected, OutageWindow, ScopeItem

SuspicionState = Literal["standing", "lapsed", "dismissed", "confirmed"]

SIGNAL_KINDS: dict[SignalKind, tuple[str, str]] = {
    "trouble_report": ("报修", "Trouble reports"),
    "call": ("来电", "Calls"),
    "look_up": ("查询", "Look-ups"),
}
"""What each kind of signal is called."""

EVIDENCE_STEP = timedelta(minutes=5)
"""Signals are told by how many came within such a time: the moment of one would lead to its caller."""

_TELLS_ANEW_AFTER = timedelta(minutes=1)
_STRONGER, _TWICE = 1.25, 2.0


@dataclass(frozen=True, slots=True)
class Tally:
    """So many signals of a kind within `EVIDENCE_STEP` from `at` on."""

    at: datetime
    kind: SignalKind
    count: int


@dataclass(frozen=True, slots=True)
class Suspected:
    """A suspicion on record.

    Attributes:
        id: Its number; empty before it is stored.
        place: A feeder or transformer area.
        feeder: The feeder of that; empty where it is not known.
        began: When the first of the signals came that tell of it.
        since: When they were enough.
        until: The last moment at which it stands, unless more signals come.
        strength: See `data.outages.suspicion.Suspicion`.
        evidence: Its signals, by time.
        transformer_areas: Ids of those in which they are.
        settled_at: When somebody dismissed it or made it a window, and `settled_by` who.
        reason: Why it was dismissed.
        quiet_until: Until then it is not raised again, once dismissed, unless it is twice as strong.
        outage: Id of the window that it was made.
    """

    id: str
    place: ScopeItem
    feeder: str
    began: datetime
    since: datetime
    until: datetime
    strength: float
    evidence: tuple[Tally, ...]
    transformer_areas: tuple[str, ...]
    settled_at: datetime | None = None
    settled_by: str = ""
    reason: str = ""
    quiet_until: datetime | None = None
    outage: str = ""

    def state(self, at: datetime) -> SuspicionState:
        """Where it stands at `at` by what was done and by the clock; windows may explain it beside that."""
        if self.settled_at is not None:
            return "confirmed" if self.outage else "dismissed"
        return "standing" if self.since <= at <= self.until else "lapsed"

    @property
    def signals(self) -> int:
        """How many signals tell of it."""
        return sum(one.count for one in self.evidence)

    def counts(self) -> dict[SignalKind, int]:
        """How many of each kind; kinds without any are left out."""
        counted: Counter[SignalKind] = Counter()
        for one in self.evidence:
            counted[one.kind] += one.count
        return {kind: counted[kind] for kind in SIGNAL_KINDS if counted[kind]}


Explanation = tuple[Affected, datetime]
"""What a window takes out, and until when that explains its signals."""


def explanations(
    windows: Iterable[OutageWindow],
    affected: Callable[[tuple[ScopeItem, ...]], Affected],
    since: datetime,
    at: datetime,
) -> Iterator[Explanation]:
    """Which signals the windows explain at `at`: up to the end of a window, and what was restored before only to then.

    Maintenance explains nothing: power stays on.

    Args:
        windows: In any order; those to come are passed over.
        affected: What a scope takes out; asked only of windows that explain something.
        since: Earlier signals need no explanation.
        at: The moment asked about.
    """
    for window in windows:
        until = _explains_until(window, at)
        if until is None or until < since:
            continue
        yield affected(window.scope).without(affected(window.restored_items(until))), until
        for part in window.restorations:
            if since <= part.at <= until:
                yield affected((part.item,)), part.at


def _explains_until(window: OutageWindow, at: datetime) -> datetime | None:
    if window.kind == "maintenance" or window.withdrawn_at is not None or at < window.begins:
        return None
    ended = window.restored_at or (at if window.hold else window.ends)
    if window.timetable is None or window.in_effect(at):
        return min(at, ended)
    last = window.timetable.last_span(window.begins, min(at, ended), window.start)
    return last[1] if last else None


def explained_by_unit(explained: Iterable[Explanation]) -> dict[tuple[str, str], datetime]:
    """By kind and id of a feeder or transformer area, until when its signals are explained."""
    found: dict[tuple[str, str], datetime] = {}
    for affected, until in explained:
        keys = [("feeder", one) for one in affected.feeders]
        keys += [("transformer_area", one) for one in affected.transformer_areas]
        for key in keys:
            found[key] = max(until, found.get(key, until))
    return found


def standing_at(known: Iterable[Suspected], explained: Sequence[Explanation], at: datetime) -> list[Suspected]:
    """The suspicions that stand at `at` and that no window explains, strongest first."""
    standing = [one for one in known if one.state(at) == "standing" and not _is_explained(one, explained)]
    return sorted(standing, key=lambda one: (-one.strength, one.id))


def _is_explained(one: Suspected, explained: Sequence[Explanation]) -> bool:
    enough = [affected for affected, until in explained if until >= one.began]
    if any(one.feeder in affected.feeders for affected in enough):
        return True
    areas = set(one.transformer_areas) if one.place.kind == "feeder" else {one.place.id}
    return bool(areas) and areas <= set().union(*(affected.transformer_areas for affected in enough))


def followed(
    found: Sequence[Suspicion], known: Iterable[Suspected], feeders: Mapping[str, str], at: datetime, rules: Rules
) -> list[Suspected]:
    """The records to be written now that these suspicions were found: new ones have no id.

    A record is written again when a minute has passed, when it is much stronger or when it has reached further: not
    with each signal. A transformer area that stands beside its feeder is ended.

    Args:
        found: By `data.outages.suspicion.suspicions`, at `at`.
        known: The records there are.
        feeders: The feeder of each transformer area found.
        at: The moment.
        rules: What they were found by.
    """
    latest: dict[tuple[str, str], Suspected] = {}
    for one in sorted(known, key=lambda one: (one.since, one.id)):
        latest[one.place.kind, one.place.id] = one
    written = [
        told
        for one in found
        if (told := _followed(one, latest.get((one.kind, one.id)), feeders, at, rules)) is not None
    ]
    whole = {one.id for one in found if one.kind == "feeder"}
    ended = [
        replace(one, until=at - timedelta(seconds=1))
        for (kind, _), one in latest.items()
        if kind == "transformer_area" and one.feeder in whole and one.state(at) == "standing"
    ]
    return written + ended


def _followed(
    found: Suspicion, last: Suspected | None, feeders: Mapping[str, str], at: datetime, rules: Rules
) -> Suspected | None:
    told = Suspected(
        id="",
        place=ScopeItem(found.kind, found.id),
        feeder=found.id if found.kind == "feeder" else feeders.get(found.id, ""),
        began=found.began,
        since=found.since,
        until=found.heard[-1][0] + rules.stays,
        strength=found.strength,
        evidence=_tallied(found.heard),
        transformer_areas=found.transformer_areas,
    )
    if last is None or last.state(at) == "lapsed" or last.outage:
        return told
    if last.state(at) == "dismissed":
        quiet = last.quiet_until is not None and at < last.quiet_until
        return None if quiet and found.strength < _TWICE * last.strength else told
    renewed = replace(told, id=last.id, since=min(last.since, told.since))
    return renewed if _tells_more(renewed, last) else None


def _tells_more(now: Suspected, before: Suspected) -> bool:
    return (
        now.transformer_areas != before.transformer_areas
        or now.until - before.until >= _TELLS_ANEW_AFTER
        or now.strength >= _STRONGER * before.strength
    )


def _tallied(heard: Iterable[tuple[datetime, SignalKind]]) -> tuple[Tally, ...]:
    step = int(EVIDENCE_STEP.total_seconds())
    counted = Counter((at - timedelta(seconds=int(at.timestamp()) % step), kind) for at, kind in heard)
    return tuple(Tally(at, kind, count) for (at, kind), count in sorted(counted.items()))


def suspected_from_doc(doc: Doc) -> Suspected:
    """The suspicion in a canonical `suspicion` document."""
    evidence: list[tuple[str, SignalKind, int]] = doc["evidence"]  # type: ignore[assignment]  # as it was written below
    return Suspected(
        id=str(doc["id"]),
        place=ScopeItem(str(doc["place_kind"]), str(doc["place"])),
        feeder=str(doc["feeder"] or ""),
        began=from_iso(str(doc["began"])),
        since=from_iso(str(doc["since"])),
        until=from_iso(str(doc["until"])),
        strength=float(str(doc["strength"])),
        evidence=tuple(Tally(from_iso(at), kind, count) for at, kind, count in evidence),
        transformer_areas=tuple(text_list(doc["transformer_areas"])),
        settled_at=from_iso(str(doc["settled_at"])) if doc["settled_at"] else None,
        settled_by=str(doc["settled_by"] or ""),
        reason=str(doc["reason"] or ""),
        quiet_until=from_iso(str(doc["quiet_until"])) if doc["quiet_until"] else None,
        outage=str(doc["outage"] or ""),
    )


def suspected_to_doc(one: Suspected) -> Doc:
    """The document of a suspicion, as the store and the caches keep it."""
    return {
        "id": one.id,
        "place_kind": one.place.kind,
        "place": one.place.id,
        "feeder": one.feeder,
        "began": to_iso(one.began),
        "since": to_iso(one.since),
        "until": to_iso(one.until),
        "strength": one.strength,
        "evidence": [[to_iso(tally.at), tally.kind, tally.count] for tally in one.evidence],
        "transformer_areas": [*one.transformer_areas],
        "settled_at": to_iso(one.settled_at) if one.settled_at else None,
        "settled_by": one.settled_by,
        "reason": one.reason,
        "quiet_until": to_iso(one.quiet_until) if one.quiet_until else None,
        "outage": one.outage,
    }
