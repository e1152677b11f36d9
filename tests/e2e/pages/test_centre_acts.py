"""What supervisors and duty officers do for the whole centre, and that the page says what was done."""

from playwright.sync_api import expect

from tests.browser import PHONE, Visits, no_serious_fault, picture, tab_to
from tests.hubs import RunningHub


def test_a_notice_is_posted_to_branches_that_are_ticked_and_withdrawn_by_keyboard(
    visits: Visits, desk_hub: RunningHub
) -> None:
    page = visits.open(desk_hub, "duty", "/desk/notices")
    page.fill("textarea", "兴工所今晚停电演练")
    tab_to(page, page.locator("details.choice summary"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_label("兴工供电所"))
    page.keyboard.press("Space")
    no_serious_fault(page)
    page.get_by_role("button", name="发布").click()
    done = page.get_by_role("status")
    expect(done).to_have_text("已发布，正在送到每台坐席电脑")
    expect(done).to_be_focused()
    notice = page.get_by_role("article", name="兴工所今晚停电演练")
    expect(notice.locator(".facts")).to_contain_text("兴工供电所")
    tab_to(page, notice.get_by_role("button", name="撤回"))
    page.keyboard.press("Enter")
    expect(done).to_have_text("已撤回")


def test_a_phone_holds_the_page_of_notices(visits: Visits, desk_hub: RunningHub) -> None:
    page = visits.open(desk_hub, "duty", "/desk/notices", size=PHONE)
    no_serious_fault(page)
    picture(page, "notices-phone")


def test_an_entry_of_the_catalogue_is_opened_and_renamed_by_keyboard(visits: Visits, desk_hub: RunningHub) -> None:
    page = visits.open(desk_hub, "supervisor", "/desk/catalogue")
    field = page.get_by_label("名称 follow_up.03")
    expect(field).to_be_hidden()
    tab_to(page, page.get_by_label("修改 来电告知"), at_most=250)
    page.keyboard.press("Enter")
    field.fill("来电告知客户")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("已修改")
    expect(page.locator("tr", has=page.get_by_label("修改 来电告知客户"))).to_be_visible()
    no_serious_fault(page)


def test_a_wallboard_without_calls_says_so(visits: Visits, desk_hub: RunningHub) -> None:
    page = visits.open(desk_hub, "supervisor", "/wallboard")
    expect(page.locator("#no-seats")).to_be_visible()


def test_a_script_and_a_rule_that_are_saved_say_so_and_the_word_has_the_focus(
    visits: Visits, desk_hub: RunningHub
) -> None:
    page = visits.open(desk_hub, "supervisor", "/desk/scripts?script=restored")
    page.fill("textarea[name=zh]", "{place}已经来电")
    page.get_by_role("button", name="保存").click()
    done = page.get_by_role("status")
    expect(done).to_have_text("已保存，坐席马上照此说")
    expect(done).to_be_focused()
    page.get_by_role("button", name="恢复默认").click()
    expect(done).to_have_text("已恢复默认")
    page.goto(f"{desk_hub.url}/desk/settings")
    page.locator("section[aria-labelledby=notice-rules] button").click()
    expect(done).to_be_focused()
