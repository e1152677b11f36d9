"""The electronic map: the areas where they are, with their states, drawn here without a map service."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response

from data.errors import NotFoundError
from sync.auth import Person
from sync.desk.places.lookup import Places
from sync.desk.places.lookup_page import place_desk
from sync.desk.places.map_drawing import Point, Sheet, sheet_with_cells
from sync.desk.typed import Asked
from sync.hub.asking import PersonWho
from sync.hub.hub import Hub
from sync.hub.problems import status_of
from sync.refusal_words import refusal

SIGNS = {
    "outage": ("停", "out"),
    "partial_outage": ("部分", "partly"),
    "maintenance": ("检修", "maint."),
    "suspected": ("疑似", "susp."),
}
"""What stands beside the name of a place that is not as it should be: the colour never stands alone."""

_CELLED = "township"
_NO_CONTENT = 204
_COUNTY_TINTS = 6


@dataclass(frozen=True, slots=True)
class Drawn:
    """An area on the sheet.

    Attributes:
        area: As `Places.map` gives it.
        at: Where its name stands.
        cell: The corners of its ground, as SVG has them; empty where it is but a dot.
        tint: Which of the counties' tints it has.
        focus: The map was opened for it.
    """

    area: Mapping[str, Any]
    at: Point
    cell: str
    tint: int
    focus: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """All there is to draw, the widest areas last, and what has no place on the sheet."""

    sheet: Sheet | None
    drawn: tuple[Drawn, ...]
    nowhere: tuple[Mapping[str, Any], ...]


def map_router(hub: Hub, places: Places, *, invented: bool) -> APIRouter:
    """The page `/desk/map`.

    Args:
        hub: Whose.
        places: What answers.
        invented: Most positions are, as in the demo, and the page says so.
    """
    router = APIRouter(include_in_schema=False)
    desk = place_desk({"SIGNS": SIGNS})
    Reader = Annotated[Person, Depends(PersonWho(hub.store, "see_places"))]

    @router.get("/desk/map")
    def drawn_map(
        request: Request,
        reader: Reader,
        kind: Asked = "",
        key: Annotated[str, Query(alias="id", max_length=200)] = "",
        seen: Asked = "",
    ) -> Response:
        """The map; with kind and id it is opened where that record is. Nothing (204) where it is as it was `seen`."""
        try:
            view, error = places.map(reader, (kind, key) if key else None), None
        except NotFoundError as missing:
            view, error = places.map(reader), missing
        now = digest_of(view)
        if seen == now:
            return Response(status_code=_NO_CONTENT)
        values = {
            "view": view,
            "again": "/desk/map?" + urlencode({"kind": kind, "id": key, "seen": now}),
            "picture": picture_of(view),
            "affected": affected(view["areas"]),
            "invented": invented,
            "error": refusal(request, error) if error else "",
        }
        return desk.render(request, reader, "map.html", status_of(error) if error else 200, **values)

    return router


def picture_of(view: Mapping[str, Any]) -> Picture:
    """Where everything of a map stands."""
    areas = view["areas"]
    placed = [area for area in areas if area["lon"] is not None and area["lat"] is not None]
    nowhere = tuple(area for area in areas if area["lon"] is None or area["lat"] is None)
    if not placed:
        return Picture(None, (), nowhere)
    by_id = {area["id"]: area for area in areas}
    celled = frozenset(area["id"] for area in placed if area["level"] == _CELLED) or frozenset(
        area["id"] for area in placed
    )
    sheet, cells = sheet_with_cells(tuple((area["id"], area["lon"], area["lat"]) for area in placed), celled)
    focus = set(view["focus"]["areas"]) if view["focus"] else set()
    counties = sorted({_county(area, by_id) for area in placed})
    drawn = [
        Drawn(
            area,
            sheet.point(area["lon"], area["lat"]),
            " ".join(f"{x},{y}" for x, y in cells.get(area["id"], ())),
            counties.index(_county(area, by_id)) % _COUNTY_TINTS,
            area["id"] in focus,
        )
        for area in placed
    ]
    return Picture(sheet, tuple(sorted(drawn, key=lambda one: (not one.cell, -len(one.area["id"])))), nowhere)


def digest_of(view: Mapping[str, Any]) -> str:
    """Tells whether anything on the map is another than before."""
    shown = json.dumps([view["areas"], view["windows"], view["as_of"] is None], sort_keys=True)
    return hashlib.sha256(shown.encode()).hexdigest()[:16]


def affected(areas: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The areas whose state is not as it should be, each after the one it lies in.

    What lies in an area that is out as a whole is not said again.
    """
    by_id = {area["id"]: area for area in areas}

    def around(area: Mapping[str, Any]) -> tuple[str, ...]:
        path: list[str] = []
        above: Mapping[str, Any] | None = area
        while above is not None and above["id"] not in path:
            path.append(above["id"])
            above = by_id.get(above["parent_id"])
        return tuple(reversed(path))

    def said_above(area: Mapping[str, Any]) -> bool:
        above = by_id.get(area["parent_id"])
        return area["state"] != "partial_outage" and above is not None and above["state"] == area["state"]

    return sorted((area for area in areas if area["state"] in SIGNS and not said_above(area)), key=around)


def _county(area: Mapping[str, Any], by_id: Mapping[str, Mapping[str, Any]]) -> str:
    """The county that an area lies in, or is; the widest around it where there is none."""
    seen: set[str] = set()
    while area["level"] != "county" and area["parent_id"] in by_id and area["id"] not in seen:
        seen.add(area["id"])
        area = by_id[area["parent_id"]]
    return str(area["id"])
