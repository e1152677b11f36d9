"""Callers who want to know when power is back: on the list once, called by one person, forgotten afterwards."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from data.clock import to_iso
from data.errors import BadValueError, NotFoundError
from data.outages.acts import reopen_outage, restore_outage, revise_outage, withdraw_outage
from data.outages.entry import NewOutage, add_outage
from data.privacy.forgetting import forget_customers
from data.store.desk_tables import CALL_BACK, CALL_BACK_TRY
from data.store.schema import AUDIT
from data.store.store import Store
from data.telling.call_backs import (
    KEPT_AFTER_END,
    Listed,
    NewCallBack,
    add_call_back,
    call_backs,
    due_call_backs,
    find_call_back,
    forget_closed_call_backs,
)
from data.telling.calling import CLAIM_LASTS, claim_call_back, record_try, release_call_back
from data.telling.errors import TakenError, TellingError
from data.telling.rules import set_telling_rules
from tests.entered import SENDER, count, enter, entry
from tests.stores import NOON, SetClock, in_file

HOUR = timedelta(hours=1)
PHONE = "138 1234 5678"


@pytest.fixture
def database(tmp_path: Path) -> str:
    """The contract of the verbs tries every sort of database."""
    return in_file(tmp_path)


def set_window(store: Store, *scope: tuple[str, str], hours: float = 3) -> str:
    with store.write("test", "outage") as writing:
        now = store.clock.now()
        new = NewOutage("fault", now, now + hours * HOUR, "倒杆", scope or (("feeder", "F1"),))
        return add_outage(writing, new, "person:duty").id


def ask(store: Store, **of: object) -> str:
    with store.write("test", "ask") as writing:
        new = NewCallBack(PHONE, "王先生", **of)  # type: ignore[arg-type]
        return add_call_back(writing, new, "person:wang")


def restore(store: Store, outage: str, *parts: tuple[str, str]) -> None:
    with store.write("test", "restore") as writing:
        restore_outage(writing, outage, None, parts, "person:duty")


def tried(store: Store, key: str, result: str, by: str = "person:wang") -> Listed:
    with store.write("test", "try") as writing:
        return record_try(writing, key, result, by)


def claim(store: Store, key: str, by: str = "person:wang") -> None:
    with store.write("test", "claim") as writing:
        claim_call_back(writing, key, by)


def stands(store: Store, key: str) -> tuple[str, str | None]:
    with store.read() as connection:
        standing = find_call_back(connection, key, store.clock.now()).standing
    return standing.status, standing.news


def test_it_falls_due_when_power_is_back_and_is_closed_when_that_was_told(store: Store, clock: SetClock) -> None:
    outage = set_window(store)
    key = ask(store, outage=outage)
    assert stands(store, key) == ("waiting", None)
    clock.pass_time(hours=1)
    restore(store, outage)
    assert stands(store, key) == ("due", "restored")
    with store.read() as connection:
        assert due_call_backs(connection, clock.now()) == 1
    tried(store, key, "done")
    assert stands(store, key) == ("closed", None)
    with pytest.raises(TellingError):
        tried(store, key, "done")


def test_what_was_noted_by_mistake_is_taken_back(store: Store) -> None:
    outage = set_window(store)
    key = ask(store, outage=outage)
    restore(store, outage)
    with pytest.raises(TellingError):
        tried(store, key, "taken_back")
    for mistake in ("done", "cancelled"):
        assert tried(store, key, mistake).standing.status == "closed"
        assert tried(store, key, "taken_back").standing.status == "due"


def test_a_restoration_that_is_taken_back_is_told_to_those_who_were_called(store: Store, clock: SetClock) -> None:
    outage = set_window(store, hours=500)
    key = ask(store, outage=outage)
    restore(store, outage)
    tried(store, key, "done")
    with store.write("test", "reopen") as writing:
        reopen_outage(writing, outage, "误操作", "person:duty")
    for _ in range(2):
        assert stands(store, key) == ("due", "etr")
        with store.read() as connection:
            assert due_call_backs(connection, clock.now()) == 1
        clock.pass_time(days=10)
        with store.write("test", "forget") as writing:
            forget_closed_call_backs(writing)


def test_a_part_that_is_back_is_told_to_those_on_it(store: Store, clock: SetClock) -> None:
    outage = set_window(store)
    first, second = ask(store, outage=outage, customer="2114000001"), ask(store, outage=outage, customer="2114000002")
    clock.pass_time(minutes=5)
    restore(store, outage, ("transformer_area", "T1"))
    assert (stands(store, first), stands(store, second)) == (("due", "restored"), ("waiting", None))


def test_another_promise_and_a_withdrawal_are_told(store: Store, clock: SetClock) -> None:
    outage = set_window(store)
    key = ask(store, outage=outage)
    with store.write("test", "revise") as writing:
        revise_outage(writing, outage, NOON + 5 * HOUR, "改期", "person:duty")
    assert stands(store, key) == ("due", "etr")
    tried(store, key, "done")
    assert stands(store, key) == ("waiting", None)
    with store.write("test", "withdraw") as writing:
        withdraw_outage(writing, outage, "误报", "person:duty")
    assert stands(store, key) == ("due", "withdrawn")


def test_a_window_that_ends_by_the_clock_has_its_callers_asked(store: Store, clock: SetClock) -> None:
    key = ask(store, outage=set_window(store, hours=1))
    clock.pass_time(hours=1)
    assert stands(store, key) == ("due", "ended")


def test_who_does_not_answer_is_called_again_after_half_an_hour(store: Store, clock: SetClock) -> None:
    outage = set_window(store)
    key = ask(store, outage=outage)
    restore(store, outage)
    listed = tried(store, key, "no_answer")
    assert (listed.standing.status, listed.standing.again_at) == ("later", clock.now() + timedelta(minutes=30))
    clock.pass_time(minutes=30)
    assert stands(store, key) == ("due", "restored")
    assert tried(store, key, "no_answer").asked.missed == 2
    assert tried(store, key, "cancelled").standing.status == "closed"


def test_a_place_without_a_window_is_taken_over_by_the_next_on_it(store: Store, clock: SetClock) -> None:
    key = ask(store, place=("area", "tsx"))
    set_window(store, ("feeder", "F2"))
    assert stands(store, key) == ("waiting", None)
    clock.pass_time(minutes=1)
    outage = set_window(store)
    with store.read() as connection:
        window = find_call_back(connection, key, clock.now()).awaited.window
    assert window is not None
    assert window.id == outage
    with store.write("test", "withdraw") as writing:
        withdraw_outage(writing, outage, "范围有误", "person:duty")
    assert stands(store, key) == ("due", "withdrawn")
    clock.pass_time(minutes=1)
    set_window(store, ("transformer_area", "T1"))
    assert stands(store, key) == ("waiting", None), "the right window has come"


def test_a_planned_window_of_next_week_is_not_why_somebody_waits_today(store: Store, clock: SetClock) -> None:
    with store.write("test", "planned") as writing:
        start = clock.now() + timedelta(days=8)
        new = NewOutage("planned", start, start + HOUR, "检修", (("feeder", "F1"),))
        add_outage(writing, new, "person:duty")
    clock.pass_time(minutes=1)
    key = ask(store, customer="2114000001")
    clock.pass_time(minutes=1)
    fault = set_window(store)
    with store.read() as connection:
        window = find_call_back(connection, key, clock.now()).awaited.window
    assert window is not None
    assert window.id == fault


def test_who_waits_at_a_place_where_nothing_was_set_waits_no_longer_than_two_days(
    store: Store, clock: SetClock
) -> None:
    key = ask(store, place=("area", "tsx"))
    clock.pass_time(days=2)
    set_window(store)
    assert stands(store, key) == ("closed", None)
    assert ask(store, place=("area", "tsx")) != key, "the first one waits for nothing any more"
    clock.pass_time(days=8)
    with store.write("test", "forget") as writing:
        forget_closed_call_backs(writing)
    with pytest.raises(NotFoundError):
        stands(store, key)


def test_two_people_never_call_the_same_caller(store: Store, clock: SetClock) -> None:
    key = ask(store, outage=set_window(store))
    with store.write("test", "claim") as writing:
        assert claim_call_back(writing, key, "person:wang").phone == "13812345678"
    for act in (
        lambda writing: claim_call_back(writing, key, "person:li"),
        lambda writing: record_try(writing, key, "done", "person:li"),
    ):
        with pytest.raises(TakenError, match="wang"), store.write("test", "claim") as writing:
            act(writing)
    clock.pass_time(seconds=CLAIM_LASTS.total_seconds())
    with store.write("test", "claim") as writing:
        claim_call_back(writing, key, "person:li")
        release_call_back(writing, key, "person:wang")
    with pytest.raises(TakenError), store.write("test", "claim") as writing:
        claim_call_back(writing, key, "person:wang")
    with store.write("test", "claim") as writing:
        release_call_back(writing, key, "person:li")
        claim_call_back(writing, key, "person:wang")


def test_seeing_a_number_is_in_the_trail_and_the_number_is_not(store: Store) -> None:
    key = ask(store, outage=set_window(store))
    with store.write("test", "claim") as writing:
        claim_call_back(writing, key, "person:wang")
        claim_call_back(writing, key, "person:wang")
    with store.read() as connection:
        entries = [tuple(row) for row in connection.execute(select(AUDIT.c.actor, AUDIT.c.act, AUDIT.c.about))]
    assert entries.count(("person:wang", "see_call_back_number", key)) == 1
    assert "13812345678" not in str(entries)


def test_a_caller_is_on_the_list_once_for_one_outage(store: Store) -> None:
    outage = set_window(store)
    assert ask(store, outage=outage) == ask(store, outage=outage)
    assert ask(store, outage=outage, customer="2114000001") != ask(store, outage=outage)
    assert count(store, CALL_BACK) == 2


def test_what_makes_no_call_back_is_refused(store: Store) -> None:
    outage = set_window(store)
    with pytest.raises(BadValueError) as refused, store.write("test", "ask") as writing:
        add_call_back(writing, NewCallBack("1381234", outage=outage), "person:wang")
    assert "1381234" not in str(refused.value)
    with pytest.raises(BadValueError):
        ask(store)
    with pytest.raises(NotFoundError):
        ask(store, outage="20200101-0001")
    assert count(store, CALL_BACK) == 0


def test_an_entry_from_a_pc_comes_in_once_however_often_it_is_sent(store: Store, clock: SetClock) -> None:
    outage = set_window(store)
    body = {"phone": PHONE, "name": "王先生", "outage": outage, "promised": to_iso(NOON + 3 * HOUR)}
    sent = entry("call_back", body, clock)
    clock.pass_time(minutes=7)
    assert [enter(store, sent).record for _ in range(3)] == [sent.key] * 3
    with store.read() as connection:
        (listed,) = call_backs(connection, clock.now())
    assert (listed.asked.by, listed.asked.at) == (SENDER.actor, NOON)
    assert enter(store, entry("call_back", {**body, "phone": "12"}, clock)).status == "refused"


def test_numbers_are_forgotten_some_days_after_the_last_word(store: Store, clock: SetClock) -> None:
    outage = set_window(store, hours=200)
    closed, waits = ask(store, outage=outage), ask(store, outage=outage, customer="2114000001")
    tried(store, closed, "cancelled")
    clock.pass_time(days=KEPT_AFTER_END.days, seconds=1)
    with store.write("test", "forget") as writing:
        forget_closed_call_backs(writing)
    with store.read() as connection:
        assert [one.asked.id for one in call_backs(connection, clock.now())] == [waits]
        kept = connection.execute(select(CALL_BACK).where(CALL_BACK.c.id == closed)).one()
    assert (kept.phone, kept.name, kept.customer, kept.by) == ("", "", None, "person:wang")


def test_nothing_personal_is_kept_beyond_the_retention(store: Store, clock: SetClock) -> None:
    key = ask(store, outage=set_window(store), customer="2114000001", note="家有病人")
    with store.write("test", "try") as writing:
        record_try(writing, key, "no_answer", "person:wang", note="王先生的母亲")
    clock.pass_time(days=400)
    counts = forget_customers(store, clock.now() - timedelta(days=90))
    assert (counts["call-backs"], counts["calls back"]) == (1, 1)
    with store.read() as connection:
        left = str(connection.execute(select(CALL_BACK)).all()) + str(connection.execute(select(CALL_BACK_TRY)).all())
    assert not any(told in left for told in ("13812345678", "王先生", "家有病人", "2114000001", "母亲"))


def test_a_promise_beyond_the_calendar_is_not_kept(store: Store) -> None:
    key = ask(store, outage=set_window(store))
    with pytest.raises(BadValueError), store.write("person:wang", "call back") as writing:
        record_try(writing, key, "done", "person:wang", etr=datetime.fromisoformat("2150-01-01T00:00:00+08:00"))
    assert stands(store, key)[0] == "waiting"


def test_nobody_has_more_numbers_in_hand_than_the_centre_lets_them(store: Store, clock: SetClock) -> None:
    with store.write("test", "rules") as writing:
        set_telling_rules(writing, sensitive=False, minutes=15, claims=2, by="person:boss")
    first, second, third = (ask(store, place=("feeder", one)) for one in ("F1", "F2", "F3"))
    for key in (first, second, first):
        claim(store, key)
    with pytest.raises(TellingError, match="2 call-backs are in your hand"):
        claim(store, third)
    claim(store, third, "person:li")
    with store.write("test", "release") as writing:
        release_call_back(writing, third, "person:li")
        release_call_back(writing, first, "person:wang")
    claim(store, third)
    clock.at += CLAIM_LASTS
    claim(store, first)


@pytest.mark.parametrize("claims", [0, 51])
def test_a_number_of_claims_out_of_its_bounds_is_refused(store: Store, claims: int) -> None:
    with pytest.raises(BadValueError), store.write("test", "rules") as writing:
        set_telling_rules(writing, sensitive=False, minutes=15, claims=claims, by="person:boss")
