"""From the first reports to the window: a real hub, a PC with its cache, and the desk's page."""

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import ZOOMED, Visits, no_serious_fault, picture, tab_to
from tests.hubs import PATIENCE_S, RunningHub, enrol, switchboard

PLACES = ("T00616001", "T00603001", "T00604001", "T00606001")
LATER = "T00605001"
Raised = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def pc(shared_hub: RunningHub, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a PC."""
    return enrol(shared_hub, tmp_path_factory.mktemp("pc") / "home", "seat-suspicions")


def report(hub: RunningHub, *places: str) -> None:
    """Trouble that somebody reported in each of these transformer areas."""
    token = hub.sign_in("agent")
    for place in places:
        body = {"kind": "trouble_report", "text": "没电", "place_kind": "transformer_area", "place_id": place}
        hub.post("/tickets", body, token)


def state(pc: Path, number: str) -> str:
    """What a PC says of a transformer area, once it has heard of everything."""
    switchboard("sync", "--once", "--home", str(pc))
    answer = switchboard("lookup", number, "--home", str(pc))
    return str(next(one["state"] for one in answer["results"] if one["code"] == number))


def within_seconds(found: Callable[[], Any]) -> Any:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        if value := found():
            return value
        time.sleep(0.5)
    raise AssertionError("it never came")


def standing(hub: RunningHub, place: str) -> dict[str, Any] | None:
    listed = switchboard("suspicions", "list", "--home", str(hub.home))
    return next((one for one in listed if one["place"]["id"] == place), None)


def counted(hub: RunningHub) -> Raised | None:
    """The suspicions by place, once every report is counted: a suspicion may stand before its last one."""
    listed = switchboard("suspicions", "list", "--home", str(hub.home))
    found = {one["place"]["id"]: one for one in listed}
    return found if all(place in found and found[place]["counts"]["trouble_report"] == 3 for place in PLACES) else None


@pytest.fixture(scope="module")
def raised(shared_hub: RunningHub, pc: Path) -> Raised:
    """Suspicions of some transformer areas, each for one test; that of the first came to a PC where all was well."""
    assert state(pc, "TQ00616001") == "normal"
    report(shared_hub, *PLACES * 3)
    found: Raised = within_seconds(lambda: counted(shared_hub))
    return found


def open_page(visits: Visits, hub: RunningHub, person: str, **how: Any) -> Page:
    return visits.open(hub, person, "/desk/suspicions", **how)


def test_reports_become_a_suspicion_on_the_pc_and_with_one_act_a_window(
    visits: Visits, shared_hub: RunningHub, pc: Path, raised: Raised
) -> None:
    one = raised["T00616001"]
    assert one["counts"] == {"trouble_report": 3, "call": 0, "look_up": 0}
    assert state(pc, "TQ00616001") == "suspected"
    page = open_page(visits, shared_hub, "duty")
    tab_to(page, page.locator(f"#suspicion-{one['id']} [name=etr]"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/outages/*")
    assert state(pc, "TQ00616001") == "outage"
    assert standing(shared_hub, "T00616001") is None
    expect(open_page(visits, shared_hub, "duty").locator("table.recent")).to_contain_text("已设停电")


def test_what_is_dismissed_with_a_reason_is_normal_again(
    visits: Visits, shared_hub: RunningHub, pc: Path, raised: Raised
) -> None:
    page = open_page(visits, shared_hub, "duty")
    card = page.locator(f"#suspicion-{raised['T00603001']['id']}")
    card.get_by_label("排除原因").fill("客户内部故障")
    card.get_by_role("button", name="排除", exact=True).click()
    page.locator("table.recent", has_text="客户内部故障").wait_for()
    expect(card).to_have_count(0)
    assert state(pc, "TQ00603001") == "normal"


def test_news_come_to_the_open_page_and_leave_what_is_typed_alone(
    visits: Visits, shared_hub: RunningHub, raised: Raised
) -> None:
    one = raised["T00604001"]
    page = open_page(visits, shared_hub, "duty")
    reason = page.locator(f"#why-{one['id']}")
    reason.fill("变压器故障")
    report(shared_hub, *(LATER,) * 3)
    page.locator(".suspicion", has_text="TQ00605001").wait_for()
    expect(reason).to_have_value("变压器故障")
    switchboard("suspicions", "dismiss", one["id"], "--reason", "误报", "--home", str(shared_hub.home))
    path = f"/desk/suspicions/{one['id']}/dismiss"
    second = "async path => (await fetch(path, {method: 'POST', body: new URLSearchParams({reason: 'x'})})).text()"
    assert re.search(r'role="alert">\S+ 已于 [-:\d ]+ 处理<', page.evaluate(second, path))


def test_a_supervisor_sets_the_thresholds_and_is_told_what_is_wrong(visits: Visits, shared_hub: RunningHub) -> None:
    page = open_page(visits, shared_hub, "supervisor")
    page.get_by_label("台区阈值").fill("0")
    page.get_by_role("button", name="保存，立即生效").click()
    expect(page.get_by_role("alert")).to_contain_text("台区阈值：请填 1 至 100")
    expect(page.get_by_label("台区阈值")).to_have_value("0")
    page.get_by_label("台区阈值").fill("16")
    page.get_by_role("button", name="保存，立即生效").click()
    page.wait_for_url("**/desk/suspicions#rules")
    expect(page.get_by_label("台区阈值")).to_have_value("16")
    page.get_by_role("button", name="恢复默认").click()
    expect(page.get_by_label("台区阈值")).to_have_value("15")


def test_who_may_set_no_window_sees_the_evidence_alone(visits: Visits, shared_hub: RunningHub, raised: Raised) -> None:
    page = open_page(visits, shared_hub, "agent")
    assert page.locator(f"#suspicion-{raised['T00606001']['id']} table.evidence tbody tr").count() >= 1
    assert page.locator("main form").count() == 0


@pytest.mark.parametrize(("size", "language"), [((1280, 800), "zh"), (ZOOMED, "en")])
def test_the_page_has_no_serious_fault_at_any_size(
    visits: Visits, shared_hub: RunningHub, raised: Raised, size: tuple[int, int], language: str
) -> None:
    page = open_page(visits, shared_hub, "supervisor", size=size, language=language)
    page.locator(f"#suspicion-{raised['T00606001']['id']}").wait_for()
    no_serious_fault(page)
    picture(page, f"suspicions-{language}")
