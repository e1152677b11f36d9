from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from assistant.lookup.cancelling import CancelledError
from assistant.lookup.lookup import Hit, LookupEngine
from data.sqlite import Connection
from tests.caches import Rows, cache_of

RECORDS: Rows = [
    ("branch", {"id": "b1", "name": "塔山供电所"}),
    ("branch", {"id": "b2", "name": "高桥供电所"}),
    ("area", {"id": "2114", "name": "葫芦岛市", "level": "city"}),
    ("area", {"id": "211402", "name": "连山区", "parent_id": "2114", "code": "lsq", "level": "county"}),
    ("area", {"id": "211403", "name": "龙港区", "parent_id": "2114", "code": "lgq", "level": "county"}),
    (
        "area",
        {"id": "a1", "name": "塔山乡", "parent_id": "211402", "code": "tsx", "branch": "b1", "aliases": ["老塔山"]},
    ),
    ("area", {"id": "a2", "name": "台上县", "parent_id": "2114", "code": "taisx"}),
    ("area", {"id": "a3", "name": "朱家村", "parent_id": "a1", "code": "zjc"}),
    ("area", {"id": "a4", "name": "高桥镇", "parent_id": "211402", "branch": "b2", "code": "gqz"}),
    ("area", {"id": "a5", "name": "朱家村", "parent_id": "a4", "code": "zhujc"}),
    ("area", {"id": "a6", "name": "长庆社区", "parent_id": "a4"}),
    ("feeder", {"id": "f1", "number": "616", "name": "10kV塔山线", "branch": "b1"}),
    ("feeder", {"id": "f2", "number": "616", "name": "10kV高桥线", "branch": "b2"}),
    ("transformer_area", {"id": "t1", "number": "T100616", "name": "朱家村1号公变", "feeder": "f1", "areas": ["a3"]}),
    ("customer", {"id": "2114000616", "name": "张伟", "transformer_area": "t1", "feeder": "f1"}),
    ("customer", {"id": "2114061655", "name": "塔山乡", "transformer_area": "t1"}),
]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    connection = cache_of(Path(tmp_path_factory.mktemp("lookup")) / "cache.db", RECORDS)
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def engine(cache: Connection) -> LookupEngine:
    return LookupEngine(cache)


def ids(hits: list[Hit]) -> list[str]:
    return [hit.id for hit in hits]


@pytest.mark.parametrize("typed", ["tsx", "TSX", " TsX ", "ｔｓｘ"])
def test_an_area_code_in_any_case_puts_its_area_on_top(engine: LookupEngine, typed: str) -> None:
    first = engine.search(typed)[0]
    assert (first.id, first.score, first.reason) == ("a1", 100.0, "code")


@pytest.mark.parametrize(
    ("typed", "meant", "reason"),
    [
        ("龙港区", "211403", "name"),
        ("龙港", "211403", "name_prefix"),
        ("港区", "211403", "name"),
        ("longgangqu", "211403", "pinyin"),
        ("long gang", "211403", "pinyin"),
        ("longg", "211403", "pinyin"),
        ("lónggǎng", "211403", "pinyin"),
        ("龙gang", "211403", "mixed"),
        ("龙gq", "211403", "mixed"),
        ("longanqu", "211403", "fuzzy"),
        ("龙岗区", "211403", "sounds_like"),
        ("龙冈区", "211403", "sounds_like"),
        ("nonggangqu", "211403", "sounds_like"),
        ("changqing", "a6", "pinyin"),
        ("zhangqing", "a6", "pinyin"),
        ("zqsq", "a6", "initials"),
        ("gaoqioazhen", "a4", "fuzzy"),
        ("高娇镇", "a4", "fuzzy"),
        ("zhangwei", "2114000616", "pinyin"),
        ("10kv塔山", "f1", "name_prefix"),
    ],
)
def test_what_was_meant_comes_first(engine: LookupEngine, typed: str, meant: str, reason: str) -> None:
    first = engine.search(typed)[0]
    assert (first.id, first.reason) == (meant, reason)


def test_a_name_shared_across_kinds_is_answered_for_each_areas_first(engine: LookupEngine) -> None:
    assert ids(engine.search("塔山乡"))[:2] == ["a1", "2114061655"]


def test_a_name_shared_by_several_records_is_answered_for_each(engine: LookupEngine) -> None:
    assert ids(engine.search("朱家村"))[:2] == ["a3", "a5"]


def test_namesakes_of_the_own_branches_come_first_also_by_what_they_lie_in(cache: Connection) -> None:
    assert ids(LookupEngine(cache, frozenset({"b2"})).search("朱家村"))[:2] == ["a5", "a3"]
    assert ids(LookupEngine(cache, frozenset({"b2"})).search("616"))[0] == "f2"


def test_an_alias_finds_its_record_under_the_official_name(engine: LookupEngine) -> None:
    first = engine.search("老塔山")[0]
    assert (first.id, first.name, first.spans) == ("a1", "塔山乡", ())


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("616", "f1"),
        ("616线", "f1"),
        ("T100616", "t1"),
        ("t1006", "t1"),
        ("2114000616", "2114000616"),
        ("户号：2114 000 616", "2114000616"),
        ("211400", "2114000616"),
    ],
)
def test_a_number_finds_its_record(engine: LookupEngine, typed: str, meant: str) -> None:
    first = engine.search(typed)[0]
    assert (first.id, first.reason) == (meant, "number")


def test_part_of_a_customer_number_finds_the_customer(engine: LookupEngine) -> None:
    assert set(ids(engine.search("00061"))) == {"2114000616"}
    assert "2114061655" in ids(engine.search("61655"))


def test_spans_say_which_characters_were_meant(engine: LookupEngine) -> None:
    assert engine.search("港区")[0].spans == ((1, 3),)
    assert engine.search("lgang")[0].spans == ((0, 2),)
    assert engine.search("tashanxian")[0].spans == ((4, 7),)
    assert engine.search("tashanxia")[0].spans == ((0, 3),)


def test_the_answer_is_no_longer_than_asked(engine: LookupEngine) -> None:
    assert len(engine.search("z", limit=2)) == 2
    assert engine.search("z", limit=0) == []


@pytest.mark.parametrize("typed", ["", "   ", "\x00", "\ud800", "()*\"'", "，。！", "😀"])
def test_nothing_to_look_up_finds_nothing(engine: LookupEngine, typed: str) -> None:
    assert engine.search(typed) == []


@pytest.mark.parametrize(
    "typed",
    [
        "x" * 10_000,
        "塔" * 10_000,
        "1" * 10_000,
        '"塔山" OR NEAR(',
        "h塔山* AND",
        "a\x00b\ud800c",
        "ǖüÜ",
        "ﷺ",
        "塔\u0301山",
    ],
)
def test_no_text_is_too_strange(engine: LookupEngine, typed: str) -> None:
    assert isinstance(engine.search(typed), list)


def test_a_guess_scores_low(engine: LookupEngine) -> None:
    assert all(hit.score < 60 for hit in engine.search("qqxxyyz"))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("龍港區", "211403"),
        ("塔山鄉", "a1"),
        ("long,gang qu", "211403"),
        ("lon ggang", "211403"),
        ("龙港街道", "211403"),
        ("高桥乡", "a4"),
        ("gaoqiaocun", "a4"),
        ("长庆村委会", "a6"),
        ("朱家屯", "a3"),
        ("高桥桥镇", "a4"),
        ("gaoqiiao", "a4"),
        ("高qaio镇", "a4"),
        ("GQZ", "a4"),
        ("CQSQ", "a6"),
        ("朱家一号公变", "t1"),
    ],
)
def test_what_callers_say_and_agents_mistype_finds_what_was_meant(engine: LookupEngine, typed: str, meant: str) -> None:
    assert engine.search(typed)[0].id == meant


@pytest.mark.parametrize(("typed", "meant"), [("10kV 塔山", "f1"), ("10KVtashan", "f1"), ("１０ｋＶ高桥", "f2")])
def test_after_a_voltage_a_line_comes_before_places_of_its_name(engine: LookupEngine, typed: str, meant: str) -> None:
    assert engine.search(typed)[0].id == meant


def test_without_a_voltage_the_place_comes_before_the_line(engine: LookupEngine) -> None:
    found = ids(engine.search("塔山"))
    assert found.index("a1") < found.index("f1")


@pytest.mark.parametrize("limit", [1, 2, 5, 100])
@pytest.mark.parametrize("typed", ["塔山乡", "朱家村", "616", "tsx", "zhangwei"])
def test_the_best_is_the_best_however_many_are_asked_for(engine: LookupEngine, typed: str, limit: int) -> None:
    hits = engine.search(typed, limit)
    assert hits[0] == engine.search(typed)[0]
    assert len(hits) <= limit


def test_what_was_chosen_for_a_query_comes_first_the_next_time(cache: Connection) -> None:
    asked: list[str] = []

    def chosen(text: str) -> dict[tuple[str, str], float]:
        asked.append(text)
        return {("area", "a5"): 1.0, ("area", "gone"): 1.0}

    engine = LookupEngine(cache, preferences=chosen)
    assert ids(engine.search(" ZhuJia "))[:2] == ["a5", "a3"]
    assert asked == ["zhujia"]
    assert engine.search("塔山乡")[0].id == "a1"


def test_a_lookup_that_is_given_up_answers_nothing(engine: LookupEngine) -> None:
    with pytest.raises(CancelledError):
        engine.search("塔山", cancelled=lambda: True)


def test_a_name_with_a_letter_missing_is_found_though_something_sounds_like_what_was_typed(tmp_path: Path) -> None:
    areas: Rows = [("area", {"id": "a1", "name": "岔沟村"}), ("area", {"id": "a2", "name": "蔡沟村"})]
    connection = cache_of(tmp_path / "cache.db", areas)
    assert ids(LookupEngine(connection).search("cagou")) == ["a1", "a2"]
    connection.close()


def test_a_place_with_the_text_inside_its_name_comes_before_customers_called_after_the_text(tmp_path: Path) -> None:
    rows: Rows = [
        ("area", {"id": "a1", "name": "樱桃园村"}),
        ("customer", {"id": "2114000001", "name": "桃园超市"}),
        ("customer", {"id": "2114000002", "name": "桃园药房"}),
    ]
    connection = cache_of(tmp_path / "cache.db", rows)
    assert ids(LookupEngine(connection).search("桃园"))[0] == "a1"
    connection.close()


@pytest.mark.parametrize("typed", ["wangbaocunlhao", "wangbaocunh2ao"])
def test_a_slip_beside_a_number_hides_no_name_that_begins_so(tmp_path: Path, typed: str) -> None:
    rows: Rows = [("area", {"id": "a1", "name": "望宝村2号"})]
    connection = cache_of(tmp_path / "cache.db", rows)
    assert ids(LookupEngine(connection).search(typed)) == ["a1"]
    connection.close()


@pytest.mark.parametrize(
    "typed",
    ["liaoningshbngkangpingjianyu", "liaoningsengkangpnigjianyu", "huludaoshixdong1haotaiqu", "duanmucoqgcun10hao"],
)
def test_a_slip_in_a_long_name_leaves_a_beginning_that_tells(tmp_path: Path, typed: str) -> None:
    records: Rows = [
        ("area", {"id": "1", "name": "辽宁省康平监狱社区", "level": "village"}),
        ("area", {"id": "2", "name": "葫芦岛市西东1号台区", "level": "village"}),
        ("area", {"id": "3", "name": "段木丛村10号台区", "level": "village"}),
    ]
    cache = cache_of(tmp_path / "cache.db", records)
    meant = {"l": "1", "h": "2", "d": "3"}[typed[0]]
    assert [hit.id for hit in LookupEngine(cache).search(typed) if hit.score >= 60] == [meant]
    cache.close()


def test_a_place_that_holds_the_text_goes_before_customers_that_begin_with_it(tmp_path: Path) -> None:
    customers = [("customer", {"id": f"2114{number:06}", "name": f"药王庙{number}店"}) for number in range(60)]
    records: Rows = [("area", {"id": "1", "name": "后药王庙村民委员会", "level": "village"}), *customers]
    cache = cache_of(tmp_path / "cache.db", records)
    assert LookupEngine(cache).search("药王庙")[0].id == "1"
    cache.close()


def test_a_single_letter_before_whole_syllables_is_a_slip_sooner_than_an_initial(tmp_path: Path) -> None:
    supply = [record for record in RECORDS if record[1]["id"] in ("b1", "f1")]
    series: Rows = [
        (
            "transformer_area",
            {"id": f"t{number}", "number": f"T{number}", "name": f"西窝铺村{number}号台区", "feeder": "f1"},
        )
        for number in range(12)
    ]
    areas: Rows = [("area", {"id": "a1", "name": "西窝铺村"}), ("area", {"id": "meant", "name": "下卧村"})]
    connection = cache_of(tmp_path / "cache.db", [*supply, *areas, *series])
    assert "meant" in ids(LookupEngine(connection).search("xiwwo"))
    connection.close()


@pytest.mark.parametrize("typed", ["jianzhuanzhuang", "xinhaijianzhuanzhuang", "xinhaijianzhuanzhuanggongcheng"])
def test_a_long_text_is_read_in_unlikely_ways_where_the_likely_ones_find_nothing(tmp_path: Path, typed: str) -> None:
    names = ["建筑安装工程有限公司", "信海建筑安装工程有限公司", "信海建材有限公司"]
    rows: Rows = [("customer", {"id": f"211400000{n}", "name": name}) for n, name in enumerate(names)]
    with closing(cache_of(tmp_path / "cache.db", rows)) as connection:
        first = LookupEngine(connection).search(typed)[0]
    assert "建筑安装" in first.name
    assert first.reason == "pinyin"
