import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from assistant.resident.instance import send
from tests.ui.agent_pc import OVER
from tests.ui.session import ENTRY, PATIENCE_S, TREE, AgentPc, OtherProgram, Session, assistant_in, tray_in, wait_until

CLICK_S = 5.0
"""How long a click of a person may take to show."""

HOTKEY = "ctrl+alt+k"


def shown(session: Session, pc: AgentPc, text: str = "ts") -> None:
    """The popup is open and answers `text`."""
    session.press(HOTKEY)
    pc.type(ENTRY, text)
    pc.wait_for(query=text, answered=True)


def test_the_hotkey_shows_the_popup_and_typing_reaches_nothing_else(
    session: Session, pc: AgentPc, other: OtherProgram
) -> None:
    shown(session, pc)
    assert pc.state()["results"] == ["塔山乡", "塔山屯村"]
    assert other.text == ""


def test_enter_copies_the_phone_for_every_other_program(session: Session, pc: AgentPc) -> None:
    shown(session, pc)
    pc.press(ENTRY, "Return")
    pc.wait_for(notice="copied")
    session.wait_for_clipboard("13904290001")


def test_tab_and_enter_copy_the_next_phone_also_after_the_popup_hid(session: Session, pc: AgentPc) -> None:
    shown(session, pc)
    pc.press(ENTRY, "Tab", "Return", "Escape")
    pc.wait_for(visible=False)
    session.wait_for_clipboard("0429-4110119")


def test_the_map_takes_the_place_of_the_popup_from_the_list_and_from_the_tree(session: Session, pc: AgentPc) -> None:
    shown(session, pc)
    pc.press(ENTRY, "ctrl+m")
    pc.wait_for(visible=False)
    session.press(HOTKEY)
    pc.press(ENTRY, "F6")
    pc.wait_for(tree="feeder:f1")
    pc.press(TREE, "m")
    pc.wait_for(visible=False)


def test_a_record_that_is_not_in_the_tree_is_said_and_esc_goes_back(session: Session, pc: AgentPc) -> None:
    shown(session, pc, "2100123456")
    pc.press(ENTRY, "F6")
    pc.wait_for(tree="customer:2100123456")
    pc.press(TREE, "Escape")
    pc.wait_for(visible=True, tree=None, query="2100123456", answered=True)


def test_what_is_typed_at_the_tree_is_looked_up(session: Session, pc: AgentPc) -> None:
    shown(session, pc, "2100123456")
    pc.press(ENTRY, "ctrl+t")
    pc.wait_for(tree="customer:2100123456")
    pc.type(TREE, "lgq")
    pc.wait_for(tree=None, query="lgq", answered=True, chosen="龙港区")


def test_a_slow_answer_is_given_up_for_the_next_keystroke(session: Session, home: Path, other: OtherProgram) -> None:
    with assistant_in(session, home, "t", "tsx") as pc:
        session.press(HOTKEY)
        pc.type(ENTRY, "tsx")
        pc.press(ENTRY, "BackSpace")
        pc.wait_for(query="ts", answered=True, chosen="塔山乡")


def test_it_tells_which_of_its_fields_has_the_keyboard(session: Session, pc: AgentPc, other: OtherProgram) -> None:
    pc.wait_for(focus=None)
    shown(session, pc, "2100123456")
    pc.wait_for(focus=ENTRY)
    pc.press(ENTRY, "F6")
    pc.wait_for(focus=TREE)
    session.press(HOTKEY)
    pc.wait_for(focus=None)


def test_down_selects_the_next_result(session: Session, pc: AgentPc) -> None:
    shown(session, pc)
    pc.press(ENTRY, "Down")
    pc.wait_for(chosen="塔山屯村")


def test_esc_hides_and_the_other_program_goes_on_where_it_was(
    session: Session, pc: AgentPc, other: OtherProgram
) -> None:
    other.type("before")
    shown(session, pc)
    pc.press(ENTRY, "Escape")
    pc.wait_for(visible=False)
    other.type(" after")
    assert other.text == "before after"


def test_the_hotkey_hides_too(session: Session, pc: AgentPc, other: OtherProgram) -> None:
    shown(session, pc)
    session.press(HOTKEY)
    pc.wait_for(visible=False)
    other.wait_for_keyboard()


def test_the_last_query_is_selected_so_that_typing_replaces_it(session: Session, pc: AgentPc) -> None:
    shown(session, pc)
    pc.press(ENTRY, "Escape")
    pc.wait_for(visible=False)
    shown(session, pc, "lgq")
    assert pc.state()["results"] == ["龙港区"]


def test_a_held_hotkey_is_one_press(session: Session, pc: AgentPc) -> None:
    session.repeat_keys(held=True)
    try:
        session.xdotool("keydown", "ctrl", "keydown", "alt", "keydown", "k", "sleep", "1.2")
        pc.wait_for(visible=True)
    finally:
        session.xdotool("keyup", "k", "keyup", "alt", "keyup", "ctrl")
        session.repeat_keys(held=False)
    pc.wait_for(visible=True, query="")


def test_a_press_on_another_keyboard_is_not_lost(session: Session, pc: AgentPc) -> None:
    for press in range(10):
        session.change_keyboard()
        session.press(HOTKEY)
        pc.wait_for(visible=press % 2 == 0)


def test_caps_lock_does_not_disable_the_hotkey(session: Session, pc: AgentPc) -> None:
    session.press("Caps_Lock")
    try:
        session.press(HOTKEY)
        pc.wait_for(visible=True)
    finally:
        session.press("Caps_Lock")


def test_clicking_into_another_window_hides_the_popup_and_leaves_the_focus_there(
    session: Session, pc: AgentPc, other: OtherProgram
) -> None:
    shown(session, pc)
    session.xdotool("mousemove", "100", "50", "click", "1")
    pc.wait_for(visible=False)
    other.wait_for_keyboard()


def test_a_taken_hotkey_is_reported_and_the_popup_still_opens(session: Session, pc: AgentPc, tmp_path: Path) -> None:
    second = tmp_path / "second"
    second.mkdir()
    with assistant_in(session, second) as late:
        state = late.state()
        assert not state["hotkey_works"]
        assert "taken by another program" in state["hotkey"]
        send(second, "toggle")
        late.wait_for(visible=True)
    assert pc.state()["hotkey_works"]


def test_a_second_start_toggles_the_first(session: Session, pc: AgentPc) -> None:
    with session.program("tests.ui.agent_pc", str(pc.home), stdin=subprocess.DEVNULL) as second:
        assert second.wait(PATIENCE_S) == 0
    pc.wait_for(visible=True)


def test_a_screen_pop_shows_the_number(session: Session, pc: AgentPc) -> None:
    send(pc.home, "pop 2100123456")
    pc.wait_for(visible=True, query="2100123456", answered=True, chosen="葫芦岛塔山水泥有限公司")


def test_an_outage_that_ends_by_the_clock_turns_the_card_without_a_word(
    session: Session, home: Path, other: OtherProgram
) -> None:
    with assistant_in(session, home) as pc:
        shown(session, pc)
        pc.wait_for(state="partial_outage")
        pc.tell(OVER)
        pc.wait_for(state="normal")


def test_what_the_background_work_reports_is_shown(session: Session, pc: AgentPc) -> None:
    pc.tell("hub_lost")
    pc.wait_for(hub_connected=False)
    pc.tell("hub_back")
    pc.wait_for(hub_connected=True)


def test_a_wrong_settings_file_is_said_and_the_built_in_hotkey_works(
    session: Session, home: Path, other: OtherProgram
) -> None:
    (home / "settings.toml").write_text('hotkey = "k"')
    with assistant_in(session, home) as pc:
        assert "needs ctrl" in pc.state()["settings_problem"]
        session.press(HOTKEY)
        pc.wait_for(visible=True)


def test_hidden_it_wakes_for_nothing(session: Session, pc: AgentPc) -> None:
    shown(session, pc)
    pc.press(ENTRY, "Escape")
    pc.wait_for(visible=False)
    wait_until(lambda: sleeps_through(session, pc), "three seconds without a wake-up")


def sleeps_through(session: Session, pc: AgentPc) -> bool:
    """Whether nothing in it woke in three seconds: what was begun before may have had to wait for the machine."""
    before = wake_ups(pc.process.pid)
    session.xdotool("sleep", "3")
    return wake_ups(pc.process.pid) == before


def wake_ups(pid: int) -> int:
    """How often any thread of the process went to sleep again."""
    lines = [
        line
        for status in Path(f"/proc/{pid}/task").glob("*/status")
        for line in status.read_text().splitlines()
        if line.startswith("voluntary_ctxt_switches")
    ]
    return sum(int(line.split()[1]) for line in lines)


def test_it_runs_without_a_tray(session: Session, pc: AgentPc) -> None:
    assert not pc.state()["tray"]
    session.press(HOTKEY)
    pc.wait_for(visible=True)


@contextmanager
def with_icon(session: Session, home: Path) -> Iterator[AgentPc]:
    """An assistant whose icon is in the tray."""
    with assistant_in(session, home) as pc:
        pc.wait_for(tray=True)
        yield pc


def test_a_click_on_the_tray_icon_shows_the_popup(
    session: Session, home: Path, other: OtherProgram, tray: None
) -> None:
    with with_icon(session, home) as pc:
        wait_until(lambda: shows_by_click(session, pc), "the popup after a click")


def shows_by_click(session: Session, pc: AgentPc) -> bool:
    """Whether a click on the icon showed the popup; one that comes while the tray still moves it does not."""
    wait_until(lambda: session.click_window("switchboard", 1), "the icon")
    until = time.monotonic() + CLICK_S
    while time.monotonic() < until and not pc.state()["visible"]:
        time.sleep(0.02)
    return bool(pc.state()["visible"])


def test_the_other_button_on_the_tray_icon_opens_a_menu_that_can_quit(
    session: Session, home: Path, other: OtherProgram, tray: None
) -> None:
    with with_icon(session, home) as pc:
        wait_until(lambda: quits_by_menu(session, pc), "the end by the menu")
        assert pc.process.returncode == 0


def quits_by_menu(session: Session, pc: AgentPc) -> bool:
    """Whether a click on the menu's last entry ended the program; one that comes before the menu listens does not."""
    wait_until(lambda: session.click_window("switchboard", 3), "the icon")
    wait_until(lambda: session.click_last_entry("Menu"), "the menu")
    try:
        pc.process.wait(CLICK_S)
    except subprocess.TimeoutExpired:
        session.press("Escape")
        return False
    return True


def test_a_tray_that_starts_later_gets_the_icon(session: Session, pc: AgentPc, request: pytest.FixtureRequest) -> None:
    assert not pc.state()["tray"]
    request.getfixturevalue("tray")
    pc.wait_for(tray=True)


def test_a_tray_that_starts_again_gets_the_icon_again(session: Session, home: Path, other: OtherProgram) -> None:
    with ExitStack() as first, assistant_in(session, home) as pc:
        first.enter_context(tray_in(session))
        pc.wait_for(tray=True)
        first.close()
        pc.wait_for(tray=False)
        assert session.windows("switchboard") == []
        with tray_in(session):
            pc.wait_for(tray=True)
            wait_until(lambda: shows_by_click(session, pc), "the popup after a click")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_while_it_idles(session: Session, pc: AgentPc, number: signal.Signals) -> None:
    pc.process.send_signal(number)
    assert pc.process.wait(PATIENCE_S) == 0


def test_without_a_display_it_says_so_in_one_line(session: Session, home: Path) -> None:
    del session.environment["DISPLAY"]
    with session.program("tests.ui.agent_pc", str(home), stderr=subprocess.PIPE) as process:
        assert process.wait(PATIENCE_S) == 1
        said = process.stderr.read()
    assert said.startswith("没有图形界面 / no display")
    assert said.count("\n") == 1
