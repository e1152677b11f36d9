"""Whatever people do to a record, undoing the last of it gives the former record back, to the hash."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from data.errors import SwitchboardError
from data.fields import Doc
from data.store import change_log
from data.store.schema import RECORDS
from data.store.set_hash import same_sums
from data.store.store import Store
from data.store.store_sums import hashed_sums
from tests.kept import add, back, change, history, retire, stored, undo
from tests.stores import fill, in_file, opened_store

KIND = "area"
FIELDS = {
    "name": st.sampled_from(["塔山村", "杏山村", "老塔山", "Ａ村 1组"]),
    "aliases": st.sampled_from(["", "上塔", "上塔;下塔", "下塔;上塔"]),
    "parent_id": st.sampled_from(["A1", "A2", "211402", ""]),
    "branch": st.sampled_from(["B1", "B2", ""]),
    "postcode": st.sampled_from(["", "125001", "12500"]),
    "code": st.sampled_from(["", "tsc", "gqz", "xsc2"]),
}
ACT = st.one_of(
    st.tuples(st.just("add"), st.fixed_dictionaries(FIELDS)),
    st.tuples(st.just("change"), st.fixed_dictionaries({}, optional=FIELDS)),
    st.tuples(st.just("retire"), st.none()),
    st.tuples(st.just("back"), st.none()),
    st.tuples(st.just("undo"), st.none()),
)


def do(store: Store, key: str, act: str, texts: Any) -> None:
    if act == "add":
        add(store, KIND, {**texts, "id": key})
    elif act == "change":
        change(store, KIND, key, texts)
    else:
        {"retire": retire, "back": back, "undo": undo}[act](store, KIND, key)


def state(store: Store, key: str) -> tuple[Doc | None, bytes | None]:
    table = RECORDS[KIND]
    with store.read() as connection:
        hashed = connection.execute(select(table.c.row_hash).where(table.c.id == key)).scalar()
    return stored(store, KIND, key), hashed


@pytest.fixture(scope="module")
def kept_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with opened_store(in_file(tmp_path_factory.mktemp("store"))) as opened:
        fill(opened)
        yield opened


@settings(max_examples=25, deadline=None)
@given(acts=st.lists(ACT, min_size=1, max_size=7))
def test_undoing_the_last_of_any_acts_gives_the_former_record_and_its_hash_back(
    kept_store: Store, acts: list[tuple[str, Any]]
) -> None:
    key = uuid4().hex  # another record for each example: the one before is out of the way
    states = [state(kept_store, key)]
    for act, texts in [("add", {"name": "塔山村"}), *acts]:
        try:
            do(kept_store, key, act, texts)
        except (SwitchboardError, IndexError):
            assert state(kept_store, key) == states[-1]
        if state(kept_store, key) != states[-1]:
            states.append(state(kept_store, key))
    for expected in (states[-2], states[-1], states[-2]):
        undo(kept_store, KIND, key)
        assert state(kept_store, key) == expected
    assert history(kept_store, KIND, key)[0].after == states[-2][0]
    with kept_store.write("test", "clear away") as writing:
        writing.delete(KIND, [key])
    with kept_store.read() as connection:
        assert same_sums(change_log.sums(connection, None), hashed_sums(connection))
