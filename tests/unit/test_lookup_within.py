from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from assistant.lookup.lookup import LookupEngine
from assistant.lookup.query import parse
from assistant.lookup.text_search import TextSearch
from assistant.lookup.weak import WEAK_UNDER
from assistant.lookup.within import splits
from data.sqlite import connect
from tests.caches import Rows, cache_of
from tests.readings import readings_of_character

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
    ("area", {"id": "v4", "name": "马圈子村民委员会", "parent_id": "t1"}),
    ("area", {"id": "t3", "name": "沙后所镇", "parent_id": "c1"}),
    ("area", {"id": "v5", "name": "朱家村民委员会", "parent_id": "t3"}),
    ("feeder", {"id": "f3", "number": "6021", "name": "10kV南山线", "branch": "b2", "substation": "城东变电站"}),
    ("transformer_area", {"id": "a3", "number": "1003", "name": "马圈子2号公变", "feeder": "f1", "areas": ["v4"]}),
    ("transformer_area", {"id": "a4", "number": "1004", "name": "沙所公变", "feeder": "f1", "areas": ["v5"]}),
    ("customer", {"id": "2114000003", "name": "李丽", "transformer_area": "a3"}),
    ("customer", {"id": "2114000004", "name": "张伟", "transformer_area": "a4"}),
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
        ("绥中616线", "f2"),
        ("绥中供电 616", "f2"),
        ("suizhong 616", "f2"),
        ("gqzj", "v2"),
        ("gaoqzj", "v2"),
        ("tszhujia", "v1"),
        ("塔山 mqz", "v4"),
        ("塔山 马", "v4"),
        ("tashan maquanz", "v4"),
        ("绥中 60", "f3"),
        ("绥中6021", "f3"),
        ("城东 南山", "f3"),
        ("塔山线 2号公变", "a3"),
        ("塔山 lili", "2114000003"),
        ("塔山李丽", "2114000003"),
        ("塔山乡李丽", "2114000003"),
    ],
)
def test_a_name_in_a_wider_place_is_found_there_first(engine: LookupEngine, typed: str, meant: str) -> None:
    assert engine.search(typed)[0].id == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("绥中 高桥 朱家", "v2"),
        ("兴城 塔山 朱家", "v1"),
        ("xingcheng shahousuo zhujia", "v5"),
        ("xc ts zj", "v1"),
        ("兴城塔山朱家", "v1"),
        ("兴城市塔山乡朱家村", "v1"),
        ("绥中县高桥镇朱家村民委员会", "v2"),
        ("兴城 塔山 张伟", "2114000001"),
        ("兴城 沙后所 张伟", "2114000004"),
        ("绥中 高桥 张伟", "2114000002"),
        ("兴城市沙后所镇张伟", "2114000004"),
    ],
)
def test_of_three_parts_all_are_heeded(engine: LookupEngine, typed: str, meant: str) -> None:
    hits = engine.search(typed)
    assert hits[0].id == meant
    assert [hit.id for hit in hits if hit.name == hits[0].name] == [meant]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("朱家 塔山", "v1"),
        ("zhujia gaoqiao", "v2"),
        ("616 绥中", "f2"),
        ("张伟 北港", "2114000002"),
        ("zhangwei gaoqiao", "2114000002"),
    ],
)
def test_two_parts_may_stand_the_other_way_round(engine: LookupEngine, typed: str, meant: str) -> None:
    turned = engine.search(typed)[0]
    straight = engine.search(" ".join(reversed(typed.split())))[0]
    assert turned.id == straight.id == meant
    assert turned.score < straight.score


@pytest.mark.parametrize("typed", ["塔山 张伟", "塔山张伟", "tashan zhangwei", "塔山 zhangwei", "兴城 塔山 张伟"])
def test_a_person_elsewhere_is_not_in_an_area(engine: LookupEngine, typed: str) -> None:
    found = [hit.id for hit in engine.search(typed) if hit.kind == "customer"]
    assert found == ["2114000001"]


@pytest.mark.parametrize("typed", ["高桥李丽", "高桥 马圈", "绥中 塔山 朱家", "高桥 lili"])
def test_what_does_not_lie_there_is_not_found_there(engine: LookupEngine, typed: str) -> None:
    assert not {"v1", "v4", "2114000003"} & {hit.id for hit in engine.search(typed) if hit.score >= 90}


def test_a_space_and_a_likely_order_answer_a_little_better(engine: LookupEngine) -> None:
    spaced, joined = engine.search("塔山 朱家")[0], engine.search("塔山朱家")[0]
    assert spaced.id == joined.id == "v1"
    assert spaced.score > joined.score


def parts(typed: str) -> list[tuple[str, ...]]:
    query = parse(typed, readings_of_character)
    return [(*(wider.text for wider in split.wider), split.narrower.text) for split in splits(query)]


def test_a_query_is_parted_at_its_spaces_and_nowhere_else() -> None:
    assert parts("塔山 朱家村") == [("塔山", "朱家村"), ("朱家村", "塔山")]
    assert parts("兴城 塔山 朱家") == [("兴城", "塔山", "朱家")]


def test_without_spaces_words_for_places_part_a_query_first() -> None:
    assert parts("绥中县高桥镇朱家村")[0] == ("绥中县", "高桥镇", "朱家村")
    assert parts("葫芦岛市连山区塔山乡朱家村")[0] == ("葫芦岛市", "连山区", "塔山乡", "朱家村")
    assert parts("塔山朱家") == [("塔山", "朱家")]


@pytest.mark.parametrize("typed", ["塔", "塔山", "塔山乡", "ta", "616", "", "塔山 z"])
def test_short_names_and_unfinished_letters_are_not_parted(typed: str) -> None:
    assert [split for split in parts(typed) if split[-1] != "塔山"] == []


def test_a_part_that_holds_nothing_is_no_part(engine: LookupEngine) -> None:
    assert engine.search("塔山 -")[0].id == "t1"
    assert engine.search("- 1 :") == engine.search("1")


def test_spans_are_those_of_the_narrower_name(engine: LookupEngine) -> None:
    assert engine.search("高桥 朱家")[0].spans == ((0, 2),)
    assert engine.search("gaoqiao zhujiacun")[0].spans == ((0, 3),)
    assert engine.search("朱家 高桥")[0].spans == ((0, 2),)
    assert engine.search("城东 南山")[0].spans == ((4, 6),)
    assert engine.search("塔山 张伟")[0].spans == ((0, 2),)
    assert engine.search("绥中 616")[0].spans == ()


def test_a_wider_place_without_the_narrower_name_finds_nothing_there(engine: LookupEngine) -> None:
    assert "v1" not in [hit.id for hit in engine.search("塔山 北港")]


def test_a_place_in_another_is_found_though_a_customer_is_called_after_both(tmp_path: Path) -> None:
    records: Rows = [
        ("area", {"id": "211421", "name": "绥中县", "level": "county"}),
        ("area", {"id": "211421212", "name": "李家堡乡", "level": "township", "parent_id": "211421"}),
        ("customer", {"id": "2114141562", "name": "绥中县李家堡惠恒通信基站"}),
    ]
    cache = cache_of(tmp_path / "cache.db", records)
    assert {hit.id for hit in LookupEngine(cache).search("绥中县李家堡")} == {"211421212", "2114141562"}
    cache.close()


def test_where_the_narrower_name_is_not_in_the_wider_place_those_elsewhere_are_weak_answers(tmp_path: Path) -> None:
    records: Rows = [
        ("area", {"id": "t1", "name": "塔山乡", "level": "township"}),
        ("area", {"id": "t2", "name": "高桥镇", "level": "township"}),
        ("area", {"id": "v2", "name": "朱家村", "level": "village", "parent_id": "t2"}),
    ]
    cache = cache_of(tmp_path / "cache.db", records)
    engine = LookupEngine(cache)
    for typed in ("塔山 朱家", "tashan zhujia", "塔山 朱家村", "塔山乡朱家村"):
        (elsewhere,) = engine.search(typed)
        assert elsewhere.id == "v2"
        assert elsewhere.score < WEAK_UNDER
        assert elsewhere.spans
    assert engine.search("高桥 朱家")[0].score >= WEAK_UNDER
    assert engine.search("塔山 马圈") == []
    cache.close()


def test_what_lies_in_a_wider_place_is_looked_up_anew_once_the_cache_has_changed(tmp_path: Path) -> None:
    with closing(cache_of(tmp_path / "cache.db", RECORDS)) as cache:
        text = TextSearch(cache, frozenset(), None)
        before = {found.record.id for found in text.in_wider("塔山 张伟")}
        with closing(connect(tmp_path / "cache.db")) as writer:
            writer.execute("UPDATE area SET parent_id = 't2' WHERE id = 'v1'")
        assert before == {"2114000001"}
        assert text.in_wider("塔山 张伟") == []


def test_a_person_in_a_place_is_found_where_dozens_of_places_sound_like_the_name(tmp_path: Path) -> None:
    places: Rows = [("area", {"id": f"p{number}", "name": f"富民{number}号社区"}) for number in range(60)]
    people: Rows = [
        ("customer", {"id": f"21150{number:05}", "name": f"胡敏{end}", "transformer_area": "a1"})
        for number, end in enumerate(("", *"丽伟芳强"))
    ]
    with closing(cache_of(tmp_path / "cache.db", [*RECORDS, *places, *people])) as connection:
        hits = LookupEngine(connection).search("塔山 胡敏")
    assert (hits[0].name, hits[0].score) == ("胡敏", 98.0)
    assert {hit.name for hit in hits[1:]} == {f"胡敏{end}" for end in "丽伟芳强"}
