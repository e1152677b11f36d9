from datetime import timedelta

import pytest
from sqlalchemy import func, select

from data.errors import AmbiguousError, DataError, NotFoundError, OutageError
from data.outages.acts import restore_outage, revise_outage, withdraw_outage
from data.outages.describing import describe_outage
from data.outages.documents import outage_from_doc
from data.outages.entry import NewOutage, add_outage
from data.outages.windows import OutageWindow, ScopeItem
from data.store.rows import all_docs
from data.store.schema import RECORDS
from data.store.store import Store
from tests.stores import NOON, SetClock

HOUR = timedelta(hours=1)


def entered(*scope: tuple[str, str], kind: str = "fault", hours: float = 2, reason: str = "雷击") -> NewOutage:
    return NewOutage(kind, NOON, NOON + hours * HOUR, reason, scope or (("feeder", "F1"),))


def add(store: Store, *scope: tuple[str, str]) -> OutageWindow:
    with store.write("test", "add outage") as writing:
        return add_outage(writing, entered(*scope), "person:duty")


def restore(store: Store, key: str, *parts: tuple[str, str]) -> OutageWindow:
    with store.write("test", "restore outage") as writing:
        return restore_outage(writing, key, None, parts, "person:duty")


def stored(store: Store) -> list[OutageWindow]:
    with store.read() as connection:
        return [outage_from_doc(doc) for doc in all_docs(connection, "outage")]


@pytest.mark.parametrize(
    ("new", "error", "said"),
    [
        (entered(hours=0), OutageError, "is not after the start"),
        (entered(hours=-1), OutageError, "is not after the start"),
        (entered(kind="storm"), OutageError, "kind 'storm' is not known"),
        (entered(reason="  "), OutageError, "a reason is needed"),
        (entered(("feeder", "999")), NotFoundError, "no feeder has the id, number or name '999'"),
        (entered(("substation", "1")), OutageError, "scope 'substation' is not known"),
        (NewOutage("fault", NOON, NOON + HOUR, "r", ()), OutageError, "nothing is in the scope"),
    ],
)
def test_what_makes_no_window_is_refused_and_nothing_is_stored(
    store: Store, new: NewOutage, error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said), store.write("test", "add outage") as writing:
        add_outage(writing, new, "person:duty")
    assert stored(store) == []


def test_a_feeder_number_that_two_branches_use_is_refused_with_both_listed(store: Store) -> None:
    with pytest.raises(AmbiguousError, match=r"F1 \(10kV塔山线\), F2 \(10kV高桥线\)"):
        add(store, ("feeder", "616"))
    assert add(store, ("feeder", "617")).scope == (ScopeItem("feeder", "F3"),)


def test_an_area_is_found_by_its_code_in_any_case_and_counted_with_its_customers(store: Store) -> None:
    window = add(store, ("area", " LSQ "), ("feeder", "F1"))
    with store.read() as connection:
        affected = describe_outage(connection, window, NOON)["affected"]
    assert affected == {"feeders": 1, "transformer_areas": 3, "customers": 4, "important": 2}


def test_what_is_named_twice_is_in_the_scope_once(store: Store) -> None:
    assert add(store, ("feeder", "F3"), ("feeder", "617")).scope == (ScopeItem("feeder", "F3"),)


def test_ids_are_unique_and_tell_the_day(store: Store, clock: SetClock) -> None:
    first, second = add(store).id, add(store).id
    with store.write("test", "clear") as writing:
        writing.delete("outage", [first])
    clock.pass_time(days=1)
    assert [first, second, add(store).id] == ["20261122-0001", "20261122-0002", "20261123-0001"]
    clock.pass_time(days=-1)
    assert add(store).id not in {first, second}
    clock.pass_time(days=1, hours=12)
    assert add(store).id == "20261124-0001", "after midnight in Shanghai"


def test_a_revision_keeps_the_former_promise(store: Store) -> None:
    key = add(store).id
    with store.write("test", "revise") as writing:
        revise_outage(writing, key, NOON + 5 * HOUR, "电缆损坏", "person:wang")
    (window,) = stored(store)
    assert window.etr == NOON + 5 * HOUR
    assert [(one.change, one.etr, one.by) for one in window.revisions] == [
        ("new", NOON + 2 * HOUR, "person:duty"),
        ("plan_change", NOON + 5 * HOUR, "person:wang"),
    ]
    with pytest.raises(OutageError, match="is not after the start"), store.write("test", "revise") as writing:
        revise_outage(writing, key, NOON, "earlier", "person:wang")


def test_a_window_is_over_only_once(store: Store, clock: SetClock) -> None:
    restored, withdrawn = add(store).id, add(store).id
    clock.pass_time(minutes=10)
    restore(store, restored)
    with store.write("test", "withdraw") as writing:
        withdraw_outage(writing, withdrawn, "误报", "person:duty")
    for key, said in ((restored, "was restored at"), (withdrawn, "was withdrawn at")):
        with pytest.raises(OutageError, match=said):
            restore(store, key)
        with pytest.raises(OutageError, match=said), store.write("test", "withdraw") as writing:
            withdraw_outage(writing, key, "r", "person:duty")
        with pytest.raises(OutageError, match=said), store.write("test", "revise") as writing:
            revise_outage(writing, key, NOON + 9 * HOUR, "r", "person:duty")
    with pytest.raises(NotFoundError, match="no outage has the id"):
        restore(store, "20000101-0001")


def test_power_cannot_be_back_before_the_start_or_in_the_future(store: Store) -> None:
    key = add(store).id
    for at, said in ((NOON - HOUR, "it cannot be restored before"), (NOON + HOUR, "lies in the future")):
        with pytest.raises(OutageError, match=said), store.write("test", "restore") as writing:
            restore_outage(writing, key, at, (), "person:duty")
    assert stored(store)[0].restored_at is None


@pytest.mark.parametrize(
    "part", [("transformer_area", "T3"), ("feeder", "F3"), ("area", "A2"), ("customer", "2114000003")]
)
def test_a_part_outside_the_scope_is_refused(store: Store, part: tuple[str, str]) -> None:
    with store.write("test", "an area without supply") as writing:
        writing.put("area", {"id": "A9", "name": "空村"})
    key = add(store).id
    for outside in (part, ("area", "A9")):
        with pytest.raises(OutageError, match=r"is not (in the scope of|named in) outage"):
            restore(store, key, outside)
    assert stored(store)[0].restorations == ()


def test_parts_inside_the_scope_come_back_one_by_one(store: Store, clock: SetClock) -> None:
    key = add(store, ("feeder", "F1"), ("customer", "2114000003")).id
    clock.pass_time(minutes=5)
    restore(store, key, ("transformer_area", "T1"))
    window = restore(store, key, ("customer", "2114000003"))
    assert [part.item.id for part in window.restorations] == ["T1", "2114000003"]
    assert [one.change for one in window.revisions] == ["new", "partial_restoration", "partial_restoration"]
    assert window.in_effect(NOON + HOUR)


def test_a_window_is_one_record_however_often_it_is_revised(store: Store) -> None:
    key = add(store).id
    for hours in range(3, 6):
        with store.write("test", "revise") as writing:
            revise_outage(writing, key, NOON + hours * HOUR, "r", "person:duty")
    with store.read() as connection:
        assert connection.execute(select(func.count()).select_from(RECORDS["outage"])).scalar_one() == 1


@pytest.mark.parametrize(
    ("new", "said"),
    [
        (NewOutage("fault", NOON, NOON.replace(year=9999), "r", (("feeder", "F1"),)), "give a time from 1970 to 2099"),
        (NewOutage("fault", NOON, NOON + HOUR / 36_000, "r", (("feeder", "F1"),)), "is not after the start"),
        (entered(reason="x" * 501), "give at most 500"),
        (entered(reason="雷\u202e击"), "characters that cannot be read out"),
        (entered(*[("feeder", "F1")] * 201), "give at most 200"),
    ],
)
def test_what_would_break_the_pages_that_show_it_is_refused(store: Store, new: NewOutage, said: str) -> None:
    with pytest.raises(DataError, match=said), store.write("test", "add outage") as writing:
        add_outage(writing, new, "person:duty")
    assert stored(store) == []


def described(store: Store, window: OutageWindow) -> dict[str, object]:
    with store.read() as connection:
        affected = describe_outage(connection, window, NOON)["affected"]
    assert isinstance(affected, dict)
    return dict(affected)


def test_an_important_customer_that_is_named_counts_as_important(store: Store) -> None:
    window = add(store, ("customer", "2114000003"), ("customer", "2114000001"))
    assert described(store, window) == {"feeders": 0, "transformer_areas": 0, "customers": 2, "important": 1}


def test_what_is_restored_in_part_is_no_longer_counted(store: Store) -> None:
    window = add(store)
    before = described(store, window)
    after = described(store, restore(store, window.id, ("transformer_area", "T1")))
    assert before == {"feeders": 1, "transformer_areas": 2, "customers": 3, "important": 1}
    assert after == {"feeders": 1, "transformer_areas": 1, "customers": 2, "important": 1}
