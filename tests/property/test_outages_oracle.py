"""The states of a random network at random moments, against a model that judges every customer by itself."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from assistant.card.outage_board import OutageBoard
from data.outages.documents import outage_from_doc, outage_to_doc
from data.outages.timetable import EVERY_DAY, Timetable
from data.outages.windows import OutageWindow, Restoration, Revision, ScopeItem
from data.supply import SupplyNetwork

START = datetime(2026, 11, 22, tzinfo=UTC)
HORIZON = 600
MINUTE = timedelta(minutes=1)


def minute(number: int) -> datetime:
    return START + timedelta(minutes=number)


@dataclass(frozen=True)
class Net:
    """The network as plain pairs; `None` where nothing is known."""

    feeders: list[str]
    areas: dict[str, str | None]
    """Area to parent."""
    transformers: dict[str, tuple[str, frozenset[str]]]
    """Transformer area to its feeder and the areas it serves."""
    customers: dict[str, tuple[str | None, str | None]]
    """Customer to transformer area and feeder."""


@st.composite
def nets(draw: st.DrawFn) -> Net:
    feeders = [f"F{n}" for n in range(draw(st.integers(1, 3)))]
    areas: dict[str, str | None] = {}
    for n in range(draw(st.integers(1, 4))):
        areas[f"A{n}"] = draw(st.sampled_from([None, *areas]))
    transformers = {
        f"T{n}": (draw(st.sampled_from(feeders)), draw(st.frozensets(st.sampled_from(sorted(areas)), max_size=2)))
        for n in range(draw(st.integers(0, 6)))
    }
    customers: dict[str, tuple[str | None, str | None]] = {"C0": (None, None)}
    for n in range(1, draw(st.integers(1, 5))):
        on = draw(st.sampled_from([*transformers, *feeders]))
        customers[f"C{n}"] = (on, None) if on in transformers else (None, on)
    return Net(feeders, areas, transformers, customers)


def items(net: Net) -> st.SearchStrategy[ScopeItem]:
    everything = [
        *(ScopeItem("feeder", one) for one in net.feeders),
        *(ScopeItem("area", one) for one in net.areas),
        *(ScopeItem("transformer_area", one) for one in net.transformers),
        *(ScopeItem("customer", one) for one in net.customers),
    ]
    return st.sampled_from(everything)


timetables = st.builds(
    Timetable,
    st.sampled_from([time(9), time(10, 30), time(23)]),
    st.sampled_from([time(8, 30), time(12), time(17)]),
    st.sampled_from([EVERY_DAY, frozenset({6}), frozenset({7}), frozenset({1, 7})]),
)


def is_off(hours: Timetable, at: datetime) -> bool:
    """Whether `at` is in the hours, told by the clock on the wall of Shanghai, which is never put back or forward."""
    wall = at + timedelta(hours=8)
    over_night = hours.on_at <= hours.off_at
    if over_night and wall.time() < hours.on_at:
        return (wall - timedelta(days=1)).isoweekday() in hours.weekdays
    within = wall.time() >= hours.off_at and (over_night or wall.time() < hours.on_at)
    return within and wall.isoweekday() in hours.weekdays


@st.composite
def windows(draw: st.DrawFn, net: Net, key: str) -> OutageWindow:
    start = draw(st.integers(0, HORIZON // 2))
    etr = start + draw(st.integers(1, HORIZON // 2))
    moments = st.integers(start, HORIZON).map(minute)
    window = OutageWindow(
        id=key,
        kind=draw(st.sampled_from(["fault", "planned", "maintenance"])),
        start=minute(start),
        etr=minute(etr),
        reason="r",
        scope=tuple(draw(st.lists(items(net), min_size=1, max_size=3, unique=True))),
        revisions=(Revision(minute(0), "test", "new", minute(etr), "r"),),
        hold=draw(st.booleans()),
        restorations=tuple(draw(st.lists(st.builds(Restoration, items(net), moments), max_size=2))),
        restored_at=draw(st.none() | moments),
        withdrawn_at=draw(st.sampled_from([None, None, None, minute(1)])),
    )
    if draw(st.booleans()):
        begun = draw(st.integers(0, etr - 1))
        window = replace(window, started_at=minute(begun))
    hours = draw(st.none() | timetables)
    if hours and any(is_off(hours, minute(n)) for n in range(int((window.begins - START) / MINUTE), etr)):
        window = replace(window, timetable=hours)
    if draw(st.booleans()):
        later = minute(etr + draw(st.integers(0, 60)))
        window = replace(
            window,
            etr=later,
            revisions=(*window.revisions, Revision(minute(1), "test", "plan_change", later, "later")),
        )
    return window


@st.composite
def cases(draw: st.DrawFn) -> tuple[Net, list[OutageWindow], list[int]]:
    net = draw(nets())
    made = [draw(windows(net, f"W{n}")) for n in range(draw(st.integers(0, 4)))]
    return net, made, draw(st.lists(st.integers(-10, HORIZON + 200), min_size=1, max_size=8))


class Model:
    """Judges by walking up from each thing to what a window names; knows no sets, unions or caches."""

    def __init__(self, net: Net, made: list[OutageWindow]) -> None:
        self.net = net
        self.windows = made

    def active(self, window: OutageWindow, at: datetime) -> bool:
        if window.withdrawn_at or at < (window.started_at or window.start):
            return False
        if window.restored_at and at >= window.restored_at:
            return False
        if window.timetable is None:
            return window.hold or at < window.etr
        if at < window.etr and is_off(window.timetable, at):
            return True
        if window.started_at and at < window.etr:
            # A recorded beginning is believed until the first of the hours are over.
            since = [window.started_at + n * MINUTE for n in range(int((at - window.started_at) / MINUTE))]
            hours = window.timetable
            if not any(is_off(hours, one) and not is_off(hours, one + MINUTE) for one in since):
                return True
        rest = range(int((window.etr - at) / MINUTE))
        over = not any(is_off(window.timetable, at + n * MINUTE) for n in rest)
        return window.hold and over

    def names(self, window: OutageWindow, at: datetime, kinds_and_ids: set[tuple[str, str]]) -> bool:
        scope = {(item.kind, item.id) for item in window.scope}
        back = {(part.item.kind, part.item.id) for part in window.restorations if part.at <= at}
        return bool(scope & kinds_and_ids) and not back & kinds_and_ids

    def above(self, transformer: str) -> set[tuple[str, str]]:
        feeder, areas = self.net.transformers[transformer]
        found = {("transformer_area", transformer), ("feeder", feeder)}
        for area in areas:
            here: str | None = area
            while here is not None:
                found.add(("area", here))
                here = self.net.areas[here]
        return found

    def taken(self, at: datetime, names: set[tuple[str, str]], *, maintenance: bool) -> bool:
        return any(
            self.active(window, at) and (window.kind == "maintenance") == maintenance and self.names(window, at, names)
            for window in self.windows
        )

    def below(self, kind: str, key: str) -> list[str]:
        match kind:
            case "feeder" | "area":
                return [one for one in self.net.transformers if (kind, key) in self.above(one)]
            case "transformer_area":
                return [key]
            case _:
                transformer = self.net.customers[key][0]
                return [transformer] if transformer else []

    def state(self, kind: str, key: str, at: datetime) -> str:
        below = self.below(kind, key)
        by_name = {(kind, key)} if kind == "customer" or not below else set()
        feeder = self.net.customers[key][1] if kind == "customer" else None
        straight = {("feeder", feeder)} if feeder else set()
        for maintenance in (False, True):
            hit = [self.taken(at, self.above(one), maintenance=maintenance) for one in below]
            own = self.taken(at, by_name, maintenance=maintenance) or self.taken(at, straight, maintenance=maintenance)
            if own or (hit and all(hit)):
                return "maintenance" if maintenance else "outage"
            if any(hit):
                return "maintenance" if maintenance else "partial_outage"
        return "normal" if below or feeder or kind == "feeder" else "unknown"


@contextmanager
def network(net: Net) -> Iterator[SupplyNetwork]:
    with closing(sqlite3.connect(":memory:")) as db:
        db.executescript(
            "CREATE TABLE area (id, parent_id); CREATE TABLE transformer_area (id, feeder);"
            "CREATE TABLE link (kind, id, field, target); CREATE TABLE customer (id, transformer_area, feeder)"
        )
        db.executemany("INSERT INTO area VALUES (?, ?)", net.areas.items())
        db.executemany("INSERT INTO transformer_area VALUES (?, ?)", [(t, f) for t, (f, _) in net.transformers.items()])
        links = [("transformer_area", t, "areas", a) for t, (_, areas) in net.transformers.items() for a in areas]
        db.executemany("INSERT INTO link VALUES (?, ?, ?, ?)", links)
        db.executemany("INSERT INTO customer VALUES (?, ?, ?)", [(c, t, f) for c, (t, f) in net.customers.items()])
        yield SupplyNetwork(lambda sql, values: db.execute(sql, values).fetchall())


def places(net: Net) -> list[tuple[str, str]]:
    return [
        *(("feeder", one) for one in net.feeders),
        *(("area", one) for one in net.areas),
        *(("transformer_area", one) for one in net.transformers),
        *(("customer", one) for one in net.customers),
    ]


@given(cases())
def test_every_place_has_the_state_that_the_model_gives_it_at_every_moment(
    case: tuple[Net, list[OutageWindow], list[int]],
) -> None:
    net, made, moments = case
    model = Model(net, made)
    with network(net) as supply:
        board = OutageBoard(made, supply)
        for at in map(minute, moments):
            for kind, key in places(net):
                assert board.verdict(supply.place(kind, key), at).state == model.state(kind, key, at), (kind, key, at)


def shown(window: OutageWindow, number: int) -> object:
    at = minute(number)
    return window.phase(at), window.restored_items(at) if window.in_effect(at) else ()


@given(cases())
def test_the_next_change_is_the_first_moment_at_which_anything_differs(
    case: tuple[Net, list[OutageWindow], list[int]],
) -> None:
    _, made, moments = case
    for window in made:
        for start in moments:
            later = range(start + 1, HORIZON + 400)
            first = next((minute(n) for n in later if shown(window, n) != shown(window, start)), None)
            assert window.next_change(minute(start)) == first


@given(cases())
def test_a_window_survives_being_stored(case: tuple[Net, list[OutageWindow], list[int]]) -> None:
    _, made, _ = case
    assert [outage_from_doc(outage_to_doc(window)) for window in made] == made
