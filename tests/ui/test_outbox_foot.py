"""What waits in the outbox, as the agent sees it: a running assistant, and a hub that comes back."""

import socket
from pathlib import Path

from data.clock import SystemClock
from sync.outbox.entering import Entering
from sync.outbox.waiting import Outbox
from sync.replica.agent_home import AgentHome
from sync.replica.hub_client import HubClient
from tests.hubs import enrol, make_demo_hub, serving
from tests.ui.session import OtherProgram, Session, resident, wait_until
from tests.ui.test_main_path import look_up


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def test_what_waits_is_counted_in_the_foot_until_the_hub_has_it(
    session: Session, other: OtherProgram, tray: None, tmp_path: Path
) -> None:
    hub_home, agent, port = make_demo_hub(tmp_path / "hub"), tmp_path / "pc", free_port()
    with serving(hub_home, "--port", port) as hub:
        enrol(hub, agent)
        home = AgentHome(agent)
        home.files.begin_shift(HubClient.at(home).begin_shift("agent", "demo"))
    Entering(home, Outbox(agent), SystemClock()).ticket("enquiry", "几点来电")
    with resident(session, agent) as pc:
        pc.wait_for(unsent=1, refused=0, hub_connected=False)
        session.press("ctrl+alt+k")
        look_up(session, pc, "tashan")
        session.press("Return")
        wait_until(lambda: len(Outbox(agent).entries()) > 1, "the look-up")
        looked_up = Outbox(agent).entries()[-1].entry
        assert (looked_up.kind, len(looked_up.body["look_ups"])) == ("look_up", 1)
        with serving(hub_home, "--port", port):
            pc.wait_for(unsent=0, hub_connected=True)
    assert [kept.entry.kind for kept in Outbox(agent).entries()] == ["look_up"]
