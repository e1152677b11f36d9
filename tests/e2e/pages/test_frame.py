"""What every page of the desk has: a way in, a frame, and two languages."""

from playwright.sync_api import expect

from tests.browser import Visits, no_serious_fault, picture
from tests.hubs import RunningHub


def test_a_stranger_signs_in_by_keyboard_and_comes_where_he_wanted(visits: Visits, desk_hub: RunningHub) -> None:
    page = visits.open(desk_hub, "", "/desk/account")
    no_serious_fault(page)
    page.keyboard.type("duty")
    page.keyboard.press("Tab")
    page.keyboard.type("demo")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/account")
    picture(page, "account")


def test_a_wrong_password_is_said_and_the_name_is_kept(visits: Visits, desk_hub: RunningHub) -> None:
    page = visits.open(desk_hub, "", "/login")
    page.fill("input[name=name]", "duty")
    page.fill("input[name=password]", "wrong")
    page.keyboard.press("Enter")
    page.get_by_role("alert").wait_for()
    expect(page.locator("input[name=name]")).to_have_value("duty")
    no_serious_fault(page)
