"""Entering a window in a real browser: picked by keys, previewed, refused field by field, saved."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import SCREEN, ZOOMED, Visits, no_serious_fault, picture, tab_to, type_until_found
from tests.e2e.pages.desk_windows import BOHAI, SHANSHEN, add_window, local_in
from tests.hubs import RunningHub


def pick(page: Page, text: str, option: str) -> None:
    """Picks a place by keys alone."""
    field = page.locator("#place")
    tab_to(page, field)
    wanted = page.locator("#found [role=option]").filter(has_text=option).first
    type_until_found(page, text, wanted)
    for _ in range(20):
        if wanted.get_attribute("aria-selected") == "true":
            break
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#chips")).to_contain_text(option)


@pytest.mark.parametrize("size", [SCREEN, ZOOMED], ids=["screen", "zoomed"])
def test_a_window_is_entered_by_keyboard_alone_with_a_preview_before_it_is_saved(
    visits: Visits, desk_hub: RunningHub, size: tuple[int, int]
) -> None:
    known = add_window(desk_hub, SHANSHEN)
    page = visits.open(desk_hub, "duty", "/desk/outages/new", size=size)
    no_serious_fault(page)
    pick(page, "山神庙子线", "10kV 山神庙子线（615）")
    tab_to(page, page.locator("[data-hours='2']"))
    page.keyboard.press("Enter")
    expect(page.locator("#preview")).to_contain_text("重叠")
    expect(page.locator("#preview")).to_contain_text(known)
    expect(page.locator("#preview")).not_to_contain_text("预计恢复未填")
    tab_to(page, page.locator("input[name=reason]"))
    page.keyboard.type("外力破坏，抢修中")
    no_serious_fault(page)
    picture(page, f"entry-{size[0]}")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/outages/*?done=new")
    expect(page.get_by_role("status")).to_contain_text("已保存")
    expect(page.locator("#scope")).to_have_text("10kV 山神庙子线（615）全线")
    no_serious_fault(page)


def test_what_is_missing_is_said_by_its_field_and_what_was_typed_stays(visits: Visits, desk_hub: RunningHub) -> None:
    page = visits.open(desk_hub, "duty", f"/desk/outages/new?item=feeder:{BOHAI}")
    page.locator("summary", has_text="更多").click()
    page.fill("input[name=crew]", "抢修二班")
    page.fill("input[name=off_at]", "08:00")
    page.fill("input[name=reason]", "消缺")
    before_start = local_in(days=1, minutes=-60)
    page.fill("input[name=start]", local_in(days=1))
    page.fill("input[name=etr]", before_start)
    page.get_by_role("button", name="保存").click()
    expect(page.locator("#new-etr-fault")).to_contain_text("须晚于开始")
    expect(page.locator("#new-off_at-fault")).to_contain_text("钟点")
    expect(page.locator("input[name=crew]")).to_have_value("抢修二班")
    expect(page.locator("input[name=etr]")).to_have_value(before_start)
    expect(page.locator("#chips")).to_contain_text("渤海线")
    no_serious_fault(page)

    page.fill("input[name=on_at]", "17:00")
    page.fill("input[name=etr]", local_in(days=5))
    page.get_by_role("button", name="保存").click()
    page.wait_for_url("**?done=new")
    expect(page.locator(".facts")).to_contain_text("每天08:00至17:00")
    expect(page.locator(".facts")).to_contain_text("抢修二班")


def test_a_place_that_is_none_is_refused_by_its_field(visits: Visits, desk_hub: RunningHub) -> None:
    page = visits.open(desk_hub, "duty", "/desk/outages/new")
    page.evaluate("document.getElementById('place').value = '没有这条线'")
    page.fill("input[name=reason]", "消缺")
    page.locator("[data-hours='1']").click()
    page.get_by_role("button", name="保存").click()
    expect(page.locator("#new-q-fault")).to_contain_text("没有找到")
    expect(page.locator("#place")).to_have_value("没有这条线")


def test_a_picked_place_is_taken_away_again_by_key_and_by_mouse(visits: Visits, desk_hub: RunningHub) -> None:
    page = visits.open(desk_hub, "duty", "/desk/outages/new")
    pick(page, "连山线", "10kV 连山线（602）")
    page.keyboard.press("Backspace")
    expect(page.locator("#chips li")).to_have_count(0)
    pick(page, "连山线", "10kV 连山线（602）")
    page.get_by_role("button", name="去掉 10kV 连山线（602）").click()
    expect(page.locator("#chips li")).to_have_count(0)
    expect(page.locator("#picked")).to_contain_text("已去掉")


def test_the_same_text_pasted_again_after_a_pick_is_looked_up_again(visits: Visits, desk_hub: RunningHub) -> None:
    page = visits.open(desk_hub, "duty", "/desk/outages/new")
    pick(page, "连山线", "10kV 连山线（602）")
    page.keyboard.insert_text("连山线")
    expect(page.locator("#found [role=option]").first).to_be_visible()


def test_without_scripts_the_form_previews_and_saves_too(visits: Visits, desk_hub: RunningHub) -> None:
    page = visits.open(desk_hub, "duty", "/desk/outages/new", scripts=False)
    page.fill("#place", BOHAI)
    page.fill("input[name=etr]", local_in(days=1))
    page.fill("input[name=reason]", "消缺")
    page.get_by_role("button", name="预览").click()
    expect(page.locator("#preview")).to_contain_text("客户")
    expect(page.locator("input[name=reason]")).to_have_value("消缺")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("status").first).to_contain_text("已保存")


def test_what_comes_again_is_kept_as_a_template_and_entered_from_it(visits: Visits, desk_hub: RunningHub) -> None:
    page = visits.open(desk_hub, "duty", f"/desk/outages/new?item=feeder:{BOHAI}&kind=planned")
    page.fill("input[name=reason]", "每月巡检")
    page.locator("[data-hours='4']").click()
    page.locator("summary", has_text="存为模板").click()
    page.fill("input[name=template_name]", "渤海线巡检")
    page.get_by_role("button", name="存为模板").click()
    expect(page.get_by_role("status").first).to_contain_text("渤海线巡检")
    page.goto(f"{desk_hub.url}/desk/outages/new")
    page.select_option("select[name=template]", "渤海线巡检")
    page.get_by_role("button", name="套用").click()
    expect(page.locator("#chips")).to_contain_text("渤海线")
    expect(page.locator("input[name=reason]")).to_have_value("每月巡检")
    expect(page.locator("select[name=kind]")).to_have_value("planned")
    no_serious_fault(page)
