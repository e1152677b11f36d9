"""What matched by another name is marked in the record's own name, where that holds it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.lookup.lookup import LookupEngine
from data.fields import Json
from tests.caches import cache_of

VILLAGE: dict[str, Json] = {"id": "A1", "name": "塔山村委会", "code": "tsc", "aliases": ["塔山村", "老营盘"]}


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[LookupEngine]:
    connection = cache_of(tmp_path / "cache.db", [("area", VILLAGE)])
    yield LookupEngine(connection)
    connection.close()


@pytest.mark.parametrize(
    ("typed", "spans"),
    [
        ("塔山", ((0, 2),)),
        ("tashan", ((0, 2),)),
        ("塔山村", ((0, 3),)),
        ("ts", ((0, 2),)),
        ("老营", ()),
        ("laoyingpan", ()),
    ],
)
def test_the_own_name_is_marked_where_it_holds_what_matched(
    engine: LookupEngine, typed: str, spans: tuple[tuple[int, int], ...]
) -> None:
    (hit,) = engine.search(typed)
    assert (hit.name, hit.spans) == (VILLAGE["name"], spans)
