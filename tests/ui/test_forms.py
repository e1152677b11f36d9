"""Entering from the card by keyboard alone: the real assistant, a real hub, real keys."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from assistant.resident.instance import send
from data.sqlite import connect
from sync.replica.agent_home import AgentHome
from sync.replica.hub_client import HubClient
from tests.hubs import RunningHub, make_demo_hub, serving
from tests.ui.session import AgentPc, OtherProgram, Session, resident, wait_until

PICTURES = "SWITCHBOARD_PICTURES"


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    with serving(make_demo_hub(tmp_path_factory.mktemp("forms") / "hub")) as hub:
        yield hub


@pytest.fixture
def pc(session: Session, agent: Path, other: OtherProgram) -> Iterator[AgentPc]:
    """A PC at which the duty officer works."""
    home = AgentHome(agent)
    home.files.begin_shift(HubClient.at(home).begin_shift("duty", "demo"))
    with resident(session, agent) as pc:
        yield pc


def rows(hub: RunningHub, sql: str) -> list[tuple[object, ...]]:
    with closing(connect(hub.home / "store.db", read_only=True)) as store:
        return [tuple(row) for row in store.execute(sql).fetchall()]


def find(session: Session, pc: AgentPc, text: str) -> None:
    send(pc.home, "show")
    session.wait_for_popup()
    session.press("ctrl+a")
    session.type(text)
    wait_until(lambda: pc.state()["query"] == text and pc.state()["results"] != [], "the results")


def open_form(session: Session, pc: AgentPc, key: str, kind: str, title: str) -> None:
    session.press(key)
    pc.wait_for(form=kind, visible=False)
    wait_until(lambda: session.active_window() == title, "the form's focus")


def take_picture(session: Session, name: str) -> None:
    """Keeps what is on the screen, where somebody wants to look at it."""
    if folder := os.environ.get(PICTURES):
        subprocess.run(["import", "-window", "root", f"{folder}/{name}.png"], env=session.environment, check=True)


def test_a_ticket_is_made_with_one_key_and_a_line_of_text(session: Session, pc: AgentPc, hub: RunningHub) -> None:
    find(session, pc, "616")
    name = pc.state()["card"]
    open_form(session, pc, "F2", "ticket", "新建工单")
    session.press("Return")
    assert pc.state()["form"] == "ticket", "there is nothing to keep yet"
    take_picture(session, "form-ticket-empty")
    session.press("Escape")
    pc.wait_for(form=None)
    find(session, pc, "616")
    open_form(session, pc, "F2", "ticket", "新建工单")
    session.press("2", "shift+Tab")  # back from the first line is the last one
    session.type("no power since noon")
    take_picture(session, "form-ticket")
    session.press("Return", "Return")  # a key that is held makes one ticket
    pc.wait_for(form=None, unsent=0)
    wait_until(lambda: rows(hub, "SELECT text FROM ticket WHERE text = 'no power since noon'") != [], "the ticket")
    (made,) = rows(hub, "SELECT kind, place_kind, created_by FROM ticket WHERE text = 'no power since noon'")
    assert made == ("enquiry", "feeder", "duty")
    assert name


def test_a_window_is_set_moved_and_a_caller_put_on_its_list(session: Session, pc: AgentPc, hub: RunningHub) -> None:
    find(session, pc, "617")
    open_form(session, pc, "F4", "window", "设置停电信息")
    session.press("Tab", "3", "Tab")
    session.type("storm")
    take_picture(session, "form-window")
    session.press("Return")
    pc.wait_for(form=None)
    wait_until(lambda: rows(hub, "SELECT id FROM outage WHERE reason = 'storm'") != [], "the window")
    find(session, pc, "617")
    pc.wait_for(state="outage")
    open_form(session, pc, "F3", "call_back", "复电后告知来电人")
    session.type("13812345678")
    session.press("Tab")
    session.type("zhang")
    take_picture(session, "form-call-back")
    session.press("Return")
    pc.wait_for(form=None, unsent=0)
    find(session, pc, "617")
    open_form(session, pc, "F5", "promise", "更改停电信息")
    session.press("5")
    take_picture(session, "form-promise")
    session.press("Return")
    pc.wait_for(form=None)
    done = "SELECT id FROM outage WHERE reason = 'storm' AND restored_at IS NOT NULL"
    wait_until(lambda: rows(hub, done) != [], "the restoration")


def test_what_was_typed_is_there_when_the_form_is_opened_again(session: Session, pc: AgentPc) -> None:
    find(session, pc, "616")
    open_form(session, pc, "F9", "wrap_up", "通话小结")
    session.press("Tab")
    session.type("half a note")
    session.press("Escape")
    pc.wait_for(form=None)
    find(session, pc, "616")
    open_form(session, pc, "F9", "wrap_up", "通话小结")
    take_picture(session, "form-wrap-up")
    session.press("Return")
    pc.wait_for(form=None, refused=0)
