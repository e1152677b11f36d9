"""Tickets in the store: filed, linked, worked on, listed."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from data.clock import to_iso
from data.errors import AmbiguousError, BadValueError, NotFoundError
from data.outages.entry import NewOutage, add_outage
from data.store.schema import AUDIT, PERSON, TICKET
from data.store.store import Store
from data.tickets.catalogue import add_business, change_business, read_catalogue, retire_business, share_of, uses
from data.tickets.describing import describe_ticket, describe_tickets
from data.tickets.history import history_of
from data.tickets.listing import Wanted, list_tickets, ticket_counts
from data.tickets.making import Maker, NewTicket, add_ticket
from data.tickets.places import tickets_of_outage
from data.tickets.rules import TicketRules, read_rules, set_rules
from data.tickets.states import PENDING, mark_of
from data.tickets.ticket import Ticket, get_ticket, linked_to
from data.tickets.work import TicketChange, TicketMovedError, work_ticket
from tests.stores import NOON, SetClock, fill, in_file, opened_store

WANG, LI = Maker("wang", "person:wang"), Maker("li", "person:li")
T1 = ("transformer_area", "T1")


def make(store: Store, kind: str = "trouble_report", place: tuple[str, str] | None = None, **more: Any) -> Ticket:
    entered = NewTicket(kind, more.pop("text", "无电"), place, **more)
    with store.write("test", "make") as writing:
        return add_ticket(writing, uuid4().hex, store.clock.now(), entered, WANG)


def work(store: Store, ticket: Ticket, seen: int | None = None, by: Maker = WANG, **change: Any) -> Ticket:
    with store.write("test", "work") as writing:
        version = ticket.version if seen is None else seen
        return work_ticket(writing, ticket.number, version, TicketChange(**change), by)


def read(store: Store, ticket: Ticket) -> Ticket:
    with store.read() as connection:
        return get_ticket(connection, ticket.id)


@pytest.fixture
def people(store: Store) -> None:
    with store.write("test", "people") as writing:
        for name in ("wang", "li"):
            row = {"name": name, "role": "agent", "password_hash": "none"}
            writing.connection.execute(insert(PERSON).values(row))


def test_a_ticket_is_filed_with_a_number_a_due_time_and_the_branch_of_its_place(store: Store) -> None:
    first = make(store, place=("customer", "2114000001"), business="trouble_report.01.01")
    second = make(store, "enquiry", text="几点来电")
    assert (first.number, second.number) == ("GD20261122-0001", "GD20261122-0002")
    assert (first.due_at, second.due_at) == (NOON + timedelta(hours=24), NOON + timedelta(hours=72))
    assert (first.branch, first.transformer_area, first.feeder, first.created_by) == ("B1", "T1", "F1", "wang")
    assert (second.business, second.branch, second.place_id) == ("enquiry", None, None)


REFUSED_TICKETS: list[tuple[NewTicket, type[Exception]]] = [
    (NewTicket("poem", "x"), BadValueError),
    (NewTicket("enquiry", "   "), BadValueError),
    (NewTicket("enquiry", "长" * 2001), BadValueError),
    (NewTicket("enquiry", "x", business="trouble_report.01"), BadValueError),
    (NewTicket("enquiry", "x", business="enquiry.99"), NotFoundError),
    (NewTicket("enquiry", "x", ("area", "NOWHERE")), NotFoundError),
    (NewTicket("enquiry", "x", ("feeder", "616")), AmbiguousError),
    (NewTicket("chase_up", "x", linked_to="GD20261122-0099"), NotFoundError),
]


def test_what_makes_no_ticket_is_refused_and_leaves_nothing(store: Store) -> None:
    for entered, refused in REFUSED_TICKETS:
        with pytest.raises(refused), store.write("test", "make") as writing:
            add_ticket(writing, uuid4().hex, NOON, entered, WANG)
    with store.read() as connection:
        assert connection.execute(select(TICKET)).all() == []


def test_reports_of_one_transformer_area_hang_on_the_first_while_it_is_open(store: Store, clock: SetClock) -> None:
    lead = make(store, place=("customer", "2114000001"))
    clock.pass_time(hours=1)
    again = make(store, place=T1)
    elsewhere = make(store, place=("transformer_area", "T2"))
    enquiry = make(store, "enquiry", T1)
    clock.pass_time(hours=6)
    late = make(store, place=T1)
    assert (again.lead, elsewhere.lead, enquiry.lead, late.lead) == (lead.id, None, None, None)
    with store.read() as connection:
        suggested = describe_ticket(connection, elsewhere, clock.now())["suggested"]
    assert isinstance(suggested, list)
    assert [one["number"] for one in suggested if isinstance(one, dict)] == [lead.number]
    work(store, late, state="done", text="已复电")
    after = make(store, place=T1)
    assert after.lead is None


def test_how_long_reports_belong_together_is_the_centres_to_say(store: Store, clock: SetClock) -> None:
    with store.write("test", "rules") as writing:
        set_rules(writing, TicketRules(duplicate_hours=0.5), "person:li")
    make(store, place=T1)
    clock.pass_time(minutes=31)
    assert make(store, place=T1).lead is None
    with store.read() as connection:
        assert read_rules(connection) == TicketRules(0.5, 2.0)
    with pytest.raises(BadValueError, match="0 to 72"), store.write("test", "rules") as writing:
        set_rules(writing, TicketRules(duplicate_hours=100), "person:li")


def test_a_chase_up_hangs_on_what_it_chases(store: Store) -> None:
    first = make(store, "complaint", ("customer", "2114000001"))
    found = make(store, "chase_up", ("customer", "2114000001"))
    named = make(store, "chase_up", linked_to=first.number.lower())
    of_a_chase_up = make(store, "follow_up", linked_to=found.number)
    assert {found.lead, named.lead, of_a_chase_up.lead} == {first.id}
    with store.read() as connection:
        assert [one.id for one in linked_to(connection, [first.id])] == sorted(
            [found.id, named.id, of_a_chase_up.id], key=lambda key: key
        )


def test_what_ends_the_first_report_ends_those_linked_to_it_where_that_is_wished(store: Store) -> None:
    for wished in (False, True):
        lead = make(store, place=("transformer_area", "T3" if wished else "T2"))
        again = make(store, place=("transformer_area", "T3" if wished else "T2"))
        settled = work(store, lead, state="done", text="换了熔断器", with_linked=wished)
        assert (settled.state, settled.closed_at) == ("done", NOON)
        assert read(store, again).state == ("done" if wished else "open")
        with store.read() as connection:
            last = history_of(connection, again.id)[-1]
        assert ("换了熔断器" in last.text) == wished


def test_linking_makes_no_chains_and_no_rings(store: Store) -> None:
    one, two, three = (make(store, place=("transformer_area", key)) for key in ("T1", "T2", "T3"))
    two = work(store, two, lead=one.number)
    with pytest.raises(BadValueError, match="not linked to itself"):
        work(store, one, lead=two.number)
    work(store, one, lead=three.number)
    assert {read(store, ticket).lead for ticket in (one, two)} == {three.id}
    free = work(store, read(store, two), lead="")
    assert free.lead is None


@pytest.mark.usefixtures("people")
def test_every_change_stands_in_the_history_and_in_the_audit_trail(store: Store, clock: SetClock) -> None:
    ticket = make(store, place=T1)
    clock.pass_time(minutes=5)
    ticket = work(store, ticket, state="working", person="li", text="已派人", by=LI)
    ticket = work(store, ticket, business="complaint.01.01")
    assert (ticket.kind, ticket.due_at) == ("complaint", NOON + timedelta(hours=120))
    ticket = work(store, ticket, due_at=NOON + timedelta(days=9), branch="高桥供电所", text="等配件")
    assert (ticket.version, ticket.branch) == (4, "B2")
    with store.read() as connection:
        acts = [(one.by, dict(one.changes), one.text) for one in history_of(connection, ticket.id)]
        mine = AUDIT.c.about.contains(ticket.number)
        audited = connection.execute(select(AUDIT.c.actor, AUDIT.c.act).where(mine)).all()
    assert acts[0] == ("wang", {"state": (None, "open")}, "")
    assert acts[1] == ("li", {"state": ("open", "working"), "person": (None, "li")}, "已派人")
    assert acts[2][1]["kind"] == ("trouble_report", "complaint")
    assert acts[3][1]["branch"] == ("B1", "B2")
    assert [tuple(row) for row in audited] == [
        ("person:wang", "make_ticket"),
        ("person:li", "work_ticket"),
        ("person:wang", "work_ticket"),
        ("person:wang", "work_ticket"),
    ]


REFUSED_CHANGES: list[dict[str, Any]] = [
    {"state": "done"},
    {"state": "cancelled", "text": " "},
    {"due_at": NOON + timedelta(days=1, hours=1)},
    {"due_at": NOON - timedelta(days=1), "text": "早"},
    {"person": "nobody"},
    {"branch": "B9"},
    {"business": "poem"},
    {"lead": "GD20990101-0001"},
    {"text": "长" * 2001},
]


def test_a_change_that_does_not_fit_changes_nothing(store: Store) -> None:
    ticket = make(store, place=T1)
    for change in REFUSED_CHANGES:
        with pytest.raises((BadValueError, NotFoundError)):
            work(store, ticket, **change)
    assert read(store, ticket) == ticket
    with store.read() as connection:
        assert len(history_of(connection, ticket.id)) == 1


def test_a_settled_ticket_is_taken_up_again_before_anything_else_is_changed(store: Store) -> None:
    ticket = work(store, make(store), state="done", text="已复电")
    with pytest.raises(BadValueError, match="settled"):
        work(store, ticket, business="trouble_report.02")
    remarked = work(store, ticket, text="客户致谢")
    assert remarked == ticket
    again = work(store, ticket, state="working", text="又没电了")
    assert (again.state, again.closed_at) == ("working", None)


@pytest.mark.usefixtures("people")
def test_the_second_of_two_officers_is_told_and_a_remark_contradicts_nobody(store: Store) -> None:
    seen = make(store, place=T1)
    work(store, seen, state="working", person="wang", by=WANG)
    with pytest.raises(TicketMovedError, match="changed meanwhile") as moved:
        work(store, seen, state="waiting", by=LI)
    assert (moved.value.theirs.state, moved.value.theirs.person) == ("working", "wang")
    with store.write("test", "remark") as writing:
        work_ticket(writing, seen.number, None, TicketChange(text="客户又来电"), LI)
    same = work(store, seen, state="working", person="wang", by=LI)
    assert same.version == seen.version + 1
    with store.read() as connection:
        assert [one.by for one in history_of(connection, seen.id)] == ["wang", "wang", "li"]


def test_a_window_and_the_reports_from_where_it_takes_power_out_know_of_each_other(store: Store) -> None:
    inside = make(store, place=("customer", "2114000001"))
    on_the_feeder = make(store, place=("feeder", "F1"))
    outside = make(store, place=("transformer_area", "T3"))
    settled = work(store, make(store, place=("transformer_area", "T2")), state="done", text="已复电")
    scope = (("transformer_area", "T1"),)
    with store.write("test", "window") as writing:
        window = add_outage(
            writing,
            NewOutage("fault", NOON - timedelta(hours=1), NOON + timedelta(hours=2), "倒杆", scope),
            "person:li",
        )
    with store.read() as connection:
        assert {one.id for one in tickets_of_outage(connection, window, NOON)} == {inside.id, on_the_feeder.id}
        told = describe_tickets(connection, [inside, on_the_feeder, outside, settled], NOON)
    assert [len(one["outages"]) for one in told] == [1, 1, 0, 0]  # type: ignore[arg-type]  # lists
    assert told[0]["outages"] == [
        {
            "id": window.id,
            "kind": "fault",
            "phase": "active",
            "start": to_iso(NOON - timedelta(hours=1)),
            "etr": to_iso(NOON + timedelta(hours=2)),
        }
    ]


def test_a_list_holds_what_is_asked_for_and_what_is_due_first_comes_first(store: Store, clock: SetClock) -> None:
    slow = make(store, "complaint", ("area", "A2"), text="电压低")
    fast = make(store, "chase_up", text="还要多久")
    clock.pass_time(hours=3)
    report = make(store, place=T1)
    settled = work(store, make(store, "enquiry"), state="done", text="已答复")

    def found(**wanted: str) -> list[str]:
        with store.read() as connection:
            return [one.id for one in list_tickets(connection, Wanted(**wanted), clock.now())]

    assert found() == [fast.id, report.id, slow.id]
    assert found(state="all") == [fast.id, report.id, slow.id, settled.id]
    assert found(state="done") == found(mark="finished", state="all") == [settled.id]
    assert found(kind="complaint") == found(branch="B2") == found(text="电压") == [slow.id]
    assert found(branch="B0") == [report.id, slow.id]
    assert found(mark="due_soon") == [fast.id]
    assert found(mark="new") == [report.id]
    assert found(text=report.number) == [report.id]
    assert found(person="li") == []
    clock.pass_time(hours=1)
    assert found(mark="overdue") == [fast.id]
    with store.read() as connection:
        counts = asdict(ticket_counts(connection, clock.now()))
    assert counts == {"pending": 3, "open": 3, "working": 0, "waiting": 0, "overdue": 1, "due_soon": 0, "new": 0}


@settings(max_examples=15, deadline=None)
@given(
    moves=st.lists(st.tuples(st.integers(0, 4), st.sampled_from([*PENDING, "done"]), st.integers(0, 400)), max_size=12)
)
def test_counts_and_filters_say_what_each_ticket_says_of_itself(
    tmp_path_factory: pytest.TempPathFactory, moves: list[tuple[int, str, int]]
) -> None:
    clock = SetClock()
    with opened_store(in_file(tmp_path_factory.mktemp("tickets")), clock) as store:
        fill(store)
        kinds = ("trouble_report", "chase_up", "enquiry", "chase_up", "follow_up")
        tickets = [make(store, kind) for kind in kinds]
        for which, state, passed in moves:
            clock.pass_time(minutes=passed)
            ticket = read(store, tickets[which])
            if state != ticket.state and not (state == "open" and ticket.state != "working"):
                to = state if ticket.pending else "working"
                work(store, ticket, state=to, text="改")
        now = clock.now()
        soon = timedelta(hours=2)
        now_are = [read(store, one) for one in tickets]
        marks = {one.id: mark_of(one.state, one.at, one.due_at, now, soon) for one in now_are}
        with store.read() as connection:
            counts = asdict(ticket_counts(connection, now))
            for mark in ("overdue", "due_soon", "new", "pending", "finished"):
                listed = {one.id for one in list_tickets(connection, Wanted("all", mark=mark), now)}
                assert listed == {key for key, said in marks.items() if said == mark}
        for mark in ("overdue", "due_soon", "new"):
            assert counts[mark] == sum(said == mark for said in marks.values())
        assert counts["pending"] == sum(one.pending for one in now_are)


def test_a_ticket_is_found_by_number_id_or_the_beginning_of_one_id(store: Store) -> None:
    ticket = make(store)
    with store.read() as connection:
        for named in (ticket.id, ticket.number, ticket.number.lower(), ticket.id[:10]):
            assert get_ticket(connection, named) == ticket
        for unknown in ("", "GD1", "%"):
            with pytest.raises(NotFoundError):
                get_ticket(connection, unknown)


def test_the_catalogue_is_added_to_renamed_and_retired_and_counted(store: Store, clock: SetClock) -> None:
    def change(do: Callable[[Any], Any]) -> Any:
        with store.write("test", "catalogue") as writing:
            return do(writing)

    added = change(lambda writing: add_business(writing, "trouble_report.01", " 半个  村 ", 8, "person:li"))
    assert (added.code, added.name) == ("trouble_report.01.04", "半个 村")
    ticket = make(store, business=added.code)
    assert ticket.due_at == NOON + timedelta(hours=8)
    make(store)
    change(lambda writing: change_business(writing, added.code, "person:li", name="半个村", due_hours=None))
    change(lambda writing: retire_business(writing, added.code, "person:li"))
    make(store, business=added.code, text="离线时登记的")
    with store.read() as connection:
        catalogue = read_catalogue(connection)
        used = uses(connection, NOON, NOON + timedelta(hours=1))
        assert not any(one.total for one in uses(connection, NOON + timedelta(hours=1), NOON + timedelta(hours=2)))
    assert catalogue.path(added.code) == "报修 > 无电 > 半个村"
    assert added.code not in [one.code for one in catalogue.offered("trouble_report")]
    told = {one.business.code: (one.own, one.total, share_of(one, used)) for one in used}
    assert told["trouble_report"] == (1, 3, 1.0)
    assert told["trouble_report.01"] == (0, 2, 2 / 3)
    assert told[added.code] == (2, 2, 2 / 3)
    assert told["enquiry"] == (0, 0, 0.0)
    back = change(lambda writing: retire_business(writing, added.code, "person:li", retired=False))
    assert not back.retired


REFUSED_CATALOGUES: list[Callable[[Any], Any]] = [
    lambda writing: add_business(writing, "poem", "x", None, "person:li"),
    lambda writing: add_business(writing, "enquiry.01.01", "x", None, "person:li"),
    lambda writing: add_business(writing, "trouble_report", "无电", None, "person:li"),
    lambda writing: add_business(writing, "enquiry", "  ", None, "person:li"),
    lambda writing: add_business(writing, "enquiry", "长" * 31, None, "person:li"),
    lambda writing: add_business(writing, "enquiry", "x", 0, "person:li"),
    lambda writing: change_business(writing, "enquiry", "person:li", name="询问"),
    lambda writing: change_business(writing, "enquiry.01", "person:li", name="电费电价"),
    lambda writing: retire_business(writing, "enquiry", "person:li"),
]


def test_a_catalogue_that_would_not_hang_together_is_refused(store: Store) -> None:
    with store.read() as connection:
        before = read_catalogue(connection)
    for do in REFUSED_CATALOGUES:
        with pytest.raises((BadValueError, NotFoundError)), store.write("test", "catalogue") as writing:
            do(writing)
    with store.read() as connection:
        assert read_catalogue(connection) == before
