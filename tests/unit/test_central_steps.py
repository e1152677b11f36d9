"""Large pulls, which are stored in many short transactions: others write in between, and nothing is lost on the way."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, func, select

from data.fields import Doc
from data.store import change_log
from data.store.rows import all_docs
from data.store.schema import CENTRAL_FEED, RECORDS
from data.store.set_hash import same_sums
from data.store.steps import Pace
from data.store.store import Store
from data.store.store_sums import hashed_sums
from sync.central.errors import OvertakenError
from sync.central.history import PullRecord
from sync.central.passwords import url_with_password
from sync.central.pulling import Puller, Wish
from tests.central_systems import CentralSystem, customer_no, make_central, take_lines
from tests.stores import fill, in_file, opened_store
from wallboard.calls import ImportResult

MANY = 60
SHORT = Pace(cost=10, together=4, in_memory=9, waits=lambda _: True, pause_s=0.0)

NETWORK = """
[[sources.marketing.tables]]
kind = "contact"
table = "o_contact"
fields = { id = "no", name = "name", phone = "tel", role = { constant = "area_manager" } }
[[sources.marketing.tables]]
kind = "transformer_area"
table = "g_tg"
fields = { id = "id", number = "id", name = "name", feeder = "line", manager = "mgr" }
"""

CALLS = """
[[sources.marketing.tables]]
kind = "call_event"
table = "calls"
order = ["n"]
fields = { at = "at", event = "event" }
"""


class PowerCutError(Exception):
    """The pull ends here."""


@pytest.fixture
def central(tmp_path: Path) -> CentralSystem:
    return make_central(f"sqlite:///{tmp_path / 'central.db'}", tmp_path, range(MANY))


def pull(store: Store, central: CentralSystem, pace: Pace = SHORT, *, approve_deletions: bool = False) -> PullRecord:
    url = url_with_password(central.source, central.folder, {})
    wish = Wish(approve_deletions=approve_deletions)
    return Puller(store, central.source, url, central.folder, take_lines, pace).pull("test", wish)


def customers(store: Store) -> dict[str, Doc]:
    with store.read() as connection:
        return {str(doc["id"]): doc for doc in all_docs(connection, "customer")}


def forget_customers(store: Store) -> None:
    with store.write("test", "empty the store") as writing:
        writing.delete("customer", list(customers(store)))


def revisions(store: Store) -> int:
    with store.read() as connection:
        return change_log.head(connection)


@pytest.fixture(params=["empty", "not empty"])
def filled(request: pytest.FixtureRequest, store: Store) -> Store:
    """A store with customers of its own, or without any."""
    if request.param == "empty":
        forget_customers(store)
    return store


def test_a_large_pull_is_stored_in_many_transactions_and_comes_to_the_same(
    filled: Store, central: CentralSystem
) -> None:
    others, before = len(customers(filled)), revisions(filled)
    assert pull(filled, central).tables["customer"]["added"] == MANY
    assert revisions(filled) > before + 3
    assert len(customers(filled)) == others + MANY
    assert pull(filled, central).tables["customer"]["unchanged"] == MANY
    central.put(2, name="改名")
    central.put(MANY, name="新户")
    central.drop(3)
    table = pull(filled, central).tables["customer"]
    assert (table["added"], table["changed"], table["deleted"]) == (1, 1, 1)
    assert customers(filled)[customer_no(2)]["name"] == "改名"
    with filled.read() as connection:
        assert same_sums(change_log.sums(connection, None), hashed_sums(connection))


def test_a_small_pull_is_one_transaction(filled: Store, central: CentralSystem) -> None:
    before = revisions(filled)
    assert pull(filled, central, Pace()).revision == before + 1 == revisions(filled)


def test_whoever_writes_in_the_midst_of_a_large_pull_gets_through(store: Store, central: CentralSystem) -> None:
    """With SQLite's own way of waiting, and the pause that the hub makes for it."""
    forget_customers(store)
    before = revisions(store)
    with ThreadPoolExecutor(1) as pool:
        pulled = pool.submit(pull, store, central, replace(SHORT, pause_s=Pace().pause_s))
        while revisions(store) == before:
            assert not pulled.done(), pulled.result()
        with store.write("test", "a window in between") as writing:
            writing.put("feeder", {"id": "F9", "number": "9", "name": "中途线", "branch": "B1"})
        last = pulled.result().revision
    assert last is not None
    assert writing.revision is not None
    assert before < writing.revision < last
    assert len(customers(store)) == MANY


@pytest.mark.parametrize("steps_done", [1, 3, 6])
def test_a_pull_that_was_broken_off_is_gone_on_with(filled: Store, central: CentralSystem, steps_done: int) -> None:
    others = len(customers(filled))
    with pytest.raises(PowerCutError):
        pull(filled, central, replace(SHORT, pause=power_cut_after(steps_done)))
    some = len(customers(filled)) - others
    assert 0 < some <= MANY
    with filled.read() as connection:
        assert same_sums(change_log.sums(connection, None), hashed_sums(connection))
        assert connection.execute(select(CENTRAL_FEED.c.pull)).scalar_one() < 0
    table = pull(filled, central).tables["customer"]
    assert table["added"] == MANY - some
    assert len(customers(filled)) == others + MANY
    central.drop(*range(MANY))
    gone = pull(filled, central, approve_deletions=True).tables["customer"]
    assert gone["deleted"] == MANY, "what the broken pull has brought is the pull's own, too"
    assert len(customers(filled)) == others


def test_nobody_waits_for_a_large_dry_run(store: Store, central: CentralSystem) -> None:
    central.run("CREATE TABLE calls (n INTEGER, at VARCHAR(40), event VARCHAR(20))")
    central.tables += CALLS

    def write_meanwhile(connection: Connection, lines: Iterable[str], zone: ZoneInfo) -> ImportResult:
        """Is called while the dry run stands with all that it did."""
        with store.write("test", "a window in between") as writing:
            writing.put("feeder", {"id": "F9", "number": "9", "name": "中途线", "branch": "B1"})
        return take_lines(connection, lines, zone)

    before, others = revisions(store), customers(store)
    url = url_with_password(central.source, central.folder, {})
    puller = Puller(store, central.source, url, central.folder, write_meanwhile, SHORT)
    assert puller.pull("test", Wish(dry_run=True)).tables["customer"]["added"] == MANY
    assert revisions(store) == before + 1
    assert customers(store) == others
    assert not list(central.folder.glob(".dry-run*"))


def test_a_pull_that_began_while_another_was_storing_gives_up(store: Store, central: CentralSystem) -> None:
    def another_comes_first(_seconds: float) -> None:
        pull(store, central, Pace())

    with pytest.raises(OvertakenError, match="run it again"):
        pull(store, central, replace(SHORT, pause=another_comes_first))
    assert pull(store, central).tables["customer"]["unchanged"] == MANY


def test_nothing_ever_refers_to_what_is_not_there(store: Store, central: CentralSystem) -> None:
    central.run(
        "CREATE TABLE o_contact (no VARCHAR(20), name VARCHAR(20), tel VARCHAR(20))",
        "CREATE TABLE g_tg (id VARCHAR(20), name VARCHAR(20), line VARCHAR(20), mgr VARCHAR(20))",
        "INSERT INTO o_contact VALUES ('K9', '刘经理', '13904290009')",
        "INSERT INTO g_tg VALUES ('T9', '塔山9号公变', 'F1', 'K9')",
        "UPDATE c_cons SET tg = 'T9'",
    )
    central.tables += NETWORK
    seen: list[int] = []
    watched = replace(SHORT, pause=lambda _: seen.append(dangling(store)))
    pull(store, central, watched)
    central.run("DELETE FROM o_contact", "DELETE FROM g_tg", "DELETE FROM c_cons")
    pull(store, central, watched, approve_deletions=True)
    assert len(seen) > 6
    assert not any(seen)


def test_any_number_of_rows_waits_for_a_table_that_comes_later(central: CentralSystem, tmp_path: Path) -> None:
    rows = 50_500
    central.run(
        "CREATE TABLE o_contact (no VARCHAR(20), name VARCHAR(20), tel VARCHAR(20))",
        "CREATE TABLE g_tg (id VARCHAR(20), name VARCHAR(20), line VARCHAR(20), mgr VARCHAR(20))",
        "INSERT INTO o_contact VALUES ('K9', '刘经理', '13904290009')",
        f"INSERT INTO g_tg WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) "
        "SELECT 'G' || i, '台区', 'F1', 'K9' FROM n",
    )
    central.tables = NETWORK
    with opened_store(in_file(tmp_path)) as store:
        fill(store)
        table = pull(store, central, Pace(pause_s=0.0)).tables["transformer_area"]
    assert (table["added"], table["rejected"]) == (rows, 0)


def power_cut_after(steps_done: int) -> Callable[[float], None]:
    """Stands in for the pause between two transactions."""
    left = iter(range(steps_done - 1))

    def pause(_seconds: float) -> None:
        if next(left, None) is None:
            raise PowerCutError

    return pause


def dangling(store: Store) -> int:
    """How many customers and transformer areas refer to something that is not there."""
    customer, area, contact = (RECORDS[kind] for kind in ("customer", "transformer_area", "contact"))
    with store.read() as connection:
        lost = [
            select(func.count()).where(one.is_not(None), one.not_in(select(there.c.id)))
            for one, there in ((customer.c.transformer_area, area), (area.c.manager, contact))
        ]
        return sum(connection.execute(one).scalar_one() for one in lost)
