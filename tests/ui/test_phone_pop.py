"""A caller's number arrives: the real assistant shows whose it is, with a real hub."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from data.sqlite import connect
from tests.hubs import COMMAND, RunningHub
from tests.ui.session import AgentPc, OtherProgram, Session, resident, running


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "assistant.log"


@pytest.fixture
def pc(session: Session, agent: Path, other: OtherProgram, log: Path) -> Iterator[AgentPc]:
    with log.open("w") as errors, resident(session, agent, stderr=errors) as pc:
        yield pc


def customers(hub: RunningHub) -> list[tuple[str, str]]:
    """Name and mobile phone of two customers."""
    with closing(connect(hub.home / "store.db", read_only=True)) as store:
        sql = "SELECT name, phone FROM customer WHERE phone LIKE '1%' ORDER BY id LIMIT 2"
        return [(name, phone) for name, phone in store.execute(sql).fetchall()]


def pop(session: Session, pc: AgentPc, number: str) -> None:
    with running([*COMMAND, "pop", "--home", str(pc.home), "--number", number], session.environment) as process:
        assert process.wait() == 0


def test_a_popped_or_typed_number_shows_its_owner_and_is_written_nowhere(
    session: Session, pc: AgentPc, hub: RunningHub, log: Path
) -> None:
    (first, popped), (second, typed) = customers(hub)
    pop(session, pc, f"+86 {popped}")
    pc.wait_for(visible=True, query=f"+86 {popped}", chosen=first)
    pc.look_up(typed)
    pc.wait_for(chosen=second)
    hub.process.kill()
    pc.look_up("13900000001")
    pc.wait_for(answered=True, chosen=None)
    pc.look_up("tsx")
    pc.wait_for(chosen="塔山乡")
    assert not [number for number in (popped, typed, "13900000001") if number in log.read_text("utf-8")]
