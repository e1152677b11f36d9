"""The pages of pulls: what is pulled, what became of it, and a person's word before much is deleted."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from data.store.schema import RECORDS
from sync.hub.home import HubHome
from tests.browser import SCREEN, ZOOMED, Visits, no_serious_fault, picture, tab_to
from tests.central_systems import CUSTOMERS, HEAD, CentralSystem, make_central
from tests.hubs import RunningHub

LONG_MS = 120_000


@pytest.fixture(scope="module")
def central(desk_hub: RunningHub, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CentralSystem]:
    """Thirty good customers, and one of a transformer area that nobody knows."""
    folder: Path = tmp_path_factory.mktemp("central")
    made = make_central(f"sqlite:///{folder / 'central.db'}", folder, range(30))
    with HubHome(desk_hub.home).open_store().read() as connection:
        area = connection.execute(select(RECORDS["transformer_area"].c.id).limit(1)).scalar_one()
    made.run("UPDATE c_cons SET tg = :area", area=area)
    made.put(31, area="没有这个台区")
    mapping = desk_hub.home / "central.toml"
    mapping.write_text((HEAD + CUSTOMERS).replace("URL", made.url), encoding="utf-8")
    yield made
    mapping.unlink()


@pytest.mark.parametrize(("size", "language"), [(SCREEN, "zh"), (ZOOMED, "en")])
def test_the_page_of_pulls_is_fit_for_everybody(
    visits: Visits, desk_hub: RunningHub, central: CentralSystem, size: tuple[int, int], language: str
) -> None:
    page = visits.open(desk_hub, "admin", "/desk/pulls", size=size, language=language)
    page.get_by_text(central.url).wait_for()
    no_serious_fault(page)
    picture(page, f"pulls-{language}")


def test_a_pull_is_tried_done_refused_approved_and_declined(
    visits: Visits, desk_hub: RunningHub, central: CentralSystem
) -> None:
    page = visits.open(desk_hub, "admin", "/desk/pulls")
    tab_to(page, page.get_by_role("button", name="试取，看差异"))
    page.keyboard.press("Enter")
    page.get_by_role("row").filter(has_text="试取完成").get_by_role("link").click(timeout=LONG_MS)
    page.get_by_text("没有这个台区").first.wait_for()
    no_serious_fault(page)
    picture(page, "pull-tried")
    page.get_by_role("link", name="全部取数").click()
    page.get_by_role("button", name="立即取数").click(timeout=LONG_MS)
    page.get_by_role("row").filter(has_text="已入库").wait_for(timeout=LONG_MS)
    central.drop(*range(20))
    page.get_by_role("button", name="立即取数").click(timeout=LONG_MS)
    page.get_by_role("row").filter(has_text="待批准").get_by_role("link").click(timeout=LONG_MS)
    page.get_by_text("超过 5%").wait_for()
    picture(page, "pull-waits")
    page.get_by_role("button", name="批准，删除并取数").click()
    page.get_by_role("row").filter(has_text="已批准").wait_for(timeout=LONG_MS)
    with HubHome(desk_hub.home).open_store().read() as connection:
        customer = RECORDS["customer"]
        left = connection.execute(select(customer.c.id).where(customer.c.id.like("30000000%"))).all()
    assert len(left) == 10
    central.drop(*range(20, 30))
    page.get_by_role("button", name="立即取数").click(timeout=LONG_MS)
    page.get_by_role("row").filter(has_text="待批准").get_by_role("link").click(timeout=LONG_MS)
    page.get_by_role("button", name="拒绝，保留记录").click()
    page.get_by_text("已拒绝").wait_for()
    expect(page.get_by_role("button", name="批准")).to_have_count(0)
