from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from data.clock import to_iso
from data.entries.entries import Outcome
from data.errors import BadValueError, DataError, NotFoundError, OutageError
from sync.outbox.entering import Entering, Place, author_at
from sync.outbox.waiting import Author, Outbox, OutboxError
from sync.replica.agent_home import AgentHome
from sync.replica.enrolment import Shift
from tests.stores import NOON, SetClock

HOUR = timedelta(hours=1)
FEEDER = [Place("feeder", "F1")]


class Pc:
    """A PC without a cache and without a hub."""

    def __init__(self, path: Path) -> None:
        self.home = AgentHome(path)
        self.home.make()
        self.home.files.begin_shift(Shift("wang", "duty_officer", "secret", NOON + 8 * HOUR))
        self.clock = SetClock()
        self.outbox = Outbox(path)
        self.entering = Entering(self.home, self.outbox, self.clock)

    def window(self) -> str:
        return self.entering.add_outage("fault", NOON, NOON + 2 * HOUR, "倒杆", FEEDER).key

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [kept.entry.body for kept in self.outbox.entries()]


@pytest.fixture
def pc(tmp_path: Path) -> Pc:
    return Pc(tmp_path)


def test_whoever_is_signed_in_is_the_author_until_the_shift_is_over(pc: Pc) -> None:
    assert author_at(pc.home, NOON) == Author("wang", "secret")
    assert author_at(pc.home, NOON + 8 * HOUR) == Author()
    pc.clock.pass_time(hours=8)
    with pytest.raises(OutboxError, match="nobody is signed in"):
        pc.window()
    pc.entering.look_up("area", "A1")
    (kept,) = pc.outbox.entries()
    assert (kept.entry.kind, kept.author) == ("look_up", Author())


def test_a_later_entry_on_a_window_rests_on_the_earlier_ones(pc: Pc) -> None:
    key = pc.window()
    pc.clock.pass_time(hours=1)
    pc.entering.revise_outage(key, NOON + 3 * HOUR, "等吊车")
    pc.entering.restore_outage(key, partial=[Place("transformer_area", "T1")])
    pc.entering.withdraw_outage(key, "误报")
    _, revised, restored, withdrawn = pc.bodies
    assert revised["base"] == {
        "etr": to_iso(NOON + 2 * HOUR),
        "restored_at": None,
        "withdrawn_at": None,
        "restored": [],
    }
    assert restored["base"] == revised["base"] | {"etr": to_iso(NOON + 3 * HOUR)}
    part = {"kind": "transformer_area", "id": "T1", "at": to_iso(NOON + HOUR)}
    assert withdrawn["base"] == restored["base"] | {"restored": [part]}
    assert {kept.subject for kept in pc.outbox.entries()} == {key}
    with pytest.raises(OutageError, match="was restored or withdrawn"):
        pc.entering.revise_outage(key, NOON + 4 * HOUR, "?")


def test_a_window_is_named_by_its_key_or_its_id_once_it_has_one(pc: Pc) -> None:
    key = pc.window()
    pc.outbox.conclude({key: Outcome("applied", "20261122-0001", revision=7)}, NOON)
    for named in (key, "20261122-0001"):
        pc.entering.revise_outage(named, NOON + 3 * HOUR, "等吊车")
    assert [body["id"] for body in pc.bodies] == ["20261122-0001"] * 2


def test_a_second_edit_of_an_area_rests_on_the_first(pc: Pc) -> None:
    pc.entering.area("A9", {"name": "渔村", "parent_id": "211402"})
    pc.entering.area("A9", {"name": "塔山渔村"})
    first, second = pc.bodies
    assert (first["base"], second["base"]) == (None, {"name": "渔村", "parent_id": "211402"})


def test_what_makes_no_record_is_refused_before_it_is_kept(pc: Pc) -> None:
    key = pc.window()
    later = NOON + 2 * HOUR
    wrong: list[Callable[[], object]] = [
        lambda: pc.entering.add_outage("poem", NOON, later, "倒杆", FEEDER),
        lambda: pc.entering.add_outage("fault", NOON, NOON, "倒杆", FEEDER),
        lambda: pc.entering.add_outage("fault", NOON, later, " ", FEEDER),
        lambda: pc.entering.add_outage("fault", NOON, later, "倒杆", []),
        lambda: pc.entering.add_outage("fault", NOON, later, "倒杆", [Place("moon", "1")]),
        lambda: pc.entering.revise_outage(key, NOON - HOUR, "?"),
        lambda: pc.entering.restore_outage(key, NOON + HOUR),
        lambda: pc.entering.restore_outage(key, NOON - HOUR),
        lambda: pc.entering.withdraw_outage(key, ""),
        lambda: pc.entering.area("A1", {"level": "planet"}),
    ]
    for act in wrong:
        with pytest.raises((DataError, BadValueError)):
            act()
    with pytest.raises(NotFoundError, match="in this PC's data"):
        pc.entering.withdraw_outage("20261122-0009", "?")
    assert len(pc.bodies) == 1
