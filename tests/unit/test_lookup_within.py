from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.lookup import LookupEngine
from tests.caches import Rows, cache_of

RECORDS: Rows = [
    ("branch", {"id": "b1", "name": "兴城供电分公司"}),
    ("branch", {"id": "b2", "name": "绥中供电分公司"}),
    ("area", {"id": "c1", "name": "兴城市", "branch": "b1"}),
    ("area", {"id": "c2", "name": "绥中县", "branch": "b2"}),
    ("area", {"id": "t1", "name": "塔山乡", "parent_id": "c1"}),
    ("area", {"id": "t2", "name": "高桥镇", "parent_id": "c2"}),
    ("area", {"id": "v1", "name": "朱家村民委员会", "parent_id": "t1"}),
    ("area", {"id": "v2", "name": "朱家村民委员会", "parent_id": "t2"}),
    ("area", {"id": "v3", "name": "北港社区", "parent_id": "t2"}),
    ("feeder", {"id": "f1", "number": "616", "name": "塔山线", "branch": "b1"}),
    ("feeder", {"id": "f2", "number": "616", "name": "高桥线", "branch": "b2"}),
    ("transformer_area", {"id": "a1", "number": "1001", "name": "朱家1号公变", "feeder": "f1", "areas": ["v1"]}),
    ("transformer_area", {"id": "a2", "number": "1002", "name": "朱家1号公变", "feeder": "f2", "areas": ["v3"]}),
    ("customer", {"id": "2114000001", "name": "张伟", "transformer_area": "a1"}),
    ("customer", {"id": "2114000002", "name": "张伟", "transformer_area": "a2"}),
]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LookupEngine]:
    connection = cache_of(Path(tmp_path_factory.mktemp("within")) / "cache.db", RECORDS)
    yield LookupEngine(connection)
    connection.close()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("高桥 朱家", "v2"),
        ("塔山 朱家", "v1"),
        ("塔山朱家", "v1"),
        ("gaoqiao zhujia", "v2"),
        ("gaoqiaozhujia", "v2"),
        ("gq zj", "v2"),
        ("绥中 朱家", "v2"),
        ("高桥镇 zhujia", "v2"),
        ("北港 张伟", "2114000002"),
        ("高桥 张伟", "2114000002"),
        ("北港 1号公变", "a2"),
        ("兴城 616", "f1"),
        ("绥中 616", "f2"),
        ("绥中供电 616", "f2"),
        ("suizhong 616", "f2"),
    ],
)
def test_a_name_in_a_wider_place_is_found_there_first(engine: LookupEngine, typed: str, meant: str) -> None:
    assert engine.search(typed)[0].id == meant


def test_a_part_that_holds_nothing_is_no_part(engine: LookupEngine) -> None:
    assert engine.search("塔山 -")[0].id == "t1"
    assert engine.search("- 1 :") == engine.search("1")


def test_spans_are_those_of_the_narrower_name(engine: LookupEngine) -> None:
    assert engine.search("高桥 朱家")[0].spans == ((0, 2),)


def test_a_wider_place_without_the_narrower_name_finds_nothing_there(engine: LookupEngine) -> None:
    assert "v1" not in [hit.id for hit in engine.search("塔山 北港")]
