"""A record's card: who supplies it, whom to call, what state it is in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from assistant.answer import BranchView, ContactView, CustomerView, Match, OutageView, Result, ResultKind, SupplyView
from assistant.lookup import Hit
from assistant.outage_board import OutageBoard
from assistant.script import script_for
from data.cache import read_doc
from data.clock import to_iso
from data.kinds import Doc
from data.outages import OutageWindow, Place
from data.sqlite import Connection
from data.supply import SupplyNetwork

SHOWN_CONTACTS, SHOWN_FEEDERS, SHOWN_TRANSFORMER_AREAS = 6, 8, 12
"""How much a card lists: what an agent can take in while a caller waits."""

_TOO_WIDE = frozenset({"province", "city"})
_ROLE_ORDER = ("area_manager", "repair_crew", "branch_duty", "branch_manager")


@dataclass(frozen=True, slots=True)
class _Supply:
    """Where a record stands in the network."""

    branch: str | None
    feeders: tuple[str, ...]
    transformer_areas: tuple[str, ...]
    areas: tuple[str, ...]
    """Ids of the area itself, or of the areas served, then of those that contain it, nearest first."""


class CardMaker:
    """Makes cards from one open cache.

    Args:
        connection: An open cache; it is only read.
        network: Of the same cache.
        board: Its outage windows.
    """

    def __init__(self, connection: Connection, network: SupplyNetwork, board: OutageBoard) -> None:
        self._connection = connection
        self._network = network
        self._board = board

    def result(self, hit: Hit, at: datetime, *, confirmed: bool, as_of: datetime | None) -> Result:
        """The card of a hit.

        Args:
            hit: What the lookup found.
            at: The moment whose states are shown.
            confirmed: Whether the hub has confirmed the cache a short while ago.
            as_of: When it last did.
        """
        doc = read_doc(self._connection, hit.kind, hit.id) or {}
        place = self._network.place(hit.kind, hit.id)
        supply = self._supply(hit.kind, doc, place)
        judged = self._board.verdict(place, at)
        windows = self._board.windows_touching(place, at)
        branch = self._branch(supply.branch)
        return Result(
            kind=cast("ResultKind", hit.kind),
            id=hit.id,
            code=hit.code,
            name=hit.name,
            score=hit.score,
            match=Match(hit.reason, hit.spans),
            branch=branch,
            contacts=self._contacts(supply),
            feeders=self._supply_views("feeder", supply.feeders[:SHOWN_FEEDERS], at),
            transformer_areas=self._supply_views(
                "transformer_area", supply.transformer_areas[:SHOWN_TRANSFORMER_AREAS], at
            ),
            state=judged.state,
            outages=tuple(_outage_view(window, at) for window in windows),
            customer=_customer_view(doc) if hit.kind == "customer" else None,
            script=script_for(hit.name, judged, windows, at, branch, confirmed=confirmed, as_of=as_of),
            path=self._path(supply, hit),
            affected=judged.affected if judged.state == "partial_outage" else None,
        )

    def _rows(self, sql: str, *values: object) -> Sequence[Sequence[Any]]:
        return cast("Sequence[Sequence[Any]]", self._connection.execute(sql, values).fetchall())

    def _supply(self, kind: str, doc: Doc, place: Place) -> _Supply:
        if kind == "area":
            areas = (str(doc["id"]), *self._network.areas_above(str(doc["id"])))
            transformer_areas = sorted(place.transformer_areas)
            return _Supply(
                self._area_branch(areas), self._feeders_of(transformer_areas), tuple(transformer_areas), areas
            )
        if kind == "feeder":
            return _Supply(_text(doc.get("branch")), (place.id,), tuple(sorted(place.transformer_areas)), ())
        transformer_area = place.id if kind == "transformer_area" else next(iter(place.transformer_areas), None)
        feeder = self._network.feeder_of(transformer_area) if transformer_area else place.feeder
        branch = self._rows("SELECT branch FROM feeder WHERE id = ?", feeder) if feeder else ()
        return _Supply(
            branch[0][0] if branch else None,
            (feeder,) if feeder else (),
            (transformer_area,) if transformer_area else (),
            self._areas_of(transformer_area) if transformer_area else (),
        )

    def _areas_of(self, transformer_area: str) -> tuple[str, ...]:
        served = [
            row[0]
            for row in self._rows(
                "SELECT target FROM link WHERE kind = 'transformer_area' AND field = 'areas' AND id = ?",
                transformer_area,
            )
        ]
        return (*served, *self._network.areas_above(served[0])) if served else ()

    def _area_branch(self, areas: Sequence[str]) -> str | None:
        for area in areas:
            rows = self._rows("SELECT branch FROM area WHERE id = ?", area)
            if rows and rows[0][0]:
                return str(rows[0][0])
        return None

    def _feeders_of(self, transformer_areas: Sequence[str]) -> tuple[str, ...]:
        """The feeders on which these hang, the one with the most first."""
        counts: dict[str, int] = {}
        for transformer_area in transformer_areas:
            feeder = self._network.feeder_of(transformer_area)
            if feeder:
                counts[feeder] = counts.get(feeder, 0) + 1
        return tuple(sorted(counts, key=lambda feeder: (-counts[feeder], feeder)))

    def _branch(self, branch: str | None) -> BranchView | None:
        rows = self._rows("SELECT id, name, phone FROM branch WHERE id = ?", branch) if branch else ()
        return BranchView(*rows[0]) if rows else None

    def _contacts(self, supply: _Supply) -> tuple[ContactView, ...]:
        """Managers of the transformer areas, people named for the areas, then the desks of the branch."""
        found: dict[str, ContactView] = {}
        for transformer_area in supply.transformer_areas[:SHOWN_TRANSFORMER_AREAS]:
            self._add(
                found,
                "WHERE id = (SELECT manager FROM transformer_area WHERE id = ?) OR id IN"
                " (SELECT id FROM link WHERE kind = 'contact' AND field = 'transformer_areas' AND target = ?)",
                transformer_area,
                transformer_area,
            )
        for area in supply.areas:
            self._add(
                found,
                "WHERE id IN (SELECT id FROM link WHERE kind = 'contact' AND field = 'areas' AND target = ?)",
                area,
            )
        if supply.branch:
            self._add(found, "WHERE branch = ? AND role <> 'area_manager'", supply.branch)
        ordered = sorted(found.values(), key=lambda contact: _ROLE_ORDER.index(contact.role))
        return tuple(ordered[:SHOWN_CONTACTS])

    def _add(self, found: dict[str, ContactView], where: str, *values: object) -> None:
        for key, role, name, phone in self._rows(f"SELECT id, role, name, phone FROM contact {where}", *values):
            found.setdefault(key, ContactView(role, name, phone))

    def _supply_views(self, kind: str, ids: Sequence[str], at: datetime) -> tuple[SupplyView, ...]:
        views: list[SupplyView] = []
        for key in ids:
            rows = self._rows(
                f"SELECT number, name.text FROM {kind} JOIN name ON name.nid = {kind}.name_id WHERE {kind}.id = ?", key
            )
            state = self._board.verdict(self._network.place(kind, key), at).state
            views.extend(SupplyView(key, number, name, state) for number, name in rows)
        return tuple(views)

    def _path(self, supply: _Supply, hit: Hit) -> tuple[str, ...]:
        """The areas around a record, widest first, without province and city; a feeder's branch and substation."""
        if hit.kind == "feeder":
            rows = self._rows(
                "SELECT branch.name, feeder.substation FROM feeder LEFT JOIN branch ON branch.id = feeder.branch"
                " WHERE feeder.id = ?",
                hit.id,
            )
            return tuple(name for name in rows[0] if name) if rows else ()
        names = []
        for area in supply.areas[1:] if hit.kind == "area" else supply.areas:
            rows = self._rows(
                "SELECT name.text, area.level FROM area JOIN name ON name.nid = area.name_id WHERE area.id = ?", area
            )
            names += [name for name, level in rows if level not in _TOO_WIDE]
        return tuple(reversed(names))


def _outage_view(window: OutageWindow, at: datetime) -> OutageView:
    phase = window.phase(at)
    if phase is None:
        raise ValueError(f"window {window.id} is not to be shown at {at}")
    return OutageView(window.id, window.kind, phase, to_iso(window.start), to_iso(window.etr), window.reason)


def _customer_view(doc: Doc) -> CustomerView:
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
        masked=("phone",) if phone and "*" in phone else (),
    )


def _text(value: object) -> str | None:
    return str(value) if value else None
