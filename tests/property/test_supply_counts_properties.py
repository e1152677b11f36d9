"""The kept counts, after random changes, against counting everything afresh."""

from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from data.cache import CacheWriter, Change, all_docs_of
from data.kinds import CUSTOMER, IMPORTANCE, TRANSFORMER_AREA, Doc, Json
from data.sqlite import Connection
from tests.caches import cache_of, change

FEEDERS, TRANSFORMER_AREAS, CUSTOMERS = ("F1", "F2", "F3"), ("T1", "T2", "T3"), ("C1", "C2", "C3", "C4")

Row = tuple[str, Mapping[str, Json]]

_FEEDER, _TRANSFORMER_AREA = st.sampled_from(FEEDERS), st.sampled_from(TRANSFORMER_AREAS)
_ROWS: st.SearchStrategy[Row] = st.one_of(
    st.builds(lambda key: ("feeder", {"id": key, "number": key, "name": "塔山线"}), _FEEDER),
    st.builds(
        lambda key, feeder: ("transformer_area", {"id": key, "number": key, "name": "公变", "feeder": feeder}),
        _TRANSFORMER_AREA,
        _FEEDER,
    ),
    st.fixed_dictionaries(
        {
            "id": st.sampled_from(CUSTOMERS),
            "name": st.just("张伟"),
            "transformer_area": st.none() | _TRANSFORMER_AREA,
            "feeder": st.none() | _FEEDER,
            "importance": st.none() | st.sampled_from(sorted(IMPORTANCE)),
            "high_risk": st.booleans(),
            "sensitive": st.booleans(),
        }
    ).map(lambda doc: ("customer", doc)),
)
_CHANGES: st.SearchStrategy[Change] = st.one_of(
    _ROWS.map(lambda row: change(*row)),
    st.one_of(
        st.tuples(st.just("transformer_area"), _TRANSFORMER_AREA),
        st.tuples(st.just("customer"), st.sampled_from(CUSTOMERS)),
    ).map(lambda gone: Change(gone[0], gone[1], None)),
)

Counts = dict[tuple[str, str], tuple[int, ...]]


def kept(connection: Connection) -> tuple[Counts, set[tuple[str, int, str, str | None]]]:
    counts = {(row[0], row[1]): row[2:] for row in connection.execute("SELECT * FROM supply_count")}
    return counts, set(connection.execute("SELECT * FROM important_customer"))


def counted(connection: Connection) -> tuple[Counts, set[tuple[str, int, str, str | None]]]:
    feeder_of = {str(doc["id"]): str(doc["feeder"]) for doc in all_docs_of(connection, TRANSFORMER_AREA)}
    sums: dict[tuple[str, str], Counter[str]] = {}
    listed = set()
    for feeder in feeder_of.values():
        sums.setdefault(("feeder", feeder), Counter())["transformer_areas"] += 1
    for doc in all_docs_of(connection, CUSTOMER):
        area = str(doc["transformer_area"]) if doc["transformer_area"] else None
        feeder = feeder_of.get(area, "") if area else str(doc["feeder"] or "")
        for place in [("feeder", feeder), *([("transformer_area", area)] if area else [])]:
            sums.setdefault(place, Counter()).update(marks(doc))
        if any(doc[field] for field in ("importance", "high_risk", "sensitive")):
            listed.add((feeder, rank(doc), str(doc["id"]), area))
    fields = ("transformer_areas", "customers", "important", "high_risk", "sensitive")
    return {place: tuple(one[field] for field in fields) for place, one in sums.items()}, listed


def marks(doc: Doc) -> Counter[str]:
    return Counter(
        customers=1,
        important=int(doc["importance"] is not None),
        high_risk=int(bool(doc["high_risk"])),
        sensitive=int(bool(doc["sensitive"])),
    )


def rank(doc: Doc) -> int:
    if doc["importance"]:
        return ("special", "first", "second", "temporary").index(str(doc["importance"]))
    return 4 if doc["high_risk"] else 5


def unique(rows: list[Row]) -> list[Row]:
    return list({(kind, doc["id"]): (kind, doc) for kind, doc in rows}.values())


@settings(max_examples=60, deadline=None)
@given(built=st.lists(_ROWS, max_size=12).map(unique), changes=st.lists(_CHANGES, max_size=15))
def test_counts_that_are_kept_are_the_counts_from_scratch(built: list[Row], changes: list[Change]) -> None:
    with TemporaryDirectory() as directory, closing(cache_of(Path(directory) / "cache.db", built)) as connection:
        assert kept(connection) == counted(connection)
        CacheWriter(connection).apply(changes)
        assert kept(connection) == counted(connection)


def test_a_row_that_is_updated_in_place_is_counted_anew(tmp_path: Path) -> None:
    rows: list[Row] = [
        ("feeder", {"id": "F1", "number": "616", "name": "塔山线"}),
        ("transformer_area", {"id": "T1", "number": "T1", "name": "公变", "feeder": "F1"}),
        ("customer", {"id": "C1", "name": "张伟", "transformer_area": "T1", "high_risk": True}),
        ("customer", {"id": "C2", "name": "李娜", "feeder": "F1"}),
    ]
    with closing(cache_of(tmp_path / "cache.db", rows)) as connection:
        connection.execute("UPDATE customer SET importance = 'first', transformer_area = 'T1' WHERE id = 'C2'")
        connection.execute("UPDATE transformer_area SET feeder = 'F2'")
        connection.execute("UPDATE customer SET high_risk = 0 WHERE id = 'C1'")
        assert kept(connection) == counted(connection)
