from datetime import time, timedelta

import pytest

from data.errors import BadValueError, NotFoundError, OutageError
from data.outages.entry import NewOutage, add_outage
from data.outages.facts import WindowFacts
from data.outages.templates import OutageTemplate, list_templates, read_template, remove_template, save_template
from data.outages.timetable import Timetable
from data.rights import ForbiddenError
from data.store.store import Store
from tests.stores import NOON

HOURS = Timetable(time(8), time(17), frozenset({1, 2, 7}), 2)
ROTATION = OutageTemplate(
    "周一轮停",
    "load_management",
    "有序用电",
    timedelta(hours=9),
    (("feeder", "617"), ("area", "GQZ")),
    hold=True,
    facts=WindowFacts(timetable=HOURS, cause="overload", crew="调度", crew_phone="95598", etr_source="dispatch"),
)


def save(store: Store, template: OutageTemplate, *branches: str) -> OutageTemplate:
    with store.write("test", "save template", branches) as writing:
        return save_template(writing, template, "person:duty")


def test_a_template_comes_back_as_it_was_kept_with_its_scope_by_ids(store: Store) -> None:
    kept = save(store, ROTATION)
    assert kept.scope == (("feeder", "F3"), ("area", "A2"))
    with store.read() as connection:
        assert list_templates(connection) == [kept]
        assert read_template(connection, "周一轮停") == kept


def test_a_window_is_made_from_a_template_at_a_start(store: Store) -> None:
    kept = save(store, ROTATION)
    new = kept.at(NOON)
    assert new == NewOutage(
        "load_management",
        NOON,
        NOON + timedelta(hours=9),
        "有序用电",
        kept.scope,
        hold=True,
        facts=WindowFacts(None, "dispatch", HOURS, "overload", "调度", "95598"),
    )
    assert kept.at(NOON, (("feeder", "F1"),)).scope == (("feeder", "F1"),)
    with store.write("test", "add") as writing:
        assert add_outage(writing, new, "person:duty").timetable == HOURS


def test_a_template_of_the_same_name_takes_the_place_of_the_old_one(store: Store) -> None:
    save(store, ROTATION)
    save(store, OutageTemplate(" 周一轮停 ", "planned", "检修", timedelta(hours=1)))
    with store.read() as connection:
        (kept,) = list_templates(connection)
    assert (kept.name, kept.kind, kept.scope, kept.facts) == ("周一轮停", "planned", (), WindowFacts())


def test_a_template_that_is_taken_away_is_gone(store: Store) -> None:
    save(store, ROTATION)
    with store.write("test", "remove") as writing:
        remove_template(writing, "周一轮停", "person:duty")
    with store.read() as connection:
        assert list_templates(connection) == []
        with pytest.raises(NotFoundError, match="no template is called"):
            read_template(connection, "周一轮停")
    with pytest.raises(NotFoundError), store.write("test", "remove") as writing:
        remove_template(writing, "周一轮停", "person:duty")


@pytest.mark.parametrize(
    ("name", "kind", "reason", "hours", "scope", "error"),
    [
        (" ", "planned", "检修", 1.0, (), BadValueError),
        ("n", "storm", "检修", 1.0, (), OutageError),
        ("n", "planned", "", 1.0, (), OutageError),
        ("n", "planned", "检修", 0.0, (), BadValueError),
        ("n", "planned", "检修", 9_000.0, (), BadValueError),
        ("n", "planned", "检修", 1.0, (("feeder", "999"),), NotFoundError),
        ("n", "planned", "检修", 1.0, (("substation", "1"),), OutageError),
    ],
)
def test_what_would_make_no_window_is_no_template(
    store: Store,
    name: str,
    kind: str,
    reason: str,
    hours: float,
    scope: tuple[tuple[str, str], ...],
    error: type[Exception],
) -> None:
    with pytest.raises(error):
        save(store, OutageTemplate(name, kind, reason, timedelta(hours=hours), scope))


def test_a_person_of_one_branch_keeps_templates_of_its_places_only(store: Store) -> None:
    with pytest.raises(ForbiddenError):
        save(store, ROTATION, "B1")
    assert save(store, ROTATION, "B2").name == "周一轮停"


def test_another_branchs_template_is_neither_replaced_nor_removed(store: Store) -> None:
    kept = save(store, ROTATION)
    with pytest.raises(ForbiddenError):
        save(store, OutageTemplate("周一轮停", "planned", "检修", timedelta(hours=1), (("feeder", "F1"),)), "B1")
    with pytest.raises(ForbiddenError), store.write("test", "remove template", ("B1",)) as writing:
        remove_template(writing, "周一轮停", "person:crew")
    with store.read() as connection:
        assert list_templates(connection) == [kept]


@pytest.mark.parametrize("off", ["08:00:10", "08:00:00.5", "08:00Z", "08:00+08:00"])
def test_hours_are_local_and_to_the_minute_for_no_more_is_kept(off: str) -> None:
    with pytest.raises(OutageError, match="hours and minutes"):
        Timetable(time.fromisoformat(off), time(8, 1))
