"""The ways between the desk's pages: an administrator has 22 of them."""

from playwright.sync_api import expect

from tests.browser import PHONE, Visits, no_serious_fault, picture, tab_to
from tests.hubs import RunningHub


def test_the_ways_of_an_administrator_are_grouped_and_fit_beside_the_page(visits: Visits, desk_hub: RunningHub) -> None:
    page = visits.open(desk_hub, "admin", "/desk/audit")
    ways = page.locator("nav.side")
    expect(ways.get_by_role("list")).to_have_count(5)
    expect(ways.get_by_role("list", name="停电").get_by_role("link", name="批量计划")).to_be_in_viewport()
    expect(ways.get_by_role("link").last).to_be_in_viewport()
    expect(ways.locator("[aria-current=page]")).to_have_text("审计")
    no_serious_fault(page)
    picture(page, "ways")


def test_who_may_little_is_offered_no_empty_group(visits: Visits, desk_hub: RunningHub) -> None:
    ways = visits.open(desk_hub, "maintainer", "/desk").locator("nav.side")
    expect(ways.get_by_role("link", name="停电信息")).to_be_visible()
    for group in ways.get_by_role("list").all():
        expect(group.get_by_role("link").first).to_be_visible()


def test_a_page_below_another_shows_to_which_it_belongs(visits: Visits, desk_hub: RunningHub) -> None:
    page = visits.open(desk_hub, "duty", "/desk/outages/new")
    expect(page.locator("nav.side [aria-current]")).to_have_text("停电信息")


def test_arrows_lead_from_way_to_way(visits: Visits, desk_hub: RunningHub) -> None:
    page = visits.open(desk_hub, "admin", "/desk/audit")
    ways = page.locator("nav.side").get_by_role("link")
    tab_to(page, ways.first)
    page.keyboard.press("ArrowDown")
    expect(ways.nth(1)).to_be_focused()
    page.keyboard.press("End")
    expect(ways.last).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/audit")
    tab_to(page, ways.first)
    page.keyboard.press("ArrowUp")
    expect(ways.first).to_be_focused()


def test_on_a_phone_the_ways_are_folded(visits: Visits, desk_hub: RunningHub) -> None:
    page = visits.open(desk_hub, "admin", "/desk/notices", size=PHONE)
    way = page.locator("nav.side").get_by_role("link", name="审计")
    expect(way).to_be_hidden()
    no_serious_fault(page)
    page.locator("nav.side summary").click()
    expect(way).to_be_visible()
    no_serious_fault(page)
    picture(page, "ways-phone")


def test_without_scripts_the_ways_are_open(visits: Visits, desk_hub: RunningHub) -> None:
    page = visits.open(desk_hub, "admin", "/desk/notices", size=PHONE, scripts=False)
    expect(page.locator("nav.side").get_by_role("link", name="审计")).to_be_visible()
