"""Customers are told of an outage and callers called back, by keys and by mouse."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from data.clock import to_iso
from data.store.schema import AUDIT
from sync.hub.home import HubHome
from sync.replica.agent_home import AgentHome
from sync.replica.hub_client import HubClient
from tests.browser import ZOOMED, Visits, no_serious_fault, picture, tab_to
from tests.hubs import RunningHub, enrol, serving, switchboard

FEEDER = "F-telling"
HOSPITAL, MINE, HOUSE = "9900000001", "9900000002", "9900000003"
RECORDS: list[tuple[str, dict[str, Any]]] = [
    ("feeder", {"id": FEEDER, "number": "9911", "name": "10kV 告知线"}),
    ("transformer_area", {"id": "T-telling", "number": "TT1", "name": "告知1号公变", "feeder": FEEDER}),
    (
        "customer",
        {
            "id": HOSPITAL,
            "name": "葫芦岛市中心医院（北院区）血液透析中心",
            "transformer_area": "T-telling",
            "importance": "special",
            "phone": "13812345678",
        },
    ),
    ("customer", {"id": MINE, "name": "杨家杖子矿", "feeder": FEEDER, "high_risk": True, "phone": "13987654321"}),
    ("customer", {"id": HOUSE, "name": "张伟", "transformer_area": "T-telling", "phone": "13700001111"}),
]


@pytest.fixture(scope="module")
def hub(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    """A hub with a line of its own, to which a hospital, a mine and a house are tied."""
    home = Path(shutil.copytree(demo_home, tmp_path_factory.mktemp("telling") / "hub"))
    store = HubHome(home).open_store()
    with store.write("test", "records") as writing:
        for kind, doc in RECORDS:
            writing.put(kind, doc)
    store.engine.dispose()
    with serving(home) as running:
        yield running


@pytest.fixture
def outage(hub: RunningHub) -> Iterator[str]:
    """A fault on that line, withdrawn after the test."""
    now = datetime.now(UTC)
    times = {"start": to_iso(now - timedelta(minutes=10)), "etr": to_iso(now + timedelta(hours=2))}
    body = {"kind": "fault", "reason": "倒杆", "scope": [{"kind": "feeder", "id": FEEDER}], **times}
    duty = hub.sign_in("duty")
    key = str(hub.post("/outages", body, duty)["id"])
    yield key
    hub.post(f"/outages/{key}/withdraw", {"reason": "演练"}, duty)


def postpone(hub: RunningHub, outage: str, hours: float) -> None:
    etr = to_iso(datetime.now(UTC) + timedelta(hours=hours))
    hub.post(f"/outages/{outage}/revise", {"etr": etr, "reason": "导线需更换"}, hub.sign_in("duty"))


def trail(hub: RunningHub, act: str) -> list[tuple[str, str]]:
    store = HubHome(hub.home).open_store()
    with store.read() as connection:
        found = connection.execute(select(AUDIT.c.actor, AUDIT.c.about).where(AUDIT.c.act == act)).all()
    store.engine.dispose()
    return [(actor, about) for actor, about in found]


def test_customers_are_told_one_after_the_other_by_keys_alone(visits: Visits, hub: RunningHub, outage: str) -> None:
    page = visits.open(hub, "duty", f"/desk/told?outage={outage}")
    hospital, mine = page.locator(f"#row-{outage}-{HOSPITAL}"), page.locator(f"#row-{outage}-{MINE}")
    whom = hospital.get_by_label("告知对象")
    expect(whom).to_be_focused()
    page.keyboard.type("李主任")
    page.keyboard.press("Enter")
    expect(mine.get_by_label("告知对象")).to_be_focused()
    expect(hospital).to_have_count(0)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("请填写告知对象")
    expect(mine.get_by_label("告知对象")).to_be_focused()
    tab_to(page, mine.get_by_role("button", name="无人接听"))
    page.keyboard.press("Enter")
    expect(mine).to_contain_text("无人接听")
    picture(page, "told")
    no_serious_fault(page)
    page.goto(f"{hub.url}/desk/told?outage={outage}&show=all")
    expect(hospital).to_contain_text("李主任")
    expect(page.get_by_role("heading", level=2)).to_contain_text("待通知 1 / 共 2 户")
    postpone(hub, outage, 4)
    page.reload()
    expect(hospital).to_contain_text("再通知：改期告知")


def test_what_was_typed_is_kept_when_it_is_refused(visits: Visits, hub: RunningHub, outage: str) -> None:
    page = visits.open(hub, "duty", f"/desk/told?outage={outage}", language="en")
    mine = page.locator(f"#row-{outage}-{MINE}")
    mine.get_by_label("Told to whom").fill("杨工")
    mine.get_by_label("By what means").select_option("visit")
    mine.get_by_role("button", name="Not needed").click()
    expect(page.get_by_role("alert")).to_have_text("Say why nobody need be told")
    expect(mine.get_by_label("Told to whom")).to_have_value("杨工")
    expect(mine.get_by_label("By what means")).to_have_value("visit")
    mine.get_by_label("Note", exact=True).fill("矿井停产")
    mine.get_by_role("button", name="Not needed").click()
    expect(mine).to_have_count(0)


def test_a_phone_is_masked_until_it_is_asked_for(visits: Visits, hub: RunningHub, outage: str) -> None:
    page = visits.open(hub, "duty", f"/desk/told?outage={outage}")
    hospital = page.locator(f"#row-{outage}-{HOSPITAL}")
    expect(hospital).to_contain_text("138****5678")
    hospital.get_by_role("button", name="电话").click()
    expect(hospital).to_contain_text("13812345678")
    assert ("person:duty", f"customer {HOSPITAL} phone, other: 停电通知 {outage}") in trail(hub, "reveal")


def test_the_list_is_exported_masked_and_that_is_in_the_trail(
    visits: Visits, hub: RunningHub, outage: str, tmp_path: Path
) -> None:
    page = visits.open(hub, "supervisor", f"/desk/told?outage={outage}")
    with page.expect_download() as download:
        page.get_by_role("button", name="导出 Excel").click()
    download.value.save_as(tmp_path / "told.xlsx")
    header, *rows = CalamineWorkbook.from_path(tmp_path / "told.xlsx").get_sheet_by_index(0).to_python()
    assert {row[header.index("联系电话 Phone")] for row in rows} == {"138****5678", "139****4321"}
    assert any(outage in about and "masked" in about for _, about in trail(hub, "export"))


def test_a_reader_without_the_right_sees_the_list_and_no_form(visits: Visits, hub: RunningHub, outage: str) -> None:
    page = visits.open(hub, "agent", f"/desk/told?outage={outage}", size=ZOOMED)
    expect(page.locator(f"#row-{outage}-{HOSPITAL}")).to_contain_text("停电通知")
    assert page.locator("form.tell").count() == 0
    no_serious_fault(page)


def test_a_caller_is_put_down_called_when_power_is_back_and_closed(
    visits: Visits, hub: RunningHub, outage: str
) -> None:
    page = visits.open(hub, "agent", f"/desk/call-backs?outage={outage}&customer={HOUSE}")
    page.get_by_label("电话", exact=True).fill("1370000")
    page.get_by_label("称呼").fill("张先生")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("请填写完整的电话号码")
    assert page.get_by_label("称呼").input_value() == "张先生"
    expect(page.get_by_label("电话", exact=True)).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("137 0000 1111")
    page.keyboard.press("Enter")
    row = page.get_by_role("row").filter(has_text="张先生")
    expect(row).to_contain_text("137****1111")
    expect(row).to_contain_text("等待送电")
    postpone(hub, outage, 5)
    page.goto(f"{hub.url}/desk/call-backs")
    take = row.get_by_role("button")
    tab_to(page, take)
    page.keyboard.press("Enter")
    expect(row).to_contain_text("13700001111")
    expect(row).to_contain_text("预计恢复时间由")
    picture(page, "call_backs")
    no_serious_fault(page)
    other = visits.open(hub, "duty", "/desk/call-backs")
    theirs = other.get_by_role("row").filter(has_text="张先生")
    expect(theirs).to_contain_text("agent 正在回拨")
    expect(theirs).not_to_contain_text("13700001111")
    expect(row.get_by_label("备注")).to_be_focused()
    page.keyboard.type("已说明")
    page.keyboard.press("Enter")
    expect(row).to_have_count(0)
    hub.post(f"/outages/{outage}/restore", {"partial": [{"kind": "transformer_area", "id": "T-telling"}]}, duty(hub))
    expect(theirs.get_by_role("button")).to_be_visible(timeout=10_000)
    finish(other, "张先生")


def duty(hub: RunningHub) -> str:
    return hub.sign_in("duty")


def finish(page: Page, name: str) -> None:
    row = page.get_by_role("row").filter(has_text=name)
    row.get_by_role("button").click()
    expect(row).to_contain_text("已确认送电")
    row.get_by_role("button", name="已告知").click()
    expect(row).to_have_count(0)
    page.get_by_role("link", name="已结束").click()
    expect(row).to_contain_text("已结束")


def test_a_caller_put_down_at_a_pc_is_on_the_desks_list(
    visits: Visits, hub: RunningHub, outage: str, tmp_path: Path
) -> None:
    home = enrol(hub, tmp_path / "agent", "seat-telling")
    agent = AgentHome(home)
    agent.files.begin_shift(HubClient.at(agent).begin_shift("agent", "demo"))
    caller = ("--phone", "13511112222", "--name", "李女士", "--outage", outage)
    entered = switchboard("call-backs", "add", "--home", str(home), *caller)
    assert (entered["status"], entered["record"]) == ("applied", entered["entry"])
    page = visits.open(hub, "agent", "/desk/call-backs?show=waiting")
    expect(page.get_by_role("row").filter(has_text="李女士")).to_contain_text("135****2222")


@pytest.mark.parametrize("path", ["/desk/told", "/desk/call-backs?show=all"])
def test_the_pages_hold_at_twice_the_size(visits: Visits, hub: RunningHub, outage: str, path: str) -> None:
    no_serious_fault(visits.open(hub, "admin", path, size=ZOOMED, language="en"))
