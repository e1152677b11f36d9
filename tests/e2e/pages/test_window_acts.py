"""What is done to a window from its page, in a real browser: by mouse and by keyboard, alone and at the same time."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import SCREEN, ZOOMED, Visits, no_serious_fault, picture, tab_to
from tests.e2e.pages.desk_windows import LIANSHAN, add_window, local_in
from tests.hubs import RunningHub


def act(page: Page, name: str) -> None:
    """Opens an act's form by the keyboard."""
    tab_to(page, page.locator(f"#act-{name} > summary"))
    page.keyboard.press("Enter")


def saved(page: Page) -> None:
    expect(page.get_by_role("status").first).to_be_visible()


@pytest.mark.parametrize("size", [SCREEN, ZOOMED], ids=["screen", "zoomed"])
def test_a_window_is_extended_by_keyboard_and_the_former_promise_stays(
    visits: Visits, desk_hub: RunningHub, size: tuple[int, int]
) -> None:
    window = add_window(desk_hub)
    page = visits.open(desk_hub, "duty", f"/desk/outages/{window}", size=size)
    act(page, "revise")
    tab_to(page, page.locator("#act-revise input[name=reason]"))
    page.keyboard.type("故障点难找")
    no_serious_fault(page)
    picture(page, f"window-{size[0]}")
    tab_to(page, page.get_by_role("button", name="+30 分"))
    page.keyboard.press("Enter")
    saved(page)
    expect(page.locator(".history tbody tr")).to_have_count(2)
    expect(page.locator(".history tbody tr").first).to_contain_text("故障点难找")
    expect(page.locator(".history tbody tr").first).to_contain_text("duty")


def test_an_act_without_its_reason_is_refused_by_the_field(visits: Visits, desk_hub: RunningHub) -> None:
    window = add_window(desk_hub)
    page = visits.open(desk_hub, "duty", f"/desk/outages/{window}?act=revise")
    page.fill("#act-revise input[name=reason]", "   ")
    later = local_in(days=1)
    page.fill("#act-revise input[name=etr]", later)
    page.get_by_role("button", name="改到此时").click()
    expect(page.locator("#revise-reason-fault")).to_contain_text("请填写原因")
    expect(page.locator("#act-revise input[name=etr]")).to_have_value(later)
    no_serious_fault(page)


def test_parts_are_restored_then_all_and_a_mistake_is_taken_back(visits: Visits, desk_hub: RunningHub) -> None:
    window = add_window(desk_hub)
    page = visits.open(desk_hub, "duty", f"/desk/outages/{window}?act=part")
    boxes = page.locator("#parts input")
    before = boxes.count()
    assert before > 3
    page.get_by_role("button", name="保存").first.click()
    expect(page.locator("#part-part-fault")).to_be_visible()
    boxes.first.check()
    boxes.nth(1).check()
    page.locator("#act-part").get_by_role("button", name="保存").click()
    saved(page)
    expect(page.locator(".facts .state")).to_contain_text("部分送电")
    page.goto(f"{desk_hub.url}/desk/outages/{window}?act=part")
    assert page.locator("#parts input").count() == before - 2
    picture(page, "window-partial")

    act(page, "restore")
    page.get_by_role("button", name="确认送电").click()
    saved(page)
    expect(page.locator(".facts .state")).to_contain_text("已送电")
    act(page, "reopen")
    page.fill("#act-reopen input[name=reason]", "误点")
    page.locator("#act-reopen button").click()
    saved(page)
    expect(page.locator(".facts .state")).to_contain_text("部分送电")


def test_facts_are_corrected_publications_noted_and_a_window_withdrawn(visits: Visits, desk_hub: RunningHub) -> None:
    window = add_window(desk_hub)
    page = visits.open(desk_hub, "duty", f"/desk/outages/{window}")
    act(page, "edit")
    page.fill("#act-edit input[name=public_scope]", "连山街道一带")
    page.fill("#act-edit input[name=crew]", "抢修一班")
    page.fill("#act-edit input[name=off_at]", "00:00")
    page.fill("#act-edit input[name=on_at]", "23:59")
    page.fill("#act-edit input[name=reason]", "更正")
    page.locator("#act-edit").get_by_role("button", name="保存").click()
    saved(page)
    expect(page.locator("#scope")).to_have_text("连山街道一带")
    act(page, "publish")
    page.select_option("#act-publish select", "website")
    page.locator("#act-publish button").click()
    saved(page)
    expect(page.locator(".facts")).to_contain_text("网站")
    act(page, "begin")
    page.locator("#act-begin button").click()
    saved(page)
    expect(page.locator(".facts")).to_contain_text("实际")
    act(page, "withdraw")
    page.fill("#act-withdraw input[name=reason]", "重复录入")
    page.get_by_role("button", name="撤销这条信息").click()
    saved(page)
    expect(page.get_by_role("heading", name="操作")).to_have_count(0)
    no_serious_fault(page)


def test_of_two_officers_the_second_sees_both_versions_and_keeps_what_he_typed(
    visits: Visits, desk_hub: RunningHub
) -> None:
    window = add_window(desk_hub, LIANSHAN)
    first, second = (visits.open(desk_hub, who, f"/desk/outages/{window}?act=revise") for who in ("duty", "supervisor"))
    for page, reason in ((first, "第一位改的"), (second, "第二位改的")):
        page.fill("#act-revise input[name=reason]", reason)
    first.get_by_role("button", name="+1 小时").click()
    saved(first)
    with second.expect_response(f"**/desk/outages/{window}/revise") as answered:
        second.get_by_role("button", name="+2 小时").click()
    assert answered.value.status == 409
    missed = second.locator("section.missed")
    expect(missed).to_contain_text("第一位改的")
    expect(missed).to_contain_text("第二位改的")
    expect(second.locator("#act-revise input[name=reason]")).to_have_value("第二位改的")
    no_serious_fault(second)
    picture(second, "window-conflict")
    second.get_by_role("button", name="+2 小时").click()
    saved(second)
    expect(second.locator(".history tbody tr")).to_have_count(3)
