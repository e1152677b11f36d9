"""A person signs in at a PC for the shift, and hands over: the real assistant, a real hub, real keys."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from assistant.resident.instance import send
from data.sqlite import connect
from tests.hubs import RunningHub, switchboard
from tests.ui.session import ENTRY, AgentPc, OtherProgram, Session, resident, wait_until

WINDOW, NAME, SECRET = "登录／交班", "shift.name", "shift.secret"
PICTURES = "SWITCHBOARD_PICTURES"


@pytest.fixture
def pc(session: Session, agent: Path, other: OtherProgram) -> Iterator[AgentPc]:
    with resident(session, agent) as pc:
        yield pc


def type_in(pc: AgentPc, name: str, secret: str) -> None:
    pc.type(NAME, name)
    pc.press(NAME, "Tab")
    pc.type(SECRET, secret)
    pc.press(SECRET, "Return")


def gone(session: Session) -> bool:
    return session.active_window() != WINDOW


def take_picture(session: Session, name: str) -> None:
    """Keeps what is on the screen, where somebody wants to look at it."""
    if folder := os.environ.get(PICTURES):
        subprocess.run(["import", "-window", "root", f"{folder}/{name}.png"], env=session.environment, check=True)


def test_a_person_signs_in_works_and_hands_over(session: Session, pc: AgentPc, hub: RunningHub) -> None:
    send(pc.home, "shift")
    type_in(pc, "duty", "wrong")
    wait_until(lambda: failures(hub) == 1, "the refusal")
    take_picture(session, "shift-wrong")
    assert pc.state()["person"] is None
    pc.press(SECRET, "Escape")
    wait_until(lambda: gone(session), "the window's end")
    send(pc.home, "shift")
    pc.type(SECRET, "demo")  # the name is still there, the secret is not
    pc.press(SECRET, "Return")
    pc.wait_for(person="duty")
    wait_until(lambda: gone(session), "the window's end")
    assert seat(hub)["person"] == "duty"
    send(pc.home, "show")
    pc.wait_for_keyboard(ENTRY)
    take_picture(session, "shift-popup")
    send(pc.home, "shift")
    pc.press(SECRET, "Tab")
    take_picture(session, "shift-window")
    pc.press("shift.sign_in", "Tab")
    pc.press("shift.sign_out", "space")
    pc.wait_for(person=None)
    wait_until(lambda: seat(hub)["person"] is None, "the end of the shift at the hub")
    assert seat(hub)["last_person"] == "duty"


def test_where_somebody_has_to_sign_in_first_nothing_is_found_before(
    session: Session, pc: AgentPc, hub: RunningHub
) -> None:
    switchboard("users", "policy", "--sign-in", "required", "--home", str(hub.home))
    (pc.home / "sign-in-required").touch()  # as the hub's next answer, within a minute, has it
    send(pc.home, "show")
    pc.type(ENTRY, "tashan")
    pc.wait_for(query="tashan", answered=False, results=[])
    send(pc.home, "shift")
    type_in(pc, "duty", "demo")
    pc.wait_for(person="duty")
    send(pc.home, "show")
    pc.wait_for_keyboard(ENTRY)
    wait_until(lambda: pc.state()["results"] != [], "the results")


def failures(hub: RunningHub) -> int:
    with closing(connect(hub.home / "store.db", read_only=True)) as store:
        return int(store.execute("SELECT count(*) FROM sign_in_failure").fetchone()[0])


def seat(hub: RunningHub) -> dict[str, object]:
    (only,) = switchboard("agents", "list", "--home", str(hub.home))["devices"]
    return dict(only)
