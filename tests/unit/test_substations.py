from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from assistant.lookup.lookup import Hit, LookupEngine
from assistant.lookup.weak import is_weak
from data.sqlite import Connection
from tests.caches import Rows, cache_of

RECORDS: Rows = [
    ("branch", {"id": "b1", "name": "南票供电所"}),
    ("area", {"id": "t1", "name": "暖池塘镇"}),
    ("area", {"id": "v1", "name": "沙后所村民委员会", "parent_id": "t1"}),
    (
        "feeder",
        {"id": "f1", "number": "606", "name": "10kV 暖池塘线", "branch": "b1", "substation": "66kV 暖池塘变电站"},
    ),
    (
        "feeder",
        {"id": "f2", "number": "6061", "name": "10kV 东白线", "branch": "b1", "substation": "66kV 暖池塘变电站"},
    ),
    (
        "feeder",
        {"id": "f3", "number": "607", "name": "10kV 团山子线", "branch": "b1", "substation": "66kV 暖池塘变电站"},
    ),
    ("feeder", {"id": "f4", "number": "6061", "name": "10kV 双龙线", "branch": "b1", "substation": "沙后所变"}),
    ("feeder", {"id": "f5", "number": "6062", "name": "10kV 东山线", "branch": "b1"}),
    ("transformer_area", {"id": "a1", "number": "1", "name": "暖池塘加油站台区", "feeder": "f3", "areas": ["t1"]}),
]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    connection = cache_of(Path(tmp_path_factory.mktemp("substations")) / "cache.db", RECORDS)
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def engine(cache: Connection) -> LookupEngine:
    return LookupEngine(cache)


def supplied(hits: list[Hit]) -> list[str]:
    return [hit.id for hit in hits if hit.reason == "substation" and not is_weak(hit.reason, hit.score)]


@pytest.mark.parametrize(
    ("typed", "lines"),
    [
        ("暖池塘变电站", ["f1", "f2", "f3"]),
        ("暖池塘变", ["f1", "f2", "f3"]),
        ("暖池塘站", ["f1", "f2", "f3"]),
        ("66kV暖池塘变电站", ["f1", "f2", "f3"]),
        ("66千伏暖池塘变电站", ["f1", "f2", "f3"]),
        ("nuanchitangbiandianzhan", ["f1", "f2", "f3"]),
        ("nctbdz", ["f1", "f2", "f3"]),
        ("NCT BDZ", ["f1", "f2", "f3"]),
        ("那个暖池塘变电站停电了", ["f1", "f2", "f3"]),
        ("沙后所变电所", ["f4"]),
        ("沙后所变", ["f4"]),
        ("沙后锁变电站", ["f4"]),
        ("暖池塘变6061", ["f2"]),
        ("暖池塘变电站 606", ["f1", "f2"]),
        ("暖池塘站东白线", ["f2"]),
        ("暖池塘变 dongbai", ["f2"]),
        ("暖池塘变6061开关", ["f2"]),
    ],
)
def test_a_substation_finds_its_lines_by_number_or_the_one_that_is_named_with_it(
    engine: LookupEngine, typed: str, lines: list[str]
) -> None:
    assert supplied(engine.search(typed)) == lines


def test_its_lines_come_before_the_places_that_are_called_so_too(engine: LookupEngine) -> None:
    found = [hit.id for hit in engine.search("暖池塘变电站")]
    assert found[:4] == ["f1", "f2", "f3", "t1"]
    assert engine.search("暖池塘变电站", limit=2)[0].id == "f1"


@pytest.mark.parametrize("typed", ["nuanchitang", "暖池塘", "暖池塘镇"])
def test_without_the_word_its_lines_follow_what_is_called_so(engine: LookupEngine, typed: str) -> None:
    hits = engine.search(typed)
    assert hits[0].id == "t1"
    assert {"f2", "f3"} <= set(supplied(hits)) or typed == "暖池塘镇"


@pytest.mark.parametrize("typed", ["暖池", "暖池塘加油站", "东山变电站", "变电站", "站", "bdz", "变变变"])
def test_what_names_no_substation_finds_no_lines_of_one(engine: LookupEngine, typed: str) -> None:
    assert supplied(engine.search(typed)) == []


def test_where_none_of_its_lines_is_named_so_all_of_them_are_weak(engine: LookupEngine) -> None:
    hits = engine.search("暖池塘变电站有几条")
    assert [hit.id for hit in hits if hit.reason == "substation"] == ["f1", "f2", "f3"]
    assert all(is_weak(hit.reason, hit.score) for hit in hits)


def test_a_new_substation_is_found_once_the_cache_has_changed(tmp_path: Path) -> None:
    with closing(cache_of(tmp_path / "cache.db", RECORDS)) as cache:
        engine = LookupEngine(cache)
        assert supplied(engine.search("东山变电站")) == []
        cache.execute("UPDATE feeder SET substation = '东山变电站' WHERE id = 'f5'")
        assert supplied(engine.search("东山变电站")) == ["f5"]
