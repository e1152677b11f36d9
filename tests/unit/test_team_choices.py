from uuid import uuid4

import pytest
from sqlalchemy import select

from data import team_choices
from data.choice_weight import MOST_PREFERRED
from data.fields import Doc
from data.kinds import KINDS
from data.store import change_log
from data.store.rows import all_docs
from data.store.schema import CHOICE_BATCH, CHOICE_SUM
from data.store.store import Store
from data.team_choices import TeamChoice, clean_team_choices, count_batch, stands_for
from tests.stores import SetClock

TASHAN = TeamChoice("tashan", "area", "A1", 1)


def tell(store: Store, device: str, *choices: TeamChoice, key: str = "") -> bool:
    with store.write("devices", "count choices") as writing:
        return count_batch(writing, device, key or uuid4().hex, choices)


def clean(store: Store) -> None:
    with store.write("hub", "clean") as writing:
        clean_team_choices(writing)


def published(store: Store) -> dict[str, Doc]:
    with store.read() as connection:
        return {str(doc["id"]): doc for doc in all_docs(connection, "team_choice")}


def sums(store: Store) -> dict[str, str]:
    with store.read() as connection:
        return dict(connection.execute(select(CHOICE_SUM.c.id, CHOICE_SUM.c.only_device)).all())


def test_one_pc_cannot_teach_the_team_and_two_can(store: Store) -> None:
    tell(store, "one", TASHAN)
    tell(store, "one", TASHAN)
    assert published(store) == {}
    tell(store, "two", TASHAN)
    assert set(published(store)) == {f"{prefix}|area|A1" for prefix in ("ta", "tas", "tash", "tasha", "tashan")}
    doc = published(store)["tas|area|A1"]
    assert (doc["query"], doc["record_kind"], doc["record"]) == ("tas", "area", "A1")


def test_a_batch_that_is_sent_again_is_not_counted_again(store: Store) -> None:
    tell(store, "one", TASHAN)
    assert tell(store, "two", TASHAN, key="k" * 16) is True
    before = published(store)
    assert tell(store, "two", TASHAN, key="k" * 16) is False
    assert published(store) == before


def test_a_sum_tells_of_no_device_once_there_are_two_and_joins_no_others_before(store: Store) -> None:
    tell(store, "one", TASHAN)
    marks = sums(store)
    assert len(set(marks.values())) == len(marks)
    assert not any("one" in mark for mark in marks.values())
    tell(store, "two", TASHAN)
    assert set(sums(store).values()) == {""}


@pytest.mark.parametrize(
    ("query", "kind", "key", "fits"),
    [
        ("塔山", "area", "A1", True),
        ("塔乡", "area", "A1", True),
        ("tashan", "area", "A1", True),
        ("tsx", "area", "A1", True),
        ("laota", "area", "A1", True),
        ("ta山x", "area", "A1", True),
        ("616", "feeder", "F1", True),
        ("10kvts", "feeder", "F1", True),
        ("tashen", "area", "A1", False),
        ("张伟", "area", "A1", False),
        ("zhangwei", "area", "A1", False),
        ("塔山张伟", "area", "A1", False),
        ("塔山 张伟", "area", "A1", False),
        ("TASHAN", "area", "A1", False),
        ("ta|shan", "area", "A1", False),
        ("||", "area", "A1", False),
        ("a" * 48, "area", "A1", False),
    ],
)
def test_a_query_stands_for_a_record_by_its_names_and_codes_alone(
    store: Store,
    query: str,
    kind: str,
    key: str,
    fits: bool,  # noqa: FBT001
) -> None:
    with store.read() as connection:
        doc = next(doc for doc in all_docs(connection, kind) if doc["id"] == key)
    assert stands_for(query, KINDS[kind], doc) is fits
    tell(store, "one", TeamChoice(query, kind, key, 1))
    assert bool(sums(store)) is fits


def test_what_may_be_a_phone_or_a_customer_number_is_dropped_even_where_a_code_holds_it(store: Store) -> None:
    with store.write("test", "number") as writing:
        writing.put("feeder", {"id": "F1", "number": "13812345678"})
    tell(store, "one", TeamChoice("1381234567", "feeder", "F1", 1), TeamChoice("tashan", "area", "nowhere", 1))
    assert sums(store) == {}


def test_only_what_outgrows_the_published_by_a_quarter_is_sent_to_every_agent_anew(store: Store) -> None:
    for device in ("one", "two"):
        tell(store, device, TeamChoice("tashan", "area", "A1", 10))
    with store.read() as connection:
        before = change_log.head(connection)
    tell(store, "three", TeamChoice("tashan", "area", "A1", 4))
    with store.read() as connection:
        assert change_log.head(connection) == before
    tell(store, "three", TeamChoice("tashan", "area", "A1", 2))
    with store.read() as connection:
        assert change_log.head(connection) == before + 1


def test_of_a_beginning_only_the_best_are_published(store: Store) -> None:
    numbers = range(MOST_PREFERRED + 2)
    with store.write("test", "areas") as writing:
        for number in numbers:
            writing.put("area", {"id": f"N{number}", "name": "塔山村"})
    for device in ("one", "two"):
        tell(store, device, *(TeamChoice("tas", "area", f"N{number}", number + 1) for number in numbers))
    assert {str(doc["record"]) for doc in published(store).values()} == {f"N{number}" for number in numbers[2:]}
    for device in ("one", "two"):
        tell(store, device, TeamChoice("tas", "area", "N0", 10))
    best = {str(doc["record"]) for doc in published(store).values()}
    assert "N0" in best
    assert "N2" not in best
    assert len(best) == MOST_PREFERRED


def test_what_has_faded_goes_and_with_it_the_keys_of_old_batches(store: Store, clock: SetClock) -> None:
    for device in ("one", "two"):
        tell(store, device, TASHAN)
    clock.pass_time(days=80)
    clean(store)
    assert len(published(store)) == 5
    clock.pass_time(days=20)
    clean(store)
    assert published(store) == {}
    assert sums(store) == {}
    with store.read() as connection:
        assert connection.execute(select(CHOICE_BATCH)).all() == []


def test_cleaning_keeps_no_more_than_may_be_published(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for device in ("one", "two"):
        tell(store, device, TASHAN, TeamChoice("gqz", "area", "A2", 10))
    monkeypatch.setattr(team_choices, "MOST_PUBLISHED", 2)
    clean(store)
    assert set(published(store)) == {"gq|area|A2", "gqz|area|A2"}


def test_no_new_sum_is_begun_once_their_table_is_full(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(team_choices, "MOST_SUMS", 3)
    tell(store, "one", TASHAN)
    tell(store, "two", TASHAN)
    assert set(sums(store)) == {"ta|area|A1", "tas|area|A1", "tash|area|A1"}
    assert len(published(store)) == 3
