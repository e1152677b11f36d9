"""Fields that came later: a cache and a program of different age get along without a snapshot."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from data.caches import cache
from data.caches.check import check_cache
from data.caches.columns import fit_file, fit_tables, later_fields
from data.caches.recount import recount
from data.fields import Doc, Field, FieldType, Kind
from data.kinds import FEEDER, KINDS
from data.sqlite import Connection, connect
from data.store.set_hash import GLOBAL, row_hash, same_sums
from sync.protocol import ChangeBatch
from sync.replica.replica import apply_batch
from tests.caches import cache_of, change
from tests.stores import NETWORK

METER = Field("meter", later=True)
LIVE = Field("live", type=FieldType.FLAG, later=True)
NEWER: Kind = replace(FEEDER, fields=(*FEEDER.fields, METER, LIVE))
PLAIN: Doc = {"id": "F1", "number": "616", "name": "10kV塔山线", "branch": "B1"}
METERED: Doc = {**PLAIN, "meter": "M1"}


@pytest.fixture
def older(tmp_path: Path) -> Iterator[Connection]:
    """A cache of before the fields."""
    with closing(made(tmp_path / "cache.db")) as held:
        yield held


def made(path: Path) -> Connection:
    held = cache_of(path, NETWORK)
    cache.write_sums(held, recount(held))
    cache.write_meta(held, {"schema": str(cache.SCHEMA), "epoch": "e", "revision": "1", "scope": "all"})
    return held


@pytest.fixture
def newer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that knows the fields."""
    monkeypatch.setitem(KINDS, "feeder", NEWER)


def batch_with(held: Connection, doc: Doc) -> ChangeBatch:
    """What a newer hub sends a cache at revision 1."""
    sums = cache.read_sums(held)
    before = cache.read_doc(held, "feeder", str(doc["id"]))
    assert before is not None
    part = (GLOBAL, "feeder")
    sums[part] = sums[part].minus(row_hash(FEEDER, before)).plus(row_hash(NEWER, NEWER.canonical(doc)))
    sent = replace(change("feeder", PLAIN), doc=NEWER.canonical(doc))
    return ChangeBatch("e", "all", 1, 2, sums, (sent,), {"feeder": {"meter": "text", "live": "flag"}})


def test_an_empty_later_field_makes_no_difference_to_a_records_hash() -> None:
    assert row_hash(NEWER, NEWER.canonical(PLAIN)) == row_hash(FEEDER, FEEDER.canonical(PLAIN))
    assert row_hash(NEWER, NEWER.canonical(METERED)) != row_hash(FEEDER, FEEDER.canonical(PLAIN))


def test_a_program_keeps_fields_that_it_does_not_know_and_its_sums_agree(older: Connection, tmp_path: Path) -> None:
    batch = batch_with(older, METERED)
    assert apply_batch(older, batch)
    assert older.execute("SELECT meter, live FROM feeder WHERE id = 'F1'").fetchone() == ("M1", 0)
    assert same_sums(recount(older), batch.sums)
    damages = [one for one in check_cache(tmp_path / "cache.db", thorough=True) if one.part == "records"]
    assert damages == []


def test_what_an_older_program_kept_is_there_when_it_is_updated(
    older: Connection, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    apply_batch(older, batch_with(older, METERED))
    request.getfixturevalue("newer")
    fit_file(tmp_path / "cache.db")
    doc = cache.read_doc(older, "feeder", "F1")
    assert doc is not None
    assert (doc["meter"], doc["live"]) == ("M1", False)
    assert same_sums(recount(older), cache.read_sums(older))


def test_an_updated_program_gives_an_older_cache_the_columns_that_it_reads(
    older: Connection, tmp_path: Path, newer: None
) -> None:
    before = cache.read_sums(older)
    fit_file(tmp_path / "cache.db")
    fit_file(tmp_path / "cache.db")
    doc = cache.read_doc(older, "feeder", "F1")
    assert doc is not None
    assert (doc["meter"], doc["live"]) == (None, False)
    assert same_sums(recount(older), before)
    assert later_fields()["feeder"] == {"meter": "text", "live": "flag"}


def test_a_kind_that_came_later_gets_its_table(
    older: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = Kind("visit", "走访", (Field("id", required=True), Field("note")), named=False)
    monkeypatch.setitem(KINDS, "visit", visit)
    assert "visit" not in cache.kinds_in(older)
    fit_file(tmp_path / "cache.db")
    writer = cache.CacheWriter(older)
    writer.apply([cache.Change("visit", "V1", {"id": "V1", "note": "已走访"})])
    assert cache.read_doc(older, "visit", "V1") == {"id": "V1", "note": "已走访"}


def test_kinds_that_this_program_does_not_know_are_passed_over(older: Connection) -> None:
    batch = batch_with(older, METERED)
    stranger = cache.Change("visit", "V1", {"id": "V1"})
    sums = {**batch.sums, (GLOBAL, "visit"): batch.sums[GLOBAL, "area"]}
    assert apply_batch(older, replace(batch, sums=sums, changes=(stranger, *batch.changes)))


def test_names_that_are_no_names_make_no_columns(older: Connection) -> None:
    fit_tables(older, {"feeder": {"x; DROP TABLE feeder": "text"}, "visit": {"note": "text"}})
    assert "feeder" in cache.kinds_in(older)
    assert cache.kinds_in(older)["feeder"] == FEEDER
    with pytest.raises(ValueError, match="galaxy"):
        fit_tables(older, {"feeder": {"far": "galaxy"}})


def test_a_file_that_is_no_cache_or_of_another_version_is_left_as_it_is(tmp_path: Path, newer: None) -> None:
    file = tmp_path / "no cache"
    file.write_bytes(b"nothing of the sort" * 100)
    fit_file(file)
    assert file.read_bytes().startswith(b"nothing")
    with closing(connect(tmp_path / "old.db")) as old:
        old.execute("CREATE TABLE meta (key, value)")
        old.execute("CREATE TABLE feeder (id)")
        old.execute("INSERT INTO meta VALUES ('schema', '1')")
        fit_file(tmp_path / "old.db")
        assert old.execute("SELECT count(*) FROM pragma_table_info('feeder')").fetchone() == (1,)
