from collections.abc import Iterator
from pathlib import Path

import pytest

from data.caches import cache
from data.caches.cache import CacheWriter, Change, StoredRow
from data.fields import Json
from data.kinds import KINDS
from data.sqlite import Connection
from tests.caches import cache_of, change

CUSTOMER: dict[str, Json] = {"id": "2114000001", "name": "张伟", "phone": "138****5678", "transformer_area": "T1"}
CONTACT: dict[str, Json] = {"id": "K1", "name": "王经理", "phone": "139", "role": "area_manager", "areas": ["A1", "A2"]}


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Connection]:
    opened = cache_of(tmp_path / "cache.db", [("customer", CUSTOMER), ("contact", CONTACT)])
    yield opened
    opened.close()


def apply(held: Connection, *changes: Change) -> CacheWriter:
    writer = CacheWriter(held)
    assert writer.apply(changes) == len(changes)
    return writer


def row(held: Connection, kind: str, key: str) -> StoredRow:
    found = cache.read_row(held, KINDS[kind], key)
    assert found is not None
    return found


def names(held: Connection) -> dict[str, int]:
    return dict(held.execute("SELECT text, uses FROM name").fetchall())


def test_a_changed_field_leaves_the_row_where_it_was(held: Connection) -> None:
    before = row(held, "customer", "2114000001")
    apply(held, change("customer", {**CUSTOMER, "phone": "139****0000"}))
    after = row(held, "customer", "2114000001")
    assert (after.rid, after.name_id) == (before.rid, before.name_id)
    assert after.doc == {**before.doc, "phone": "139****0000"}


def test_a_change_that_changes_nothing_is_taken(held: Connection) -> None:
    sums = apply(held, change("customer", CUSTOMER)).sums
    assert sums["global", "customer"] == apply(held, change("customer", CUSTOMER)).sums["global", "customer"]
    assert names(held) == {"张伟": 1}


def test_a_new_name_takes_the_place_of_the_old_one(held: Connection) -> None:
    apply(held, change("customer", {**CUSTOMER, "name": "李娜"}))
    assert names(held) == {"李娜": 1}
    assert row(held, "customer", "2114000001").doc["name"] == "李娜"


def test_a_name_that_goes_from_one_record_to_another_in_one_batch_stays_in_the_index(held: Connection) -> None:
    before = row(held, "customer", "2114000001").name_id
    renamed = change("customer", {**CUSTOMER, "name": "李娜"})
    apply(held, renamed, change("customer", {"id": "2114000002", "name": "张伟"}))
    assert row(held, "customer", "2114000002").name_id == before
    assert names(held) == {"张伟": 1, "李娜": 1}


def test_a_record_that_changes_twice_in_one_batch_is_as_the_last_change_says(held: Connection) -> None:
    apply(held, *(change("customer", {**CUSTOMER, "name": name}) for name in ("李娜", "王芳", "张伟")))
    assert names(held) == {"张伟": 1}
    apply(held, change("customer", {**CUSTOMER, "name": "李娜"}), Change("customer", "2114000001", None))
    assert names(held) == {}


def test_links_follow_the_list_they_stand_for(held: Connection) -> None:
    apply(held, change("contact", {**CONTACT, "areas": ["A2", "A3"]}))
    assert held.execute("SELECT target FROM link ORDER BY target").fetchall() == [("A2",), ("A3",)]
    apply(held, change("contact", {**CONTACT, "areas": []}))
    assert held.execute("SELECT count(*) FROM link").fetchone() == (0,)
