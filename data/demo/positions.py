"""Where the demo's areas are: 43 townships as GeoNames has them, all else invented around them.

A place that GeoNames does not name is put where there is room near the middle of its county or township: the map of
the demo is like the country, and no survey of it.
"""

import csv
import math
from collections.abc import Iterator, Sequence
from importlib.resources import files

from data.demo.areas import Place

Position = tuple[float, float]
"""Longitude and latitude, WGS-84, in degrees."""

_MIDDLE_OF_COUNTY = {"211422": (119.82, 40.80), "211481": (120.52, 40.52)}
"""Of the counties of which GeoNames names no township, by eye."""

_TOWNSHIPS_APART, _VILLAGE_RING = 0.055, 0.45
"""In degrees between townships; of the way to the next township, how far villages lie around theirs."""

_GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))
_EAST = math.cos(math.radians(40.6))
"""How much shorter a degree to the east is than one to the north, in Huludao."""


def positions_of(city: Place) -> dict[str, Position]:
    """The position of every county, township and village of the city, by id; the same in every process."""
    known = _known()
    placed = dict(known)
    for county in city.parts:
        middle = _MIDDLE_OF_COUNTY.get(county.id) or _mean([known[one.id] for one in county.parts if one.id in known])
        placed[county.id] = middle
        for township in county.parts:
            if township.id not in placed:
                townships = [placed[one.id] for each in city.parts for one in each.parts if one.id in placed]
                placed[township.id] = _first_free(middle, townships)
    townships = [placed[township.id] for county in city.parts for township in county.parts]
    for county in city.parts:
        for township in county.parts:
            placed |= _villages(township, placed[township.id], townships)
    placed[city.id] = _mean([placed[county.id] for county in city.parts])
    return {key: (round(lon, 5), round(lat, 5)) for key, (lon, lat) in placed.items()}


def _known() -> dict[str, Position]:
    with files("data.demo").joinpath("huludao_positions.csv").open(encoding="utf-8") as file:
        return {row["area"]: (float(row["lon"]), float(row["lat"])) for row in csv.DictReader(file)}


def _first_free(middle: Position, taken: Sequence[Position]) -> Position:
    """The first point of a spiral around `middle` that keeps its distance from all that is taken."""
    return next(
        point
        for point in _spiral(middle, _TOWNSHIPS_APART * 0.6)
        if all(_distance(point, other) >= _TOWNSHIPS_APART for other in taken)
    )


def _villages(township: Place, middle: Position, townships: Sequence[Position]) -> dict[str, Position]:
    nearest = min(_distance(middle, other) for other in townships if other != middle)
    step = nearest * _VILLAGE_RING / math.sqrt(len(township.parts) + 1)
    return {village.id: point for village, point in zip(township.parts, _spiral(middle, step), strict=False)}


def _spiral(middle: Position, step: float) -> Iterator[Position]:
    """Points around `middle`, evenly spread (Vogel's sunflower), without end; the middle is none of them."""
    number = 0
    while True:
        number += 1
        radius, angle = step * math.sqrt(number), number * _GOLDEN_ANGLE
        yield middle[0] + radius * math.cos(angle) / _EAST, middle[1] + radius * math.sin(angle)


def _mean(points: Sequence[Position]) -> Position:
    return sum(lon for lon, _ in points) / len(points), sum(lat for _, lat in points) / len(points)


def _distance(one: Position, other: Position) -> float:
    return math.hypot((one[0] - other[0]) * _EAST, one[1] - other[1])
