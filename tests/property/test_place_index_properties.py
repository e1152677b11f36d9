"""Whatever changes, what lies in what is known as in a cache made afresh."""

import tempfile
from contextlib import closing
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from data.caches.cache import CacheWriter, Change
from data.caches.place_index import FIRST_ROW, PLACED
from data.caches.recount import indexed_postings, placed_postings
from data.fields import Json
from data.sqlite import Connection
from tests.caches import cache_of, change

NAMES = ["塔山乡", "朱家村民委员会", "10kV高桥线(6)", "长庆", "绥中"]
Step = tuple[str, str, dict[str, Json] | None]
Records = dict[tuple[str, str], dict[str, Json]]
Posting = tuple[str, str, str, str]

_NAME = st.sampled_from(NAMES)


def _keys(prefix: str, most: int) -> st.SearchStrategy[str]:
    return st.integers(1, most).map(lambda number: f"{prefix}{number}")


_AREA, _BRANCH, _FEEDER, _TRANSFORMER_AREA = _keys("A", 5), _keys("B", 3), _keys("F", 3), _keys("T", 3)


def _put(kind: str, key: st.SearchStrategy[str], **fields: st.SearchStrategy[Json]) -> st.SearchStrategy[Step]:
    docs = st.fixed_dictionaries({"id": key, "name": _NAME, **fields})
    return docs.map(lambda doc: (kind, str(doc["id"]), dict(doc)))


def _gone(kind: str, key: st.SearchStrategy[str]) -> st.SearchStrategy[Step]:
    return key.map(lambda gone: (kind, gone, None))


_FIRST: list[tuple[str, dict[str, Json]]] = [
    ("branch", {"id": "B1", "name": "长庆"}),
    ("branch", {"id": "B2", "name": "绥中", "parent_id": "B1"}),
    ("area", {"id": "A1", "name": "绥中"}),
    ("area", {"id": "A2", "name": "塔山乡", "parent_id": "A1"}),
    ("area", {"id": "A3", "name": "朱家村民委员会", "parent_id": "A2"}),
    ("feeder", {"id": "F1", "number": "616", "name": "长庆", "branch": "B2"}),
    ("transformer_area", {"id": "T1", "number": "12", "name": "塔山乡", "feeder": "F1", "areas": ["A3"]}),
]
NETWORK: Records = {(kind, str(doc["id"])): doc for kind, doc in _FIRST}

_STEPS = st.one_of(
    _put("area", _AREA, parent_id=st.none() | _AREA, level=st.sampled_from([None, "province", "village"])),
    _put("branch", _BRANCH, parent_id=st.none() | _BRANCH),
    _put("feeder", _FEEDER, number=st.sampled_from(["616", "6021"]), branch=_BRANCH, substation=st.none() | _NAME),
    _put(
        "transformer_area",
        _TRANSFORMER_AREA,
        number=st.sampled_from(["12", "T100616"]),
        feeder=_FEEDER,
        areas=st.lists(_AREA, max_size=2, unique=True),
    ),
    *(_gone(kind, key) for kind, key in (("area", _AREA), ("branch", _BRANCH), ("feeder", _FEEDER))),
    _gone("transformer_area", _TRANSFORMER_AREA),
)


def made(directory: str, records: Records) -> Connection:
    rows = [(kind, doc) for (kind, _), doc in records.items()]
    return cache_of(Path(tempfile.mkdtemp(dir=directory)) / "cache.db", rows)


def postings(cache: Connection) -> set[Posting]:
    """`(column, token, kind, id)` of all that is found."""
    cache.execute("CREATE VIRTUAL TABLE temp.place_terms USING fts5vocab('main', 'place_fts', 'row')")
    terms = [term for (term,) in cache.execute("SELECT term FROM place_terms").fetchall()]
    cache.execute("DROP TABLE temp.place_terms")
    keys = {
        FIRST_ROW[kind] + rid: (kind, key)
        for kind in PLACED
        for rid, key in cache.execute(f"SELECT rid, id FROM {kind}").fetchall()
    }
    sql = "SELECT rowid FROM place_fts WHERE place_fts MATCH ?"
    return {
        (column, term, *keys[row])
        for column in ("own", "around")
        for term in terms
        for (row,) in cache.execute(sql, (f'{column} : "{term}"',)).fetchall()
    }


@settings(max_examples=40, deadline=None)
@given(batches=st.lists(st.lists(_STEPS, min_size=1, max_size=6), max_size=8))
def test_after_any_changes_places_are_those_of_a_cache_made_afresh(batches: list[list[Step]]) -> None:
    records = dict(NETWORK)
    with tempfile.TemporaryDirectory() as directory, closing(made(directory, records)) as changed:
        writer = CacheWriter(changed)
        for batch in batches:
            writer.apply([change(kind, doc) if doc else Change(kind, key, None) for kind, key, doc in batch])
            for kind, key, doc in batch:
                records.pop((kind, key), None)
                if doc:
                    records[kind, key] = doc
        with closing(made(directory, records)) as fresh:
            assert postings(changed) == postings(fresh)
        assert indexed_postings(changed, "place_fts") == placed_postings(changed)
        changed.execute("INSERT INTO place_fts(place_fts) VALUES ('integrity-check')")
