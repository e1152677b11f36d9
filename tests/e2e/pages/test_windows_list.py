"""The desk's first page in a real browser: the lists, the filters, live news, reminders, single keys."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import SCREEN, ZOOMED, Visits, no_serious_fault, picture, tab_to, token_of
from tests.e2e.pages.desk_windows import BOHAI, LIANSHAN, ZHANQIAN, add_window
from tests.hubs import RunningHub


def row(page: Page, window: str) -> str:
    return page.locator(f"#row-{window}").inner_text()


@pytest.mark.parametrize(("size", "language"), [(SCREEN, "zh"), (ZOOMED, "en")], ids=["screen", "zoomed"])
def test_each_window_stands_where_it_belongs_with_its_state_in_words(
    visits: Visits, desk_hub: RunningHub, size: tuple[int, int], language: str
) -> None:
    on = add_window(desk_hub)
    coming = add_window(desk_hub, ZHANQIAN, begun_min=-600, kind="planned", reason="更换变压器")
    over = add_window(desk_hub, BOHAI, begun_min=300, lasts_min=100)
    page = visits.open(desk_hub, "agent", "/desk", size=size, language=language)

    expect(page.locator("section[aria-labelledby=on]").locator(f"#row-{on}")).to_be_visible()
    expect(page.locator("section[aria-labelledby=coming]").locator(f"#row-{coming}")).to_be_visible()
    expect(page.locator("section[aria-labelledby=ended]").locator(f"#row-{over}")).to_be_visible()
    assert ("停电中" if language == "zh" else "Out") in row(page, on)
    assert ("未开始" if language == "zh" else "To come") in row(page, coming)
    no_serious_fault(page)
    picture(page, f"desk-{language}-{size[0]}")


def test_a_new_window_shows_within_a_second_and_what_is_typed_stays(visits: Visits, desk_hub: RunningHub) -> None:
    page = visits.open(desk_hub, "agent", "/desk")
    page.locator("input[name=q]").press_sequentially("渤海")
    page.wait_for_url("**/desk?q=*")
    window = add_window(desk_hub, BOHAI, reason="新报的故障")
    expect(page.locator(f"#row-{window}")).to_contain_text("新报的故障")
    expect(page.locator("input[name=q]")).to_have_value("渤海")
    expect(page.locator("input[name=q]")).to_be_focused()


def test_the_filters_leave_what_was_asked_for_and_stand_in_the_address(visits: Visits, desk_hub: RunningHub) -> None:
    fault = add_window(desk_hub, ZHANQIAN, by="maintainer")
    planned = add_window(desk_hub, ZHANQIAN, begun_min=-500, kind="planned", by="maintainer")
    page = visits.open(desk_hub, "maintainer", "/desk")
    page.select_option("select[name=kind]", "planned")
    expect(page.locator(f"#row-{fault}")).to_have_count(0)
    page.select_option("select[name=state]", "upcoming")
    page.check("input[name=mine]")
    expect(page.locator(f"#row-{planned}")).to_be_visible()
    page.wait_for_url("**/desk?kind=planned&state=upcoming&mine=1")
    page.reload()
    expect(page.locator(f"#row-{planned}")).to_be_visible()
    expect(page.locator(f"#row-{fault}")).to_have_count(0)

    page.select_option("select[name=kind]", "")
    page.select_option("select[name=state]", "")
    own = page.locator("select[name=branch] option").evaluate_all("all => all.map(one => one.value).filter(Boolean)")
    assert len(own) > 10
    page.select_option("select[name=branch]", own[0])
    page.wait_for_url(f"**/desk?branch={own[0]}*")


def test_the_owner_is_reminded_before_the_promise_falls_due_and_nobody_else(
    visits: Visits, desk_hub: RunningHub
) -> None:
    window = add_window(desk_hub, LIANSHAN, begun_min=100, lasts_min=110, by="supervisor")
    expect(visits.open(desk_hub, "supervisor", "/desk").locator(f"#due-{window}")).to_be_visible()
    expect(visits.open(desk_hub, "duty", "/desk").locator(f"#due-{window}")).to_have_count(0)


def test_what_waits_is_told_in_numbers_with_the_way_to_it(visits: Visits, desk_hub: RunningHub) -> None:
    page = visits.open(desk_hub, "duty", "/desk")
    tickets = page.locator("#pending a[href='/desk/tickets']")
    before = int(tickets.locator("b").inner_text())
    ticket = {"kind": "trouble_report", "text": "没电", "place_kind": "feeder", "place_id": LIANSHAN}
    desk_hub.post("/tickets", ticket, token_of(desk_hub, "agent"))
    page.reload()
    expect(tickets.locator("b")).to_have_text(str(before + 1))
    editor = visits.open(desk_hub, "editor", "/desk")
    expect(editor.locator("#pending a")).to_have_count(2)


def test_a_page_whose_session_is_over_is_led_to_sign_in_and_back(visits: Visits, desk_hub: RunningHub) -> None:
    page = visits.open(desk_hub, "duty", "/desk")
    page.context.clear_cookies()
    page.evaluate("document.body.dispatchEvent(new Event('hub-change'))")
    page.wait_for_url("**/login?next=%2Fdesk")
    expect(page.locator("input[name=next]")).to_have_value("/desk")


def test_what_hits_most_customers_stands_first(visits: Visits, desk_hub: RunningHub) -> None:
    few, many = add_window(desk_hub, ZHANQIAN, lasts_min=40), add_window(desk_hub, BOHAI, lasts_min=400)
    page = visits.open(desk_hub, "agent", "/desk")
    rows = page.locator("section[aria-labelledby=on] tbody tr").evaluate_all("all => all.map(one => one.id)")
    assert rows.index(f"row-{many}") < rows.index(f"row-{few}")


def test_single_keys_lead_about_and_never_while_one_types(visits: Visits, desk_hub: RunningHub) -> None:
    page = visits.open(desk_hub, "duty", "/desk")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    no_serious_fault(page)
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    page.keyboard.press("/")
    page.keyboard.type("n?d")
    expect(page.locator("input[name=q]")).to_have_value("n?d")
    tab_to(page, page.locator("input[name=mine]"))
    page.keyboard.press("n")
    page.wait_for_url("**/desk/outages/new")


def test_single_keys_can_be_switched_off(visits: Visits, desk_hub: RunningHub) -> None:
    page = visits.open(desk_hub, "duty", "/desk")
    page.keyboard.press("?")
    page.uncheck("#keys-on")
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    assert page.url.endswith("/desk")


def test_an_agent_sees_the_windows_and_is_offered_no_act(visits: Visits, desk_hub: RunningHub) -> None:
    window = add_window(desk_hub)
    page = visits.open(desk_hub, "agent", "/desk")
    expect(page.get_by_role("link", name="新增停电")).to_have_count(0)
    tab_to(page, page.locator(f"#open-{window}"))
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/desk/outages/{window}")
    expect(page.get_by_role("heading", name="操作")).to_have_count(0)
