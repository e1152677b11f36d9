"""Nothing is cut off or lies under something else, on small screens, in both languages, with the longest names."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from data.fields import Doc
from data.outages.entry import NewOutage, add_outage
from sync.auth.devices import add_device
from sync.hub.home import HubHome
from tests.browser import Visits, no_serious_fault
from tests.hubs import RunningHub, serving

LONG = "葫芦岛市连山区塔山乡老塔山满族自治村第三村民小组沿河街道二号"
WORDS = "Northwesternmosthilltowns Northwesternmosthilltowns"
NAMES = {"LZ": LONG, "LE": WORDS}


def records(key: str, name: str) -> list[tuple[str, Doc]]:
    """A line with all that belongs to it, each called `name`."""
    supplied: Doc = {"id": key, "number": f"TQ{key}", "name": name, "feeder": key, "areas": [key]}
    return [
        ("branch", {"id": key, "name": name, "kind": "station"}),
        ("area", {"id": key, "name": name, "code": key.lower(), "level": "village", "branch": key}),
        ("feeder", {"id": key, "number": f"{key}616", "name": name, "substation": name, "branch": key}),
        ("transformer_area", supplied),
    ]


NARROW = ((1024, 768), (640, 400))
"""An old screen, and a usual one at 200 %."""
PAGES = (
    "/desk",
    "/desk/outages/new",
    "/desk/suspicions",
    "/desk/planned",
    "/desk/told",
    "/desk/lookup",
    "/desk/tickets",
    "/desk/call-backs",
    "/desk/catalogue",
    "/desk/tree",
    "/desk/records",
    "/desk/records/area/edit/LE",
    "/desk/import",
    "/desk/pulls",
    "/desk/export",
    "/desk/notices",
    "/desk/scripts",
    "/desk/fleet",
    "/desk/people",
    "/desk/audit",
    "/desk/settings",
    "/desk/account",
)
OUTSIDE = """() => {
  const pen = document.createElement("canvas").getContext("2d");
  const faults = [];
  const whole = one => {
    const style = getComputedStyle(one), text = one.selectedOptions[0]?.text ?? "";
    pen.font = style.font;
    const room = one.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    return text.length > 24 || pen.measureText(text).width + 16 <= room;  // its arrow
  };
  for (const one of document.querySelectorAll("main section :is(input, select, button, textarea, td, p)")) {
    if (!one.checkVisibility({contentVisibilityAuto: true}) || one.closest(".visually-hidden")) continue;
    const edge = one.closest("section").getBoundingClientRect().right;
    if (one.getBoundingClientRect().right > edge + 1) faults.push(`outside: ${one.outerHTML.slice(0, 90)}`);
    if (one.tagName === "SELECT" && !whole(one)) faults.push(`cut off: ${one.selectedOptions[0].text}`);
  }
  return faults;
}"""
"""What hangs over the edge of its section, and choices that are not shown whole; the longest of names may be cut."""


@pytest.fixture(scope="module")
def hub(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    """A demo hub that also has the longest of names."""
    home = Path(shutil.copytree(demo_home, tmp_path_factory.mktemp("room") / "hub"))
    store, now = HubHome(home).open_store(), datetime.now(UTC).replace(microsecond=0)
    with store.write("test", "long names") as writing:
        for key, name in NAMES.items():
            for kind, doc in records(key, name):
                writing.put(kind, doc)
            promised = now + timedelta(hours=2)
            add_outage(writing, NewOutage("fault", now, promised, f"{name}，{name}", (("feeder", key),)), "test")
    for name in NAMES.values():
        add_device(store, name, (), "test")
    store.engine.dispose()
    with serving(home) as running:
        yield running


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("size", NARROW)
def test_every_page_has_room_for_long_names_and_words(
    hub: RunningHub, visits: Visits, language: str, size: tuple[int, int]
) -> None:
    page, faults = visits.open(hub, "admin", "/desk/account", size=size, language=language), []
    for path in PAGES:
        page.goto(hub.url + path)
        page.wait_for_load_state()
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        faults += [f"{path}: {over} pixels too wide"] if over > 0 else []
        faults += [f"{path}: {fault}" for fault in page.evaluate(OUTSIDE)]
    assert faults == []


def test_what_may_be_done_with_a_pc_of_a_long_name_is_whole_where_it_is_opened(hub: RunningHub, visits: Visits) -> None:
    for size in NARROW:
        page = visits.open(hub, "admin", "/desk/fleet", size=size, language="en")
        page.locator("tbody details summary").last.click()
        page.get_by_role("button", name="Revoke it").last.wait_for()
        assert page.evaluate(OUTSIDE) == []
        no_serious_fault(page)
