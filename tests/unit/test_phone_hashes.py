from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from data.fields import Doc
from data.store import phone_hashing
from data.store.buckets import buckets_of_scope
from data.store.phone_hashes import KEY_BYTES, PhoneHashes
from data.store.phone_hashing import WrongKeyError, hash_anew, hash_stored_phones
from data.store.schema import AUDIT, COMMIT, CUSTOMER_PHONE, META
from data.store.store import Store
from tests.stores import fill, opened_store

KEY = bytes(range(KEY_BYTES))
PHONES = PhoneHashes(KEY, "0429")
WEI, NA, FANG = "2114000001", "2114000002", "2114000003"
WEIS_NUMBER = "13812345678"


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    with opened_store(database) as opened:
        opened.phones = PHONES
        hash_stored_phones(opened, PHONES)
        fill(opened)
        yield opened


def with_number(store: Store, form: str, branches: tuple[str, ...] = (), phones: PhoneHashes = PHONES) -> list[str]:
    with store.read() as connection:
        return phones.customers_with(connection, form, buckets_of_scope(connection, branches), 10)


def put(store: Store, **fields: object) -> None:
    doc: Doc = dict(fields)  # type: ignore[arg-type]  # the caller knows the fields
    with store.write("test", "put") as writing:
        writing.put("customer", doc)


def count(store: Store) -> int:
    with store.read() as connection:
        return int(connection.execute(select(func.count()).select_from(CUSTOMER_PHONE)).scalar_one())


def test_a_customer_is_found_by_the_whole_number_and_not_by_another(store: Store) -> None:
    assert with_number(store, WEIS_NUMBER) == [WEI]
    assert with_number(store, "13812345679") == []


def test_a_changed_number_is_found_and_the_old_one_no_longer(store: Store) -> None:
    put(store, id=WEI, phone="+86 139 0000 1111")
    assert with_number(store, WEIS_NUMBER) == []
    assert with_number(store, "13900001111") == [WEI]
    put(store, id=WEI, phone=None)
    assert with_number(store, "13900001111") == []


def test_a_change_of_anything_else_leaves_the_number_alone(store: Store) -> None:
    put(store, id=WEI, name="张伟强", transformer_area="T3")
    assert with_number(store, WEIS_NUMBER) == [WEI]


def test_a_deleted_customer_is_not_found(store: Store) -> None:
    with store.write("test", "delete") as writing:
        writing.delete("customer", [WEI])
    assert with_number(store, WEIS_NUMBER) == []
    assert count(store) == 1


def test_each_number_of_a_field_counts_and_one_number_may_be_of_many(store: Store) -> None:
    put(store, id=NA, phone=f"13987654321;{WEIS_NUMBER}、0429-3123456")
    assert with_number(store, WEIS_NUMBER) == [WEI, NA]
    assert with_number(store, "04293123456") == [NA]


def test_the_places_area_code_may_be_left_out_on_either_side(store: Store) -> None:
    put(store, id=WEI, phone="3123456/0429-3123456")
    put(store, id=NA, phone="0429-3123456")
    put(store, id=FANG, phone="0411-3123456")
    assert with_number(store, "3123456") == with_number(store, "04293123456") == [WEI, NA]
    assert with_number(store, "04113123456") == [FANG]
    assert with_number(store, "3123456", phones=PhoneHashes(KEY)) == [WEI]


def test_only_customers_of_the_branches_in_scope_are_found(store: Store) -> None:
    put(store, id=FANG, phone=WEIS_NUMBER)
    assert with_number(store, WEIS_NUMBER) == [WEI, FANG]
    assert with_number(store, WEIS_NUMBER, ("B1",)) == [WEI]
    assert with_number(store, WEIS_NUMBER, ("B2",)) == [FANG]
    put(store, id=FANG, transformer_area="T1")
    assert with_number(store, WEIS_NUMBER, ("B2",)) == []


def test_a_rehearsed_change_leaves_the_hashes_as_they_were(store: Store) -> None:
    with store.write("test", "rehearse") as writing:
        writing.put("customer", {"id": WEI, "phone": "13900001111"})
        writing.rehearsal = True
    assert with_number(store, WEIS_NUMBER) == [WEI]


def test_an_older_stores_numbers_are_hashed_in_slices_and_once(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phone_hashing, "_SLICE", 2)
    with opened_store(database) as old:
        fill(old)
        assert count(old) == 0
        assert hash_stored_phones(old, PHONES) == 5
        assert with_number(old, WEIS_NUMBER) == [WEI]
        assert hash_stored_phones(old, PHONES) == 0


def test_hashing_goes_on_where_it_was_ended(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phone_hashing, "_SLICE", 2)
    with opened_store(database) as old:
        fill(old)
        with old.write("test", "one slice") as writing:
            assert phone_hashing._hash_slice(writing.connection, PHONES) == 2  # noqa: SLF001 - as if ended after it
        old.phones = PHONES
        put(old, id=WEI, phone="13900001111")
        assert hash_stored_phones(old, PHONES) == 3
        assert with_number(old, WEIS_NUMBER) == []
        assert with_number(old, "13900001111") == [WEI]


def test_another_key_is_refused_and_can_replace_the_lost_one(store: Store) -> None:
    another = PhoneHashes(bytes(KEY_BYTES))
    with pytest.raises(WrongKeyError):
        hash_stored_phones(store, another)
    assert hash_anew(store, another) == 5
    assert with_number(store, WEIS_NUMBER, phones=another) == [WEI]
    assert with_number(store, WEIS_NUMBER) == []
    with pytest.raises(WrongKeyError):
        hash_stored_phones(store, PHONES)


def test_hashing_makes_no_revision(store: Store) -> None:
    with store.read() as connection:
        assert len(connection.execute(select(COMMIT)).all()) == 1


def test_the_database_holds_no_key(store: Store) -> None:
    with store.read() as connection:
        texts = [str(row) for table in (META, AUDIT, COMMIT) for row in connection.execute(select(table))]
    assert not [text for text in texts if KEY.hex() in text or str(KEY) in text]
    assert len(PHONES.key_check) == 16
