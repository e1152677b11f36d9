"""The kept counts, after random changes, against counting everything afresh."""

from collections import Counter
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings

from data.caches.cache import CacheWriter, Change, all_docs_of
from data.fields import Doc
from data.kinds import CUSTOMER, TRANSFORMER_AREA
from data.sqlite import Connection
from tests.caches import cache_of
from tests.random_supply import Row, changes, networks

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


@settings(max_examples=30, deadline=None)
@given(built=networks, made=changes)
def test_counts_that_are_kept_are_the_counts_from_scratch(built: list[Row], made: list[Change]) -> None:
    with TemporaryDirectory() as directory, closing(cache_of(Path(directory) / "cache.db", built)) as connection:
        assert kept(connection) == counted(connection)
        CacheWriter(connection).apply(made)
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
