"""A record's card: who supplies it, whom to call, what state it is in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from assistant.card.answer import (
    BranchView,
    ContactView,
    CustomerView,
    Match,
    OutageView,
    Result,
    ResultKind,
    SupplyView,
    SuspicionView,
)
from assistant.card.outage_board import OutageBoard
from assistant.card.script import scripts_for
from assistant.lookup.lookup import Hit
from assistant.lookup.weak import is_weak
from data.caches.cache import read_doc
from data.clock import to_iso
from data.fields import Doc
from data.masking import PERSONAL, is_masked
from data.outages.windows import OutageWindow, Verdict
from data.scripts.scripts import Scripts
from data.scripts.situation import Asked
from data.sqlite import Connection
from data.supply import Place, SupplyNetwork

SHOWN_CONTACTS, SHOWN_FEEDERS, SHOWN_TRANSFORMER_AREAS = 6, 8, 12
"""How much a card lists: what an agent can take in while a caller waits."""

_TOO_WIDE = frozenset({"province", "city"})
_ROLE_ORDER = ("area_manager", "repair_crew", "branch_duty", "branch_manager")


@dataclass(frozen=True, slots=True)
class _Area:
    """An area on the way up from a record to its province."""

    id: str
    name: str
    level: str | None
    branch: str | None


@dataclass(frozen=True, slots=True)
class _Supply:
    """Where a record stands in the network.

    Attributes:
        feeders, transformer_areas: The first of them.
        areas: The area itself, or the area served, then those that contain it, nearest first.
        feeder_total, transformer_area_total: How many there are.
    """

    branch: str | None
    feeders: tuple[str, ...]
    transformer_areas: tuple[str, ...]
    areas: tuple[_Area, ...]
    feeder_total: int
    transformer_area_total: int


class CardMaker:
    """Makes cards from one open cache.

    Args:
        connection: An open cache; it is only read.
        network: Of the same cache.
        board: Its outage windows.
        scripts: What the centre says.
    """

    def __init__(self, connection: Connection, network: SupplyNetwork, board: OutageBoard, scripts: Scripts) -> None:
        self._connection = connection
        self._network = network
        self._board = board
        self._scripts = scripts

    def result(self, hit: Hit, at: datetime, *, confirmed: bool, as_of: datetime | None) -> Result:
        """The card of a hit.

        Args:
            hit: What the lookup found.
            at: The moment whose states are shown.
            confirmed: Whether the hub has confirmed the cache a short while ago.
            as_of: When it last did.
        """
        doc = read_doc(self._connection, hit.kind, hit.id) or {}
        place = self._board.place(hit.kind, hit.id)
        supply = self._supply(hit.kind, doc, place, at)
        judged = self._board.verdict(place, at)
        windows = self._board.windows_touching(place, at)
        branch = self._branch(supply.branch)
        asked = Asked(hit.name, judged, windows, at, (branch.name, branch.phone) if branch else None)
        said = scripts_for(self._scripts, asked, confirmed=confirmed, as_of=as_of)
        return Result(
            kind=cast("ResultKind", hit.kind),
            id=hit.id,
            code=hit.code,
            name=hit.name,
            score=hit.score,
            match=Match(hit.reason, hit.spans, is_weak(hit.reason, hit.score)),
            branch=branch,
            contacts=self._contacts(supply),
            feeders=self._supply_views("feeder", supply.feeders, at),
            transformer_areas=self._supply_views("transformer_area", supply.transformer_areas, at),
            state=judged.state,
            outages=tuple(outage_view(window, at) for window in windows),
            customer=customer_view(doc) if hit.kind == "customer" else None,
            script=said["zh"],
            script_en=said["en"],
            path=self._path(supply, hit),
            affected=judged.affected if judged.state == "partial_outage" else None,
            suspicion=self._suspicion(place, judged, at) if judged.state == "suspected" else None,
            feeder_total=supply.feeder_total,
            transformer_area_total=supply.transformer_area_total,
        )

    def _suspicion(self, place: Place, judged: Verdict, at: datetime) -> SuspicionView | None:
        touching = self._board.suspicions_touching(place, at)
        if not touching:
            return None
        return SuspicionView(touching[0].id, to_iso(touching[0].since), touching[0].signals, judged.affected)

    def _rows(self, sql: str, *values: object) -> Sequence[Sequence[Any]]:
        return cast("Sequence[Sequence[Any]]", self._connection.execute(sql, values).fetchall())

    def _supply(self, kind: str, doc: Doc, place: Place, at: datetime) -> _Supply:
        hanging = len(place.transformer_areas)
        if kind == "area":
            areas = self._lineage(place.id)
            branch = next((area.branch for area in areas if area.branch), None)
            feeders, total = self._feeders_of_area(place.id)
            return _Supply(branch, feeders, self._worst_first(place, at), areas, total, hanging)
        if kind == "feeder":
            return _Supply(_text(doc.get("branch")), (place.id,), self._worst_first(place, at), (), 1, hanging)
        transformer_area = place.id if kind == "transformer_area" else next(iter(place.transformer_areas), None)
        feeder = self._network.feeder_of(transformer_area) if transformer_area else place.feeder
        branches = self._rows("SELECT branch FROM feeder WHERE id = ?", feeder) if feeder else ()
        return _Supply(
            branches[0][0] if branches else None,
            (feeder,) if feeder else (),
            (transformer_area,) if transformer_area else (),
            self._areas_served(transformer_area) if transformer_area else (),
            1 if feeder else 0,
            1 if transformer_area else 0,
        )

    def _worst_first(self, place: Place, at: datetime) -> tuple[str, ...]:
        """The first of its transformer areas: those that are out, in maintenance or suspected before all others."""
        of_place, board = place.transformer_areas, self._board
        taken = (board.taken(at, maintenance=False), board.taken(at, maintenance=True), board.suspected(at))
        troubled = [one for some in taken for one in sorted(of_place & some.transformer_areas)]
        others = sorted(of_place)[: SHOWN_TRANSFORMER_AREAS + len(troubled)]
        return tuple(dict.fromkeys(troubled + others))[:SHOWN_TRANSFORMER_AREAS]

    def _lineage(self, area: str) -> tuple[_Area, ...]:
        rows = self._rows(
            "WITH RECURSIVE up(id, depth) AS (SELECT ?, 0 UNION"
            " SELECT area.parent_id, depth + 1 FROM up CROSS JOIN area ON area.id = up.id WHERE depth < 10)"
            " SELECT area.id, name.text, area.level, area.branch FROM up CROSS JOIN area ON area.id = up.id"
            " JOIN name ON name.nid = area.name_id ORDER BY depth",
            area,
        )
        return tuple(_Area(*row) for row in rows)

    def _areas_served(self, transformer_area: str) -> tuple[_Area, ...]:
        served = self._rows(
            "SELECT target FROM link WHERE kind = 'transformer_area' AND field = 'areas' AND id = ?", transformer_area
        )
        return self._lineage(served[0][0]) if served else ()

    def _feeders_of_area(self, area: str) -> tuple[tuple[str, ...], int]:
        """The feeders on which an area's transformer areas hang, the one with the most first; how many there are."""
        rows = self._rows(
            "WITH RECURSIVE within(id) AS"
            " (SELECT ? UNION SELECT area.id FROM within CROSS JOIN area ON area.parent_id = within.id)"
            " SELECT feeder, count(*) OVER () FROM transformer_area WHERE id IN"
            " (SELECT link.id FROM within CROSS JOIN link"
            " WHERE link.target = within.id AND link.kind = 'transformer_area' AND link.field = 'areas')"
            " GROUP BY feeder ORDER BY count(*) DESC, feeder LIMIT ?",
            area,
            SHOWN_FEEDERS,
        )
        return tuple(row[0] for row in rows), rows[0][1] if rows else 0

    def _branch(self, branch: str | None) -> BranchView | None:
        rows = self._rows("SELECT id, name, phone FROM branch WHERE id = ?", branch) if branch else ()
        return BranchView(*rows[0]) if rows else None

    def _contacts(self, supply: _Supply) -> tuple[ContactView, ...]:
        """Managers of the transformer areas, people named for the areas, then the desks of the branch."""
        transformer_areas, areas = supply.transformer_areas, [area.id for area in supply.areas]
        rows = self._rows(
            "SELECT role, name, phone FROM contact WHERE id IN ("
            f"SELECT manager FROM transformer_area WHERE id IN ({_marks(transformer_areas)})"
            " UNION SELECT id FROM link WHERE kind = 'contact' AND field = 'transformer_areas'"
            f" AND target IN ({_marks(transformer_areas)})"
            f" UNION SELECT id FROM link WHERE kind = 'contact' AND field = 'areas' AND target IN ({_marks(areas)})"
            " UNION SELECT id FROM contact WHERE branch = ? AND role <> 'area_manager') ORDER BY id",
            *transformer_areas,
            *transformer_areas,
            *areas,
            supply.branch,
        )
        ordered = sorted((ContactView(*row) for row in rows), key=lambda contact: _ROLE_ORDER.index(contact.role))
        return tuple(ordered[:SHOWN_CONTACTS])

    def _supply_views(self, kind: str, ids: Sequence[str], at: datetime) -> tuple[SupplyView, ...]:
        found = self._rows(
            f"SELECT {kind}.id, number, name.text FROM {kind} JOIN name ON name.nid = {kind}.name_id"
            f" WHERE {kind}.id IN ({_marks(ids)})",
            *ids,
        )
        named = {key: (number, name) for key, number, name in found}
        return tuple(
            SupplyView(key, *named[key], self._board.verdict(self._board.place(kind, key), at).state)
            for key in ids
            if key in named
        )

    def _path(self, supply: _Supply, hit: Hit) -> tuple[str, ...]:
        """The areas around a record, widest first, without province and city; a feeder's branch and substation."""
        if hit.kind == "feeder":
            rows = self._rows(
                "SELECT branch.name, feeder.substation FROM feeder LEFT JOIN branch ON branch.id = feeder.branch"
                " WHERE feeder.id = ?",
                hit.id,
            )
            return tuple(name for name in rows[0] if name) if rows else ()
        around = supply.areas[1:] if hit.kind == "area" else supply.areas
        return tuple(area.name for area in reversed(around) if area.level not in _TOO_WIDE)


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


def outage_view(window: OutageWindow, at: datetime) -> OutageView:
    """A window as it is shown at `at`; its start is the next one where it is upcoming, else when it really began.

    Raises:
        ValueError: it is not to be shown then: a mistake in the program.
    """
    phase = window.phase(at)
    if phase is None:
        raise ValueError(f"window {window.id} is not to be shown at {at}")
    start = window.next_start(at) or window.begins
    return OutageView(window.id, window.kind, phase, to_iso(start), to_iso(window.etr), window.reason)


def customer_view(doc: Doc) -> CustomerView:
    """What a customer's document shows to this reader."""
    phone = _text(doc.get("phone"))
    capacity = doc.get("contract_kva")
    return CustomerView(
        address=_text(doc.get("address")),
        phone=phone,
        contract_kva=float(capacity) if isinstance(capacity, int | float) else None,
        importance=_text(doc.get("importance")),
        high_risk=bool(doc.get("high_risk")),
        sensitive=bool(doc.get("sensitive")),
        source=_text(doc.get("source")),
        masked=tuple(name for name in PERSONAL if is_masked(name, _text(doc.get(name)) or "")),
    )


def _text(value: object) -> str | None:
    return str(value) if value else None
