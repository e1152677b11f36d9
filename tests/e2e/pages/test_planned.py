"""Planned works from a spreadsheet, on the desk's page: sent, looked at, set once."""

from pathlib import Path

import pytest
from playwright.sync_api import expect
from python_calamine import CalamineWorkbook

from tests.browser import SCREEN, ZOOMED, Visits, no_serious_fault, picture, tab_to
from tests.hubs import RunningHub

HEADER = "停电范围,开始时间,结束时间,停电原因"


def table(directory: Path, *rows: str) -> Path:
    path = directory / "works.csv"
    path.write_text("\n".join([HEADER, *rows]), "utf-8")
    return path


@pytest.mark.parametrize(("size", "language"), [(SCREEN, "zh"), (ZOOMED, "en")])
def test_the_page_is_fit_for_everybody(
    visits: Visits, shared_hub: RunningHub, tmp_path: Path, size: tuple[int, int], language: str
) -> None:
    page = visits.open(shared_hub, "duty", "/desk/planned", size=size, language=language)
    no_serious_fault(page)
    page.locator("[name=file]").set_input_files(
        table(tmp_path, "F02602,2031-05-10 08:00,2031-05-10 17:00,检修", "999,2031-05-10,,")
    )
    page.locator("main button.main").click()
    page.locator("tr.rejected").wait_for()
    no_serious_fault(page)
    picture(page, f"planned-{language}")


def test_works_are_looked_at_and_then_set_once_by_keyboard_alone(
    visits: Visits, shared_hub: RunningHub, tmp_path: Path
) -> None:
    works = table(
        tmp_path,
        "F02603,2031-06-10 08:00,2031-06-10 17:00,更换导线",
        "没有的线路,2031-06-10 08:00,2031-06-10 07:00,检修",
    )
    page = visits.open(shared_hub, "duty", "/desk/planned")
    page.locator("[name=file]").set_input_files(works)  # a browser's own dialogue picks the file
    tab_to(page, page.get_by_role("button", name="上传并核对"))
    page.keyboard.press("Enter")
    page.get_by_text("结束时间须晚于开始时间").wait_for()
    tab_to(page, page.get_by_role("button", name="设置这 1 条"))
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="已设置").wait_for()
    number = page.locator("tr.added a").inner_text()
    page.goto(f"{shared_hub.url}/desk/outages/{number}")
    page.get_by_text("更换导线").first.wait_for()
    page.goto(f"{shared_hub.url}/desk/planned")
    page.locator("[name=file]").set_input_files(works)
    page.get_by_role("button", name="上传并核对").click()
    page.locator("tr.present").wait_for()
    expect(page.get_by_role("button", name="设置这")).to_have_count(0)


def test_what_is_wrong_comes_back_as_a_workbook_and_a_file_that_is_none_as_a_word(
    visits: Visits, shared_hub: RunningHub, tmp_path: Path
) -> None:
    page = visits.open(shared_hub, "duty", "/desk/planned")
    page.locator("[name=file]").set_input_files(table(tmp_path, ",2031-06-10 08:00,2031-06-10 17:00,检修"))
    page.get_by_role("button", name="上传并核对").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="下载错误清单").click()
    download.value.save_as(tmp_path / "errors.xlsx")
    rows = CalamineWorkbook.from_path(tmp_path / "errors.xlsx").get_sheet_by_index(0).to_python()
    assert rows[1][:2] == [2, "停电范围"]
    page.goto(f"{shared_hub.url}/desk/planned")
    (tmp_path / "none.csv").write_bytes(b"")
    page.locator("[name=file]").set_input_files(tmp_path / "none.csv")
    page.get_by_role("button", name="上传并核对").click()
    page.get_by_role("alert").filter(has_text="文件是空的").wait_for()
