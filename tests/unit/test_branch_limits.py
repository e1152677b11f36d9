"""Which branch supplies what, and what follows for windows, tickets and call-backs of whoever works for some only."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.fields import Doc
from data.outages.acts import restore_outage, revise_outage
from data.outages.branch_limits import check_branches, check_not_elsewhere, supplied_among
from data.outages.entry import NewOutage, add_outage
from data.outages.windows import OutageWindow, ScopeItem
from data.readers import EVERYBODYS, Reader
from data.rights import ForbiddenError
from data.store.store import Store
from data.telling.call_backs import NewCallBack, add_call_back, call_backs, due_call_backs, find_call_back
from data.telling.calling import claim_call_back, record_try, release_call_back
from data.tickets.listing import Wanted, list_tickets, ticket_counts
from data.tickets.making import Maker, NewTicket, add_ticket
from data.tickets.places import tickets_of_outage
from data.tickets.ticket import Ticket, get_ticket
from data.tickets.work import TicketChange, work_ticket
from tests.entered import HOUR
from tests.stores import NOON

TASHAN, GAOQIAO, COMPANY = (Reader((one,), name=one) for one in ("B1", "B2", "B0"))
SUPPLIED: dict[tuple[str, str], str | None] = {
    ("feeder", "F1"): "B1",
    ("feeder", "F2"): "B2",
    ("transformer_area", "T1"): "B1",
    ("transformer_area", "T3"): "B2",
    ("customer", "2114000001"): "B1",
    ("customer", "2114000003"): "B2",
    ("customer", "2114000004"): "B1",
    ("customer", "2114000005"): None,
    ("area", "A1"): "B1",
    ("area", "A2"): "B2",
    ("area", "211402"): None,
}
MAKER = Maker("duty", "person:duty")


def make(store: Store, place: tuple[str, str] | None, by: Reader = EVERYBODYS, **more: str) -> Ticket:
    with store.write("test", "make", by.branches) as writing:
        maker = Maker(by.name or "duty", "person:duty")
        return add_ticket(
            writing, uuid4().hex, store.clock.now(), NewTicket("trouble_report", "无电", place, **more), maker
        )


def work(store: Store, ticket: Ticket, by: Reader, **change: str) -> Ticket:
    with store.write("test", "work", by.branches) as writing:
        return work_ticket(writing, ticket.number, ticket.version, TicketChange(**change), Maker(by.name, by.name))  # type: ignore[arg-type]


def ask(store: Store, by: Reader = EVERYBODYS, **of: object) -> str:
    with store.write("test", "ask", by.branches) as writing:
        actor = f"person:{by.name or 'duty'}"
        return add_call_back(writing, NewCallBack("13800000000", **of), actor)  # type: ignore[arg-type]


def set_window(store: Store, *scope: tuple[str, str]) -> OutageWindow:
    with store.write("test", "outage") as writing:
        return add_outage(writing, NewOutage("fault", NOON, NOON + 2 * HOUR, "倒杆", scope), "person:duty")


def restore(store: Store, window: OutageWindow, by: Reader, *parts: tuple[str, str]) -> OutageWindow:
    with store.write("test", "restore", by.branches) as writing:
        return restore_outage(writing, window.id, None, parts, f"person:{by.name}")


def refused(check: Callable[..., object], *args: object) -> bool:
    try:
        check(*args)
    except ForbiddenError:
        return True
    return False


def test_each_place_is_of_the_branch_that_supplies_it_and_of_those_above(store: Store) -> None:
    with store.read() as connection:
        for place, branch in SUPPLIED.items():
            item = ScopeItem(*place)
            for own in ("B1", "B2"):
                assert refused(check_branches, connection, [item], (own,)) == (branch != own), (place, own)
                assert refused(check_not_elsewhere, connection, item, (own,)) == (branch not in {own, None}), (
                    place,
                    own,
                )
            assert refused(check_branches, connection, [item], ("B0",)) == (branch is None), place
            assert not refused(check_branches, connection, [item], ())


def test_an_area_is_of_the_nearest_branch_around_it(store: Store) -> None:
    village, elsewhere = ScopeItem("area", "V1"), ScopeItem("area", "A2")
    with store.write("test", "village") as writing:
        writing.put("area", {"id": "V1", "name": "塔山村", "parent_id": "A1"})
        assert supplied_among(writing.connection, [village, elsewhere], {"B1"}) == {village}


def areas() -> st.SearchStrategy[list[Doc]]:
    """A tree or a circle of areas, some with a branch."""
    ids = ["R", *(f"N{number}" for number in range(6))]
    parents = st.tuples(*(st.sampled_from([None, *ids]) for _ in ids))
    branches = st.tuples(*(st.sampled_from([None, "B1", "B2"]) for _ in ids))
    return st.builds(
        lambda above, of: [
            {"id": key, "name": key, "parent_id": None if up == key else up, "branch": branch}
            for key, up, branch in zip(ids, above, of, strict=True)
        ],
        parents,
        branches,
    )


@given(docs=areas())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_areas_are_supplied_as_somebody_who_walks_up_the_tree_finds(store: Store, docs: list[Doc]) -> None:
    by_id = {str(doc["id"]): doc for doc in docs}

    def walked(key: str) -> str | None:
        seen = set[str]()
        while key in by_id and key not in seen:
            seen.add(key)
            if by_id[key]["branch"]:
                return str(by_id[key]["branch"])
            key = str(by_id[key]["parent_id"])
        return None

    with store.write("test", "areas") as writing:
        writing.rehearsal = True
        for doc in docs:
            writing.put("area", doc)
        places = [ScopeItem("area", key) for key in by_id]
        for branch in ("B1", "B2"):
            found = {one.id for one in supplied_among(writing.connection, places, {branch})}
            assert found == {key for key in by_id if walked(key) == branch}


def test_a_branch_sees_and_works_its_own_tickets_and_those_of_nobody(store: Store) -> None:
    made = {place: make(store, place) for place in [*SUPPLIED, None]}
    for reader, branch in ((TASHAN, "B1"), (GAOQIAO, "B2")):
        own = {ticket.id for place, ticket in made.items() if place is None or SUPPLIED[place] in {branch, None}}
        with store.read() as connection:
            listed = {one.id for one in list_tickets(connection, Wanted(), NOON, reader=reader)}
            assert listed == own
            assert ticket_counts(connection, NOON, reader).pending == len(own)
            for ticket in made.values():
                assert refused(get_ticket, connection, ticket.number, reader) == (ticket.id not in own)
    with pytest.raises(ForbiddenError):
        work(store, made["feeder", "F2"], TASHAN, text="看过")
    with store.read() as connection:
        assert len(list_tickets(connection, Wanted(), NOON, reader=COMPANY)) == len(made)


def test_nobody_makes_a_ticket_for_another_branchs_place_nor_links_to_its_tickets(store: Store) -> None:
    theirs = make(store, ("feeder", "F2"))
    with pytest.raises(ForbiddenError):
        make(store, ("transformer_area", "T3"), TASHAN)
    with pytest.raises(ForbiddenError):
        make(store, ("transformer_area", "T1"), TASHAN, linked_to=theirs.number)
    assert make(store, ("transformer_area", "T1"), TASHAN).branch == "B1"


def test_a_ticket_that_is_handed_over_goes_to_the_other_branch_and_stays_with_who_supplies_or_made_it(
    store: Store,
) -> None:
    placed, placeless, own = (make(store, ("feeder", "F1")), make(store, None), make(store, None, TASHAN))
    for ticket in (placed, placeless, own):
        work(store, ticket, TASHAN, branch="B2")
    with store.read() as connection:
        assert {one.id for one in list_tickets(connection, Wanted(), NOON, reader=TASHAN)} == {placed.id, own.id}
        assert len(list_tickets(connection, Wanted(), NOON, reader=GAOQIAO)) == 3


def test_beside_a_window_stand_the_readers_own_reports(store: Store) -> None:
    window = set_window(store, ("feeder", "F1"), ("feeder", "F2"))
    ours, theirs = make(store, ("transformer_area", "T1")), make(store, ("transformer_area", "T3"))
    with store.read() as connection:
        beside = {reader: tickets_of_outage(connection, window, NOON, reader) for reader in (TASHAN, COMPANY)}
    assert [one.id for one in beside[TASHAN]] == [ours.id]
    assert {one.id for one in beside[COMPANY]} == {ours.id, theirs.id}


def test_a_branch_sees_and_works_its_own_call_backs_and_those_of_nobody(store: Store) -> None:
    windows = {"B1": set_window(store, ("feeder", "F1")), "B2": set_window(store, ("feeder", "F2"))}
    made: dict[str, str | None] = {ask(store, outage=window.id): branch for branch, window in windows.items()}
    made |= {ask(store, place=place): branch for place, branch in SUPPLIED.items() if place[0] != "customer"}
    made |= {ask(store, customer=place[1]): branch for place, branch in SUPPLIED.items() if place[0] == "customer"}
    made[ask(store, outage=windows["B2"].id, customer="2114000001")] = "B1"
    for reader, branch in ((TASHAN, "B1"), (GAOQIAO, "B2")):
        own = {key for key, of in made.items() if of in {branch, None}}
        with store.read() as connection:
            assert {one.asked.id for one in call_backs(connection, NOON, reader)} == own
            for key in made:
                assert refused(find_call_back, connection, key, NOON, reader) == (key not in own)
    theirs = next(key for key, of in made.items() if of == "B2")
    for act in (
        lambda writing: claim_call_back(writing, theirs, "person:B1"),
        lambda writing: release_call_back(writing, theirs, "person:B1"),
        lambda writing: record_try(writing, theirs, "done", "person:B1"),
    ):
        with pytest.raises(ForbiddenError), store.write("test", "act", ("B1",)) as writing:
            act(writing)
    for window in windows.values():
        restore(store, window, EVERYBODYS)
    with store.read() as connection:
        due = sum(one.standing.status == "due" for one in call_backs(connection, NOON, TASHAN))
        assert due_call_backs(connection, NOON, TASHAN) == due > 0


def test_nobody_enters_a_call_back_for_another_branch(store: Store) -> None:
    theirs, both = set_window(store, ("feeder", "F2")), set_window(store, ("feeder", "F1"), ("feeder", "F2"))
    wrong: list[dict[str, object]] = [
        {"outage": theirs.id},
        {"place": ("feeder", "F2")},
        {"customer": "2114000003"},
        {"outage": both.id, "customer": "2114000003"},
    ]
    for of in wrong:
        with pytest.raises(ForbiddenError):
            ask(store, TASHAN, **of)
    right: list[dict[str, object]] = [
        {"outage": both.id},
        {"outage": theirs.id, "customer": "2114000001"},
        {"customer": "2114000005"},
    ]
    for of in right:
        assert ask(store, TASHAN, **of)


def parts(window: OutageWindow) -> set[tuple[str, str]]:
    return {(one.item.kind, one.item.id) for one in window.restorations}


def test_each_branch_restores_its_part_of_a_window_and_the_last_one_the_window(store: Store) -> None:
    window = set_window(store, ("feeder", "F1"), ("area", "211402"))
    half = restore(store, window, TASHAN)
    assert parts(half) == {("feeder", "F1"), ("transformer_area", "T1"), ("transformer_area", "T2")}
    assert (half.restored_at, half.revisions[-1].change) == (None, "partial_restoration")
    whole = restore(store, half, GAOQIAO)
    assert (whole.restored_at, whole.revisions[-1].change) == (NOON, "restored")


def test_a_branch_restores_transformer_areas_of_its_own_and_no_others(store: Store) -> None:
    window = set_window(store, ("feeder", "F1"), ("feeder", "F2"))
    assert parts(restore(store, window, TASHAN, ("transformer_area", "T1"))) == {("transformer_area", "T1")}
    with pytest.raises(ForbiddenError):
        restore(store, window, TASHAN, ("transformer_area", "T3"))
    with pytest.raises(ForbiddenError), store.write("test", "revise", ("B1",)) as writing:
        revise_outage(writing, window.id, NOON + 3 * HOUR, "抢修", "person:B1")


def test_a_branch_restores_nothing_of_a_window_elsewhere_and_all_of_its_own(store: Store) -> None:
    with pytest.raises(ForbiddenError):
        restore(store, set_window(store, ("feeder", "F2")), TASHAN)
    assert restore(store, set_window(store, ("feeder", "F1")), TASHAN).restored_at == NOON
    assert restore(store, set_window(store, ("feeder", "F1"), ("feeder", "F2")), COMPANY).restored_at == NOON
