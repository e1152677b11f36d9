"""A notice, from the desk to a running assistant, and back to the desk as read."""

from pathlib import Path

from tests.hubs import enrol, make_demo_hub, serving, switchboard
from tests.ui.session import ENTRY, OtherProgram, Session, resident, wait_until


def test_a_notice_comes_by_itself_takes_no_keyboard_and_is_marked_read_with_one_key(
    session: Session, other: OtherProgram, tray: None, tmp_path: Path
) -> None:
    hub_home, agent = make_demo_hub(tmp_path / "hub"), tmp_path / "pc"
    with serving(hub_home) as hub:
        enrol(hub, agent)
        with resident(session, agent) as pc:
            pc.wait_for(hub_connected=True, posted=[])
            at_hub = ("--home", str(hub_home))
            key = switchboard("notices", "post", "塔山变电站全停", "--urgent", *at_hub)["id"]
            pc.wait_for(posted=[key], visible=False)
            other.wait_for_keyboard()
            session.press("ctrl+alt+k")
            pc.press(ENTRY, "F11")
            pc.wait_for(posted=[], visible=True, unsent=0)
            wait_until(lambda: bool(switchboard("notices", "list", *at_hub)[0]["read"]), "the mark at the hub")
            (read,) = switchboard("notices", "list", *at_hub)[0]["read"]
            assert (read["reader"], read["person"]) == ("seat-1", False)
