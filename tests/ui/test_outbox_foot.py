"""What waits in the outbox, as the agent sees it: a running assistant, and a hub that comes back."""

from pathlib import Path

from data.clock import SystemClock
from sync.outbox.entering import Entering
from sync.outbox.waiting import Outbox
from sync.replica.agent_home import AgentHome
from sync.replica.hub_client import HubClient
from tests.hubs import enrol, make_demo_hub, serving
from tests.odd_servers import line_to
from tests.ui.session import ENTRY, OtherProgram, Session, resident, wait_until


def test_what_waits_is_counted_in_the_foot_until_the_hub_has_it(
    session: Session, other: OtherProgram, tray: None, tmp_path: Path
) -> None:
    hub_home, agent = make_demo_hub(tmp_path / "hub"), tmp_path / "pc"
    with line_to(0) as line:
        with serving(hub_home) as hub:
            line.upstream = hub.port
            enrol(hub, agent, url=line.url)
            home = AgentHome(agent)
            home.files.begin_shift(HubClient.at(home).begin_shift("agent", "demo"))
        line.upstream = 0  # whoever gets the port of the hub that has ended is not met
        Entering(home, Outbox(agent), SystemClock()).ticket("enquiry", "几点来电")
        with resident(session, agent) as pc:
            pc.wait_for(unsent=1, refused=0, hub_connected=False)
            session.press("ctrl+alt+k")
            pc.look_up("tashan")
            pc.press(ENTRY, "Return")
            wait_until(lambda: len(Outbox(agent).entries()) > 1, "the look-up")
            looked_up = Outbox(agent).entries()[-1].entry
            assert (looked_up.kind, len(looked_up.body["look_ups"])) == ("look_up", 1)
            with serving(hub_home) as hub:
                line.upstream = hub.port
                pc.wait_for(unsent=0, hub_connected=True)
    assert [kept.entry.kind for kept in Outbox(agent).entries()] == ["look_up"]
