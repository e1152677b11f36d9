"""The quick way for plain rows makes what an import makes, or leaves it alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from data.fields import Field, Kind
from data.importing import Accepted, Columns, ImportOptions, Row, plan_import
from data.kinds import CUSTOMER, FEEDER, KINDS
from data.names.pinyin import readings_of
from data.store.buckets import BucketFinder
from data.store.prepared import row_of
from data.store.schema import RECORDS
from data.store.store import Store, Writing
from data.store.stored_records import StoredRecords
from sync.central.new_records import NewRecords
from sync.central.plain_rows import FLAGS, PlainRows
from sync.central.reader import SourceRow
from tests.stores import fill, in_file, opened_store

ODD = st.text(st.sampled_from("张 \u3000\t0１9aé-;'=.村\x7f"), max_size=6)
CELLS = {
    "id": st.sampled_from(["2114000001", "3000000001", "3000000002", "F9", "", "12", "３０００００００01"]),
    "name": st.sampled_from(["张伟", "塔山 水泥厂", "", "a\tb"]),
    "address": st.sampled_from(["塔山村3组", "", "x\u3000y"]),
    "transformer_area": st.sampled_from(["T1", "塔山1号公变", "nowhere", ""]),
    "feeder": st.sampled_from(["F1", "616", ""]),
    "branch": st.sampled_from(["B1", "塔山供电所", ""]),
    "number": st.sampled_from(["616", "616.0", "6-1", ""]),
    "phone": st.sampled_from(["13800001111", "0429-3123456", "-123", "12", "138****1111", ""]),
    "contract_kva": st.sampled_from(["8", "8.00", "1,250", "-1", "x", ""]),
    "kv": st.sampled_from(["10", "10kV", ""]),
    "importance": st.sampled_from(["first", "一级", "x", ""]),
    "high_risk": st.sampled_from(["1", "0", "是", "?", ""]),
    "source": st.sampled_from(["central", "农网", ""]),
}
FIELDS = {
    "customer": (
        "id",
        "name",
        "address",
        "transformer_area",
        "feeder",
        "phone",
        "contract_kva",
        "importance",
        "high_risk",
    ),
    "feeder": ("id", "number", "name", "branch", "kv", "source"),
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder: Path = tmp_path_factory.mktemp("plain")
    with opened_store(in_file(folder)) as opened:
        fill(opened)
        yield opened


def cells(kind: Kind) -> st.SearchStrategy[tuple[str, ...]]:
    return st.tuples(*(CELLS[name] | ODD for name in FIELDS[kind.name]))


@pytest.mark.parametrize("kind", [CUSTOMER, FEEDER], ids=lambda kind: str(kind.name))
@given(data=st.data())
def test_a_plain_row_is_read_as_an_import_reads_it(store: Store, kind: Kind, data: st.DataObject) -> None:
    fields = tuple(KINDS[kind.name].by_name[name] for name in FIELDS[kind.name])
    rows = [Row(number, one) for number, one in enumerate(data.draw(st.lists(cells(kind), max_size=8)))]
    rows = list({row.cells[0]: row for row in rows}.values())  # two rows of one id never come together
    columns = Columns(kind, FIELDS[kind.name], fields)
    with store.write("test", "pull") as writing:
        writing.rehearsal = True
        planned = plan_import(columns, rows, StoredRecords(writing.connection), ImportOptions(readings_of, clear=True))
        accepted = {one.row: one.doc for one in planned if isinstance(one, Accepted)}
        plain = new_records(writing, kind, fields).add([SourceRow(0, 0, row.cells) for row in rows])
        stored = {
            str(row["id"]): dict(row) for row in writing.connection.execute(select(RECORDS[kind.name])).mappings()
        }
    for number, (values, _) in plain.items():
        doc = dict(zip(kind.by_name, values, strict=True))
        assert number in accepted
        assert doc == kind.canonical(accepted[number])
        assert all(type(doc[name]) is type(value) for name, value in kind.canonical(accepted[number]).items())
        with store.read() as connection:
            assert stored[str(doc["id"])] == row_of(BucketFinder(connection), kind, doc)


def test_an_ordinary_customer_goes_the_quick_way(store: Store) -> None:
    fields = tuple(CUSTOMER.by_name[name] for name in FIELDS["customer"])
    row = SourceRow(0, 0, ("3000000001", "张伟", "塔山村3组45号", "T1", "", "0429-3123456", "8.00", "first", "1"))
    with store.write("test", "pull") as writing:
        writing.rehearsal = True
        assert new_records(writing, CUSTOMER, fields).add([row]).keys() == {0}


def test_a_row_means_the_same_whether_its_record_was_made_before_or_not(store: Store) -> None:
    fields = tuple(CUSTOMER.by_name[name] for name in FIELDS["customer"])
    row = SourceRow(0, 0, ("3000000001", "张伟", "", "T1", "", "", "8", "first", "t"))
    (made,) = PlainRows(CUSTOMER, fields, {8: FLAGS}).made([row.cells])
    with store.write("test", "pull") as writing:
        writing.rehearsal = True
        before = new_records(writing, CUSTOMER, fields).add([row._replace(made=made)])
    with store.write("test", "pull") as writing:
        writing.rehearsal = True
        assert new_records(writing, CUSTOMER, fields).add([row._replace(cells=(*row.cells[:-1], "1"))]) == before


def new_records(writing: Writing, kind: Kind, fields: tuple[Field, ...]) -> NewRecords:
    return NewRecords(writing, kind, PlainRows(kind, fields, {}))
