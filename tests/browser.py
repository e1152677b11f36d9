"""The hub's pages in a real browser: one Chromium a test file, each visit with cookies and a screen of its own.

What an act leads to is awaited, with `expect` or a locator's own waiting, before it is read: `page.keyboard` returns
before the page that it asks for is there. Only what stands on a page that has come is read with a bare `assert`.
"""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

import pytest

from tests.hubs import RunningHub

if TYPE_CHECKING:  # most tests need no browser, and its library takes a while to import
    from playwright.sync_api import Browser, BrowserContext, Locator, Page

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"  # ./dev test installs it
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")

SCREEN = (1280, 800)
ZOOMED = (640, 400)
"""The same screen at 200 %."""
PHONE = (390, 844)

PATIENCE_MS = 60_000
"""What never comes is a failure; what comes late on a busy machine is none."""

_SERIOUS = {"serious", "critical"}
_REFUSED = "Failed to load resource: the server responded with a status of 4"
"""Chromium's remark on a form that comes back with what is wrong in it: no fault of the page."""


class Visits:
    """Opens pages as somebody; what any of them complains of is kept.

    Attributes:
        complaints: Errors of scripts, and whatever stands in a console, in order.
    """

    def __init__(self, browser: "Browser") -> None:
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self.complaints: list[str] = []

    def open(
        self,
        hub: RunningHub,
        name: str,
        path: str,
        *,
        size: tuple[int, int] = SCREEN,
        language: str = "zh",
        touch: bool = False,
        scripts: bool = True,
    ) -> "Page":
        """The page at `path`, as the demo person `name` sees it; as a stranger does, where that is empty."""
        context = self._browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            has_touch=touch,
            java_script_enabled=scripts,
        )
        self._contexts.append(context)
        cookies = {"switchboard_language": language, **({"switchboard_session": token_of(hub, name)} if name else {})}
        context.add_cookies([{"name": one, "value": value, "url": hub.url} for one, value in cookies.items()])
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on("console", lambda said: self._hear(page.url, said.type, said.text))
        page.goto(hub.url + path)
        return page

    def end(self) -> None:
        """Closes what was opened."""
        for context in self._contexts:
            context.close()

    def _hear(self, where: str, kind: str, text: str) -> None:
        if kind in {"error", "warning"} and not text.startswith(_REFUSED):
            self.complaints.append(f"{where}: {text}")


@lru_cache(maxsize=64)
def token_of(hub: RunningHub, name: str) -> str:
    """The secret of a session of the demo person `name`: one for all visits to a hub."""
    return hub.sign_in(name)


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """A Chromium for the tests of one file: while it runs, nothing else in the process can have an event loop."""
    from playwright.sync_api import expect, sync_playwright  # noqa: PLC0415 - see above

    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def visits(browser: "Browser") -> Iterator[Visits]:
    """Visits to pages, none of which may complain."""
    visits = Visits(browser)
    yield visits
    visits.end()
    assert visits.complaints == []


def no_serious_fault(page: "Page") -> None:
    """Does nothing where axe-core finds nothing serious on the page, and nothing hangs over its right edge.

    Raises:
        AssertionError: it does; each fault is said with the elements that have it.
    """
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415 - it reads a large script

    page.wait_for_load_state()
    found = Axe().run(page).response["violations"]
    faults = [
        f"{one['id']}: {', '.join(str(node['target']) for node in one['nodes'][:3])}"
        for one in found
        if one["impact"] in _SERIOUS
    ]
    assert faults == []
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert over <= 0, f"{over} pixels hang over the right edge of {page.url}"


def tab_to(page: "Page", wanted: "Locator", at_most: int = 80) -> None:
    """Presses Tab until `wanted` has the focus, as who has no mouse does.

    Raises:
        AssertionError: it never gets it.
    """
    page.wait_for_load_state()  # the keys are a script's
    wanted.wait_for()
    for _ in range(at_most):
        if wanted.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no Tab leads to {wanted} on {page.url}")


def wait_for(page: "Page", holds: Callable[[], bool]) -> None:
    """Returns as soon as `holds()`: for what neither `expect` nor a locator can tell.

    Raises:
        AssertionError: it never does.
    """
    until = time.monotonic() + PATIENCE_MS / 1000
    while not holds():
        assert time.monotonic() < until, f"it never came on {page.url}"
        page.wait_for_timeout(50)


def type_until_found(page: "Page", text: str, wanted: "Locator") -> None:
    """Types into the picker that has the focus until its list has `wanted`.

    It is typed again while the lookup of a hub that has just begun is being prepared; the answer to the whole of it is
    the last one.
    """

    def found() -> bool:
        page.keyboard.press("Control+A")
        page.keyboard.press("Delete")
        with page.expect_response(
            lambda answer: answer.url.endswith("/desk/find") and text in unquote_plus(answer.request.post_data or "")
        ):
            page.keyboard.insert_text(text[:-1])
            page.keyboard.insert_text(text[-1])
        page.wait_for_timeout(300)
        return wanted.count() > 0

    wait_for(page, found)


def picture(page: "Page", name: str) -> None:
    """Keeps what the page looks like as `name`.png in $SWITCHBOARD_PICTURES, where that is set: to be looked at."""
    if directory := os.environ.get("SWITCHBOARD_PICTURES"):
        page.screenshot(path=Path(directory) / f"{name}.png", full_page=True)
