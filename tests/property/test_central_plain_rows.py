"""The quick way for plain rows makes what an import makes, or leaves it alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.importing import Accepted, Columns, ImportOptions, Row, plan_import
from data.kinds import CUSTOMER, FEEDER, KINDS, Kind
from data.pinyin import readings_of
from data.store import Store
from data.stored_records import StoredRecords
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
    with store.read() as connection:
        plain = PlainRows(connection, kind, fields).new_docs(rows)
        planned = plan_import(columns, rows, StoredRecords(connection), ImportOptions(readings_of, clear=True))
        accepted = {one.row: one.doc for one in planned if isinstance(one, Accepted)}
    for number, doc in plain.items():
        assert number in accepted
        assert doc == kind.canonical(accepted[number])
        assert all(type(doc[name]) is type(value) for name, value in kind.canonical(accepted[number]).items())


def test_an_ordinary_customer_goes_the_quick_way(store: Store) -> None:
    fields = tuple(CUSTOMER.by_name[name] for name in FIELDS["customer"])
    row = Row(1, ("3000000001", "张伟", "塔山村3组45号", "T1", "", "0429-3123456", "8.00", "first", "1"))
    with store.read() as connection:
        assert PlainRows(connection, CUSTOMER, fields).new_docs([row]).keys() == {1}
