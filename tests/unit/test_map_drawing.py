"""The map's sheet: what is near is drawn near, and each place has the ground that is nearest to it."""

import math

from hypothesis import given
from hypothesis import strategies as st

from sync.desk.places.map_drawing import Point, Sheet, cells
from sync.desk.places.map_page import affected, picture_of

points_on_paper = st.dictionaries(
    st.integers(0, 30).map(str), st.tuples(st.integers(0, 200), st.integers(0, 200)), min_size=1, max_size=12
)


def inside(point: Point, corners: tuple[Point, ...]) -> bool:
    """Whether a convex polygon holds a point: it is on the same side of every edge."""
    sides = [
        (bx - ax) * (point[1] - ay) - (by - ay) * (point[0] - ax)
        for (ax, ay), (bx, by) in zip(corners, [*corners[1:], corners[0]], strict=True)
    ]
    return all(side >= -1e-6 for side in sides) or all(side <= 1e-6 for side in sides)


@given(points_on_paper)
def test_a_cell_holds_its_place_and_nothing_that_is_nearer_to_another(points: dict[str, Point]) -> None:
    made = cells(points)
    assert {points[key] for key in made} == set(points.values()), "each place has ground, once"
    for key, corners in made.items():
        assert inside(points[key], corners)
        for corner in corners:
            nearest = min(math.dist(corner, other) for other in points.values())
            assert math.dist(corner, points[key]) <= nearest + 0.2, "rounded to a tenth"


def test_north_is_up_and_a_kilometre_is_as_long_either_way() -> None:
    sheet = Sheet((("a", 120.0, 40.0), ("b", 121.0, 41.0), ("c", 120.0, 41.0)))
    west_south, north = sheet.point(120.0, 40.0), sheet.point(120.0, 41.0)
    east = sheet.point(121.0, 40.0)
    assert north[1] < west_south[1]
    assert east[0] > west_south[0]
    length_north, length_east = west_south[1] - north[1], east[0] - west_south[0]
    assert math.isclose(length_east / length_north, math.cos(math.radians(40.5)), rel_tol=0.01)


def area(key: str, state: str = "normal", **more: object) -> dict[str, object]:
    plain = {"id": key, "name": key, "level": "township", "parent_id": None, "lon": 120.0, "lat": 40.0}
    return {**plain, "state": state, "affected": (0, 1), **more}


def test_one_place_alone_makes_a_map_and_none_makes_none() -> None:
    view = {"areas": [area("a"), area("b", lon=None, lat=None)], "windows": [], "focus": None}
    drawn = picture_of(view)
    assert drawn.sheet is not None
    assert [one.area["id"] for one in drawn.drawn] == ["a"]
    assert [one["id"] for one in drawn.nowhere] == ["b"]
    assert picture_of({**view, "areas": [area("b", lon=None, lat=None)]}).sheet is None


def test_what_is_affected_stands_after_what_it_lies_in_and_is_not_said_twice() -> None:
    areas = [
        area("village", "outage", parent_id="town"),
        area("town", "outage", parent_id="county"),
        area("county", "partial_outage"),
        area("hamlet", "partial_outage", parent_id="county"),
        area("quiet", parent_id="county"),
        area("loop", "maintenance", parent_id="loop2"),
        area("loop2", "suspected", parent_id="loop"),
    ]
    assert [one["id"] for one in affected(areas)] == ["county", "hamlet", "town", "loop2", "loop"]
