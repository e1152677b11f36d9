"""From a card on the lookup page to what an agent enters: the way in for who has no popup."""

from playwright.sync_api import expect

from tests.browser import Visits, no_serious_fault, picture, tab_to
from tests.e2e.pages.desk_windows import ZHANQIAN, add_window
from tests.hubs import RunningHub


def test_a_ticket_is_made_from_a_card_with_the_place_filled_in(visits: Visits, desk_hub: RunningHub) -> None:
    number = add_window(desk_hub, ZHANQIAN)
    page = visits.open(desk_hub, "agent", f"/desk/lookup?kind=feeder&id={ZHANQIAN}")
    tab_to(page, page.get_by_role("link", name="新建工单"))
    page.keyboard.press("Enter")
    expect(page.locator("#text")).to_be_focused()
    expect(page.locator("#place-kind")).to_have_value("feeder")
    page.locator("#near").get_by_text(number).wait_for()
    no_serious_fault(page)
    picture(page, "ticket-from-card")
    page.keyboard.type("全村没电")
    page.keyboard.press("Control+Enter")
    page.get_by_role("status").filter(has_text="已保存工单").wait_for()
    expect(page.locator("#tickets")).to_contain_text("10kV 站前线")


def test_a_caller_is_put_on_the_list_from_the_card_of_what_is_out(visits: Visits, desk_hub: RunningHub) -> None:
    add_window(desk_hub, ZHANQIAN)
    page = visits.open(desk_hub, "agent", f"/desk/lookup?kind=feeder&id={ZHANQIAN}")
    page.get_by_role("link", name="复电后告知来电人").click()
    expect(page.locator("[name=phone]")).to_be_focused()
    expect(page.locator("[name=outage]")).not_to_have_value("")
    page.keyboard.type("13912345670")
    page.keyboard.press("Enter")
    expect(page.locator("#list")).to_contain_text("139****5670")


def test_who_makes_no_tickets_is_offered_none(visits: Visits, desk_hub: RunningHub) -> None:
    page = visits.open(desk_hub, "maintainer", f"/desk/lookup?kind=feeder&id={ZHANQIAN}")
    page.locator("#card .ways").wait_for()
    expect(page.get_by_role("link", name="新建工单")).to_have_count(0)
