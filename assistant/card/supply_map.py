"""The supply area as a map: where its areas are, in which state, and where the outage windows lie."""

from collections import defaultdict
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, NamedTuple

from assistant.card.answer import OutageView
from assistant.card.card import outage_view
from assistant.card.outage_board import OutageBoard
from assistant.lookup.records import named
from data.errors import NotFoundError
from data.kinds import RANKED
from data.outages.windows import Affected, State
from data.sqlite import Connection
from data.supply import Place


class AreaOnMap(NamedTuple):
    """An area; `lon` and `lat` are WGS-84 degrees, None where its place is not on record.

    Attributes:
        affected: How many of how many of its transformer areas are out, or in maintenance.
    """

    id: str
    name: str
    level: str | None
    parent_id: str | None
    lon: float | None
    lat: float | None
    state: State
    affected: tuple[int, int]


@dataclass(frozen=True, slots=True)
class WindowOnMap:
    """A window, and ids of the areas that it touches, by id."""

    window: OutageView
    areas: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Focus:
    """What the map was opened for, and ids of the areas that it supplies or lies in, by id."""

    kind: str
    id: str
    name: str
    areas: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MapView:
    """All areas by id, every window that is shown at the moment, and what the map was opened for."""

    areas: tuple[AreaOnMap, ...] = ()
    windows: tuple[WindowOnMap, ...] = ()
    focus: Focus | None = None

    def to_json(self) -> dict[str, Any]:
        """The JSON form."""
        areas = [area._asdict() for area in self.areas]  # `asdict` takes ten times as long, and there are thousands
        focus = asdict(self.focus) if self.focus else None
        return {"areas": areas, "windows": [asdict(one) for one in self.windows], "focus": focus}


class SupplyMap:
    """The map over one state of a cache; made anew, as the board is, when the cache has changed.

    Args:
        connection: An open cache; it is only read.
        board: Its outage windows.
    """

    def __init__(self, connection: Connection, board: OutageBoard) -> None:
        self._connection = connection
        self._board = board
        self._areas = connection.execute(
            "SELECT area.id, name.text, level, parent_id, lon, lat FROM area JOIN name ON nid = name_id"
            " ORDER BY area.id"
        ).fetchall()
        self._parents = {key: parent for key, _, _, parent, *_ in self._areas}
        self._served: dict[str, set[str]] = defaultdict(set)
        around: dict[str, set[str]] = defaultdict(set)
        for transformer_area, area in connection.execute(
            "SELECT id, target FROM link WHERE kind = 'transformer_area' AND field = 'areas'"
        ):
            self._served[transformer_area].add(area)
            for wider in self._with_all_around(area):
                around[wider].add(transformer_area)
        self._places = {key: Place("area", key, frozenset(around.get(key, ()))) for key in self._parents}

    def at(self, at: datetime, focus: tuple[str, str] | None = None) -> MapView:
        """The map with the states of `at`.

        Args:
            at: The moment.
            focus: Kind and id of the record for which it is opened.

        Raises:
            NotFoundError: there is no such record.
        """
        return MapView(
            tuple(self._area(row, at) for row in self._areas),
            tuple(
                WindowOnMap(outage_view(window, at), self._touched(left))
                for window, left in self._board.windows_shown(at)
            ),
            self._focus(*focus) if focus else None,
        )

    def _area(self, row: tuple[Any, ...], at: datetime) -> AreaOnMap:
        judged = self._board.verdict(self._places[row[0]], at)
        key, name, level, parent, lon, lat = row
        return AreaOnMap(key, name, level, parent, lon, lat, judged.state, judged.affected)

    def _with_all_around(self, area: str) -> list[str]:
        found: list[str] = []
        above: str | None = area
        while above is not None and above in self._parents and above not in found:
            found.append(above)
            above = self._parents[above]
        return found

    def _touched(self, left: Affected) -> tuple[str, ...]:
        """The areas served by what a window takes out; where it names areas, those."""
        areas = set(left.areas)
        areas.update(*(self._served.get(one, ()) for one in left.transformer_areas))
        for customer in left.customers:
            areas.update(self._areas_of("customer", customer))
        return tuple(sorted(areas))

    def _focus(self, kind: str, key: str) -> Focus:
        found = named(self._connection, kind, key) if kind in RANKED else None
        if found is None:
            raise NotFoundError(f"{kind}:{key} is gone, or never was here")
        return Focus(kind, key, found[0].name, tuple(sorted(self._areas_of(kind, key))))

    def _areas_of(self, kind: str, key: str) -> set[str]:
        if kind == "area":
            return {key}
        place = self._board.place(kind, key)
        hanging = place.transformer_areas
        if not hanging and place.feeder:  # a customer straight on a feeder
            hanging = self._board.place("feeder", place.feeder).transformer_areas
        return {area for one in hanging for area in self._served.get(one, ())}
