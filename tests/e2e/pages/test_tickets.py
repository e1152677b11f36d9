"""The pages of tickets and of the business catalogue, by keyboard and by mouse."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import SCREEN, ZOOMED, Visits, no_serious_fault, picture, tab_to, type_until_found
from tests.hubs import RunningHub

PLACE = "TQ00616001"


def report(hub: RunningHub, place: str = PLACE, **more: Any) -> dict[str, Any]:
    body = {"kind": "trouble_report", "text": "没电了", "place_kind": "transformer_area", "place_id": place, **more}
    return hub.post("/tickets", body, hub.sign_in("agent"))


def body_of(page: Page) -> str:
    return page.inner_text("main")


def test_a_ticket_is_made_by_keyboard_alone_and_hangs_on_the_report_that_is_open(
    shared_hub: RunningHub, visits: Visits
) -> None:
    lead = report(shared_hub)
    page = visits.open(shared_hub, "agent", "/desk/tickets")
    page.keyboard.press("n")
    expect(page.locator("#text")).to_be_focused()
    tab_to(page, page.locator("#kind"))
    tab_to(page, page.locator("#business"))
    page.keyboard.press("ArrowDown")
    tab_to(page, page.locator("#place"))
    type_until_found(page, PLACE, page.locator("#place-list [role=option]", has_text=PLACE))
    page.keyboard.press("Enter")
    page.wait_for_selector(f"#near a[href='/desk/tickets/{lead['number']}']")
    expect(page.locator("#near")).to_contain_text("将自动关联到")
    tab_to(page, page.locator("#text"))
    page.keyboard.type("整栋楼没电")
    picture(page, "tickets-entry")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("[role=status]")
    number = page.inner_text("[role=status] a")
    assert re.fullmatch(r"GD\d{8}-\d{4}", number)
    row = page.locator("#tickets tr", has=page.locator(f"a.number:text-is('{number}')"))
    expect(row).to_contain_text(f"关联到 {lead['number']}")
    expect(row).to_contain_text("报修 > 无电")
    no_serious_fault(page)


def test_what_is_refused_stands_by_its_field_and_what_was_typed_is_kept(shared_hub: RunningHub, visits: Visits) -> None:
    page = visits.open(shared_hub, "duty", "/desk/tickets", language="en")
    page.fill("#text", "no power")
    page.fill("#place", "NOWHERE")
    page.click("text=Save the ticket")
    page.wait_for_selector("#place[aria-invalid=true]")
    expect(page.locator("#place-said")).to_have_text("No transformer area has the number or name 'NOWHERE'")
    expect(page.locator("#text")).to_have_value("no power")
    expect(page.locator("#place")).to_have_value("NOWHERE")
    no_serious_fault(page)


def test_a_ticket_is_taken_settled_with_those_linked_to_it_and_taken_up_again_by_keyboard(
    shared_hub: RunningHub, visits: Visits
) -> None:
    lead, again = report(shared_hub, "TQ00616002"), report(shared_hub, "TQ00616002")
    page = visits.open(shared_hub, "duty", f"/desk/tickets/{lead['number']}")
    no_serious_fault(page)
    tab_to(page, page.get_by_role("button", name="接单处理"))
    page.keyboard.press("Enter")
    page.wait_for_selector("h2:has-text('处理中')")
    expect(page.locator("select[name=person]")).to_have_value("duty")
    tab_to(page, page.get_by_role("button", name="办结", exact=True))
    page.keyboard.press("Enter")
    page.wait_for_selector("#remark-said")
    tab_to(page, page.locator("#remark"))
    page.keyboard.type("更换熔断器，已复电")
    tab_to(page, page.get_by_role("button", name="办结", exact=True))
    page.keyboard.press("Enter")
    page.wait_for_selector("h2:has-text('已办结')")
    picture(page, "ticket-settled")
    page.click(f"a[href='/desk/tickets/{again['number']}']")
    page.wait_for_url(f"**/desk/tickets/{again['number']}")
    page.wait_for_selector("h2:has-text('已办结')")
    expect(page.locator(".history")).to_contain_text(f"{lead['number']}: 更换熔断器，已复电")
    page.fill("#remark", "又没电了")
    page.click("button:has-text('重新处理')")
    page.wait_for_selector("h2:has-text('处理中')")
    page.select_option("select[name=person]", "")
    page.select_option("select[name=branch]", "")
    page.click("button:has-text('保存')")
    expect(page.locator(".facts")).to_contain_text("未指派")
    page.click("button:has-text('解除关联')")
    expect(page.locator(".facts")).not_to_contain_text("关联到")


def test_two_officers_on_one_ticket_see_both_changes_and_what_was_typed_is_kept(
    shared_hub: RunningHub, visits: Visits
) -> None:
    key = report(shared_hub, "TQ00617001")["number"]
    first = visits.open(shared_hub, "duty", f"/desk/tickets/{key}")
    second = visits.open(shared_hub, "supervisor", f"/desk/tickets/{key}")
    first.fill("#remark", "我来处理")
    first.click("button:has-text('接单处理')")
    first.wait_for_selector("h2:has-text('处理中')")
    second.fill("#remark", "等客户回电")
    second.click("button:has-text('转待回复')")
    second.wait_for_selector(".moved")
    expect(second.locator(".moved")).to_contain_text("我来处理")
    expect(second.locator(".moved")).to_contain_text("等客户回电")
    expect(second.locator("#remark")).to_have_value("等客户回电")
    picture(second, "ticket-moved")
    no_serious_fault(second)
    second.click("button:has-text('转待回复')")
    second.wait_for_selector("h2:has-text('待回复')")
    expect(second.locator(".facts")).to_contain_text("duty")  # which nobody changed on the second page


def test_a_window_on_the_place_shows_on_the_ticket(shared_hub: RunningHub, visits: Visits) -> None:
    key = report(shared_hub, "TQ00618001")["number"]
    window = {
        "kind": "fault",
        "start": "2026-01-01T00:00:00+08:00",
        "etr": "2090-01-01T00:00:00+08:00",
        "reason": "倒杆",
        "scope": [{"kind": "transformer_area", "id": "TQ00618001"}],
    }
    made = shared_hub.post("/outages", window, shared_hub.sign_in("duty"))
    page = visits.open(shared_hub, "agent", f"/desk/tickets/{key}")
    assert "已有停电信息" in body_of(page)
    assert page.get_attribute(".known.out a", "href") == f"/desk/outages/{made['id']}"
    listed = visits.open(shared_hub, "agent", "/desk/tickets")
    listed.fill("#find", key)
    expect(listed.locator("#tickets tbody tr")).to_have_count(1)
    assert listed.locator(".flag.out").count() == 1


@pytest.mark.parametrize("size", [SCREEN, ZOOMED], ids=["screen", "zoomed"])
def test_the_list_and_the_filters_fit_and_follow_each_other(
    shared_hub: RunningHub, visits: Visits, size: tuple[int, int]
) -> None:
    text = "很长的内容" * 60 + "verylongwordwithoutanyspace" * 8
    key = report(shared_hub, "TQ00617002", text=text, kind="complaint")["number"]
    page = visits.open(shared_hub, "supervisor", "/desk/tickets", size=size)
    page.select_option(".filters select[name=kind]", "complaint")
    expect(page.locator("#tickets")).not_to_contain_text("报修")
    expect(page.locator("#tickets")).to_contain_text(key)
    page.wait_for_url("**kind=complaint**")
    page.fill("#find", "没有这样的内容 nowhere")
    page.wait_for_selector("#tickets .empty")
    assert "nowhere" not in page.url  # it may be somebody's name
    assert "kind=complaint" in page.url
    no_serious_fault(page)
    one = visits.open(shared_hub, "supervisor", f"/desk/tickets/{key}", size=size)
    no_serious_fault(one)
    picture(one, f"ticket-{size[0]}")


@pytest.mark.parametrize("size", [SCREEN, ZOOMED], ids=["screen", "zoomed"])
def test_supervisors_change_the_catalogue_and_agents_see_what_it_counts(
    shared_hub: RunningHub, visits: Visits, size: tuple[int, int]
) -> None:
    name = f"光伏并网{size[0]}"
    page = visits.open(shared_hub, "supervisor", "/desk/catalogue", size=size)
    page.select_option("select[name=parent]", "enquiry")
    tab_to(page, page.locator("main form input[name=name]").first)
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    row = page.locator("tr", has_text=name)
    row.wait_for()
    no_serious_fault(page)
    row.locator("button", has_text="停用").click()
    page.locator("tr.retired", has_text=name).wait_for()
    page.select_option("select[name=parent]", "enquiry")
    page.fill("main form input[name=name] >> nth=0", name)
    page.click("button:has-text('新增')")
    page.wait_for_selector(".error")
    with page.expect_download() as download:
        page.click("text=导出 Excel")
    assert download.value.suggested_filename.endswith(".xlsx")
    agents = visits.open(shared_hub, "agent", "/desk/catalogue", size=size)
    assert agents.locator("button:has-text('停用')").count() == 0
    no_serious_fault(agents)
