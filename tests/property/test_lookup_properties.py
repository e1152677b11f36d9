"""The index kept up to date answers as one built afresh; and no text upsets a lookup."""

import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.lookup.lookup import Hit, LookupEngine
from data.caches.cache import CacheWriter, Change
from data.fields import Json
from data.names.pinyin import readings_of
from data.names.syllables import sound_of
from data.sqlite import Connection
from tests.caches import cache_of, change

NAMES = ["塔山乡", "塔山村", "长庆社区", "朱家村", "朱家村民委员会", "张伟", "10kV塔山线", "高桥", "马圈子村"]
QUERIES = ["塔山", "tsx", "zhujia", "changq", "张wei", "tashna", "高乔", "616", "21140", "zjc", "马圏子", "塔山 朱家"]
KEYS = st.integers(1, 4)
Records = dict[tuple[str, str], dict[str, Json]]


def fields(kind: str, key: int, name: str, alias: str | None, code: int) -> dict[str, Json]:
    match kind:
        case "area":
            parent: dict[str, Json] = {"parent_id": "area1"} if key > 1 else {}
            return {"id": f"area{key}", "name": name, "code": f"c{code}", "aliases": [alias] if alias else [], **parent}
        case "feeder":
            return {"id": f"f{key}", "name": name, "number": str(610 + code)}
        case "transformer_area":
            return {"id": f"t{key}", "name": name, "number": f"T{code}0616", "feeder": "f1", "areas": ["area2"]}
        case _:
            return {"id": f"211400061{key}", "name": name, "transformer_area": "t1"}


@st.composite
def edits(draw: st.DrawFn) -> tuple[str, dict[str, Json], bool]:
    kind = draw(st.sampled_from(["area", "feeder", "transformer_area", "customer"]))
    alias = draw(st.none() | st.sampled_from(NAMES))
    made = fields(kind, draw(KEYS), draw(st.sampled_from(NAMES)), alias, draw(st.integers(0, 9)))
    return kind, made, draw(st.integers(0, 3)) > 0


def shown(hits: list[Hit]) -> list[tuple[object, ...]]:
    return [(hit.kind, hit.id, hit.name, hit.code, hit.score, hit.reason, hit.spans) for hit in hits]


@settings(max_examples=40, deadline=None)
@given(steps=st.lists(edits(), max_size=25))
def test_after_any_changes_the_index_answers_as_one_built_afresh(
    steps: list[tuple[str, dict[str, Json], bool]],
) -> None:
    records: Records = {}
    with tempfile.TemporaryDirectory() as directory:
        changed = cache_of(Path(directory) / "changed.db", [])
        writer = CacheWriter(changed)
        for kind, made, stays in steps:
            key = str(made["id"])
            writer.apply([change(kind, made) if stays else Change(kind, key, None)])
            if stays:
                records[kind, key] = made
            else:
                records.pop((kind, key), None)
        fresh = cache_of(Path(directory) / "fresh.db", [(kind, made) for (kind, _), made in records.items()])
        for query in QUERIES:
            assert shown(LookupEngine(changed).search(query)) == shown(LookupEngine(fresh).search(query))
        changed.execute("INSERT INTO name_fts(name_fts) VALUES ('integrity-check')")
        for connection in (changed, fresh):
            connection.close()


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    rows = [("area", fields("area", key, name, None, key)) for key, name in enumerate(NAMES, 1)]
    connection = cache_of(Path(tmp_path_factory.mktemp("any")) / "cache.db", rows)
    yield connection
    connection.close()


_SIGNS = "tashnzhujia 塔山朱家村綏三号TS*\"()':^-+0616>=kva重要组,.\x00\ud800\u0301\u3000ü\U0001f600"
ODD = (
    st.text(st.characters(), max_size=60)
    | st.text(st.sampled_from(_SIGNS), max_size=60)
    | st.sampled_from(
        ["AND", "OR NOT", "NEAR(塔,山)", "t:塔", '""', "*", "own : 塔", "{own around} : 塔", "\x00", "^塔", "--"]
    )
    | st.sampled_from(
        ["塔", "a", "1", "塔a1 ", "\ud800", "\x00", '"', "\U0001f600", "3组45号", ">=5kva ", "tashan "]
    ).map(lambda text: (text * 10_000)[:10_000])
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(typed=ODD, limit=st.sampled_from([1, 5, 10, 100]))
def test_any_text_is_answered_with_true_spans_and_falling_scores(
    cache: Connection, filled: Connection, typed: str, limit: int
) -> None:
    for connection in (cache, filled):
        hits = LookupEngine(connection).search(typed, limit)
        assert len(hits) <= limit
        assert len({(hit.kind, hit.id) for hit in hits}) == len(hits)
        assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
        for hit in hits:
            assert 0 <= hit.score <= 100
            edges = [edge for span in hit.spans for edge in span]
            assert edges == sorted(edges)
            assert all(0 <= start < end <= len(hit.name) for start, end in hit.spans)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(NAMES))
def test_every_name_is_found_first_by_itself(cache: Connection, name: str) -> None:
    assert LookupEngine(cache).search(name)[0].name == name


CHARACTERS = "塔山朱家长庆高桥东西"
STEMS = st.text(st.sampled_from(CHARACTERS), min_size=2, max_size=4)
ENDINGS = ("", "村", "村民委员会", "乡", "社区")
Row = tuple[str, dict[str, Json]]


@st.composite
def networks(draw: st.DrawFn, least: int = 1, most: int = 40) -> list[Row]:
    """Records of all kinds, no two of one name, and most of them much alike."""
    made = st.tuples(st.sampled_from(["area", "area", "feeder", "transformer_area", "customer"]), STEMS)
    drawn = draw(st.lists(made, min_size=least, max_size=most, unique_by=lambda one: one[1]))
    return [(kind, named(kind, number, name + ENDINGS[number % 5])) for number, (kind, name) in enumerate(drawn, 1)]


def named(kind: str, number: int, name: str) -> dict[str, Json]:
    match kind:
        case "area":
            return {"id": f"a{number}", "name": name}
        case "feeder":
            return {"id": f"f{number}", "name": name, "number": f"{600 + number}"}
        case "transformer_area":
            return {"id": f"t{number}", "name": name, "number": f"T{1000 + number}", "feeder": "f1"}
        case _:
            return {"id": f"{2114000000 + 7919 * number}", "name": name, "feeder": "f1"}


@contextmanager
def engine_of(rows: list[Row]) -> Iterator[LookupEngine]:
    with (
        tempfile.TemporaryDirectory() as directory,
        closing(cache_of(Path(directory) / "cache.db", rows)) as connection,
    ):
        yield LookupEngine(connection)


def keys(hits: list[Hit]) -> list[tuple[str, str]]:
    return [(hit.kind, hit.id) for hit in hits]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """Places in each other, lines, and customers with much of what can be asked for."""
    rows: list[Row] = [
        ("branch", {"id": "b1", "name": "塔山供电所"}),
        ("area", {"id": "a1", "name": "塔山乡", "code": "tsx"}),
        ("area", {"id": "a2", "name": "朱家村民委员会", "parent_id": "a1", "aliases": ["老朱家"]}),
        ("feeder", {"id": "f1", "name": "10kV塔山线(616)", "number": "616", "branch": "b1"}),
    ]
    for number in range(1, 31):
        rows += [
            (
                "transformer_area",
                {"id": f"t{number}", "name": f"朱家{number}号公变", "number": f"T{number}", "feeder": "f1"},
            ),
            ("customer", {"id": f"{2114000000 + number}", "name": "张伟" if number % 2 else f"塔山{number}厂"}),
        ]
        rows[-2][1]["areas"] = ["a2"]
        rows[-1][1].update(transformer_area="t1", contract_kva=100.0 * number, address=f"塔山乡朱家村3组{number}号")
    connection = cache_of(Path(tmp_path_factory.mktemp("filled")) / "cache.db", rows)
    yield connection
    connection.close()


@settings(max_examples=40, deadline=None)
@given(rows=networks(), data=st.data())
def test_the_beginning_of_a_places_name_finds_it_while_few_names_begin_so(rows: list[Row], data: st.DataObject) -> None:
    places = [doc for kind, doc in rows if kind in ("area", "feeder")]
    with engine_of(rows) as engine:
        for doc in places:
            name = str(doc["name"])
            typed = name[: data.draw(st.integers(2, len(name)))]
            begin = [other for _, other in rows if str(other["name"]).startswith(typed)]
            if len(begin) <= 10:
                assert doc["id"] in [hit.id for hit in engine.search(typed)], (typed, name)


def sounds(name: str) -> list[str]:
    return [sound_of(group.split("|")[0]) for group in readings_of(name).split(" ")]


@settings(max_examples=40, deadline=None)
@given(rows=networks(), data=st.data())
def test_the_beginning_of_a_places_name_in_pinyin_finds_it_while_few_names_sound_so(
    rows: list[Row], data: st.DataObject
) -> None:
    places = [str(doc["name"]) for kind, doc in rows if kind in ("area", "feeder")]
    with engine_of(rows) as engine:
        for name in places:
            count = data.draw(st.integers(2, len(name)))
            typed = "".join(group.split("|")[0] for group in readings_of(name).split(" ")[:count])
            alike = [doc for _, doc in rows if sounds(str(doc["name"]))[:count] == sounds(name)[:count]]
            if len(alike) <= 10:
                assert name in [hit.name for hit in engine.search(typed)], (typed, name)


@settings(max_examples=40, deadline=None)
@given(rows=networks(), more=st.lists(STEMS, max_size=20))
def test_a_whole_name_and_number_are_first_and_stay_first_among_more_records(rows: list[Row], more: list[str]) -> None:
    names = {str(doc["name"]) for _, doc in rows}
    others = [("area", named("area", 100 + i, name)) for i, name in enumerate(dict.fromkeys(more)) if name not in names]
    for records in (rows, [*rows, *others]):
        with engine_of(records) as engine:
            for kind, doc in rows:
                assert engine.search(str(doc["name"]))[0].name == doc["name"]
                number = doc["id"] if kind == "customer" else doc.get("number")
                if number:
                    assert keys(engine.search(str(number)))[0] == (kind, doc["id"])


@settings(max_examples=30, deadline=None)
@given(rows=networks(least=4), data=st.data())
def test_what_was_deleted_is_in_no_answer(rows: list[Row], data: st.DataObject) -> None:
    gone = data.draw(st.lists(st.sampled_from(rows), unique_by=lambda row: str(row[1]["id"]), min_size=1))
    with tempfile.TemporaryDirectory() as directory, closing(cache_of(Path(directory) / "cache.db", rows)) as held:
        CacheWriter(held).apply([Change(kind, str(doc["id"]), None) for kind, doc in gone])
        left = {(kind, doc["id"]) for kind, doc in rows} - {(kind, doc["id"]) for kind, doc in gone}
        preferred = {(kind, str(doc["id"])): 1.0 for kind, doc in rows}
        for engine in (LookupEngine(held), LookupEngine(held, preferences=lambda _: preferred)):
            for _, doc in gone:
                for typed in (str(doc["name"]), str(doc["name"])[:2], str(doc["id"]), "tashan", ">0kva"):
                    assert set(keys(engine.search(typed, 100))) <= left


@settings(max_examples=30, deadline=None)
@given(before=st.lists(st.sampled_from(QUERIES) | ODD, max_size=8), typed=st.sampled_from(QUERIES) | ODD)
def test_an_answer_is_the_same_whatever_was_asked_before(filled: Connection, before: list[str], typed: str) -> None:
    first = LookupEngine(filled).search(typed)
    asked = LookupEngine(filled)
    for other in before:
        asked.search(other)
    assert asked.search(typed) == asked.search(typed) == first


@settings(max_examples=30, deadline=None)
@given(rows=networks(), data=st.data())
def test_a_longer_answer_begins_with_what_is_typed_in_full(rows: list[Row], data: st.DataObject) -> None:
    _, doc = data.draw(st.sampled_from(rows))
    with engine_of(rows) as engine:
        assert {engine.search(str(doc["name"]), limit)[0].name for limit in (1, 3, 10, 100)} == {doc["name"]}
