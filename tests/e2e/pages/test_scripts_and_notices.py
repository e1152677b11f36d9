"""What agents say, what they are all to know, and the centre's rules: the pages on which these are set."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import expect

from tests.browser import SCREEN, ZOOMED, Visits, no_serious_fault, picture, tab_to
from tests.hubs import RunningHub

OWN = "{place}正在停电[，{crew}在抢修]，{etr}来电。"
SAID = "塔山乡正在停电，抢修二班在抢修"


@pytest.mark.parametrize("path", ["/desk/scripts?script=active", "/desk/notices", "/desk/settings"])
@pytest.mark.parametrize(("size", "language"), [(SCREEN, "zh"), (ZOOMED, "en")])
def test_the_pages_are_fit_for_everybody(
    visits: Visits, shared_hub: RunningHub, path: str, size: tuple[int, int], language: str
) -> None:
    page = visits.open(shared_hub, "supervisor", path, size=size, language=language)
    no_serious_fault(page)
    picture(page, f"{path[6:13]}-{language}")


def test_a_script_is_seen_while_it_is_written_and_saved_by_keyboard(visits: Visits, shared_hub: RunningHub) -> None:
    page = visits.open(shared_hub, "supervisor", "/desk/scripts?script=active")
    words = page.locator("textarea[name=zh]")
    tab_to(page, words)
    page.keyboard.press("Control+a")
    page.keyboard.type(OWN)
    page.get_by_text(SAID).wait_for()
    tab_to(page, page.get_by_role("button", name="保存"))
    page.keyboard.press("Enter")
    page.get_by_text("本中心的话术").wait_for()
    expect(page.locator("textarea[name=zh]")).to_have_value(OWN)
    picture(page, "script-saved")
    expect(page.get_by_role("row").filter(has_text="supervisor")).to_have_count(1)
    page.get_by_role("button", name="恢复默认").click()
    page.get_by_text("默认话术").wait_for()
    page.get_by_role("link", name="填入这一版").click()
    page.get_by_text("已填入第 1 版").wait_for()
    expect(page.locator("textarea[name=zh]")).to_have_value(OWN)


def test_what_is_no_script_says_why_and_stays_in_the_form(visits: Visits, shared_hub: RunningHub) -> None:
    page = visits.open(shared_hub, "supervisor", "/desk/scripts?script=normal")
    words = page.locator("textarea[name=zh]")
    words.fill("{place}，{etr}来电")
    page.get_by_role("alert").filter(has_text="没有 {etr}").wait_for()
    page.get_by_role("button", name="保存").click()
    page.get_by_role("alert").filter(has_text="中文").wait_for()
    expect(words).to_have_value("{place}，{etr}来电")
    words.fill("{place}没有停电")
    page.get_by_role("button", name="预览").click()
    page.wait_for_url("**/desk/scripts/preview")
    page.get_by_text("塔山乡没有停电").wait_for()


def test_it_is_seen_who_has_read_a_notice(visits: Visits, shared_hub: RunningHub) -> None:
    desk = visits.open(shared_hub, "duty", "/desk/notices")
    desk.get_by_label("内容").fill("塔山变电站全停")
    desk.get_by_label("紧急").check()
    desk.get_by_role("button", name="发布").click()
    desk.get_by_text("还没有人").wait_for(state="attached")
    agent = visits.open(shared_hub, "agent", "/desk/notices")
    expect(agent.get_by_role("button", name="撤回")).to_have_count(0)
    agent.get_by_role("button", name="我已读").click()
    agent.get_by_role("button", name="我已读").wait_for(state="detached")
    desk.reload()
    desk.get_by_text("已读 1 人").click()
    expect(desk.locator(".mark").filter(has_text="agent")).to_be_visible()
    picture(desk, "notice-read")
    desk.get_by_role("button", name="撤回").click()
    desk.get_by_text("没有公告").wait_for()
    desk.get_by_role("link", name="也看已结束的").click()
    desk.get_by_text("已撤回").wait_for()


def test_a_notice_that_ends_before_it_begins_is_refused_and_stays_in_the_form(
    visits: Visits, shared_hub: RunningHub
) -> None:
    page = visits.open(shared_hub, "duty", "/desk/notices")
    page.get_by_label("内容").fill("今晚升级")
    page.get_by_label("到（空").fill("2026-01-01T00:00")
    page.get_by_role("button", name="发布").click()
    page.get_by_role("alert").filter(has_text="要晚于开始和现在").wait_for()
    expect(page.get_by_label("内容")).to_have_value("今晚升级")


def test_links_to_other_systems_are_set_and_what_is_no_address_is_refused(
    visits: Visits, shared_hub: RunningHub
) -> None:
    page = visits.open(shared_hub, "supervisor", "/desk/settings")
    page.get_by_label("名称 1").fill("GIS")
    page.get_by_label("网址 1").fill("javascript:alert(1)")
    page.get_by_role("button", name="保存").nth(2).click()
    page.get_by_role("alert").filter(has_text="http").wait_for()
    expect(page.get_by_label("网址 1")).to_have_value("javascript:alert(1)")
    page.get_by_label("网址 1").fill("https://gis.example/map?line={feeder_number}")
    page.get_by_role("button", name="保存").nth(2).click()
    page.get_by_role("status").filter(has_text="已保存").wait_for()
    page.get_by_text("https://gis.example/map?line=616").wait_for()


def test_the_centres_rules_are_kept(visits: Visits, shared_hub: RunningHub) -> None:
    page = visits.open(shared_hub, "supervisor", "/desk/settings")
    page.get_by_label("计划停电").fill("240")
    page.get_by_role("button", name="保存").nth(0).click()
    page.get_by_role("status").filter(has_text="已保存").wait_for()
    page.get_by_label("预计恢复推迟").fill("30")
    page.get_by_label("敏感用户").check()
    page.get_by_role("button", name="保存").nth(1).click()
    page.get_by_role("status").filter(has_text="已保存").wait_for()
    expect(page.get_by_label("计划停电")).to_have_value("240")
    expect(page.get_by_label("预计恢复推迟")).to_have_value("30")
    expect(page.get_by_label("敏感用户")).to_be_checked()


def test_the_links_stand_on_the_card_of_a_record_and_on_the_page_of_a_window(
    visits: Visits, shared_hub: RunningHub
) -> None:
    lines = [("label", "GIS"), ("url", "https://gis.example/map?line={feeder_id}")]
    token = shared_hub.sign_in("supervisor")
    body = urlencode(lines).encode()
    urlopen(Request(f"{shared_hub.url}/desk/settings/links", body, {"Authorization": f"Bearer {token}"})).close()
    page = visits.open(shared_hub, "duty", "/desk/lookup?kind=feeder&id=F02616")
    for _ in range(100):  # a hub that has just begun is still making what it looks up in
        if page.get_by_role("link", name="GIS").count():
            break
        page.wait_for_timeout(200)
        page.reload()
    assert page.get_by_role("link", name="GIS").get_attribute("href") == "https://gis.example/map?line=F02616"
    now = datetime.now(UTC)
    window: dict[str, object] = {
        "kind": "fault",
        "start": now.isoformat(),
        "etr": (now + timedelta(hours=1)).isoformat(),
    }
    window |= {"reason": "树障", "scope": [{"kind": "feeder", "id": "F02616"}]}
    number = shared_hub.post("/outages", window, shared_hub.sign_in("duty"))["id"]
    page = visits.open(shared_hub, "duty", f"/desk/outages/{number}")
    assert page.get_by_role("link", name="GIS").get_attribute("href") == "https://gis.example/map?line=F02616"
    no_serious_fault(page)
    picture(page, "window-links")
