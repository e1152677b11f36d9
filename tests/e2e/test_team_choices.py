"""Agents' choices over real HTTP: from two PCs into the cache of a third."""

import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from assistant.lookup.choices import FILE_NAME, OCCASION, Choices
from assistant.lookup.preferences import Preferences
from data.clock import SystemClock
from data.sqlite import connect
from sync.errors import RefusedError
from sync.outbox.choice_sharing import ChoiceSharer
from sync.replica.agent_home import AgentHome
from sync.replica.hub_client import HubClient
from tests.hubs import PATIENCE_S, RunningHub, enrol, serving, switchboard

CLOCK = SystemClock()
AREA = "211402206"
"""塔山乡 of the demo."""


def client_of(home: Path) -> HubClient:
    enrolment = AgentHome(home).enrolment()
    return HubClient(enrolment.hub, enrolment.token)


def choose(home: Path, query: str, kind: str, key: str, *, times: int = 2) -> None:
    """The agent uses the record, on several occasions; all of it is told to the hub that is there."""
    choices = Choices(home)
    for occasion in range(times):
        choices.note(query, kind, key, CLOCK.now() + occasion * OCCASION, tell_team=True)
    ChoiceSharer(choices, client_of(home), CLOCK).share()
    choices.close()


def preferred(home: Path, text: str) -> dict[tuple[str, str], float]:
    """What is preferred on this PC after it was brought up to date."""
    switchboard("sync", "--once", "--home", str(home))
    path = AgentHome(home).current_cache()
    assert path is not None
    with closing(connect(path, read_only=True)) as cache:
        return Preferences(Choices(home), cache, CLOCK)(text)


def test_what_two_agents_choose_is_preferred_on_the_pc_of_a_third(hub: RunningHub, tmp_path: Path) -> None:
    one, two, three = (enrol(hub, tmp_path / name, name) for name in ("one", "two", "three"))
    choose(one, "塔山", "area", AREA)
    assert preferred(three, "塔山") == {}
    choose(two, "塔山", "area", AREA)
    assert list(preferred(three, "塔山")) == [("area", AREA)]
    assert 0 < preferred(three, "塔山")["area", AREA] < preferred(one, "塔山")["area", AREA] < 1
    assert not (three / FILE_NAME).exists()


def test_a_batch_whose_answer_was_lost_is_counted_once(hub: RunningHub, tmp_path: Path) -> None:
    home = enrol(hub, tmp_path / "one")
    choices = Choices(home)
    choices.note("塔山", "area", AREA, CLOCK.now(), tell_team=True)
    batch = choices.take(CLOCK.now())
    assert batch is not None
    token = AgentHome(home).enrolment().token
    assert hub.post("/choices", batch.to_json(), token) == {"counted": True}
    again = choices.take(CLOCK.now())
    assert again is not None
    assert hub.post("/choices", again.to_json(), token) == {"counted": False}
    choices.close()


def test_choices_wait_for_a_hub_that_is_gone(hub_home: Path, tmp_path: Path) -> None:
    with serving(hub_home) as hub:
        home = enrol(hub, tmp_path / "one")
    choose(home, "塔山", "area", AREA)
    choices = Choices(home)
    first, later = choices.take(CLOCK.now()), choices.take(CLOCK.now() + timedelta(days=1))
    choices.close()
    assert first is not None
    assert first == later
    assert first.choices == ({"query": "塔山", "kind": "area", "id": AREA, "count": 2},)


def test_what_waits_is_told_when_the_assistant_ends(shared_hub: RunningHub, tmp_path: Path) -> None:
    home = enrol(shared_hub, tmp_path / "one", f"seat-{uuid4().hex}")
    choices = Choices(home)
    choices.note("塔山", "area", AREA, CLOCK.now(), tell_team=True)
    ChoiceSharer(choices, client_of(home), CLOCK).start()()
    until = time.monotonic() + PATIENCE_S
    while choices.take(CLOCK.now()) is not None and time.monotonic() < until:
        time.sleep(0.05)
    assert choices.take(CLOCK.now()) is None
    choices.close()


@pytest.mark.parametrize(
    "choice",
    [
        {"query": "张伟", "kind": "customer", "id": "2114000001", "count": 1},
        {"query": "塔山", "kind": "area", "id": "A1", "count": 1000},
        {"query": "塔" * 60, "kind": "area", "id": "A1", "count": 1},
        {"query": "塔山", "kind": "area", "id": "A1", "count": 1, "person": "wang"},
    ],
)
def test_the_hub_takes_counts_of_public_records_and_nothing_else(
    shared_hub: RunningHub, tmp_path: Path, choice: dict[str, object]
) -> None:
    home = enrol(shared_hub, tmp_path / "one", f"seat-{uuid4().hex}")
    with pytest.raises(RefusedError, match="422"):
        client_of(home).share_choices({"key": uuid4().hex, "choices": [choice]})


def test_a_stranger_teaches_nobody(shared_hub: RunningHub) -> None:
    batch = {"key": uuid4().hex, "choices": [{"query": "塔山", "kind": "area", "id": "A1", "count": 1}]}
    with pytest.raises(RefusedError, match="401"):
        HubClient(shared_hub.url, "guess").share_choices(batch)
