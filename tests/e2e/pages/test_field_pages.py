"""The pages for crews in the field, on a phone: set, extended and restored in three taps."""

from playwright.sync_api import Page, expect

from tests.browser import PHONE, Visits, no_serious_fault, picture, token_of
from tests.e2e.pages.desk_windows import BOHAI, ZHANQIAN, add_window
from tests.hubs import RunningHub


def fits_a_thumb(page: Page) -> None:
    heights = page.locator(".big:visible").evaluate_all("all => all.map(one => one.getBoundingClientRect().height)")
    assert min(heights) >= 48


def test_a_fault_is_reported_in_three_taps(visits: Visits, desk_hub: RunningHub) -> None:
    page = visits.open(desk_hub, "maintainer", "/desk/field", size=PHONE, touch=True)
    no_serious_fault(page)
    page.get_by_role("link", name="报新停电").tap()
    page.wait_for_url("**/desk/field/new")
    no_serious_fault(page)
    fits_a_thumb(page)
    picture(page, "field-new")
    page.locator("label.choice").first.tap()
    page.get_by_role("button", name="2 小时").tap()
    expect(page.get_by_role("status")).to_contain_text("已保存")
    expect(page.locator(".field section").first).to_contain_text("停电中")


def test_a_window_is_extended_and_restored_in_two_taps_each(visits: Visits, desk_hub: RunningHub) -> None:
    window = add_window(desk_hub, ZHANQIAN, by="maintainer")
    page = visits.open(desk_hub, "maintainer", "/desk/field", size=PHONE, touch=True)
    own = page.locator(f"#field-{window}")
    own.locator("summary", has_text="延长").tap()
    fits_a_thumb(page)
    own.get_by_role("button", name="+1 小时").tap()
    expect(page.get_by_role("status")).to_be_visible()
    picture(page, "field")
    own.locator("summary", has_text="已送电").tap()
    own.get_by_role("button", name="确认全部送电").tap()
    expect(page.get_by_role("status")).to_be_visible()
    expect(own).to_have_count(0)


def test_a_feeder_is_found_by_its_number_while_one_types(visits: Visits, desk_hub: RunningHub) -> None:
    page = visits.open(desk_hub, "maintainer", "/desk/field/new", size=PHONE, touch=True)
    page.locator("input[name=q]").press_sequentially("渤海")
    expect(page.locator("label.choice")).to_have_count(1)
    expect(page.locator("label.choice input")).to_have_value(f"feeder:{BOHAI}")


def test_a_crew_that_was_overtaken_by_the_desk_is_told(visits: Visits, desk_hub: RunningHub) -> None:
    window = add_window(desk_hub, ZHANQIAN, by="maintainer")
    page = visits.open(desk_hub, "maintainer", "/desk/field", size=PHONE, touch=True)
    desk_hub.post(f"/outages/{window}/restore", {}, token_of(desk_hub, "duty"))
    own = page.locator(f"#field-{window}")
    own.locator("summary", has_text="延长").tap()
    own.get_by_role("button", name="+30 分").tap()
    expect(page.get_by_role("alert")).to_contain_text("刚被别人改过")
