"""Which records the agent's own branches serve, each by the nearest branch above it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.lookup.own_records import OwnRecords
from assistant.lookup.records import Record, named
from assistant.lookup.remembered import Remembered
from data.sqlite import Connection
from tests.caches import cache_of

RECORDS = [
    ("branch", {"id": "B1", "name": "连山供电所"}),
    ("branch", {"id": "B2", "name": "南票供电所"}),
    ("area", {"id": "A1", "name": "连山区", "code": "lsq", "branch": "B1"}),
    ("area", {"id": "A2", "name": "塔山乡", "code": "tsx", "parent_id": "A1"}),
    ("area", {"id": "A3", "name": "虹螺岘镇", "code": "hlx", "parent_id": "A1", "branch": "B2"}),
    ("area", {"id": "A4", "name": "外地", "code": "wd"}),
    ("feeder", {"id": "F1", "number": "616", "name": "塔山线", "branch": "B1"}),
    ("feeder", {"id": "F2", "number": "617", "name": "虹螺线", "branch": "B2"}),
    ("transformer_area", {"id": "T1", "number": "T1", "name": "塔山1号台区", "feeder": "F1"}),
    ("transformer_area", {"id": "T2", "number": "T2", "name": "虹螺1号台区", "feeder": "F2"}),
    ("customer", {"id": "2100000001", "name": "张伟", "transformer_area": "T1"}),
    ("customer", {"id": "2100000002", "name": "李强", "feeder": "F1"}),
    ("customer", {"id": "2100000003", "name": "王芳", "transformer_area": "T2"}),
]
OF_B1 = {"A1", "A2", "F1", "T1", "2100000001", "2100000002"}


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[Connection]:
    connection = cache_of(tmp_path / "cache.db", RECORDS)
    yield connection
    connection.close()


def every(cache: Connection) -> list[Record]:
    found = [named(cache, kind, str(doc["id"])) for kind, doc in RECORDS if kind != "branch"]
    return [one[0] for one in found if one]


@pytest.mark.parametrize("at_once", [True, False])
def test_a_record_is_served_by_its_own_branch_or_that_of_what_it_belongs_to(
    cache: Connection, *, at_once: bool
) -> None:
    own, records = OwnRecords(cache, frozenset({"B1", "B9"}), Remembered(cache)), every(cache)
    if at_once:
        own.look_up(records)

    assert len(records) == len(RECORDS) - 2
    assert {record.id for record in records if record in own} == OF_B1


def test_without_own_branches_no_record_is_theirs(cache: Connection) -> None:
    own = OwnRecords(cache, frozenset(), Remembered(cache))
    own.look_up(every(cache))

    assert not own
    assert not [record for record in every(cache) if record in own]


def test_what_was_looked_up_is_looked_up_again_once_the_cache_has_changed(cache: Connection) -> None:
    remembered = Remembered(cache)
    own = OwnRecords(cache, frozenset({"B2"}), remembered)
    remembered.refresh()
    (feeder,) = (record for record in every(cache) if record.id == "F1")
    assert feeder not in own
    cache.execute("UPDATE feeder SET branch = 'B2' WHERE id = 'F1'")

    assert feeder not in own
    remembered.refresh()
    assert feeder in own
