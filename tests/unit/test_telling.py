"""Who must be told of an outage, what still has to be told, and what of it is kept."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from data.errors import BadValueError, NotFoundError
from data.fields import Doc
from data.outages.acts import reopen_outage, restore_outage, revise_outage, withdraw_outage
from data.outages.entry import NewOutage, add_outage
from data.readers import Reader
from data.store.desk_tables import TOLD
from data.store.schema import AUDIT
from data.store.settings import write_setting
from data.store.store import Store
from data.telling.errors import TellingError
from data.telling.rules import LATER_MINUTES, SENSITIVE
from data.telling.told import NewAttempt, ToldList, open_told, record_attempt, told_list, told_lists
from tests.stores import NOON, SetClock, in_file

HOUR = timedelta(hours=1)
IMPORTANT, HIGH_RISK, SENSITIVE_ONE, PLAIN = "2114000003", "2114000004", "2114000006", "2114000001"


@pytest.fixture
def database(tmp_path: Path) -> str:
    """The contract of the verbs tries every sort of database."""
    return in_file(tmp_path)


@pytest.fixture
def outage(store: Store) -> str:
    """A fault on the line to T1 and T2, with a high-risk customer straight on it and a sensitive one behind T1."""
    with store.write("test", "outage") as writing:
        sensitive: Doc = {"name": "养老院", "transformer_area": "T1", "sensitive": True, "phone": "13700001111"}
        writing.put("customer", {"id": SENSITIVE_ONE, **sensitive})
        new = NewOutage("fault", NOON, NOON + 3 * HOUR, "倒杆", (("feeder", "F1"),))
        return add_outage(writing, new, "person:duty").id


def tell(store: Store, outage: str, result: str = "told", customer: str = HIGH_RISK, **more: object) -> None:
    with store.write("test", "tell") as writing:
        attempt = NewAttempt(outage, customer, "phone", result, **{"whom": "李主任", **more})  # type: ignore[arg-type]
        record_attempt(writing, attempt, "person:duty")


def listed(store: Store, outage: str) -> ToldList:
    with store.read() as connection:
        return told_list(connection, outage, store.clock.now())


def news(store: Store, outage: str, customer: str = HIGH_RISK) -> str | None:
    return next(one.news for one in listed(store, outage).customers if one.customer["id"] == customer)


def revise(store: Store, outage: str, etr: datetime) -> None:
    with store.write("test", "revise") as writing:
        revise_outage(writing, outage, etr, "改期", "person:duty")


def test_the_important_and_high_risk_are_listed_and_the_sensitive_where_the_centre_wants(
    store: Store, outage: str
) -> None:
    assert [one.customer["id"] for one in listed(store, outage).customers] == [HIGH_RISK]
    with store.write("test", "set") as writing:
        write_setting(writing, SENSITIVE, value=True, by="person:boss")
    told = listed(store, outage)
    assert [one.customer["id"] for one in told.customers] == [HIGH_RISK, SENSITIVE_ONE]
    assert told.customers[1].customer["phone"] == "137****1111"
    assert told.open == 2


def test_a_customer_is_open_until_somebody_was_reached(store: Store, outage: str, clock: SetClock) -> None:
    tell(store, outage, "no_answer")
    clock.pass_time(minutes=5)
    tell(store, outage, "wrong_number")
    assert news(store, outage) == "outage"
    clock.pass_time(minutes=5)
    tell(store, outage)
    (item,) = listed(store, outage).customers
    assert item.status == "done"
    assert [one.result for one in item.attempts] == ["no_answer", "wrong_number", "told"]
    assert (item.attempts[-1].whom, item.attempts[-1].by) == ("李主任", "person:duty")
    with store.read() as connection:
        assert open_told(connection, clock.now()) == 0


def test_who_was_told_is_told_again_of_a_promise_that_moved_and_of_the_end(
    store: Store, outage: str, clock: SetClock
) -> None:
    tell(store, outage)
    revise(store, outage, NOON + 3 * HOUR + timedelta(minutes=15))
    assert news(store, outage) is None, "not by more than the setting"
    revise(store, outage, NOON + 3 * HOUR + timedelta(minutes=16))
    assert news(store, outage) == "etr"
    tell(store, outage)
    assert news(store, outage) is None
    with store.write("test", "set") as writing:
        write_setting(writing, LATER_MINUTES, 120, "person:boss")
    revise(store, outage, NOON + 5 * HOUR)
    assert news(store, outage) is None
    clock.pass_time(hours=1)
    with store.write("test", "restore") as writing:
        restore_outage(writing, outage, None, (), "person:duty")
    assert news(store, outage) == "restored"
    tell(store, outage)
    assert news(store, outage) is None
    with store.write("test", "reopen") as writing:
        reopen_outage(writing, outage, "误操作", "person:duty")
    assert news(store, outage) == "etr", "the outage goes on after all"


def test_what_was_told_counts_not_what_stands_meanwhile(store: Store, outage: str) -> None:
    revise(store, outage, NOON + 6 * HOUR)
    tell(store, outage, news="outage", etr=NOON + 3 * HOUR)
    assert news(store, outage) == "etr", "the officer's page still showed the first promise"


def test_a_part_that_is_back_is_news_for_those_on_it_alone(store: Store, clock: SetClock) -> None:
    with store.write("test", "outage") as writing:
        scope = (("feeder", "F1"), ("feeder", "F2"))
        outage = add_outage(writing, NewOutage("fault", NOON, NOON + HOUR, "倒杆", scope), "person:duty").id
    tell(store, outage)
    tell(store, outage, customer=IMPORTANT)
    clock.pass_time(minutes=10)
    with store.write("test", "restore") as writing:
        restore_outage(writing, outage, None, [("transformer_area", "T3")], "person:duty")
    assert (news(store, outage), news(store, outage, IMPORTANT)) == (None, "restored")


def test_whom_nobody_reached_need_not_hear_of_the_end_and_who_need_not_be_told_of_nothing(
    store: Store, outage: str, clock: SetClock
) -> None:
    with store.write("test", "set") as writing:
        write_setting(writing, SENSITIVE, value=True, by="person:boss")
    tell(store, outage, "not_needed", customer=SENSITIVE_ONE, note="自备电源，已说明")
    revise(store, outage, NOON + 9 * HOUR)
    assert news(store, outage, SENSITIVE_ONE) is None
    with store.write("test", "restore") as writing:
        restore_outage(writing, outage, None, (), "person:duty")
    told = {str(one.customer["id"]): one.status for one in listed(store, outage).customers}
    assert told == {HIGH_RISK: "missed", SENSITIVE_ONE: "done"}


def test_a_window_that_is_over_stays_while_somebody_must_hear_of_it(store: Store, outage: str, clock: SetClock) -> None:
    tell(store, outage)
    with store.write("test", "withdraw") as writing:
        withdraw_outage(writing, outage, "误报", "person:duty")
    clock.pass_time(hours=5)
    with store.read() as connection:
        (told,) = told_lists(connection, clock.now())
    assert (told.window.id, told.customers[0].news) == (outage, "withdrawn")
    tell(store, outage)
    with store.read() as connection:
        assert told_lists(connection, clock.now()) == []
        assert open_told(connection, clock.now()) == 0


def test_who_was_told_stays_on_the_list_when_network_or_record_change(store: Store, outage: str) -> None:
    tell(store, outage)
    with store.write("test", "move") as writing:
        writing.put("customer", {"id": HIGH_RISK, "feeder": "F3"})
    (item,) = listed(store, outage).customers
    assert (item.in_scope, item.status) == (False, "done")
    with store.write("test", "gone") as writing:
        writing.delete("customer", [HIGH_RISK])
    (item,) = listed(store, outage).customers
    assert (item.customer, item.in_scope) == ({"id": HIGH_RISK}, False)


def test_a_note_on_the_wrong_customer_is_taken_back_and_stays_in_the_record(store: Store, outage: str) -> None:
    with pytest.raises(TellingError):
        tell(store, outage, "taken_back")
    tell(store, outage)
    tell(store, outage, "taken_back", note="登记错户")
    (item,) = listed(store, outage).customers
    assert (item.news, item.status) == ("outage", "open")
    assert [one.result for one in item.attempts] == ["told", "taken_back"]


def test_what_does_not_make_sense_is_refused_and_nothing_is_kept(store: Store, outage: str) -> None:
    for wrong in ({"result": "maybe"}, {"whom": ""}, {"result": "not_needed"}, {"news": "gossip"}):
        with pytest.raises(TellingError):
            tell(store, outage, **wrong)
    with pytest.raises(NotFoundError):
        tell(store, outage, customer=IMPORTANT)
    with pytest.raises(NotFoundError):
        tell(store, "20200101-0001")
    with store.read() as connection:
        assert connection.execute(select(TOLD)).all() == []


def test_somebody_of_a_branch_sees_its_customers_alone(store: Store, outage: str) -> None:
    tell(store, outage)
    with store.read() as connection:
        at = store.clock.now()
        assert told_list(connection, outage, at, Reader(("B1",))).customers
        assert told_list(connection, outage, at, Reader(("B2",))).customers == ()


def test_the_trail_says_who_told_whom_without_what_was_said(store: Store, outage: str) -> None:
    tell(store, outage, note="请张工转告")
    with store.read() as connection:
        (entry,) = connection.execute(select(AUDIT).where(AUDIT.c.act == "tell_customer"))
    assert (entry.actor, entry.about) == ("person:duty", f"{outage} {HIGH_RISK} outage told")


@pytest.mark.parametrize("etr", ["0001-01-01T00:00:00+08:00", "2150-01-01T00:00:00+08:00"])
def test_a_promise_beyond_the_calendar_is_not_kept(store: Store, outage: str, etr: str) -> None:
    with pytest.raises(BadValueError):
        tell(store, outage, etr=datetime.fromisoformat(etr))
    assert [one.attempts for one in listed(store, outage).customers] == [()]
