"""What an administrator does with people and PCs, of which a centre has hundreds."""

import pytest
from playwright.sync_api import expect

from sync.auth.devices import add_device
from sync.hub.home import HubHome
from tests.browser import PHONE, SCREEN, ZOOMED, Visits, no_serious_fault, picture, tab_to
from tests.hubs import RunningHub


@pytest.fixture(scope="module", autouse=True)
def seats(shared_hub: RunningHub) -> None:
    """More PCs than stand on one page."""
    store = HubHome(shared_hub.home).open_store()
    for number in range(1, 53):
        add_device(store, f"seat-{number:02}", (), "test")


@pytest.mark.parametrize("path", ["/desk/people", "/desk/fleet"])
@pytest.mark.parametrize(("size", "language"), [(SCREEN, "en"), (ZOOMED, "zh"), (PHONE, "en")])
def test_the_pages_are_fit_for_everybody(
    visits: Visits, shared_hub: RunningHub, path: str, size: tuple[int, int], language: str
) -> None:
    page = visits.open(shared_hub, "admin", path, size=size, language=language)
    no_serious_fault(page)
    picture(page, f"{path.rsplit('/', 1)[1]}-{size[0]}")


def test_somebody_is_added_for_branches_by_name_and_moved_by_keyboard_alone(
    visits: Visits, shared_hub: RunningHub
) -> None:
    page = visits.open(shared_hub, "admin", "/desk/people")
    tab_to(page, page.locator("form.entry [name=name]"))
    page.keyboard.type("赵敏")
    tab_to(page, page.locator("form.entry [name=branches]"))
    page.keyboard.type("连山供电所；不存在")
    page.keyboard.press("Enter")
    page.get_by_role("alert").filter(has_text="没有编号或名称为“不存在”的供电单位").wait_for()
    expect(page.locator("form.entry [name=branches]")).to_have_value("连山供电所；不存在")
    expect(page.locator("form.entry [name=name]")).to_be_focused()
    page.fill("form.entry [name=branches]", "连山供电所；白马石供电所")
    page.locator("form.entry button").click()
    expect(page.get_by_role("heading", name="赵敏 · 初始密码")).to_be_focused()
    page.fill(".narrow [name=q]", "赵")
    page.keyboard.press("Enter")
    expect(page.locator("table.people tbody tr")).to_have_count(1)
    branches = page.get_by_label("赵敏 供电单位")
    expect(branches).to_have_value("连山供电所；白马石供电所")
    branches.fill("白马石供电所")
    page.keyboard.press("Enter")
    done = page.get_by_role("status")
    expect(done).to_have_text("已保存，本人须重新登录")
    expect(done).to_be_focused()
    expect(branches).to_have_value("白马石供电所")
    no_serious_fault(page)


def test_people_are_found_by_name_and_role(visits: Visits, shared_hub: RunningHub) -> None:
    page = visits.open(shared_hub, "admin", "/desk/people")
    page.locator(".narrow select").select_option("editor")
    page.get_by_role("button", name="筛选").click()
    expect(page.locator("table.people tbody tr")).to_have_count(1)
    page.get_by_role("link", name="看全部").click()
    page.fill(".narrow [name=q]", "没有这个人")
    page.keyboard.press("Enter")
    page.get_by_text("没有符合的人员。").wait_for()


def test_of_many_pcs_some_stand_on_a_page_and_one_is_found_and_revoked(visits: Visits, shared_hub: RunningHub) -> None:
    page = visits.open(shared_hub, "admin", "/desk/fleet")
    rows = page.locator("table.people tbody tr")
    expect(rows).to_have_count(50)
    page.get_by_role("button", name="下一页").click()
    expect(rows).to_have_count(2)
    page.fill(".narrow [name=q]", "SEAT-07")
    page.keyboard.press("Enter")
    expect(rows).to_have_count(1)
    page.locator("summary", has_text="更改").click()
    page.get_by_role("button", name="确认注销 seat-07").click()
    done = page.get_by_role("status")
    expect(done).to_have_text("已注销")
    expect(done).to_be_focused()
    expect(rows).to_contain_text("seat-07")
    expect(page.get_by_role("link", name="已注销 1")).to_be_visible()
    picture(page, "fleet-revoked")
