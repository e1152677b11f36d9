"""The lookup's benchmark asks the same questions every time, and none without an answer."""

import csv
from itertools import islice
from pathlib import Path
from random import Random

import pytest

from assistant.lookup.lookup import Hit
from tests.benchmarks.lookup_data import BenchFiles, open_store
from tests.benchmarks.lookup_names import Namebook, stem_of, target
from tests.benchmarks.lookup_population import AREAS, area_docs, bench_records
from tests.benchmarks.lookup_quality import HEARD, heard_questions
from tests.benchmarks.lookup_question import Question
from tests.benchmarks.lookup_questions import CATEGORIES, FRESH_SEED, TUNING_SEED, NameQuestions, questions
from tests.benchmarks.lookup_records import BenchRecords, read_records

CUSTOMERS = 1_000
SHAPES = {"塔": ["搭"], "沟": ["钩"], "家": ["冢"], "子": ["孑"]}
needs_areas = pytest.mark.skipif(not AREAS.exists(), reason="the file of Liaoning's areas is not here")


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> BenchRecords:
    path = Path(tmp_path_factory.mktemp("questions")) / "bench.store"
    store = open_store(path)
    of_huludao = ("area", "21"), ("area", "2114")
    with store.write("test", "records") as writing:
        for kind, doc in bench_records(CUSTOMERS):
            if kind != "area" or str(doc["id"]).startswith("2114") or (kind, doc["id"]) in of_huludao:
                writing.put(kind, doc)
    store.engine.dispose()
    return read_records(BenchFiles(CUSTOMERS, path, path), TUNING_SEED)


@needs_areas
def test_the_same_seed_asks_the_same_questions(records: BenchRecords) -> None:
    first = list(questions(records, TUNING_SEED, SHAPES, each=5))
    assert first == list(questions(records, TUNING_SEED, SHAPES, each=5))
    assert {question.category for question in first} == set(CATEGORIES)
    assert first != list(questions(records, FRESH_SEED, SHAPES, each=5))


@needs_areas
def test_a_category_alone_asks_what_it_asks_among_all(records: BenchRecords) -> None:
    among_all = [one for one in questions(records, TUNING_SEED, SHAPES, each=5) if one.category == "accent"]
    assert list(questions(records, TUNING_SEED, SHAPES, ["accent"], each=5)) == among_all


@needs_areas
def test_every_heard_query_means_a_record_that_there_is() -> None:
    areas = area_docs()
    known = {str(doc[field]) for doc in areas for field in ("id", "name")}
    for kind, doc in islice(bench_records(20_000), 40_000):
        if kind in {"feeder", "transformer_area"}:
            known |= {str(doc["id"]), str(doc["name"])}
    missing = {meant for question in heard_questions() for meant in question.meant} - known
    assert not missing


def test_at_least_two_hundred_queries_were_typed_by_hand_each_once() -> None:
    with HEARD.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) >= 200
    assert len({row["query"] for row in rows}) == len(rows)


def test_a_stem_is_what_people_call_a_place() -> None:
    said = {name: stem_of(name) for name in ("塔山村村民委员会", "明水满族乡", "下村", "望海社区居民委员会")}
    assert said == {
        "塔山村村民委员会": "塔山",
        "明水满族乡": "明水",
        "下村": "下村",
        "望海社区居民委员会": "望海",
    }


def test_names_that_sound_the_same_count_as_equals() -> None:
    names = {"area": ["塔山乡", "踏山村", "高桥镇"], "feeder": [], "transformer_area": []}
    book = Namebook(names, {"张伟": 1, "章伟": 2, "李娜": 1})
    maker = NameQuestions(Random(1), book, [], {})
    assert maker.full_pinyin(target("area", "塔山乡")).equals == 2
    assert maker.full_pinyin(target("customer", "张伟")).equals == 3


def test_a_right_record_is_told_by_name_or_by_id() -> None:
    hits = [Hit("area", key, 1, name, None, 90.0, "name", ()) for key, name in (("1", "塔山乡"), ("2", "高桥镇"))]
    assert Question("exact", "高桥", frozenset(["高桥镇"])).place_in(hits) == 2
    assert Question("township_village", "塔山", frozenset(["1"])).place_in(hits) == 1
    assert Question("exact", "龙港", frozenset(["龙港区"])).place_in(hits) is None


def test_names_whose_other_readings_have_the_same_initials_count_as_equals() -> None:
    areas = ["东堡村", "大坡村", "大铺村", "西堡村"]
    book = Namebook({"area": areas, "feeder": [], "transformer_area": []}, {"张伟": 1})
    assert book.read_so(target("area", "东堡村"), "db") == 1
    assert book.read_so(target("area", "东堡村"), "dp") == 3


def test_what_holds_a_part_of_a_name_counts_and_what_begins_with_it_goes_before() -> None:
    names = {
        "area": ["双树乡", "双树子村", "窦双树村"],
        "feeder": ["10kV 双树线"],
        "transformer_area": ["双树村1号台区"],
    }
    book = Namebook(names, {"双树": 2, "双树小学": 1})
    assert book.written_so(target("area", "双树子村"), "双树") == 2 + 2
    assert book.written_so(target("area", "窦双树村"), "双树") == 3 + 2
    assert book.written_so(target("feeder", "10kV 双树线"), "双树") == 3 + 2
    assert book.written_so(target("customer", "双树小学"), "双树") == 4 + 3


def test_each_record_of_a_name_counts() -> None:
    names = {"area": ["双树乡", "双树村", "双树村", "双树村"], "feeder": [], "transformer_area": []}
    book = Namebook(names, {"章伟": 2})
    maker = NameQuestions(Random(1), book, [], {})
    assert maker.full_pinyin(target("area", "双树乡")).equals == 4
    assert maker.full_pinyin(target("customer", "张伟")).equals == 2
    assert book.written_so(target("area", "双树村"), "双树") == 4
    assert book.called_nearly(target("area", "双树乡"), "双村") == 4


def test_names_one_slip_of_any_sort_away_count_as_equals() -> None:
    names = {"area": ["新市村", "小市村", "西市村", "大市村"], "feeder": ["10kV 夏市线"], "transformer_area": []}
    book = Namebook(names, {"张伟": 1})
    assert book.called_nearly(target("area", "新市村"), "xioshi") == 3
    assert book.called_nearly(target("area", "新市村"), "辛市") == 4
    assert book.called_nearly(target("area", "大市村"), "大市") == 3
    assert book.called_nearly(target("feeder", "10kV 夏市线"), "夏市街") == 1
