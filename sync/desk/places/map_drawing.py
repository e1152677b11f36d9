"""Where things stand on the map's sheet: positions projected, and around each place the ground that is nearest to it.

Pure geometry. No outline of any area is on record: a cell (Voronoi) shows which place is nearest, no border.
"""

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache

Point = tuple[float, float]
Positions = tuple[tuple[str, float, float], ...]
"""Ids with longitude and latitude in degrees."""

WIDTH = 1000.0
"""Of the sheet, in its own units; its height follows from the country."""

_MARGIN = 90.0
_CORNERS = 24
"""Of the round that a cell is cut from: at the edge of the country it ends there."""

_REACH = 0.9
"""How far a cell reaches at most, in spans between a place and its nearest neighbour but three."""


class Sheet:
    """The sheet on which positions are drawn: north is up, and a kilometre is as long either way in the middle.

    Args:
        positions: What has to be on it; not empty.
    """

    def __init__(self, positions: Positions) -> None:
        lons, lats = [lon for _, lon, _ in positions], [lat for *_, lat in positions]
        self._west, self._north = min(lons), max(lats)
        self._narrowed = math.cos(math.radians((min(lats) + max(lats)) / 2))
        width = max((max(lons) - self._west) * self._narrowed, 1e-6)
        height = max(self._north - min(lats), 1e-6)
        self._scale = (WIDTH - 2 * _MARGIN) / max(width, height)
        self.width = round(width * self._scale + 2 * _MARGIN, 1)
        self.height = round(height * self._scale + 2 * _MARGIN, 1)

    def point(self, lon: float, lat: float) -> Point:
        """Where a position stands, from the upper left corner."""
        x = (lon - self._west) * self._narrowed * self._scale + _MARGIN
        return round(x, 1), round((self._north - lat) * self._scale + _MARGIN, 1)


@lru_cache(maxsize=4)
def sheet_with_cells(positions: Positions, celled: frozenset[str]) -> tuple[Sheet, Mapping[str, tuple[Point, ...]]]:
    """The sheet for some positions, and the cells of those ids among them that are `celled`; the same asked again."""
    sheet = Sheet(positions)
    points = {key: sheet.point(lon, lat) for key, lon, lat in positions if key in celled}
    return sheet, cells(points)


def cells(points: Mapping[str, Point]) -> dict[str, tuple[Point, ...]]:
    """For each point the convex ground that is nearer to it than to any other, in corners one after another.

    Of points at the same place the first alone has a cell.
    """
    places: dict[Point, str] = {}
    for key, point in points.items():
        places.setdefault(point, key)
    return {key: _cell(point, [other for other in places if other != point]) for point, key in places.items()}


def _cell(point: Point, others: Sequence[Point]) -> tuple[Point, ...]:
    by_distance = sorted(others, key=lambda other: math.dist(point, other))
    reach = _REACH * math.dist(point, by_distance[min(3, len(by_distance) - 1)]) if by_distance else _MARGIN
    corners = [_on_round(point, reach, number) for number in range(_CORNERS)]
    for other in by_distance:
        if math.dist(point, other) >= 2 * reach:
            break
        corners = _nearer(corners, point, other)
    return tuple((round(x, 1), round(y, 1)) for x, y in corners)


def _on_round(point: Point, radius: float, number: int) -> Point:
    angle = 2 * math.pi * number / _CORNERS
    return point[0] + radius * math.cos(angle), point[1] + radius * math.sin(angle)


def _nearer(corners: Sequence[Point], point: Point, other: Point) -> list[Point]:
    """What of a convex polygon is nearer to `point` than to `other` (Sutherland and Hodgman's clipping by one edge)."""
    kept: list[Point] = []
    for start, end in zip(corners, [*corners[1:], corners[0]], strict=True):
        before, after = _beyond(start, point, other), _beyond(end, point, other)
        if before <= 0:
            kept.append(start)
        if (before < 0 < after) or (after < 0 < before):
            share = before / (before - after)
            kept.append((start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])))
    return kept


def _beyond(corner: Point, point: Point, other: Point) -> float:
    """Positive where `corner` is nearer to `other` than to `point`."""
    middle = (point[0] + other[0]) / 2, (point[1] + other[1]) / 2
    return (corner[0] - middle[0]) * (other[0] - point[0]) + (corner[1] - middle[1]) * (other[1] - point[1])
