from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from data.clock import to_iso
from data.entries.calls import forget_old_look_ups
from data.entries.entries import (
    REMEMBERED_FOR,
    TAKEN_FOR,
    Entry,
    EntryError,
    KeyRefusedError,
    Outcome,
    read_entry,
)
from data.entries.ledger import Sender, find_entry, forget_old_entries, receive, refuse
from data.errors import BadValueError
from data.fields import Doc
from data.store import change_log
from data.store.rows import get_docs
from data.store.schema import AUDIT, ENTRY, LOOK_UP, TICKET, WRAP_UP
from data.store.store import Store
from sync.routes.entry_forms import act_of
from tests.entered import HOUR, PHONES, SENDER, WINDOW, count, desk, enter, entry, seen, window
from tests.stores import NOON, SetClock


def test_an_entry_that_comes_again_changes_nothing_and_is_told_the_same(store: Store, clock: SetClock) -> None:
    ticket = entry("ticket", {"kind": "trouble_report", "text": "无电", "place_kind": "area", "place_id": "tsx"}, clock)
    first = enter(store, ticket)
    clock.pass_time(days=29)
    assert [enter(store, ticket) for _ in range(3)] == [first] * 3
    assert first == Outcome("applied", ticket.key)
    with store.read() as connection:
        rows = connection.execute(select(TICKET)).mappings().all()
    assert [(row["id"], row["at"], row["place_id"], row["created_by"]) for row in rows] == [
        (ticket.key, to_iso(NOON), "A1", "wang")
    ]


def test_an_entry_with_a_text_that_some_database_cannot_keep_is_refused_for_good_by_each(
    store: Store, clock: SetClock
) -> None:
    key = enter(store, entry("outage_add", WINDOW, clock)).record
    text = "无电\0了"
    base: Doc = {"etr": "\ud83d", "restored_at": None, "withdrawn_at": None, "restored": []}
    bodies: dict[str, dict[str, Any]] = {
        "ticket": {"kind": "enquiry", "text": text},
        "wrap_up": {"result": "solved", "note": text},
        "notice_read": {"notice": text},
        "outage_withdraw": {"id": key, "reason": "误报", "base": base},
    }
    found = [enter(store, entry(kind, body, clock)) for kind, body in bodies.items()]
    assert {(one.status, one.detail.split(" 文字")[0]) for one in found} == {
        ("refused", "a text holds a character that cannot be stored")
    }
    assert count(store, TICKET) == count(store, WRAP_UP) == 0
    assert count(store, ENTRY) == 1 + len(found)


def test_an_entry_that_many_send_at_once_is_applied_once(store: Store, clock: SetClock) -> None:
    tickets = [entry("ticket", {"kind": "enquiry", "text": str(number)}, clock) for number in range(5)]
    with ThreadPoolExecutor(6) as senders:
        answers = list(senders.map(lambda one: enter(store, one), tickets * 6))
    assert answers == [Outcome("applied", one.key) for one in tickets] * 6
    assert count(store, TICKET) == len(tickets)


def test_what_was_refused_stays_refused_though_it_would_do_by_now(store: Store, clock: SetClock) -> None:
    ticket = entry("ticket", {"kind": "enquiry", "text": "?", "place_kind": "area", "place_id": "NEW"}, clock)
    assert enter(store, ticket).status == "refused"
    with store.write("test", "late") as writing:
        writing.put("area", {"id": "NEW", "name": "新村"})
    assert enter(store, ticket).detail.startswith("no area has the id")
    assert count(store, TICKET) == 0
    assert count(store, ENTRY) == 1


def test_a_refused_entry_leaves_nothing_behind_but_its_key(store: Store, clock: SetClock) -> None:
    before = count(store, AUDIT)

    def half_done(writing: Any) -> Outcome:
        writing.put("area", {"id": "HALF", "name": "半"})
        raise BadValueError("x", "y", "the rest does not fit")

    assert receive(store, SENDER, entry("ticket", {}, clock), half_done).status == "refused"
    with store.read() as connection:
        assert get_docs(connection, "area", ["HALF"]) == {}
    assert count(store, AUDIT) - before <= 1  # the commit that remembers the key may itself be in the chain


def test_a_key_stands_for_one_entry_of_one_pc(store: Store, clock: SetClock) -> None:
    first = entry("ticket", {"kind": "enquiry", "text": "一"}, clock)
    enter(store, first)
    other = entry("ticket", {"kind": "enquiry", "text": "二"}, clock, first.key)
    with pytest.raises(KeyRefusedError, match="another entry came under the key"):
        enter(store, other)
    elsewhere = Sender("D2", "person:wang")
    with pytest.raises(KeyRefusedError, match="another entry came under the key"):
        receive(store, elsewhere, first, act_of(first, desk()))
    assert count(store, TICKET) == 1


def test_no_entry_outlives_the_memory_of_its_key(store: Store, clock: SetClock) -> None:
    ahead = Entry(uuid4().hex, "ticket", clock.now() + timedelta(hours=20), {"kind": "enquiry", "text": "?"})
    enter(store, ahead)
    for _ in range(3):
        clock.pass_time(seconds=REMEMBERED_FOR.total_seconds() / 2)
        with store.write("hub", "clean") as writing:
            forget_old_entries(writing)
        with store.read() as connection:
            known = find_entry(connection, ahead.key) is not None
        if known:
            assert enter(store, ahead).status == "applied"
        else:
            with pytest.raises(KeyRefusedError, match="more than 30 days ago"):
                enter(store, ahead)
    assert not known
    assert count(store, TICKET) == 1


@pytest.mark.parametrize(("ago", "said"), [(TAKEN_FOR + HOUR, "more than 30 days ago"), (-26 * HOUR, "in the future")])
def test_an_entry_of_another_time_is_refused(store: Store, clock: SetClock, ago: timedelta, said: str) -> None:
    with pytest.raises(KeyRefusedError, match=said):
        refuse(store, SENDER, Entry(uuid4().hex, "ticket", clock.now() - ago, {}), "for another reason")


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"key": "k", "kind": "ticket", "made_at": to_iso(NOON), "body": {}},
        {"key": "G" * 32, "kind": "ticket", "made_at": to_iso(NOON), "body": {}},
        {"key": "a" * 32, "kind": "poem", "made_at": to_iso(NOON), "body": {}},
        {"key": "a" * 32, "kind": "ticket", "made_at": "soon", "body": {}},
        {"key": "a" * 32, "kind": "ticket", "made_at": to_iso(NOON), "body": []},
        {"key": "a" * 32, "kind": ["ticket"], "made_at": None, "body": None},
    ],
)
def test_what_is_no_entry_is_told_so(told: dict[str, Any]) -> None:
    with pytest.raises(BadValueError):
        read_entry(told)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("ticket", {"kind": "poem", "text": "x"}),
        ("ticket", {"kind": "enquiry", "text": ""}),
        ("ticket", {"kind": "enquiry", "text": "x", "place_kind": "area"}),
        ("wrap_up", {"result": ""}),
        ("wrap_up", {"result": "Not A Code"}),
        ("look_up", {"look_ups": []}),
        ("look_up", {"look_ups": [{"kind": "area", "id": "A1", "at": to_iso(NOON)}] * 101}),
        ("area_edit", {"id": "A1", "base": {}, "changes": {}}),
        ("area_edit", {"id": "A1", "base": {}, "changes": {"colour": "red"}}),
        ("area_edit", {"id": "A1", "base": {"code": "tsx"}, "changes": {"code": "塔山"}}),
        ("area_edit", {"id": "A1", "base": {"parent_id": "211402"}, "changes": {"parent_id": "NOWHERE"}}),
        ("outage_add", {**WINDOW, "etr": WINDOW["start"]}),
        ("outage_add", {**WINDOW, "scope": [{"kind": "feeder", "id": "616"}]}),
        ("outage_add", {**WINDOW, "start": "2026-11-22T12:00:00"}),
        ("outage_revise", {"id": "20990101-0001", "etr": to_iso(NOON), "reason": "x", "base": {}}),
        ("outage_withdraw", {"id": "x", "reason": "x"}),
    ],
)
def test_what_makes_no_record_is_refused_with_a_reason(
    store: Store, clock: SetClock, kind: str, body: dict[str, Any]
) -> None:
    one = entry(kind, body, clock)
    try:
        act = act_of(one, desk())
    except EntryError as error:
        outcome = refuse(store, SENDER, one, str(error))
    else:
        outcome = receive(store, SENDER, one, act)
    assert outcome.status == "refused"
    assert outcome.detail
    assert "\n" not in outcome.detail


def test_a_wrap_up_keeps_the_hash_of_a_number_and_never_the_number(store: Store, clock: SetClock) -> None:
    enter(
        store,
        entry("wrap_up", {"call_id": "c1", "number": "138 1234 5678", "result": "solved", "note": "已告知"}, clock),
    )
    with store.read() as connection:
        row = connection.execute(select(WRAP_UP)).mappings().one()
    assert row["number_hash"] == PHONES.hash_of("13812345678")
    assert not any("1234" in str(value) for name, value in row.items() if name not in {"id", "number_hash"})


def test_look_ups_tell_what_and_when_and_nothing_that_leads_to_a_person(store: Store, clock: SetClock) -> None:
    looked_up = [
        {"kind": "transformer_area", "id": "T1", "at": to_iso(NOON - HOUR)},
        {"kind": "area", "id": "GONE", "at": to_iso(NOON)},
    ]
    one = entry("look_up", {"look_ups": looked_up}, clock)
    enter(store, one)
    with store.read() as connection:
        (row,) = connection.execute(select(LOOK_UP)).mappings().all()
    assert (row["record_kind"], row["record"], row["at"]) == ("transformer_area", "T1", to_iso(NOON - HOUR))
    assert row["id"] != one.key
    assert set(row) == {"id", "at", "record_kind", "record"}
    for days, left in ((89, 1), (2, 0)):
        clock.pass_time(days=days)
        with store.write("hub", "clean") as writing:
            forget_old_look_ups(writing)
        assert count(store, LOOK_UP) == left


def test_a_window_is_revised_under_the_key_of_the_entry_that_set_it(store: Store, clock: SetClock) -> None:
    added = entry("outage_add", WINDOW, clock)
    made = enter(store, added)
    later = {
        "id": added.key,
        "etr": to_iso(NOON + 3 * HOUR),
        "reason": "抢修中",
        "base": seen(window(store, made.record)),
    }
    with store.read() as connection:
        head = change_log.head(connection)
    assert enter(store, entry("outage_revise", later, clock)) == Outcome("applied", made.record, revision=head + 1)
    assert window(store, made.record).etr == NOON + 3 * HOUR
    assert [one.by for one in window(store, made.record).revisions] == ["person:wang"] * 2
