"""What agents type of what they heard: found where it stands for no name, code or number as it is."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from assistant.lookup.lookup import Hit, LookupEngine
from assistant.lookup.weak import is_weak
from data.fields import Json
from data.sqlite import Connection, connect
from tests.caches import Rows, cache_of


def customer(
    key: str, name: str, transformer_area: str | None, address: str, **fields: Json
) -> tuple[str, dict[str, Json]]:
    return "customer", {"id": key, "name": name, "transformer_area": transformer_area, "address": address, **fields}


RECORDS: Rows = [
    ("branch", {"id": "b1", "name": "兴城供电分公司"}),
    ("area", {"id": "c1", "name": "兴城市", "level": "county"}),
    ("area", {"id": "c2", "name": "喀喇沁左翼蒙古族自治县", "level": "county"}),
    ("area", {"id": "c3", "name": "阜新蒙古族自治县", "level": "county"}),
    ("area", {"id": "c4", "name": "蒙古族自治县佐卡镇", "level": "township"}),
    ("area", {"id": "t1", "name": "曹庄镇", "parent_id": "c1"}),
    ("area", {"id": "t2", "name": "药王庙镇", "parent_id": "c1"}),
    ("area", {"id": "v1", "name": "上坡村民委员会", "parent_id": "t1"}),
    ("area", {"id": "v2", "name": "兴铺村委会", "parent_id": "t2"}),
    ("area", {"id": "v3", "name": "温馨社区居民委员会", "parent_id": "t2"}),
    ("area", {"id": "v4", "name": "朱家村民委员会", "parent_id": "t2"}),
    ("area", {"id": "v5", "name": "五号院社区", "parent_id": "t2"}),
    ("feeder", {"id": "f1", "number": "616", "name": "10kV 曹庄线", "branch": "b1", "substation": "66kV 菊花变电站"}),
    ("feeder", {"id": "f2", "number": "6021", "name": "10kV 东城线", "branch": "b1", "substation": "66kV 菊花变电站"}),
    ("transformer_area", {"id": "a1", "number": "1", "name": "上坡村1号台区", "feeder": "f1", "areas": ["v1"]}),
    ("transformer_area", {"id": "a2", "number": "2", "name": "兴铺村12号台区", "feeder": "f2", "areas": ["v2"]}),
    ("transformer_area", {"id": "a3", "number": "3", "name": "温馨社区3号台区", "feeder": "f2", "areas": ["v3"]}),
    ("transformer_area", {"id": "a4", "number": "4", "name": "五号院社区1号台区", "feeder": "f2", "areas": ["v5"]}),
    customer("2142721104", "丁萍国", "a1", "兴城市曹庄镇上坡村7组93号"),
    customer("2142721205", "上坡超市", "a1", "兴城市曹庄镇上坡村43号"),
    customer("2142721306", "兴城市上坡瑞恒加油站", "a1", "兴城市曹庄镇上坡村44号"),
    customer("2142721407", "上坡钼矿", None, "兴城市曹庄镇上坡村45号", feeder="f1"),
    customer("2142721508", "唐磊丽", "a2", "兴城市药王庙镇兴铺村8组77号"),
    customer("2142721609", "解东立", "a2", "兴城市药王庙镇兴铺村8组80号"),
    customer("2142721700", "杨华如", "a3", "兴城市药王庙镇温馨社区1号楼4单元1302"),
    customer("2142721801", "塔山加油站", "a3", "兴城市药王庙镇温馨社区2号"),
]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    connection = cache_of(Path(tmp_path_factory.mktemp("second")) / "cache.db", RECORDS)
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def engine(cache: Connection) -> LookupEngine:
    return LookupEngine(cache)


def good(hits: list[Hit]) -> list[str]:
    return [hit.id for hit in hits if not is_weak(hit.reason, hit.score)]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("请问上坡村停电了吗", "v1"),
        ("那个…曹庄的上坡村", "v1"),
        ("上坡上坡", "v1"),
        ("曹庄shangpo", "v1"),
        ("兴城曹庄上坡", "v1"),
        ("上坡(曹庄)", "v1"),
        ("五号院", "v5"),
        ("kazuo", "c2"),
        ("kazuoxian", "c2"),
        ("fumeng", "c3"),
        ("喀左", "c2"),
        ("曹庄线616开关跳闸", "f1"),
        ("曹庄线路停电", "f1"),
        ("六零二一线", "f2"),
        ("6021开关", "f2"),
        ("东城线 6021", "f2"),
        ("dcx 6021", "f2"),
        ("10千伏东城线03号杆", "f2"),
        ("上坡1号变", "a1"),
        ("兴铺十二号公变", "a2"),
        ("兴铺村12号配变", "a2"),
        ("温馨小区3#变", "a3"),
        ("五号院1号变", "a4"),
        ("户号二幺四二七二幺幺零四", "2142721104"),
        ("2142 721 104", "2142721104"),
        ("21427211O4", "2142721104"),
        ("尾号幺幺零四", "2142721104"),
        ("兴城曹庄上坡超市", "2142721205"),
        ("曹庄上坡村加油站", "2142721306"),
        ("上坡 瑞恒加油站", "2142721306"),
        ("上坡村钼矿", "2142721407"),
        ("上坡七组九十三", "2142721104"),
        ("上坡7-93", "2142721104"),
        ("shangpo 7-93", "2142721104"),
        ("兴铺8组77号唐磊丽", "2142721508"),
        ("兴铺唐磊丽家没电了", "2142721508"),
        ("温馨小区1栋4单元1302室", "2142721700"),
        ("温馨1-4-1302", "2142721700"),
        ("温馨1号楼4单元13楼", "2142721700"),
    ],
)
def test_what_an_agent_types_finds_what_was_meant(engine: LookupEngine, typed: str, meant: str) -> None:
    assert good(engine.search(typed))[0] == meant


def test_what_is_found_as_it_stands_is_not_looked_for_otherwise(engine: LookupEngine) -> None:
    assert [hit.name for hit in engine.search("塔山加油站")] == ["塔山加油站"]
    assert engine.search("药王庙 朱家")[0].id == "v4"


def test_a_place_of_that_name_elsewhere_comes_before_customers_with_a_slip_in_their_names(engine: LookupEngine) -> None:
    for typed in ("曹庄 朱家", "曹庄朱家"):
        hits = engine.search(typed)
        assert hits[0].id == "v4"
        assert good(hits) == []


def test_filters_are_never_reworded(engine: LookupEngine) -> None:
    assert engine.search("\ud800\ud801 >=315kva") == []


def test_a_place_and_a_word_that_nothing_there_is_called_by_find_nothing_good(engine: LookupEngine) -> None:
    assert good(engine.search("上坡村火锅店")) == []


@pytest.mark.parametrize(
    "typed", ["的", "那个", "停电了吗", "变", "1号变", "线", "…", "兴城的", "曹庄市市市市市市", "bdz"]
)
def test_speech_without_a_name_raises_nothing(engine: LookupEngine, typed: str) -> None:
    assert len(engine.search(typed)) <= 10


def test_a_short_form_follows_a_changed_cache(tmp_path: Path) -> None:
    with closing(cache_of(tmp_path / "cache.db", RECORDS)) as reader:
        engine = LookupEngine(reader)
        assert [hit.id for hit in engine.search("kazuo")] == ["c2"]
        with closing(connect(tmp_path / "cache.db")) as writer:
            writer.execute("UPDATE area SET code = 'new' WHERE id = 'c2'")
        assert [hit.code for hit in engine.search("kazuo")] == ["new"]
