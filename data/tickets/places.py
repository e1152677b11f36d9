"""What else is known where a ticket's trouble is: reports of the same trouble, and outage windows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, or_, select

from data.clock import to_iso
from data.outages.describing import network, shown_outages
from data.outages.reach import Reach
from data.outages.windows import Affected, OutageWindow, touches
from data.readers import EVERYBODYS, Reader
from data.store.schema import RECORDS, TICKET
from data.supply import Place, SupplyNetwork
from data.tickets.ticket import IS_PENDING, Ticket, select_tickets, ticket_feeder, ticket_transformer_area, tickets_of
from data.tickets.whose import is_theirs

_SHOWN_AT_MOST = 20


@dataclass(frozen=True, slots=True)
class Spot:
    """A place, and from where it is supplied as far as is known."""

    kind: str
    id: str
    transformer_area: str | None = None
    feeder: str | None = None


@dataclass(frozen=True, slots=True)
class Nearby:
    """A report that may be of the same trouble.

    Attributes:
        same: It is of the same place or transformer area, not only of the same feeder.
    """

    ticket: Ticket
    same: bool


def spot_at(connection: Connection, kind: str, key: str) -> Spot:
    """A stored record as the place of a ticket."""
    net = network(connection)
    match kind:
        case "transformer_area":
            return Spot(kind, key, key, net.feeder_of(key))
        case "feeder":
            return Spot(kind, key, None, key)
        case "customer":
            place = net.place(kind, key)
            area = next(iter(place.transformer_areas), None)
            return Spot(kind, key, area, net.feeder_of(area) if area else place.feeder)
        case _:
            return Spot(kind, key)


def spot_of(ticket: Ticket) -> Spot | None:
    """The place of a ticket; None where it has none."""
    if not ticket.place_kind or not ticket.place_id:
        return None
    return Spot(ticket.place_kind, ticket.place_id, ticket.transformer_area, ticket.feeder)


def nearby(connection: Connection, spot: Spot, at: datetime, within: timedelta) -> list[Nearby]:
    """Open trouble reports, linked to no other, that came at most `within` before `at`: the same place first.

    Each group has the oldest first: it is the lead ticket.
    """
    here = [and_(TICKET.c.place_kind == spot.kind, TICKET.c.place_id == spot.id)]
    if spot.transformer_area:
        here.append(ticket_transformer_area == spot.transformer_area)
    if spot.feeder:
        here.append(ticket_feeder == spot.feeder)
    wanted = select_tickets().where(
        TICKET.c.kind == "trouble_report",
        IS_PENDING,
        TICKET.c.lead.is_(None),
        TICKET.c.at >= to_iso(at - within),
        or_(*here),
    )
    found = tickets_of(connection, wanted.order_by(TICKET.c.at, TICKET.c.number).limit(_SHOWN_AT_MOST * 10))
    near = [Nearby(one, _same(spot, one)) for one in found]
    return sorted(near, key=lambda one: not one.same)[:_SHOWN_AT_MOST]


def pending_at(connection: Connection, spot: Spot) -> list[Ticket]:
    """The pending tickets of exactly this place that are linked to no other, the newest first."""
    there = TICKET.c.place_kind == spot.kind, TICKET.c.place_id == spot.id, TICKET.c.lead.is_(None)
    return tickets_of(connection, select_tickets().where(IS_PENDING, *there).order_by(TICKET.c.at.desc()))


def outages_at(connection: Connection, spots: Iterable[Spot], at: datetime) -> list[tuple[OutageWindow, ...]]:
    """For each place the windows shown at `at` that touch it and have not been restored there, by start."""
    net = network(connection)
    windows = _taken_out(connection, shown_outages(connection, at), at)
    asked = list(spots)
    places = {spot: _as_place(net, spot) for spot in dict.fromkeys(asked)}  # in a storm many tickets are of one place
    return [tuple(one for one, taken in windows if touches(places[spot], taken)) for spot in asked]


def tickets_of_outage(
    connection: Connection, window: OutageWindow, at: datetime, reader: Reader = EVERYBODYS
) -> list[Ticket]:
    """A reader's pending trouble reports from where a window takes power out at `at`, oldest first."""
    net = network(connection)
    ((_, taken),) = _taken_out(connection, [window], at)
    reports = select_tickets().where(TICKET.c.kind == "trouble_report", IS_PENDING, TICKET.c.place_id.is_not(None))
    theirs = reports.where(is_theirs(connection, reader))
    found = tickets_of(connection, theirs.order_by(TICKET.c.at, TICKET.c.number))
    spots = [(one, spot) for one in found if (spot := spot_of(one)) is not None]
    there = {spot: touches(_as_place(net, spot), taken) for spot in dict.fromkeys(spot for _, spot in spots)}
    return [one for one, spot in spots if there[spot]]


def branch_at(connection: Connection, spot: Spot) -> str | None:
    """The branch that looks after a place; None where that is not known."""
    kind, key = ("feeder", spot.feeder) if spot.feeder else (spot.kind, spot.id)
    if kind not in {"feeder", "area"}:
        return None
    table = RECORDS[kind]
    branch: str | None = connection.execute(select(table.c.branch).where(table.c.id == key)).scalar()
    return branch


def _taken_out(
    connection: Connection, windows: Sequence[OutageWindow], at: datetime
) -> list[tuple[OutageWindow, Affected]]:
    """Each window with what it takes out at `at`; however many there are, they cost the same few queries."""
    reach = Reach(connection, [item for one in windows for item in (*one.scope, *one.restored_items(at))])
    return [(one, reach.affected_by(one.scope, one.restored_items(at))) for one in windows]


def _as_place(net: SupplyNetwork, spot: Spot) -> Place:
    if spot.kind in {"customer", "transformer_area"}:
        areas = frozenset({spot.transformer_area} if spot.transformer_area else ())
        return Place(spot.kind, spot.id, areas, spot.feeder)
    return net.place(spot.kind, spot.id)


def _same(spot: Spot, ticket: Ticket) -> bool:
    if (ticket.place_kind, ticket.place_id) == (spot.kind, spot.id):
        return True
    return spot.transformer_area is not None and ticket.transformer_area == spot.transformer_area
