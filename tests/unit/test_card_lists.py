"""What a card lists of many transformer areas and feeders, and how many it says there are."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from assistant.card.answer import Result
from assistant.card.card import SHOWN_FEEDERS, SHOWN_TRANSFORMER_AREAS, CardMaker
from assistant.card.outage_board import OutageBoard
from assistant.lookup.lookup import Hit
from data.fields import Json
from data.outages.windows import OutageWindow, ScopeItem
from data.scripts.scripts import Scripts
from data.sqlite import Connection
from data.supply import SupplyNetwork
from tests.caches import Rows, cache_of
from tests.stores import NOON

HOUR = timedelta(hours=1)
FEEDERS, EACH = 10, 3


def transformer_area(number: int) -> dict[str, Json]:
    key = f"T{number:02}"
    return {"id": key, "number": key, "name": key, "feeder": f"F{number // EACH:02}", "areas": ["A1"]}


ROWS: Rows = [
    ("area", {"id": "A1", "name": "塔山乡", "code": "tsx"}),
    *(("feeder", {"id": f"F{n:02}", "number": f"6{n:02}", "name": f"10kV{n}号线"}) for n in range(FEEDERS)),
    *(("transformer_area", transformer_area(n)) for n in range(FEEDERS * EACH)),
]


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    opened = cache_of(tmp_path / "cache.db", ROWS)
    yield opened
    opened.close()


def card(connection: Connection, kind: str, key: str, **out: str) -> Result:
    """The card while windows of the named kinds lie on transformer areas."""
    network = SupplyNetwork(lambda sql, values: connection.execute(sql, values).fetchall())
    windows = [
        OutageWindow(f"O{place}", window, NOON - HOUR, NOON + HOUR, "雷击", (ScopeItem("transformer_area", place),), ())
        for window, place in out.items()
    ]
    maker = CardMaker(connection, network, OutageBoard(windows, network), Scripts())
    return maker.result(Hit(kind, key, 1, key, None, 100.0, "code", ()), NOON, confirmed=True, as_of=NOON)


def test_what_is_out_or_in_maintenance_stands_before_the_rest(connection: Connection) -> None:
    made = card(connection, "area", "A1", maintenance="T05", fault="T29")
    listed = [one.id for one in made.transformer_areas]
    assert listed[:2] == ["T29", "T05"]
    assert listed[2:] == [f"T{n:02}" for n in range(SHOWN_TRANSFORMER_AREAS) if n != 5][: len(listed) - 2]
    assert [one.state for one in made.transformer_areas[:3]] == ["outage", "maintenance", "normal"]


def test_a_card_knows_how_many_there_are_beyond_those_it_lists(connection: Connection) -> None:
    made = card(connection, "area", "A1")
    assert (len(made.transformer_areas), made.transformer_area_total) == (SHOWN_TRANSFORMER_AREAS, FEEDERS * EACH)
    assert (len(made.feeders), made.feeder_total) == (SHOWN_FEEDERS, FEEDERS)
    feeder = card(connection, "feeder", "F03")
    assert (len(feeder.transformer_areas), feeder.transformer_area_total) == (EACH, EACH)
    area = card(connection, "transformer_area", "T07")
    assert (area.feeder_total, area.transformer_area_total) == (1, 1)
