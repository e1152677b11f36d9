"""The outage windows and suspicions of a cache, and what they make of each place at a moment."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from data.outages.promises import Promise, open_promises
from data.outages.suspected import Suspected, explanations, standing_at
from data.outages.windows import (
    NOTHING,
    Affected,
    OutageWindow,
    Phase,
    ScopeItem,
    Verdict,
    affected_by,
    touches,
    verdict,
)
from data.supply import Place, SupplyNetwork

_REMEMBERED_PLACES = 256
_A_SECOND = timedelta(seconds=1)

_ORDER = {"active": 0, "overdue": 0, "upcoming": 1, "restored": 2, "ended_by_clock": 2}
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Stand:
    """Where a window stands from `since` on, before the clock changes it at `until`; `left`: what it takes out."""

    window: OutageWindow
    phase: Phase | None
    left: Affected
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class _Moment:
    """What all windows come to from `since` on, before the clock changes one at `until`."""

    shown: list[tuple[OutageWindow, Affected]]
    out: Affected
    maintenance: Affected
    since: datetime = _NEVER
    until: datetime = _NEVER


class OutageBoard:
    """Judges places against the windows of one state of the cache; made anew when the cache has changed.

    Args:
        windows: Every window in the cache.
        network: Of the same cache.
        suspicions: Every one in the cache.
    """

    def __init__(
        self, windows: Iterable[OutageWindow], network: SupplyNetwork, suspicions: Iterable[Suspected] = ()
    ) -> None:
        self._windows = {window.id: window for window in windows}
        self._suspicions = [*suspicions]
        self._standing: tuple[datetime | None, list[Suspected]] = (None, [])
        self._network = network
        self._reach: dict[tuple[ScopeItem, ...], Affected] = {}
        self._stands: dict[str, _Stand] = {}
        self._moment = _Moment([], NOTHING, NOTHING)
        self._places: OrderedDict[tuple[str, str], Place] = OrderedDict()

    def place(self, kind: str, key: str) -> Place:
        """A record as the outage rules see it, remembered: the same ones are asked for again and again."""
        if (kind, key) not in self._places:
            self._places[kind, key] = self._network.place(kind, key)
            if len(self._places) > _REMEMBERED_PLACES:
                self._places.popitem(last=False)
        return self._places[kind, key]

    def verdict(self, place: Place, at: datetime) -> Verdict:
        """The state of `place` at `at`."""
        return verdict(place, self.taken(at, maintenance=False), self.taken(at, maintenance=True), self.suspected(at))

    def windows_touching(self, place: Place, at: datetime) -> list[OutageWindow]:
        """The windows to show with `place` at `at`: in effect first, then upcoming, then ended; by start.

        A window that has given this place its power back while it goes on elsewhere is none of them.
        """
        return [window for window, left in self.windows_shown(at) if touches(place, left)]

    def windows_shown(self, at: datetime) -> list[tuple[OutageWindow, Affected]]:
        """Every window to show at `at`, in that order, with what it takes out, less what it has given back."""
        return self._at(at).shown

    def suspicions_touching(self, place: Place, at: datetime) -> list[Suspected]:
        """The suspicions that stand at `at` for `place` or a part of it, strongest first."""
        return [one for one in self._standing_at(at) if touches(place, self._affected((one.place,)))]

    def suspected(self, at: datetime) -> Affected:
        """What may be out at `at`, by all suspicions that stand and that no window explains."""
        places = tuple(one.place for one in self._standing_at(at))
        return self._affected(places) if places else NOTHING

    def next_change(self, at: datetime) -> datetime | None:
        """The next moment after `at` at which a state changes by the clock alone, if there is one."""
        moments = [window.next_change(at) for window in self._windows.values()]
        moments += [one.until + _A_SECOND for one in self._suspicions if one.state(at) == "standing"]
        return min((moment for moment in moments if moment is not None), default=None)

    def promises(self, at: datetime) -> list[Promise]:
        """The promises that are open at `at`, the first to fall due first."""
        return open_promises(self._windows.values(), at)

    def any_in_effect(self, at: datetime) -> bool:
        """Whether anything at all is out or in maintenance at `at`."""
        return any(window.in_effect(at) for window in self._windows.values())

    def taken(self, at: datetime, *, maintenance: bool) -> Affected:
        """What all windows in effect take out together, or have in maintenance, less what they have given back."""
        moment = self._at(at)
        return moment.maintenance if maintenance else moment.out

    def _at(self, at: datetime) -> _Moment:
        """Remembered until the clock changes something: hundreds of windows are not judged anew for every card."""
        if not self._moment.since <= at < self._moment.until:
            self._moment = self._judged(at)
        return self._moment

    def _judged(self, at: datetime) -> _Moment:
        for window in self._windows.values():
            known = self._stands.get(window.id)
            if known is None or not known.since <= at < known.until:
                self._stands[window.id] = self._stand(window, at)
        shown = [
            (_ORDER[stand.phase], stand.window.start, stand.window.id, stand)
            for stand in self._stands.values()
            if stand.phase is not None
        ]
        stands = [stand for *_, stand in sorted(shown, key=lambda one: one[:3])]
        effect = [stand for stand in stands if stand.phase in {"active", "overdue"}]
        return _Moment(
            [(stand.window, stand.left) for stand in stands],
            _together([stand.left for stand in effect if stand.window.kind != "maintenance"]),
            _together([stand.left for stand in effect if stand.window.kind == "maintenance"]),
            max((stand.since for stand in self._stands.values()), default=at),
            min((stand.until for stand in self._stands.values()), default=_NEVER),
        )

    def _stand(self, window: OutageWindow, at: datetime) -> _Stand:
        phase = window.phase(at)
        if phase is None:
            return _Stand(window, phase, NOTHING, at, window.next_change(at) or _NEVER)
        changes = [part.at for part in window.restorations if part.at > at]
        until = min(changes, default=_NEVER)
        return _Stand(window, phase, self._left(window, at), at, min(window.next_change(at) or _NEVER, until))

    def _standing_at(self, at: datetime) -> list[Suspected]:
        if self._standing[0] != at:
            by_time = [one for one in self._suspicions if one.state(at) == "standing"]
            began = min((one.began for one in by_time), default=at)
            explained = explanations(self._windows.values(), self._affected, began, at) if by_time else ()
            self._standing = (at, standing_at(by_time, [*explained], at))
        return self._standing[1]

    def _affected(self, scope: tuple[ScopeItem, ...]) -> Affected:
        if scope not in self._reach:
            self._reach[scope] = affected_by(scope, self._network)
        return self._reach[scope]

    def _left(self, window: OutageWindow, at: datetime) -> Affected:
        """What a window takes out, less what it has given back by `at`."""
        restored = window.restored_items(at)
        whole = self._affected(window.scope)
        return whole.without(self._affected(restored)) if restored else whole


def _together(taken: list[Affected]) -> Affected:
    return Affected(
        frozenset().union(*(one.feeders for one in taken)),
        frozenset().union(*(one.transformer_areas for one in taken)),
        frozenset().union(*(one.areas for one in taken)),
        frozenset().union(*(one.customers for one in taken)),
    )
