"""The quick way for plain rows makes what an import makes, or leaves it alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from data.fields import Field, FieldType, Json, Kind, text_list
from data.importing import Accepted, Columns, ImportOptions, Row, plan_import
from data.kinds import CONTACT, CUSTOMER, FEEDER, KINDS, TRANSFORMER_AREA
from data.names.pinyin import readings_of
from data.store.buckets import BucketFinder
from data.store.prepared import row_of
from data.store.schema import LINK, RECORDS
from data.store.store import Store, Writing
from data.store.stored_records import StoredRecords
from sync.central.new_records import NewRecords
from sync.central.plain_columns import FLAGS, NOT_PLAIN, column_reading
from sync.central.plain_rows import PlainRows
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
    "manager": st.sampled_from(["K1", "王经理", "K9", ""]),
    "areas": st.sampled_from(["A1", "A2;A1", "塔山乡", "A1;A9", "A1;", ""]),
    "transformer_areas": st.sampled_from(["T1", "T2;T1", "nowhere", ""]),
    "role": st.sampled_from(["area_manager", "台区经理", "x", ""]),
    "postcode": st.sampled_from(["125001", "12", ""]),
    "email": st.sampled_from(["wang@example.com", "wang", ""]),
    "kva": st.sampled_from(["315", "315kVA", "0", ""]),
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
    "transformer_area": ("id", "number", "name", "feeder", "kva", "areas", "manager"),
    "contact": ("id", "name", "phone", "role", "branch", "areas", "transformer_areas", "email"),
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder: Path = tmp_path_factory.mktemp("plain")
    with opened_store(in_file(folder)) as opened:
        fill(opened)
        yield opened


def cells(kind: Kind) -> st.SearchStrategy[tuple[str, ...]]:
    return st.tuples(*(CELLS[name] | ODD for name in FIELDS[kind.name]))


@pytest.mark.parametrize("kind", [CUSTOMER, FEEDER, TRANSFORMER_AREA, CONTACT], ids=lambda kind: str(kind.name))
@given(data=st.data())
def test_a_plain_row_is_read_as_an_import_reads_it(store: Store, kind: Kind, data: st.DataObject) -> None:
    fields = tuple(KINDS[kind.name].by_name[name] for name in FIELDS[kind.name])
    drawn = {one[0]: one for one in data.draw(st.lists(cells(kind), max_size=8))}  # no id comes twice
    rows = [Row(number, one) for number, one in enumerate(drawn.values())]
    columns = Columns(kind, FIELDS[kind.name], fields)
    with store.write("test", "pull") as writing:
        writing.rehearsal = True
        planned = plan_import(columns, rows, StoredRecords(writing.connection), ImportOptions(readings_of, clear=True))
        accepted = {one.row: one.doc for one in planned if isinstance(one, Accepted)}
        plain = stored_of(writing, kind, fields, [row.cells for row in rows])
        stored = {
            str(row["id"]): dict(row) for row in writing.connection.execute(select(RECORDS[kind.name])).mappings()
        }
        linked = set(writing.connection.execute(select(LINK)).all())
    for number, values in plain.items():
        doc = dict(zip(kind.by_name, values, strict=True))
        assert number in accepted
        assert doc == kind.canonical(accepted[number])
        assert all(type(doc[name]) is type(value) for name, value in kind.canonical(accepted[number]).items())
        assert linked >= {
            (kind.name, doc["id"], field.name, target)
            for field in kind.fields
            if field.type is FieldType.REFS
            for target in text_list(doc[field.name])
        }
        with store.read() as connection:
            assert stored[str(doc["id"])] == row_of(BucketFinder(connection), kind, doc)


def test_an_ordinary_customer_goes_the_quick_way(store: Store) -> None:
    fields = tuple(CUSTOMER.by_name[name] for name in FIELDS["customer"])
    row = ("3000000001", "张伟", "塔山村3组45号", "T1", "", "0429-3123456", "8.00", "first", "1")
    with store.write("test", "pull") as writing:
        writing.rehearsal = True
        assert stored_of(writing, CUSTOMER, fields, [row]).keys() == {0}


def test_a_flag_means_the_same_however_it_is_written(store: Store) -> None:
    fields = tuple(CUSTOMER.by_name[name] for name in FIELDS["customer"])
    rows = [("3000000001", "张伟", "", "T1", "", "", "8", "first", flag) for flag in ("t", "1")]
    made = PlainRows(CUSTOMER, fields, {8: FLAGS}).made(list(zip(*rows, strict=True)))
    first, second = zip(*made.columns, made.hashes, strict=True)
    assert first == second


@given(texts=st.lists(st.text(st.sampled_from("139-\n０a "), max_size=17), min_size=1, max_size=4))
def test_a_column_is_read_as_its_cells_are(texts: list[str]) -> None:
    for kind, field in [(one, field) for one in (CUSTOMER, CONTACT) for field in one.fields]:
        read, reading = column_reading(kind, field, None), column_reading(kind, field, None)
        values, plain = read(texts)
        assert list(values) == [reading([text])[0][0] for text in texts]
        assert plain == (NOT_PLAIN not in values)


def stored_of(
    writing: Writing, kind: Kind, fields: tuple[Field, ...], rows: list[tuple[str, ...]]
) -> dict[int, tuple[Json, ...]]:
    """The values of the records that were made of plain rows, and stored, by the row's place."""
    if not rows:
        return {}
    made = PlainRows(kind, fields, {}).made(list(zip(*rows, strict=True)))
    stored = NewRecords(writing, kind).add(made) if made.at else made
    return dict(zip(stored.at, zip(*stored.columns, strict=True), strict=True))
