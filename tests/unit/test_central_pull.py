"""Pulls from a small central system, of each sort that the tests can start, into a hub's store of each sort."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url, select

from data.fields import Doc
from data.store.rows import all_docs, get_docs
from data.store.schema import AUDIT, RECORDS
from data.store.store import Store
from sync.central.errors import ApprovalNeededError, MappingError, SourceError
from sync.central.history import pulls, refused_pull
from sync.central.passwords import with_driver
from tests.central_systems import CUSTOMERS, CentralSystem, customer_no, make_central


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def central(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[CentralSystem]:
    if request.node.callspec.params.get("database") == "postgresql" != request.param:
        pytest.skip("a hub on PostgreSQL is tried with a source on PostgreSQL")
    if request.param == "sqlite":
        yield make_central(f"sqlite:///{tmp_path / 'central.db'}", tmp_path, range(40))
        return
    server = request.getfixturevalue(f"{request.param}_server")
    with server.database() as url:
        yield make_central(with_driver(make_url(url)).render_as_string(), tmp_path, range(40))


def counts(record: Any, table: str = "customer") -> dict[str, int]:
    names = ("added", "changed", "unchanged", "deleted", "rejected")
    return {name: record.tables[table][name] for name in names if record.tables[table][name]}


def customer(store: Store, number: int) -> Doc | None:
    with store.read() as connection:
        return get_docs(connection, "customer", [customer_no(number)]).get(customer_no(number))


def customers(store: Store) -> dict[str, Doc]:
    with store.read() as connection:
        return {str(doc["id"]): doc for doc in all_docs(connection, "customer")}


def history(store: Store) -> list[dict[str, Any]]:
    with store.read() as connection:
        return pulls(connection, 10)


def test_a_first_pull_brings_every_row(central: CentralSystem, store: Store) -> None:
    central.put(1, name="李娜", area="塔山2号公变", tel="13800001111", lv="02")
    record = central.pull(store)
    assert counts(record) == {"added": 40}
    found = customer(store, 1)
    assert found is not None
    assert {name: found[name] for name in ("name", "transformer_area", "phone", "importance")} == {
        "name": "李娜",
        "transformer_area": "T2",
        "phone": "13800001111",
        "importance": "first",
    }


def test_a_pull_of_what_is_known_transfers_and_changes_nothing(central: CentralSystem, store: Store) -> None:
    first = central.pull(store)
    again = central.pull(store)
    assert counts(again) == {"unchanged": 40}
    assert again.revision is None
    assert first.revision is not None
    if not central.url.startswith("sqlite"):
        assert again.tables["customer"]["transferred"] == 0


def test_what_was_added_changed_and_removed_is_found(central: CentralSystem, store: Store) -> None:
    central.pull(store)
    central.put(100, name="新户")
    central.put(2, name="改名")
    central.drop(3)
    assert counts(central.pull(store)) == {"added": 1, "changed": 1, "unchanged": 38, "deleted": 1}
    assert customer(store, 100) is not None
    assert customer(store, 2) == {**(customer(store, 4) or {}), "id": customer_no(2), "name": "改名"}
    assert customer(store, 3) is None


def test_what_the_source_no_longer_knows_is_cleared(central: CentralSystem, store: Store) -> None:
    central.put(1, tel="13800001111", lv="01")
    central.pull(store)
    central.put(1)
    central.pull(store)
    found = customer(store, 1) or {}
    assert (found["phone"], found["importance"]) == (None, None)


def test_what_others_entered_is_never_deleted_and_their_fields_are_kept(central: CentralSystem, store: Store) -> None:
    before = customers(store)
    with store.write("test", "entered here") as writing:
        writing.put(
            "customer", {"id": customer_no(7), "name": "旧名", "address": "塔山村3组", "transformer_area": "T2"}
        )
    central.pull(store)
    with store.write("test", "entered here") as writing:
        writing.put("customer", {"id": customer_no(8), "address": "塔山村4组"})
    central.put(8, name="改名")
    central.drop(7)
    central.pull(store)
    now = customers(store)
    assert {key: now[key] for key in before} == before
    assert (now[customer_no(7)]["address"], now[customer_no(7)]["name"]) == ("塔山村3组", "张伟")
    assert (now[customer_no(8)]["address"], now[customer_no(8)]["name"]) == ("塔山村4组", "改名")


@pytest.mark.parametrize("adopted", [True, False])
def test_a_record_that_was_there_is_deleted_with_the_source_only_where_it_was_adopted(
    central: CentralSystem, store: Store, *, adopted: bool
) -> None:
    with store.write("test", "imported before") as writing:
        writing.put("customer", {"id": customer_no(7), "name": "张伟", "transformer_area": "T1"})
    central.pull(store)
    central.tables = CUSTOMERS.replace('table = "c_cons"', f'table = "c_cons"\nadopt = {str(adopted).lower()}')
    central.pull(store)
    central.drop(7)
    central.pull(store)
    assert (customer(store, 7) is None) == adopted


def test_bad_rows_are_rejected_with_why_and_offered_again(central: CentralSystem, store: Store) -> None:
    central.put(1, area="nowhere")
    central.put(2, lv="99")
    central.run("INSERT INTO c_cons VALUES ('12', '短', 'T1', '', '', 0), (NULL, '无', 'T1', '', '', 0)")
    record = central.pull(store)
    assert counts(record) == {"added": 38, "rejected": 4}
    reasons = {one["id"]: one["problems"][0]["reason"] for one in record.tables["customer"]["reasons"]}
    assert reasons == {
        customer_no(1): "no 台区 (transformer_area) has this id, number or name",
        customer_no(2): "this code is not in the code list",
        "12": "a customer number has 10 digits",
        "": "must not be empty",
    }
    assert counts(central.pull(store))["rejected"] == 4
    with store.write("test", "built meanwhile") as writing:
        writing.put("transformer_area", {"id": "T9", "number": "T9", "name": "nowhere", "feeder": "F1"})
    assert counts(central.pull(store)) == {"added": 1, "unchanged": 38, "rejected": 3}


def test_a_known_row_that_turns_bad_keeps_its_record(central: CentralSystem, store: Store) -> None:
    central.pull(store)
    central.put(1, name="改名", area="nowhere")
    assert counts(central.pull(store)) == {"unchanged": 39, "rejected": 1}
    assert (customer(store, 1) or {})["name"] == "张伟"
    central.put(1, name="改名")
    assert counts(central.pull(store)) == {"changed": 1, "unchanged": 39}
    central.drop(1)
    assert counts(central.pull(store)) == {"deleted": 1, "unchanged": 39}


def test_two_rows_with_one_id_are_one_record_and_one_rejection(central: CentralSystem, store: Store) -> None:
    central.run(f"INSERT INTO c_cons VALUES ('{customer_no(1)}', '李娜', 'T1', '', '', 0)")
    assert counts(central.pull(store)) == {"added": 40, "rejected": 1}
    assert counts(central.pull(store)) == {"unchanged": 40, "rejected": 1}


def test_many_deletions_need_a_word_and_that_word_holds_once(central: CentralSystem, store: Store) -> None:
    central.pull(store)
    before = customers(store)
    central.drop(1, 2, 3)
    with pytest.raises(ApprovalNeededError, match=r"would delete 3 of the 40 records of kind customer"):
        central.pull(store)
    assert customers(store) == before
    refused = history(store)[0]
    assert (refused["outcome"], refused["tables"]["customer"]["deleted"]) == ("refused", 3)
    with store.read() as connection:
        source, approved = refused_pull(connection, refused["id"])
    assert source == "marketing"
    assert counts(central.pull(store, approves=refused["id"], approved=approved)) == {"unchanged": 37, "deleted": 3}
    with store.read() as connection, pytest.raises(MappingError, match="does not wait for approval"):
        refused_pull(connection, refused["id"])
    central.drop(4, 5)
    with pytest.raises(ApprovalNeededError):
        central.pull(store)
    assert counts(central.pull(store, approve_deletions=True))["deleted"] == 2


def test_more_deletions_than_were_approved_are_refused_again(central: CentralSystem, store: Store) -> None:
    central.pull(store)
    central.drop(1, 2, 3, 4)
    with pytest.raises(ApprovalNeededError):
        central.pull(store, approves=99, approved={"customer": 3})


def test_an_empty_table_wipes_nothing(central: CentralSystem, store: Store) -> None:
    central.pull(store)
    central.run("DELETE FROM c_cons")
    with pytest.raises(ApprovalNeededError):
        central.pull(store)
    assert len(customers(store)) == 45


def test_a_dry_run_says_what_would_change_and_changes_nothing(central: CentralSystem, store: Store) -> None:
    central.pull(store)
    before = customers(store)
    central.put(2, name="改名", area="T2")
    central.put(100)
    central.drop(3, 4, 5)
    record = central.pull(store, dry_run=True)
    assert counts(record) == {"added": 1, "changed": 1, "unchanged": 36, "deleted": 3}
    changed = [one for one in record.tables["customer"]["sample"] if one["change"] == "changed"]
    assert changed == [
        {
            "change": "changed",
            "id": customer_no(2),
            "fields": {"name": ["***", "***"], "transformer_area": ["T1", "T2"]},
        }
    ]
    assert customers(store) == before
    assert counts(central.pull(store, approve_deletions=True)) == counts(record)


def test_what_has_changed_is_found_by_the_cursor_and_deletions_only_by_a_full_pull(
    central: CentralSystem, store: Store
) -> None:
    central.put(0, updated=1000)
    central.pull(store)
    central.put(1, name="改名", updated=1100)
    central.put(2, name="晚到", updated=950)  # committed late: within the overlap of 60
    central.put(4, name="太晚", updated=900)
    central.drop(3)
    record = central.pull(store, changed=True)
    assert counts(record) == {"changed": 2, "unchanged": 1}
    assert (customer(store, 3) or {})["name"] == "张伟"
    assert counts(central.pull(store)) == {"changed": 1, "unchanged": 38, "deleted": 1}


def test_a_source_that_breaks_half_way_changes_nothing(central: CentralSystem, store: Store) -> None:
    before = customers(store)
    central.tables += CUSTOMERS.replace('kind = "customer"', 'kind = "customer"\nname = "more"').replace(
        "c_cons", "not_there"
    )
    with pytest.raises(SourceError, match="not_there"):
        central.pull(store)
    assert customers(store) == before
    assert history(store)[0]["outcome"] == "failed"
    assert "not_there" in history(store)[0]["error"]
    central.tables = CUSTOMERS
    assert counts(central.pull(store)) == {"added": 40}


def test_a_mapping_that_says_something_else_looks_at_every_row_anew(central: CentralSystem, store: Store) -> None:
    central.pull(store)
    central.tables = CUSTOMERS.replace('name = "cons_name"', 'name = "cons_name"\naddress = "tg"')
    assert counts(central.pull(store)) == {"changed": 40}
    central.drop(1)
    assert counts(central.pull(store)) == {"unchanged": 39, "deleted": 1}


def test_what_was_changed_here_is_overwritten_only_when_asked_for(central: CentralSystem, store: Store) -> None:
    central.pull(store)
    with store.write("test", "edited here") as writing:
        writing.put("customer", {"id": customer_no(1), "name": "本地名"})
    assert counts(central.pull(store)) == {"unchanged": 40}
    assert (customer(store, 1) or {})["name"] == "本地名"
    assert counts(central.pull(store, anew=True)) == {"changed": 1, "unchanged": 39}
    assert (customer(store, 1) or {})["name"] == "张伟"


def test_a_filter_leaves_rows_out_and_a_select_is_read_like_a_table(central: CentralSystem, store: Store) -> None:
    central.put(1, lv="01")
    central.tables = CUSTOMERS.replace('table = "c_cons"', 'table = "c_cons"\nwhere = "lv = \'01\'"')
    assert counts(central.pull(store)) == {"added": 1}
    central.tables = CUSTOMERS.replace('table = "c_cons"', "sql = \"SELECT * FROM c_cons WHERE lv = '01'\"")
    assert counts(central.pull(store)) == {"unchanged": 1}


def test_each_pull_is_recorded_and_audited(central: CentralSystem, store: Store) -> None:
    record = central.pull(store, actor="os:wang")
    (kept,) = history(store)
    assert (kept["id"], kept["actor"], kept["outcome"], kept["mode"]) == (record.id, "os:wang", "done", "full")
    assert kept["tables"]["customer"]["added"] == 40
    with store.read() as connection:
        said = connection.execute(select(AUDIT.c.actor, AUDIT.c.about).where(AUDIT.c.act == "pull")).all()
    assert [tuple(one) for one in said] == [("os:wang", f"marketing {record.id}")]


def test_the_source_cannot_be_written_by_its_mapping(central: CentralSystem, store: Store) -> None:
    central.run("CREATE TABLE touched (n INTEGER)")
    if central.url.startswith("postgresql"):
        central.run(
            "CREATE FUNCTION touch() RETURNS INTEGER LANGUAGE SQL AS 'INSERT INTO touched VALUES (1) RETURNING 1'"
        )
    elif central.url.startswith("mysql"):
        central.run("CREATE FUNCTION touch() RETURNS INTEGER BEGIN INSERT INTO touched VALUES (1); RETURN 1; END")
    else:
        pytest.skip("SQLite has no functions that write")
    central.tables = CUSTOMERS.replace('table = "c_cons"', 'table = "c_cons"\nwhere = "touch() = 1"')
    with pytest.raises(SourceError, match=r"(?i)read.only"):
        central.pull(store)


def test_no_personal_data_is_recorded(central: CentralSystem, store: Store) -> None:
    central.put(1, name="赵铁柱", tel="138****1111")
    record = central.pull(store)
    assert counts(record)["rejected"] == 1
    assert "138****1111" not in str(history(store)[0])
    assert "赵铁柱" not in str(history(store)[0])


def test_text_that_is_none_is_rejected(store: Store, tmp_path: Path) -> None:
    central = make_central(f"sqlite:///{tmp_path / 'central.db'}", tmp_path, [1])
    central.run(
        f"INSERT INTO c_cons VALUES (X'ff', 'x', 'T1', '', '', 0), ('{customer_no(2)}', X'd5c5', 'T1', '', '', 0)"
    )
    record = central.pull(store)
    assert counts(record) == {"added": 1, "rejected": 2}
    assert "another encoding" in record.tables["customer"]["reasons"][0]["problems"][0]["reason"]


def test_a_row_whose_table_comes_later_is_not_lost(central: CentralSystem, store: Store) -> None:
    central.run(
        "CREATE TABLE o_contact (no VARCHAR(20), name VARCHAR(20), tel VARCHAR(20))",
        "CREATE TABLE g_tg (id VARCHAR(20), name VARCHAR(20), line VARCHAR(20), mgr VARCHAR(20))",
        "INSERT INTO o_contact VALUES ('K9', '刘经理', '13904290009')",
        "INSERT INTO g_tg VALUES ('T9', '塔山9号公变', 'F1', 'K9')",
    )
    central.tables = """
[[sources.marketing.tables]]
kind = "transformer_area"
table = "g_tg"
fields = { id = "id", number = "id", name = "name", feeder = "line", manager = "mgr" }
[[sources.marketing.tables]]
kind = "contact"
table = "o_contact"
fields = { id = "no", name = "name", phone = "tel", role = { constant = "area_manager" } }
"""
    record = central.pull(store)
    assert counts(record, "transformer_area") == {"added": 1}
    with store.read() as connection:
        row = connection.execute(
            select(RECORDS["transformer_area"].c.manager).where(RECORDS["transformer_area"].c.id == "T9")
        )
        assert row.scalar_one() == "K9"
    assert dataclasses.asdict(record)["outcome"] == "done"
