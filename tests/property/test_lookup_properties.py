"""The index kept up to date answers as one built afresh; and no text upsets a lookup."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.lookup import Hit, LookupEngine
from data.cache import CacheWriter, Change
from data.kinds import Json
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


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    typed=st.text(st.characters(), max_size=60)
    | st.text("tashnzhujia 塔山朱家村*\"()':^-+0616\x00", max_size=60)
    | st.sampled_from(["AND", "OR NOT", "NEAR(塔,山)", "t:塔", '""', "*"])
)
def test_any_text_is_answered_with_true_spans_and_falling_scores(cache: Connection, typed: str) -> None:
    hits = LookupEngine(cache).search(typed, 5)
    assert len(hits) <= 5
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
