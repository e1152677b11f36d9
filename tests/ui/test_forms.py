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
from tests.ui.session import ENTRY, AgentPc, OtherProgram, Session, resident, wait_until

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


def find(pc: AgentPc, text: str) -> None:
    send(pc.home, "show")
    pc.look_up(text)
    assert pc.state()["results"]


def open_form(pc: AgentPc, key: str, kind: str, first: str) -> None:
    """Opens a form over the popup; its first field has the keyboard."""
    pc.press(ENTRY, key)
    pc.wait_for(form=kind, visible=False)
    pc.wait_for_keyboard(first)


def take_picture(session: Session, name: str) -> None:
    """Keeps what is on the screen, where somebody wants to look at it."""
    if folder := os.environ.get(PICTURES):
        subprocess.run(["import", "-window", "root", f"{folder}/{name}.png"], env=session.environment, check=True)


def test_a_ticket_is_made_with_one_key_and_a_line_of_text(session: Session, pc: AgentPc, hub: RunningHub) -> None:
    find(pc, "616")
    name = pc.state()["card"]
    open_form(pc, "F2", "ticket", "form.ticket_kind")
    pc.press("form.ticket_kind", "Return")
    pc.wait_for_keyboard("form.text")  # there is nothing to keep yet
    take_picture(session, "form-ticket-empty")
    pc.press("form.text", "Escape")
    pc.wait_for(form=None)
    find(pc, "616")
    open_form(pc, "F2", "ticket", "form.ticket_kind")
    pc.press("form.ticket_kind", "2", "shift+Tab")  # back from the first line is the last one
    pc.type("form.text", "no power since noon")
    take_picture(session, "form-ticket")
    pc.press("form.text", "Return", "Return")  # a key that is held makes one ticket
    pc.wait_for(form=None, unsent=0)
    wait_until(lambda: rows(hub, "SELECT text FROM ticket WHERE text = 'no power since noon'") != [], "the ticket")
    (made,) = rows(hub, "SELECT kind, place_kind, created_by FROM ticket WHERE text = 'no power since noon'")
    assert made == ("enquiry", "feeder", "duty")
    assert name


def test_a_window_is_set_moved_and_a_caller_put_on_its_list(session: Session, pc: AgentPc, hub: RunningHub) -> None:
    find(pc, "617")
    open_form(pc, "F4", "window", "form.outage_kind")
    pc.press("form.outage_kind", "Tab")
    pc.press("form.until", "3", "Tab")
    pc.type("form.reason", "storm")
    take_picture(session, "form-window")
    pc.press("form.reason", "Return")
    pc.wait_for(form=None)
    wait_until(lambda: rows(hub, "SELECT id FROM outage WHERE reason = 'storm'") != [], "the window")
    find(pc, "617")
    pc.wait_for(state="outage")
    open_form(pc, "F3", "call_back", "form.number")
    pc.type("form.number", "13812345678")
    pc.press("form.number", "Tab")
    pc.type("form.caller", "zhang")
    take_picture(session, "form-call-back")
    pc.press("form.caller", "Return")
    pc.wait_for(form=None, unsent=0)
    find(pc, "617")
    open_form(pc, "F5", "promise", "form.act")
    pc.press("form.act", "5")
    take_picture(session, "form-promise")
    pc.press("form.act", "Return")
    pc.wait_for(form=None)
    done = "SELECT id FROM outage WHERE reason = 'storm' AND restored_at IS NOT NULL"
    wait_until(lambda: rows(hub, done) != [], "the restoration")


def test_what_was_typed_is_there_when_the_form_is_opened_again(session: Session, pc: AgentPc) -> None:
    find(pc, "616")
    open_form(pc, "F9", "wrap_up", "form.result")
    pc.press("form.result", "Tab")
    pc.type("form.note", "half a note")
    pc.press("form.note", "Escape")
    pc.wait_for(form=None)
    find(pc, "616")
    open_form(pc, "F9", "wrap_up", "form.result")
    take_picture(session, "form-wrap-up")
    pc.press("form.result", "Return")
    pc.wait_for(form=None, refused=0)
