"""The main path with nothing replaced: a hub, an enrolled assistant on a screen, a browser, real keys."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from data.clock import to_iso
from data.sqlite import connect
from sync.replica.agent_home import AgentHome
from tests.hubs import RunningHub, enrol, make_demo_hub, serving, switchboard
from tests.ui.session import ENTRY, PATIENCE_S, TREE, AgentPc, OtherProgram, Session, resident, wait_until

TASHAN_FEEDER = "F02616"
PICTURES = "SWITCHBOARD_PICTURES"


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    with serving(make_demo_hub(tmp_path_factory.mktemp("hub") / "home")) as hub:
        yield hub


@pytest.fixture
def pc(session: Session, agent: Path, other: OtherProgram, tray: None) -> Iterator[AgentPc]:
    with resident(session, agent) as pc:
        yield pc


def set_outage(hub: RunningHub, lasting: timedelta, feeder: str = TASHAN_FEEDER) -> str:
    now = datetime.now(UTC)
    window = {"kind": "fault", "start": to_iso(now - timedelta(minutes=5)), "etr": to_iso(now + lasting)}
    scope = {"reason": "雷击跳闸", "scope": [{"kind": "feeder", "id": feeder}]}
    return str(hub.post("/outages", window | scope, hub.sign_in("maintainer"))["id"])


def withdraw(hub: RunningHub, outage: str) -> None:
    hub.post(f"/outages/{outage}/withdraw", {"reason": "test"}, hub.sign_in("maintainer"))


def test_a_key_press_shows_the_popup_finds_the_place_and_gives_the_focus_back(
    session: Session, pc: AgentPc, other: OtherProgram, agent: Path
) -> None:
    session.press("ctrl+alt+k")
    for text in ("tsx", "tashan", "塔山"):
        pc.look_up(text)
        pc.wait_for(chosen="塔山乡", state="normal")
    pc.press(ENTRY, "Return")
    first = switchboard("lookup", "--home", str(agent), "tsx")["results"][0]
    session.wait_for_clipboard(first["contacts"][0]["phone"])
    assert first["branch"]["phone"]
    pc.press(ENTRY, "Escape")
    other.type("x")
    assert other.text == "x"


@contextmanager
def wallboard(hub: RunningHub) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        page.set_default_timeout(PATIENCE_S * 1000)
        page.goto(f"{hub.url}/login")
        page.fill("input[name=name]", "supervisor")
        page.fill("input[name=password]", "demo")
        page.click("button.main")
        page.wait_for_url("**/desk")
        page.goto(f"{hub.url}/wallboard")
        yield page
        browser.close()


def test_an_outage_turns_card_and_wallboard_red_and_back_at_its_etr_without_the_hub(
    session: Session, agent: Path, other: OtherProgram, tmp_path: Path
) -> None:
    with serving(make_demo_hub(tmp_path / "own-hub")) as hub:
        enrol(hub, tmp_path / "own-agent")
        with (
            resident(session, tmp_path / "own-agent") as pc,
            wallboard(hub) as page,
        ):
            session.press("ctrl+alt+k")
            pc.look_up("tsx")
            pc.wait_for(chosen="塔山乡", state="normal")
            below = next(seen for within_s in (10, 30, 90) if (seen := seen_while_out(hub, pc, page, within_s)))
            hub.process.kill()  # from here on nobody sends anything
            assert below == {"transformer_area": "outage", "customer": "outage", "elsewhere": "normal"}
            pc.wait_for(state="normal")
            page.wait_for_selector("text=10kV 塔山线", state="detached")


def seen_while_out(hub: RunningHub, pc: AgentPc, page: Page, within_s: float) -> dict[str, str]:
    """What `states_below` a line that is out for so long; nothing where the machine was too busy to see it all."""
    over = datetime.now(UTC) + timedelta(seconds=within_s)
    set_outage(hub, timedelta(seconds=within_s))
    while pc.state()["state"] != "partial_outage" or not page.is_visible("text=10kV 塔山线"):
        if datetime.now(UTC) > over:
            return {}
        page.wait_for_timeout(50)
    below = states_below(pc.home)
    return below if datetime.now(UTC) < over else {}


def states_below(agent: Path) -> dict[str, str]:
    """The states of a transformer area and a customer below the feeder, and of an area elsewhere."""

    def state(query: str) -> str:
        return str(switchboard("lookup", "--home", str(agent), query)["results"][0]["state"])

    cache = AgentHome(agent).current_cache()
    assert cache
    sql = (
        "SELECT t.number, c.id FROM transformer_area t JOIN customer c ON c.transformer_area = t.id"
        " WHERE t.feeder = ? LIMIT 1"
    )
    number, customer = connect(cache, read_only=True).execute(sql, (TASHAN_FEEDER,)).fetchone()
    return {"transformer_area": state(number), "customer": state(customer), "elsewhere": state("兴城市")}


def test_without_the_hub_lookups_answer_with_their_age(tmp_path: Path) -> None:
    with serving(make_demo_hub(tmp_path / "hub")) as hub:
        agent = enrol(hub, tmp_path / "agent")
    answer = switchboard("lookup", "--home", str(agent), "tsx")
    assert answer["results"][0]["name"] == "塔山乡"
    assert answer["as_of"] is not None
    assert answer["age_s"] >= 0


def test_the_picture_of_the_readme_can_be_taken(session: Session, pc: AgentPc, hub: RunningHub, tmp_path: Path) -> None:
    """With SWITCHBOARD_PICTURES=docs it replaces the one that is there."""
    outage = set_outage(hub, timedelta(hours=2))
    session.press("ctrl+alt+k")
    pc.look_up("tsx")
    pc.wait_for(chosen="塔山乡", state="partial_outage", hub_connected=True)
    take(session, tmp_path, "popup.png")
    withdraw(hub, outage)


def test_the_tree_is_walked_with_keys_and_its_picture_can_be_taken(
    session: Session, pc: AgentPc, hub: RunningHub, tmp_path: Path
) -> None:
    """With SWITCHBOARD_PICTURES=docs it replaces the one that is there."""
    outage = set_outage(hub, timedelta(hours=2))
    session.press("ctrl+alt+k")
    pc.look_up("tsx")
    pc.wait_for(chosen="塔山乡", state="partial_outage", hub_connected=True)
    pc.press(ENTRY, "F6")
    feeder = f"feeder:{TASHAN_FEEDER}"
    pc.wait_for(tree=feeder, card=None)
    pc.press(TREE, "Down")
    wait_until(lambda: str(pc.state()["tree"]).startswith("transformer_area:"), "the first transformer area")
    pc.press(TREE, "Left")
    pc.wait_for(tree=feeder)
    take(session, tmp_path, "tree.png")
    pc.press(TREE, "Return")
    pc.wait_for(card="10kV 塔山线")
    pc.press(TREE, "Return")
    contact = switchboard("lookup", "--home", str(pc.home), "10kV 塔山线")["results"][0]["contacts"][0]
    session.wait_for_clipboard(contact["phone"])
    pc.press(TREE, "i", "Escape")
    pc.wait_for(visible=True, tree=None, query="tsx", answered=True, chosen="塔山乡")
    withdraw(hub, outage)


def take(session: Session, folder: Path, name: str) -> None:
    """Takes a picture of the popup."""
    picture = Path(os.environ.get(PICTURES) or folder) / name
    window = session.xdotool("getactivewindow")

    def taken() -> bool:
        subprocess.run(["import", "-window", window, str(picture)], env=session.environment, check=True)
        return picture.stat().st_size > 20_000  # an empty window packs to far less

    wait_until(taken, "a picture with something on it")


@pytest.mark.timeout(400)
def test_the_packaged_assistant_opens_at_a_real_key_and_answers(
    session: Session, agent: Path, other: OtherProgram, tmp_path: Path
) -> None:
    subprocess.run(
        ["packaging/build_assistant", str(tmp_path / "dist")],
        cwd=Path(__file__).parents[2],
        env=os.environ | {"PYTHON": sys.executable},
        check=True,
    )
    program = tmp_path / "dist" / "switchboard" / "switchboard"
    with resident(session, agent, [str(program)]) as pc:
        session.press("ctrl+alt+k")
        pc.look_up("tashan")
        pc.wait_for(chosen="塔山乡")
        pc.press(ENTRY, "Escape")
