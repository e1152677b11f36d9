"""A person signs in at a PC for the shift, and hands over: the real assistant, a real hub, real keys."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from assistant.resident.instance import send
from data.sqlite import connect
from tests.hubs import RunningHub, switchboard
from tests.ui.session import AgentPc, OtherProgram, Session, resident, wait_until

WINDOW = "登录／交班"
PICTURES = "SWITCHBOARD_PICTURES"


@pytest.fixture
def pc(session: Session, agent: Path, other: OtherProgram) -> Iterator[AgentPc]:
    with resident(session, agent) as pc:
        yield pc


def open_window(session: Session, pc: AgentPc) -> None:
    send(pc.home, "shift")
    wait_until(lambda: shown(session), "the window for signing in")


def shown(session: Session) -> bool:
    return session.active_window() == WINDOW


def type_in(session: Session, name: str, secret: str) -> None:
    session.press("ctrl+a")
    session.type(name)
    session.press("Tab")
    session.type(secret)
    session.press("Return")


def typed(session: Session, pc: AgentPc, text: str) -> bool:
    """Types `text` in place of what is there; whether it arrived whole: the first key may come too early."""
    session.press("ctrl+a")
    session.type(text)
    until = time.monotonic() + 2
    while pc.state()["query"] != text and time.monotonic() < until:
        time.sleep(0.02)
    return bool(pc.state()["query"] == text)


def take_picture(session: Session, name: str) -> None:
    """Keeps what is on the screen, where somebody wants to look at it."""
    if folder := os.environ.get(PICTURES):
        subprocess.run(["import", "-window", "root", f"{folder}/{name}.png"], env=session.environment, check=True)


def test_a_person_signs_in_works_and_hands_over(session: Session, pc: AgentPc, hub: RunningHub) -> None:
    open_window(session, pc)
    type_in(session, "duty", "wrong")
    wait_until(lambda: failures(hub) == 1, "the refusal")
    take_picture(session, "shift-wrong")
    assert pc.state()["person"] is None
    session.press("Escape")
    wait_until(lambda: not shown(session), "the window's end")
    open_window(session, pc)
    session.type("demo")  # the name is still there, the secret is not
    session.press("Return")
    pc.wait_for(person="duty")
    wait_until(lambda: not shown(session), "the window's end")
    assert seat(hub)["person"] == "duty"
    send(pc.home, "show")
    session.wait_for_popup()
    take_picture(session, "shift-popup")
    open_window(session, pc)
    take_picture(session, "shift-window")
    session.press("Tab", "Tab", "space")
    pc.wait_for(person=None)
    wait_until(lambda: seat(hub)["person"] is None, "the end of the shift at the hub")
    assert seat(hub)["last_person"] == "duty"


def test_where_somebody_has_to_sign_in_first_nothing_is_found_before(
    session: Session, pc: AgentPc, hub: RunningHub
) -> None:
    switchboard("users", "policy", "--sign-in", "required", "--home", str(hub.home))
    (pc.home / "sign-in-required").touch()  # as the hub's next answer, within a minute, has it
    send(pc.home, "show")
    session.wait_for_popup()
    wait_until(lambda: typed(session, pc, "tashan"), "the typing")
    assert pc.state()["results"] == []
    open_window(session, pc)
    type_in(session, "duty", "demo")
    pc.wait_for(person="duty")
    send(pc.home, "show")
    session.wait_for_popup()
    wait_until(lambda: pc.state()["results"] != [], "the results")


def failures(hub: RunningHub) -> int:
    with closing(connect(hub.home / "store.db", read_only=True)) as store:
        return int(store.execute("SELECT count(*) FROM sign_in_failure").fetchone()[0])


def seat(hub: RunningHub) -> dict[str, object]:
    (only,) = switchboard("agents", "list", "--home", str(hub.home))["devices"]
    return dict(only)
