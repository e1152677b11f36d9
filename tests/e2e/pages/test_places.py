"""Looking places up on the pages: the lookup, the network as a tree and the map, by keys and by mouse."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from data.demo.records import demo_records
from tests.browser import PHONE, ZOOMED, Visits, no_serious_fault, picture, tab_to, wait_for
from tests.hubs import RunningHub

FEEDER = "F02616"
"""10kV 塔山线, which supplies half of 塔山乡."""

CUSTOMER = next(doc for kind, doc in demo_records(1000) if kind == "customer" and doc["phone"])


@contextmanager
def feeder_out(hub: RunningHub) -> Iterator[None]:
    token, now = hub.sign_in("duty"), datetime.now(UTC)
    window = {
        "kind": "fault",
        "start": (now - timedelta(minutes=5)).isoformat(),
        "etr": (now + timedelta(hours=2)).isoformat(),
        "reason": "断线",
        "scope": [{"kind": "feeder", "id": FEEDER}],
    }
    made = hub.post("/outages", window, token)
    try:
        yield
    finally:
        hub.post(f"/outages/{made['id']}/restore", {}, token)


def view_of(page: Page) -> list[float]:
    return [float(number) for number in str(page.get_attribute("#map", "viewBox")).split()]


def look_up(page: Page, typed: str) -> None:
    """Sends what is typed, as a page without scripts does; it stands in no address."""
    page.locator("#q").fill(typed)
    with page.expect_navigation():
        page.locator("#q").press("Enter")
    assert page.url.endswith("/desk/lookup")


def test_a_feeder_is_found_and_its_card_opened_by_keys_alone(visits: Visits, shared_hub: RunningHub) -> None:
    with feeder_out(shared_hub):
        page = visits.open(shared_hub, "agent", "/desk/lookup")
        page.keyboard.type("tashanxian")
        page.locator("#count", has_text="找到 ").wait_for()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowUp")
        page.keyboard.press("Enter")
        page.wait_for_url("**id=F02616")
        page.wait_for_function("document.activeElement.id === 'card-head'")
        card = page.locator("#card")
        expect(card.locator(".verdict")).to_have_text("停电")
        expect(card.locator(".script").first).to_contain_text("10kV 塔山线自")
        expect(card.locator(".windows")).to_contain_text("断线")
        expect(page.locator("#results [aria-current]")).to_have_count(1)
        no_serious_fault(page)
        picture(page, "lookup")
        page.keyboard.press("Escape")
        page.keyboard.type("no such thing at all")
        page.locator("#count", has_text="没有找到").wait_for()
        expect(card).to_be_hidden()


def test_a_masked_phone_is_shown_for_a_reason_and_what_was_typed_is_kept(
    visits: Visits, shared_hub: RunningHub
) -> None:
    page = visits.open(shared_hub, "agent", "/desk/lookup")
    look_up(page, str(CUSTOMER["id"]))
    assert str(CUSTOMER["phone"]) not in page.content()
    page.get_by_text("查看明文").click()
    page.select_option("select[name=reason]", "other")
    page.get_by_role("button", name="查看", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("请说明用途")
    expect(page.locator("select[name=reason]")).to_have_value("other")
    no_serious_fault(page)
    page.fill("input[name=text]", "回复抢修到达时间")
    page.keyboard.press("Enter")
    expect(page.locator("output.revealed")).to_have_text(str(CUSTOMER["phone"]))
    picture(page, "revealed")


def test_a_caller_is_found_by_a_whole_phone_number_that_is_sent(visits: Visits, shared_hub: RunningHub) -> None:
    page = visits.open(shared_hub, "agent", "/desk/lookup")
    page.keyboard.type(str(CUSTOMER["phone"]))
    page.locator("#count", has_text="没有找到").wait_for()
    page.keyboard.press("Enter")
    page.locator("#card-head", has_text=str(CUSTOMER["name"])).wait_for()
    expect(page.locator("#results")).to_contain_text(str(CUSTOMER["id"]))


@pytest.mark.parametrize("name", ["auditor", "maintainer", "editor"])
def test_nobody_sees_more_than_they_may(visits: Visits, shared_hub: RunningHub, name: str) -> None:
    page = visits.open(shared_hub, name, "/desk/lookup")
    look_up(page, str(CUSTOMER["id"]))
    assert str(CUSTOMER["phone"]) not in page.content()
    assert page.get_by_text("查看明文").count() == 0
    seen = str(CUSTOMER["name"]) in page.content()
    assert seen == (name == "maintainer"), "an auditor sees no customer, an editor those of their own branches"


def test_the_tree_is_walked_by_keys_down_to_a_customer(visits: Visits, shared_hub: RunningHub) -> None:
    page = visits.open(shared_hub, "duty", f"/desk/tree?key=customer:{CUSTOMER['id']}")
    no_serious_fault(page)
    page.goto(f"{shared_hub.url}/desk/tree?key=transformer_area:{CUSTOMER['transformer_area']}")
    here = page.locator("#here")
    expect(here).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("details:not([open]) > #here")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page.locator("details[open] > #here")).to_be_visible()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/lookup?kind=customer*")
    expect(page.locator("#card-head")).to_be_visible()


def test_the_tree_opens_level_by_level_by_mouse(visits: Visits, shared_hub: RunningHub) -> None:
    with feeder_out(shared_hub):
        page = visits.open(shared_hub, "duty", "/desk/tree")
        for name in ("葫芦岛供电公司", "连山供电分公司", "白马石供电所", "66kV 塔山变电站", "10kV 塔山线"):
            page.locator("#tree summary", has_text=name).first.click()
        out = page.locator("#tree summary", has_text="10kV 塔山线").first
        assert "停电" in out.inner_text()
        page.locator("#tree summary", has_text="TQ00616001").wait_for()
        company = page.locator("#tree summary", has_text="葫芦岛供电公司")
        assert "部分停电 1/147" in company.inner_text()
        no_serious_fault(page)
        picture(page, "tree")
        page.locator("#tree").get_by_role("link", name="重要客户").first.click()
        page.locator("#tree .mark").first.wait_for()


def test_the_map_opens_at_a_feeder_and_moves_by_keys(visits: Visits, shared_hub: RunningHub) -> None:
    with feeder_out(shared_hub):
        page = visits.open(shared_hub, "duty", f"/desk/map?kind=feeder&id={FEEDER}")
        x, y, width, height = view_of(page)
        whole = float(str(page.get_attribute("#map", "data-width")))
        assert width < whole / 2, "it is opened near"
        middle = page.locator("#map text.focus").first
        assert x < float(str(middle.get_attribute("x"))) < x + width
        assert y < float(str(middle.get_attribute("y"))) < y + height
        assert "塔山村委会" in page.locator(".places").first.inner_text(), "what is out is in words beside the map"
        no_serious_fault(page)
        tab_to(page, page.locator("#map"))
        page.keyboard.press("+")
        wait_for(page, lambda: view_of(page)[2] < width)
        page.keyboard.press("ArrowRight")
        wait_for(page, lambda: view_of(page)[0] > x)
        page.keyboard.press("0")
        wait_for(page, lambda: view_of(page)[2] == whole)
        picture(page, "map")


def test_the_map_moves_and_opens_cards_by_mouse(visits: Visits, shared_hub: RunningHub) -> None:
    page = visits.open(shared_hub, "duty", "/desk/map?kind=area&id=211402206")
    x, _, width, _ = view_of(page)
    box = page.locator("#map").bounding_box()
    assert box
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] - 60, middle[1], steps=4)
    page.mouse.up()
    wait_for(page, lambda: view_of(page)[0] > x)  # dragged, and no card was opened
    page.mouse.wheel(0, 100)
    page.wait_for_function(f"document.getElementById('map').viewBox.baseVal.width > {width}")
    page.get_by_role("button", name="看全图").click()
    page.locator("#map a", has=page.locator("polygon.focus")).click()
    page.wait_for_url("**/desk/lookup?kind=area&id=211402206")
    expect(page.locator("#card-head")).to_contain_text("塔山乡")


@pytest.mark.parametrize(
    "path", ["/desk/lookup?kind=area&id=211402206", f"/desk/tree?key=feeder:{FEEDER}", "/desk/map"]
)
@pytest.mark.parametrize(("size", "language"), [(ZOOMED, "zh"), (PHONE, "en")], ids=["200%", "phone"])
def test_no_page_has_a_serious_fault_zoomed_or_small(
    visits: Visits, shared_hub: RunningHub, path: str, size: tuple[int, int], language: str
) -> None:
    page = visits.open(shared_hub, "duty", path, size=size, language=language)
    no_serious_fault(page)
    picture(page, path.split("?", maxsplit=1)[0].rsplit("/", 1)[1] + f"-{size[0]}")


def test_an_open_tree_shows_new_states_by_itself_and_stays_as_it_is(visits: Visits, shared_hub: RunningHub) -> None:
    page = visits.open(shared_hub, "agent", f"/desk/tree?key=feeder:{FEEDER}")
    line = page.locator("#here")
    line.locator(".state", has_text="正常").wait_for()
    below = page.locator("li.here > details > ul")
    transformer_area = below.locator("li[data-key] > details", has_text=" 户").first
    transformer_area.locator("summary").click()
    transformer_area.locator("ul > li[data-key]").first.wait_for()
    with feeder_out(shared_hub):
        line.locator(".state", has_text="停电").wait_for()
        below.locator(":scope > li.window", has_text="进行中").wait_for()
        transformer_area.locator("ul > li[data-key] .state", has_text="停电").first.wait_for()
        expect(transformer_area).to_have_attribute("open", "")
        expect(transformer_area.locator("summary").first).to_be_focused()
        picture(page, "tree renewed")
    line.locator(".state", has_text="正常").wait_for()
