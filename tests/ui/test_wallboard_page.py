"""The wallboard page in a real browser whose clock and network are the test's own: nothing is waited for."""

from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, insert
from sqlalchemy.pool import StaticPool

from data.clock import to_iso
from data.readers import EVERYBODYS
from data.store.metadata import METADATA
from data.store.schema import RECORDS
from sync.hub.guard import RequestGuard
from tests.browser import PATIENCE_MS
from wallboard.pages import wallboard_router

START = datetime(2026, 11, 22, 6, 2, tzinfo=UTC)
HUB = "http://hub.test"
COUNTED_FETCHES = """
// How many answers the page waits for, in the root's data-awaited; none is late, however busy the machine.
const page = document, plain = window.fetch;
let awaited = 0;
const count = (step) => { awaited += step; page.documentElement.dataset.awaited = awaited; };
AbortSignal.timeout = () => new AbortController().signal;
window.fetch = async (...asked) => {
  count(1);
  try {
    const answer = await plain(...asked);
    const text = await answer.text();
    answer.json = async () => JSON.parse(text);
    return answer;
  } finally {
    count(-1);
  }
};
"""


class Hub:
    """The hub as the page meets it: the real routes, a clock and outages set by the test, a line that can be cut."""

    def __init__(self, page: Any) -> None:
        self.time = START
        self.outages: list[dict[str, object]] = []
        self.reachable = True
        self.page = page
        self.problems: list[str] = []
        engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
        METADATA.create_all(engine)
        self.connection = engine.connect()
        self.close = engine.dispose
        app = FastAPI()
        app.include_router(
            wallboard_router(
                connect=lambda: nullcontext(self.connection),
                clock=self,
                outages=lambda: self.outages,
                guard=lambda: EVERYBODYS,
            )
        )
        app.add_middleware(RequestGuard)
        self._client = TestClient(app)
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", lambda said: self._heard(said.text))
        page.clock.install(time=START - timedelta(minutes=1))  # it goes on until it is paused, which must lie ahead
        page.clock.pause_at(START)
        page.set_default_timeout(PATIENCE_MS)
        page.add_init_script(COUNTED_FETCHES)
        page.route("**/*", self._answer)

    def now(self) -> datetime:
        return self.time

    def open(self) -> None:
        self.page.goto(f"{HUB}/wallboard")
        self.page.wait_for_selector("#link[data-state=live]")

    def passes(self, seconds: int) -> None:
        """Lets time pass for the hub and for the page, second by second: neither runs ahead of the other.

        An answer that came after the page's next second would set its time back by that second.
        """
        for _ in range(seconds):
            self.time += timedelta(seconds=1)
            self.page.clock.run_for(1000)
            self.page.wait_for_selector("html[data-awaited='0']")

    def _answer(self, route: Any) -> None:
        path = route.request.url.removeprefix(HUB)
        if path == "/events" or not self.reachable:
            route.abort()
            return
        answer = self._client.get(path)
        route.fulfill(status=answer.status_code, headers=dict(answer.headers), body=answer.content)

    def _heard(self, text: str) -> None:
        if "Content Security Policy" in text:
            self.problems.append(text)


@pytest.fixture
def hub(browser: Any) -> Iterator[Hub]:
    page = browser.new_page(viewport={"width": 1920, "height": 1080}, timezone_id="America/New_York")
    hub = Hub(page)
    yield hub
    page.close()
    hub.connection.close()
    hub.close()
    assert hub.problems == []


def window(number: int = 1, **more: object) -> dict[str, object]:
    return {
        "id": str(number),
        "kind": "fault",
        "kind_label": "故障停电",
        "phase": "active",
        "start": to_iso(START - timedelta(hours=1)),
        "etr": to_iso(START + timedelta(minutes=2)),
        "reason": "雷击跳闸",
        "scope_text": f"10kV 塔山线 ({number})",
        "feeders": 1,
        "transformer_areas": 4,
        "customers": 312,
        "important": 1,
        **more,
    }


def tiles(hub: Hub) -> list[str]:
    return [" ".join(text.split()) for text in hub.page.locator("#outages .tile").all_inner_texts()]


def test_a_red_tile_says_in_words_what_is_out_and_until_when(hub: Hub) -> None:
    hub.outages = [window()]
    hub.open()

    (tile,) = tiles(hub)
    assert tile == "■ 故障停电 ★ 重要 1 10kV 塔山线 (1) 剩 2 分 312 户 预计 14:04 送电 · 雷击跳闸"
    assert hub.page.locator(".tile.outage").count() == 1


def test_a_maintenance_window_is_yellow_with_its_own_glyph(hub: Hub) -> None:
    hub.outages = [window(kind="maintenance", kind_label="检修")]
    hub.open()

    assert tiles(hub)[0].startswith("▲ 检修")
    assert hub.page.locator(".tile.maintenance").count() == 1


def test_a_suspicion_is_dashed_says_that_it_is_none_confirmed_and_clears_by_itself(hub: Hub) -> None:
    suspected: dict[str, Any] = {
        "kind": "suspected",
        "kind_label": "疑似停电",
        "phase": "suspected",
        "important": 0,
        "reason": "报修 4",
    }
    since = to_iso(START - timedelta(minutes=9))
    hub.outages = [window(**suspected, start=since, etr=to_iso(START + timedelta(seconds=30)))]
    hub.open()

    assert tiles(hub) == ["◌ 疑似停电 10kV 塔山线 (1) 已 9 分 312 户 13:53 起，未确认 · 报修 4"]
    assert hub.page.locator("#outage-summary").inner_text().startswith("停电 0 · 疑似 1 · ")
    hub.passes(31)
    assert tiles(hub) == []


def test_a_tile_clears_at_its_etr_though_the_hub_says_nothing(hub: Hub) -> None:
    hub.outages = [window()]
    hub.open()
    hub.reachable = False

    hub.passes(118)
    assert len(tiles(hub)) == 1
    hub.passes(3)
    assert tiles(hub) == []


def test_a_window_that_is_held_turns_overdue_instead_of_clearing(hub: Hub) -> None:
    hub.outages = [window(hold=True)]
    hub.open()
    hub.passes(210)

    assert "已超时 1 分" in tiles(hub)[0]


def test_a_window_that_was_announced_turns_red_at_its_start(hub: Hub) -> None:
    hub.outages = [window(phase="upcoming", start=to_iso(START + timedelta(minutes=1)))]
    hub.open()
    assert "预告 · 故障停电" in tiles(hub)[0]

    hub.passes(61)
    assert hub.page.locator(".tile.outage").count() == 1


def test_a_lost_hub_is_said_with_the_time_of_the_figures_and_no_outage_is_no_longer_claimed(hub: Hub) -> None:
    hub.open()
    assert hub.page.inner_text("#no-outage") == "✓ 当前没有停电"

    hub.reachable = False
    hub.passes(60)
    hub.page.wait_for_selector("#link[data-state=lost]")
    hub.passes(1)
    assert hub.page.inner_text("#link") == "⚠ 数据停在 14:02 · 连不上服务器"
    assert hub.page.inner_text("#no-outage") == "14:02 时没有停电，现在未确认"

    hub.reachable = True
    hub.passes(6)
    hub.page.wait_for_selector("#link[data-state=live]")


def test_more_outages_than_fit_are_shown_in_turns(hub: Hub) -> None:
    hub.outages = [window(number, etr=to_iso(START + timedelta(hours=number))) for number in range(1, 12)]
    hub.open()

    first = tiles(hub)
    hub.passes(10)
    hub.page.wait_for_selector("#outages:has(li:nth-child(2):last-child)")

    assert len(first) == 9
    assert set(first).isdisjoint(tiles(hub))


def test_the_clock_is_the_hubs_in_the_time_of_the_service_centre(hub: Hub) -> None:
    hub.time = START + timedelta(minutes=37)
    hub.open()

    assert hub.page.inner_text("#time") == "14:39:00"


def test_nothing_hangs_over_the_edge_of_the_screen(hub: Hub) -> None:
    long = "北港工业园区、望海寺街道龙湾社区、玉皇商城北、" * 6
    hub.outages = [window(number, scope_text=long, customers=1234567, important=88) for number in range(9)]
    hub.open()

    over = "document.documentElement.scrollHeight > innerHeight || document.documentElement.scrollWidth > innerWidth"
    assert hub.page.evaluate(over) is False
    inside = "[...document.querySelectorAll('.tile')].every((tile) => tile.scrollHeight <= tile.clientHeight)"
    assert hub.page.evaluate(inside) is True


def test_an_urgent_notice_stands_above_everything_until_its_time_is_over(hub: Hub) -> None:
    row = {"id": "n", "text": "塔山变电站全停", "urgent": True, "branches": "[]", "posted_by": "x", "row_hash": b""}
    row |= {"since": to_iso(START), "until": to_iso(START + timedelta(seconds=3)), "bucket": ""}
    hub.connection.execute(insert(RECORDS["notice"]), row)
    hub.open()
    notice = hub.page.locator("#notice")
    assert notice.inner_text() == "⚠ 紧急公告　塔山变电站全停"
    assert notice.get_attribute("class") == "urgent"
    hub.passes(4)
    assert not notice.is_visible()
