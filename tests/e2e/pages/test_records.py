"""Keeping records on the pages: by mouse and by keyboard, by two people at once, and from files."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from data.store.alone import IMPORT, alone
from data.upkeep.import_note import ImportNote, drop_note, write_note
from sync.hub.home import HubHome
from tests.browser import ZOOMED, Visits, no_serious_fault, picture, tab_to
from tests.hubs import RunningHub

TASHAN = "211402206"
NEW = "/desk/records/area/new"


def test_an_editor_adds_changes_undoes_retires_and_brings_back_an_area(visits: Visits, shared_hub: RunningHub) -> None:
    page = visits.open(shared_hub, "editor", "/desk/records")
    no_serious_fault(page)
    picture(page, "records")
    page.get_by_role("link", name="新增").click()
    expect(page.locator("#f-branch")).to_have_value(re.compile("白马石供电所"))
    page.wait_for_load_state()  # the page's script is there: what is filled in before it, it does not see
    page.fill("#f-parent_id", "塔山乡")
    page.locator("#l-parent_id option").first.wait_for(state="attached")
    page.fill("#f-parent_id", page.locator("#l-parent_id option").first.get_attribute("value") or "")
    page.fill("#f-name", "新立屯村委会")
    page.press("#f-name", "Tab")
    page.locator("#code-hint b").wait_for()
    expect(page.locator("#code-hint b")).to_have_text("xltc")
    page.fill("#f-postcode", "1250")
    page.get_by_role("button", name="保存").click()
    page.get_by_text("邮政编码是 6 位数字").wait_for()
    expect(page.locator("#f-name")).to_have_value("新立屯村委会")
    expect(page.locator("#f-postcode")).to_be_focused()
    no_serious_fault(page)
    picture(page, "record-wrong")
    page.fill("#f-postcode", "125001")
    page.get_by_role("button", name="保存").click()
    page.get_by_role("status").get_by_text("已新增").wait_for()
    expect(page.locator("#f-code")).to_have_value("xltc")
    page.fill("#f-aliases", "新屯;小新立")
    page.wait_for_load_state()  # the keys are a script's
    page.press("#f-aliases", "Control+Enter")
    page.get_by_role("status").get_by_text("已修改").wait_for()
    no_serious_fault(page)
    picture(page, "record-history")
    page.get_by_role("button", name="撤销这次修改").click()
    page.get_by_role("status").get_by_text("已撤销").wait_for()
    expect(page.locator("#f-aliases")).to_have_value("")
    page.get_by_text("停用这条记录").click()
    page.get_by_role("button", name="停用").click()
    page.get_by_role("button", name="恢复使用").wait_for()
    no_serious_fault(page)
    page.get_by_role("button", name="恢复使用").click()
    page.get_by_role("status").get_by_text("已恢复").wait_for()


def test_a_record_is_found_and_changed_by_keyboard_alone(visits: Visits, shared_hub: RunningHub) -> None:
    page = visits.open(shared_hub, "editor", "/desk/records?kind=contact")
    page.keyboard.type("值班室")  # the field for it has the focus
    page.locator("#records tbody tr").nth(1).wait_for(state="detached")
    link = page.locator("#records tbody a").first
    tab_to(page, link)
    page.keyboard.press("Enter")
    page.locator("#f-email").wait_for()
    tab_to(page, page.locator("#f-email"))
    page.keyboard.type("duty@ps.example.com")
    page.wait_for_load_state()
    page.keyboard.press("Control+Enter")
    page.get_by_role("status").wait_for()
    expect(page.locator("#f-email")).to_have_value("duty@ps.example.com")


def test_a_record_is_found_by_pinyin_and_what_was_typed_stands_in_no_address(
    visits: Visits, shared_hub: RunningHub
) -> None:
    page = visits.open(shared_hub, "editor", "/desk/records?kind=area")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    found = page.get_by_role("link", name="塔山乡", exact=True)
    while found.count() == 0:  # the lookup of a hub that has just begun is being prepared
        page.fill("#text", "")
        page.fill("#text", "tashanxiang")
        page.wait_for_timeout(500)
    page.fill("#text", "nowhere")
    page.keyboard.press("Enter")
    page.get_by_text("没有符合的记录").wait_for()
    expect(page.locator("#text")).to_have_value("nowhere")
    assert not [url for url in (*asked, page.url) if "tashan" in url or "nowhere" in url]


def test_two_editors_of_one_record_are_shown_both_versions(visits: Visits, shared_hub: RunningHub) -> None:
    address = f"/desk/records/area/edit/{TASHAN}"
    mine, theirs = (visits.open(shared_hub, name, address) for name in ("editor", "admin"))
    theirs.fill("#f-aliases", "老塔山")
    theirs.click("#save")
    theirs.get_by_role("status").wait_for()
    mine.fill("#f-postcode", "125001")
    mine.fill("#f-aliases", "大塔山")
    mine.click("#save")
    mine.get_by_role("heading", name="他人已修改").wait_for()
    expect(mine.locator(".versions")).to_contain_text("老塔山")
    expect(mine.locator("#f-aliases")).to_have_value("大塔山")
    no_serious_fault(mine)
    picture(mine, "record-versions")
    mine.click("#save")
    mine.get_by_role("status").wait_for()
    expect(mine.locator("#f-aliases")).to_have_value("大塔山")
    expect(mine.locator("#f-postcode")).to_have_value("125001")


def test_what_is_in_use_elsewhere_central_or_another_branchs_is_refused_with_the_reason(
    visits: Visits, shared_hub: RunningHub
) -> None:
    page = visits.open(shared_hub, "editor", f"/desk/records/area/edit/{TASHAN}")
    page.get_by_text("停用这条记录").click()
    page.get_by_role("button", name="停用").click()
    page.get_by_role("alert").get_by_text("仍被引用").wait_for()
    page.goto(f"{shared_hub.url}/desk/records/area/edit/211402")
    page.get_by_text("不归本单位供电").wait_for()
    page = visits.open(shared_hub, "admin", "/desk/records?kind=customer&only=central")
    page.locator("#records tbody a").first.click()
    page.get_by_text("由营销系统维护").wait_for()
    expect(page.locator("#save")).to_have_count(0)
    expect(page.locator("#f-name")).not_to_be_editable()
    no_serious_fault(page)
    picture(page, "record-central")


def test_a_likely_copy_is_asked_about_once(visits: Visits, shared_hub: RunningHub) -> None:
    page = visits.open(shared_hub, "editor", NEW)
    page.fill("#f-name", "塔山村委会")
    page.fill("#f-parent_id", "塔山乡")
    page.fill("#f-code", "tsc9")
    page.click("#save")
    page.get_by_role("alert").get_by_text("可能重复").wait_for()
    no_serious_fault(page)
    page.get_by_role("button", name="仍要保存").click()
    page.get_by_role("status").get_by_text("已新增").wait_for()


@pytest.mark.parametrize("path", ["/desk/records?kind=customer", f"/desk/records/area/edit/{TASHAN}"])
def test_the_record_pages_fit_at_200_percent_and_in_english(visits: Visits, shared_hub: RunningHub, path: str) -> None:
    page = visits.open(shared_hub, "editor", path, size=ZOOMED, language="en")
    no_serious_fault(page)
    picture(page, f"record-zoomed-{path.count('/')}")


def file(directory: Path, *lines: str) -> str:
    path = directory / "区域.csv"
    path.write_text("\n".join(lines) + "\n", encoding="gb18030")
    return str(path)


def test_a_file_is_looked_at_before_it_is_imported(visits: Visits, shared_hub: RunningHub, tmp_path: Path) -> None:
    page = visits.open(shared_hub, "admin", "/desk/import")
    no_serious_fault(page)
    picture(page, "import")
    csv = file(
        tmp_path,
        "编号,名称,上级编号,级别,邮编,备注",
        f"911402999,试验村,{TASHAN},村,125001,x",
        f"{TASHAN},塔山乡,211402,乡镇街道,125002,",
        "911402998,孤村,000000,村,,",
    )
    page.set_input_files("input[name=file]", csv)
    page.get_by_role("button", name="上传并核对").click()
    page.get_by_text("尚未写入").wait_for()
    expect(page.locator(".counts li")).to_have_text([re.compile(rf"^\s*{count}\b") for count in (1, 1, 0, 1)])
    expect(page.locator("main")).to_contain_text("备注")
    expect(page.locator("main")).to_contain_text("125002")
    no_serious_fault(page)
    picture(page, "import-preview")
    with page.expect_download() as download:
        page.get_by_role("link", name="下载退回清单").click()
    assert download.value.suggested_filename == "区域-errors.xlsx"
    page.get_by_role("button", name="按以上内容导入").click()
    page.get_by_text("已写入资料库").wait_for()
    no_serious_fault(page)
    again = visits.open(shared_hub, "admin", "/desk/import")
    expect(again.locator(".own")).to_contain_text("已导入：新增 1，修改 1，不变 0，退回 1")
    again.close()
    page.get_by_role("button", name="完成").click()
    page.wait_for_url("**/desk/import")
    page.goto(f"{shared_hub.url}/desk/records/area/edit/{TASHAN}")
    expect(page.locator("#f-postcode")).to_have_value("125002")
    expect(page.locator(".history li:first-child")).to_contain_text("导入")


def test_everybody_sees_how_far_an_import_is_and_what_a_killed_one_left(visits: Visits, shared_hub: RunningHub) -> None:
    store = HubHome(shared_hub.home).open_store()
    note = ImportNote("customer", "customers many.csv", "", "person:wang", "2026-11-23T02:00:00+00:00", 12_000, 50_000)
    try:
        with alone(store.engine, IMPORT) as free:  # as whoever imports holds it until the end, also one by command
            assert free
            page = visits.open(shared_hub, "admin", "/desk/import")
            expect(page.locator(".going")).to_contain_text("尚未写入")
            with store.write("test", "note") as writing:
                write_note(writing.connection, note)
            expect(page.locator(".going")).to_contain_text("还剩 38,000")
            expect(page.locator(".going")).to_contain_text("wang")
            no_serious_fault(page)
            picture(page, "import-progress")
        expect(page.locator(".going")).to_have_count(0)
        expect(page.get_by_role("status")).to_contain_text("上次导入中断")
    finally:
        with store.write("test", "note") as writing:
            drop_note(writing.connection)
        store.engine.dispose()
    page.reload()
    expect(page.get_by_role("status")).to_have_count(0)


def test_what_has_changed_since_it_was_looked_at_is_not_imported(
    visits: Visits, shared_hub: RunningHub, tmp_path: Path
) -> None:
    page = visits.open(shared_hub, "admin", "/desk/import", size=ZOOMED)
    page.set_input_files("input[name=file]", file(tmp_path, "id,name,postcode", "211402205,改名乡,125003"))
    page.get_by_role("button", name="上传并核对").click()
    page.get_by_text("尚未写入").wait_for()
    no_serious_fault(page)
    other = visits.open(shared_hub, "admin", "/desk/records/area/edit/211402205")
    other.fill("#f-postcode", "125009")
    other.click("#save")
    other.get_by_role("status").wait_for()
    page.get_by_role("button", name="按以上内容导入").click()
    page.get_by_role("alert").get_by_text("请重新核对").wait_for()
    expect(page.locator("main")).to_contain_text("125009")
    page.get_by_role("button", name="按以上内容导入").click()
    page.get_by_text("已写入资料库").wait_for()


def test_a_file_that_is_none_is_refused_by_its_name(visits: Visits, shared_hub: RunningHub, tmp_path: Path) -> None:
    page = visits.open(shared_hub, "admin", "/desk/import", language="en")
    page.set_input_files("input[name=file]", file(tmp_path, "谁,何"))
    page.get_by_role("button", name="Send and check").click()
    page.get_by_role("alert").get_by_text("no header row").wait_for()
    no_serious_fault(page)


def test_what_a_contact_serves_is_added_and_taken_out_one_by_one(visits: Visits, shared_hub: RunningHub) -> None:
    page = visits.open(shared_hub, "editor", "/desk/records/contact/new")
    for field, text in {"name": "赵抢修", "phone": "13904290001", "areas": f"{TASHAN}；211402205"}.items():
        page.fill(f"#f-{field}", text)
    page.select_option("#f-role", "repair_crew")
    page.click("#save")
    page.get_by_role("status").wait_for()
    expect(page.get_by_role("checkbox")).to_have_count(2)
    page.get_by_role("checkbox").nth(1).uncheck()
    page.fill("#f-areas", "tsc9没有")
    page.click("#save")
    page.get_by_text("没有这个区域").wait_for()
    no_serious_fault(page)
    picture(page, "record-serves")
    page.get_by_role("checkbox", name="tsc9没有").uncheck()
    page.click("#save")
    page.get_by_role("status").wait_for()
    expect(page.get_by_role("checkbox")).to_have_count(1)
