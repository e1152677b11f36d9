"""Suspicions in a store: what signals are read, what is raised, and what ends it."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import insert, select

from assistant.card.outage_board import OutageBoard
from data.clock import to_iso
from data.errors import BadValueError, NotFoundError, OutageError
from data.fields import Doc
from data.outages.acts import restore_outage
from data.outages.describing import network, shown_outages
from data.outages.entry import NewOutage, add_outage
from data.outages.signals import signals_since
from data.outages.suspected import Suspected
from data.outages.suspecting import (
    KEPT,
    all_suspicions,
    forget_old_suspicions,
    learn,
    look_for_suspicions,
    standing_suspicions,
)
from data.outages.suspicion import Rules, Signal
from data.outages.suspicion_acts import confirm_suspicion, describe_suspicion, dismiss_suspicion, set_rules
from data.outages.suspicion_rules import THRESHOLDS, rules_from_json, rules_to_json
from data.store.phone_hashes import PhoneHashes
from data.store.schema import AUDIT, CALL_EVENT, LOOK_UP, TICKET, WRAP_UP
from data.store.store import Store
from tests.stores import NOON, SetClock, fill, in_file, opened_store

PHONES = PhoneHashes(b"k" * 32)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
VILLAGE: list[tuple[str, Doc]] = [
    ("customer", {"id": f"21140010{n:02}", "name": f"客户{n}", "transformer_area": "T1"}) for n in range(40)
]
TOWN: list[tuple[str, Doc]] = [
    ("transformer_area", {"id": f"T{n}", "number": f"T{n}", "name": f"高桥{n}号", "feeder": "F2"}) for n in (4, 5)
]
TOWN += [
    ("customer", {"id": f"21140020{n:02}", "name": f"户{n}", "transformer_area": f"T{3 + n % 3}"}) for n in range(60)
]


@pytest.fixture
def busy(tmp_path: Path, clock: SetClock) -> Iterator[Store]:
    """A store with a village on T1 and a town on F2, and hashes of phones."""
    with opened_store(in_file(tmp_path), clock) as opened:
        fill(opened)
        yield made_busy(opened)


@pytest.fixture
def busy_anywhere(store: Store) -> Store:
    """The same on each sort of database."""
    return made_busy(store)


def made_busy(store: Store) -> Store:
    store.phones = PHONES
    fill(store, [*VILLAGE, *TOWN])
    fill(store, [("customer", {"id": "2114001000", "name": "客户0", "phone": "13811112222"})])
    return store


def look_up(store: Store, kind: str, key: str, at: datetime) -> None:
    with store.write("test", "look up") as writing:
        row = {"id": uuid4().hex, "at": to_iso(at), "record_kind": kind, "record": key}
        writing.connection.execute(insert(LOOK_UP).values(row))


def report(store: Store, kind: str, key: str, at: datetime, of: str = "trouble_report") -> None:
    row = {"id": uuid4().hex, "at": to_iso(at), "kind": of, "state": "open", "text": "没电", "created_by": "wang"}
    with store.write("test", "report") as writing:
        writing.connection.execute(insert(TICKET).values({**row, "place_kind": kind, "place_id": key}))


def reports(store: Store, customers: list[str], from_minute: float = -10) -> None:
    for number, customer in enumerate(customers):
        report(store, "customer", customer, store.clock.now() + timedelta(minutes=from_minute + number))


def look(store: Store) -> int:
    with store.read() as connection:
        knowledge = learn(connection, store.clock.now())
    return look_for_suspicions(store, knowledge, PHONES)


def standing(store: Store) -> list[Suspected]:
    with store.read() as connection:
        return standing_suspicions(connection, store.clock.now())


def signals(store: Store) -> list[Signal]:
    with store.read() as connection:
        return signals_since(connection, learn(connection, NOON).network, PHONES, NOON - HOUR)


def state(store: Store, kind: str, key: str) -> str:
    now = store.clock.now()
    with store.read() as connection:
        windows = shown_outages(connection, now - 6 * HOUR)
        board = OutageBoard(windows, network(connection), all_suspicions(connection))
        return board.verdict(board.place(kind, key), now).state


VILLAGERS = [f"21140010{n:02}" for n in range(4)]
TOWNSPEOPLE = [f"21140020{n:02}" for n in range(6)]


def test_a_customer_is_a_signal_of_the_transformer_area_and_counts_once(busy: Store) -> None:
    look_up(busy, "customer", "2114001001", NOON - 3 * MINUTE)
    report(busy, "customer", "2114001001", NOON - 2 * MINUTE)
    heard = signals(busy)
    assert {(one.transformer_area, one.feeder, one.caller) for one in heard} == {("T1", "F1", "2114001001")}
    assert sorted(one.kind for one in heard) == ["look_up", "trouble_report"]


def test_a_report_and_the_look_up_of_its_place_before_it_are_one_caller(busy: Store) -> None:
    look_up(busy, "transformer_area", "T1", NOON - 3 * MINUTE)
    look_up(busy, "transformer_area", "T1", NOON - 2 * MINUTE)
    report(busy, "transformer_area", "T1", NOON - MINUTE)
    callers = [one.caller for one in sorted(signals(busy), key=lambda one: one.at)]
    assert callers[0] == ""
    assert callers[1] == callers[2] != ""


def test_an_area_tells_its_transformer_area_or_its_feeder_and_a_wide_one_nothing(busy: Store) -> None:
    for key in ("A1", "A2", "211402"):
        look_up(busy, "area", key, NOON)
    assert {(one.transformer_area, one.feeder) for one in signals(busy)} == {("", "F1"), ("T3", "F2")}


def test_enquiries_and_tickets_without_a_place_are_no_signals(busy: Store) -> None:
    report(busy, "transformer_area", "T1", NOON, of="enquiry")
    with busy.write("test", "report") as writing:
        row = {
            "id": "t1",
            "at": to_iso(NOON),
            "kind": "trouble_report",
            "state": "open",
            "text": "?",
            "created_by": "w",
        }
        writing.connection.execute(insert(TICKET).values(row))
    assert signals(busy) == []


def test_calls_are_placed_by_the_hash_of_the_callers_number(busy_anywhere: Store) -> None:
    busy = busy_anywhere
    with busy.write("test", "calls") as writing:
        event = {"call_id": "c1", "queue": "q", "agent": "NONE", "event": "ENTERQUEUE", "at": to_iso(NOON)}
        for digest, number in (("d1", "138-1111-2222"), ("d2", "13900000000"), ("d3", "")):
            values = {**event, "digest": digest, "args": json.dumps(["", number, "1"])}
            writing.connection.execute(insert(CALL_EVENT).values(values))
        ended = {"id": "w1", "at": to_iso(NOON), "result": "solved", "note": "", "created_by": "wang"}
        writing.connection.execute(insert(WRAP_UP).values({**ended, "number_hash": PHONES.hash_of("13811112222")}))
    assert {(one.kind, one.transformer_area, one.caller) for one in signals(busy)} == {("call", "T1", "2114001000")}


def test_reports_that_gather_raise_a_suspicion_once_and_it_is_on_the_card(busy: Store) -> None:
    assert look(busy) == 0
    reports(busy, VILLAGERS)
    assert look(busy) == 1
    assert look(busy) == 0
    (one,) = standing(busy)
    assert (one.id, one.place.id, one.feeder, one.signals) == ("S20261122-001", "T1", "F1", 4)
    assert one.until == NOON - 7 * MINUTE + Rules().stays
    assert state(busy, "transformer_area", "T1") == "suspected"
    assert state(busy, "customer", "2114001009") == "suspected"
    assert state(busy, "feeder", "F1") == "suspected"
    assert state(busy, "transformer_area", "T2") == "normal"


def test_a_record_says_nothing_of_a_caller(busy: Store) -> None:
    reports(busy, VILLAGERS)
    look(busy)
    with busy.read() as connection:
        told = json.dumps(describe_suspicion(connection, all_suspicions(connection)[0], NOON), ensure_ascii=False)
    assert "21140010" not in told
    assert "wang" not in told
    assert '"trouble_report": 4' in told


def test_a_suspicion_moves_on_with_its_signals_and_lapses_without(busy: Store, clock: SetClock) -> None:
    reports(busy, VILLAGERS)
    look(busy)
    clock.pass_time(minutes=20)
    reports(busy, ["2114001010"], from_minute=-1)
    assert look(busy) == 1
    (one,) = standing(busy)
    assert one.until == clock.now() - MINUTE + Rules().stays
    clock.pass_time(minutes=30)
    assert standing(busy) == []
    assert state(busy, "transformer_area", "T1") == "normal"


def test_several_transformer_areas_are_the_feeder_alone(busy: Store) -> None:
    reports(busy, ["2114002009", "2114002012", "2114002015"])
    look(busy)
    assert [one.place.id for one in standing(busy)] == ["T3"]
    reports(busy, TOWNSPEOPLE, from_minute=-6)
    assert look(busy) == 2
    (one,) = standing(busy)
    assert (one.place.kind, one.place.id, one.transformer_areas) == ("feeder", "F2", ("T3", "T4", "T5"))


def test_a_window_explains_its_signals_until_it_ends_and_later_ones_tell_anew(busy: Store, clock: SetClock) -> None:
    reports(busy, VILLAGERS)
    look(busy)
    with busy.write("test", "outage") as writing:
        new = NewOutage("fault", NOON - HOUR, NOON + HOUR, "倒杆", (("feeder", "F1"),))
        window = add_outage(writing, new, "person:duty")
    assert (standing(busy), state(busy, "transformer_area", "T1")) == ([], "outage")
    reports(busy, ["2114001011"])
    assert look(busy) == 0
    clock.pass_time(minutes=1)
    with busy.write("test", "restore") as writing:
        restore_outage(writing, window.id, None, (), "person:duty")
    assert (standing(busy), state(busy, "transformer_area", "T1")) == ([], "normal")
    clock.pass_time(minutes=15)
    reports(busy, ["2114001012", "2114001013", "2114001014"])
    look(busy)
    assert [one.signals for one in standing(busy)] == [3]


def test_a_window_on_one_transformer_area_leaves_the_others_signals(busy: Store) -> None:
    with busy.write("test", "outage") as writing:
        add_outage(writing, NewOutage("fault", NOON - HOUR, NOON + HOUR, "倒杆", (("area", "A2"),)), "person:duty")
    reports(busy, [f"21140020{n:02}" for n in range(12)], from_minute=-15)
    look(busy)
    assert sorted(one.place.id for one in standing(busy)) == ["T4", "T5"]


def test_maintenance_explains_nothing_and_is_shown_first(busy: Store) -> None:
    with busy.write("test", "work") as writing:
        add_outage(writing, NewOutage("maintenance", NOON - HOUR, NOON + HOUR, "检修", (("feeder", "F1"),)), "p:duty")
    reports(busy, VILLAGERS)
    look(busy)
    assert [one.place.id for one in standing(busy)] == ["T1"]
    assert state(busy, "transformer_area", "T1") == "maintenance"


def test_what_was_dismissed_is_quiet_unless_it_is_twice_as_strong(busy: Store, clock: SetClock) -> None:
    reports(busy, VILLAGERS[:3])
    look(busy)
    (one,) = standing(busy)
    with busy.write("test", "dismiss") as writing:
        dismiss_suspicion(writing, one.id, "客户内部故障", "person:duty")
    assert (standing(busy), look(busy), state(busy, "transformer_area", "T1")) == ([], 0, "normal")
    reports(busy, VILLAGERS[3:])
    assert look(busy) == 0
    reports(busy, [f"21140010{n}" for n in range(20, 26)])
    assert look(busy) == 1
    (again,) = standing(busy)
    assert again.id != one.id
    assert again.strength >= 2 * one.strength


def test_after_its_quiet_time_a_place_is_suspected_again(busy: Store, clock: SetClock) -> None:
    reports(busy, VILLAGERS)
    look(busy)
    with busy.write("test", "dismiss") as writing:
        settled = dismiss_suspicion(writing, standing(busy)[0].id, "客户内部故障", "person:duty")
    assert settled.quiet_until == NOON + Rules().quiet
    clock.pass_time(hours=5)
    reports(busy, VILLAGERS)
    assert look(busy) == 1


def test_one_act_makes_a_suspicion_a_window(busy_anywhere: Store) -> None:
    busy = busy_anywhere
    reports(busy, VILLAGERS)
    look(busy)
    (one,) = standing(busy)
    with busy.write("test", "confirm") as writing:
        window = confirm_suspicion(writing, one.id, NOON + 2 * HOUR, "", "person:duty")
    assert (window.kind, window.start, window.reason) == ("fault", one.began, "原因待查")
    assert [(item.kind, item.id) for item in window.scope] == [("transformer_area", "T1")]
    assert (standing(busy), state(busy, "customer", "2114001009")) == ([], "outage")
    with busy.read() as connection:
        (settled,) = all_suspicions(connection)
        acts = list(connection.execute(select(AUDIT.c.act, AUDIT.c.actor)).all())
    assert (settled.outage, settled.state(NOON)) == (window.id, "confirmed")
    assert ("raise_suspicion", "hub") in acts
    assert ("confirm_suspicion", "person:duty") in acts


def settle(store: Store, how: str, key: str) -> None:
    with store.write("test", how) as writing:
        if how == "dismiss":
            dismiss_suspicion(writing, key, "误报", "person:other")
        else:
            confirm_suspicion(writing, key, store.clock.now() + HOUR, "", "person:other")


@pytest.mark.parametrize("how", ["dismiss", "confirm"])
def test_what_is_settled_lapsed_or_not_there_cannot_be_settled(busy: Store, clock: SetClock, how: str) -> None:
    with pytest.raises(NotFoundError, match="suspicions list"):
        settle(busy, how, "S1")
    reports(busy, VILLAGERS)
    look(busy)
    (one,) = standing(busy)
    settle(busy, how, one.id)
    with pytest.raises(OutageError, match="by person:other"):
        settle(busy, "dismiss", one.id)
    clock.pass_time(hours=8)
    reports(busy, VILLAGERS)
    look(busy)
    (later,) = standing(busy)
    clock.pass_time(hours=8)
    with pytest.raises(OutageError, match="lapsed"):
        settle(busy, how, later.id)


def test_a_dismissal_wants_a_reason_and_a_window_a_promise_to_come(busy: Store) -> None:
    reports(busy, VILLAGERS)
    look(busy)
    (one,) = standing(busy)
    refused: list[Callable[..., object]] = [
        lambda writing: dismiss_suspicion(writing, one.id, " ", "person:duty"),
        lambda writing: confirm_suspicion(writing, one.id, NOON, "", "person:duty"),
    ]
    for act in refused:
        with pytest.raises(OutageError), busy.write("test", "refused") as writing:
            act(writing)
    assert len(standing(busy)) == 1


def test_the_centres_thresholds_hold_from_the_next_look(busy: Store) -> None:
    reports(busy, VILLAGERS)
    with busy.write("test", "set") as writing:
        set_rules(writing, {"threshold": 100, "feeder_threshold": 100}, "person:wang")
    assert look(busy) == 0
    with busy.write("test", "set") as writing:
        set_rules(writing, {"threshold": 20}, "person:wang")
    assert look(busy) == 1


def test_old_suspicions_are_forgotten(busy: Store, clock: SetClock) -> None:
    reports(busy, VILLAGERS)
    look(busy)
    clock.pass_time(days=KEPT.days + 1)
    with busy.write("test", "clean") as writing:
        forget_old_suspicions(writing)
    with busy.read() as connection:
        assert all_suspicions(connection) == []


def test_a_new_centre_has_what_its_size_lets_expect_and_an_old_one_its_own(busy_anywhere: Store) -> None:
    busy = busy_anywhere

    def usual(kind: str) -> float:
        with busy.read() as connection:
            return learn(connection, NOON).usual.units["transformer_area", "T1"].usual[kind]  # type: ignore[index]

    assert usual("look_up") == pytest.approx(41 * 0.0038)
    moments = [NOON - timedelta(days=day, hours=hour) for day in range(27) for hour in range(8)]
    with busy.write("test", "look up") as writing:
        row = {"record_kind": "transformer_area", "record": "T1"}
        rows = [{"id": uuid4().hex, "at": to_iso(moment), **row} for moment in moments]
        writing.connection.execute(insert(LOOK_UP), rows)
    assert usual("look_up") > 3.5
    assert usual("trouble_report") < 41 * 0.00035


def test_a_day_without_power_does_not_become_usual(busy: Store) -> None:
    look_up(busy, "transformer_area", "T2", NOON - timedelta(days=27))
    for second in range(30):
        look_up(busy, "transformer_area", "T1", NOON - timedelta(days=3, seconds=second))
    with busy.read() as connection:
        assert learn(connection, NOON).usual.units["transformer_area", "T1"].usual["look_up"] < 0.3


@pytest.mark.parametrize(
    "wrong", [[], {"treshold": 3}, {"threshold": 0}, {"threshold": True}, {"feeder_spread": 2.5}, {"quiet_hours": "4"}]
)
def test_thresholds_that_are_none_are_refused(wrong: object) -> None:
    with pytest.raises(BadValueError):
        rules_from_json(wrong)  # type: ignore[arg-type]  # what is wrong is the point


def test_rules_are_told_as_they_are_read() -> None:
    assert rules_from_json(None) == Rules()
    assert rules_from_json(dict(rules_to_json(Rules()))) == Rules()
    assert rules_to_json(Rules())["quiet_hours"] == 4
    assert set(rules_to_json(Rules())) == set(THRESHOLDS)
