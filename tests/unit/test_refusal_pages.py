import html
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from sync.hub.asking import COOKIE
from sync.hub.home import make_hub_home
from sync.language import LANGUAGE_COOKIE
from tests.askers import ComposedHub, composed_hub
from tests.stores import fill

BACKWARDS = {"item": "feeder:F1", "start": "2031-05-10T08:00", "etr": "2031-05-10T07:00", "reason": "检修"}


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ComposedHub]:
    made = composed_hub(make_hub_home(tmp_path_factory.mktemp("hub") / "home"))
    fill(made.store)
    yield made
    made.store.engine.dispose()


def browser(hub: ComposedHub, role: str, language: str) -> TestClient:
    cookies = {COOKIE: hub.session(role, None), LANGUAGE_COOKIE: language}
    return TestClient(hub.app, cookies=cookies, headers={"Accept": "text/html"})


@pytest.mark.parametrize(
    ("language", "said", "not_said"),
    [
        ("zh", ["没有这个页面", "回到值班台", 'lang="zh-CN"'], ["Not Found", "Back to the desk"]),
        ("en", ["There is no such page", "Back to the desk", 'lang="en"'], ["没有", "值班台"]),
    ],
)
def test_what_is_not_there_is_said_in_the_readers_language(
    hub: ComposedHub, language: str, said: list[str], not_said: list[str]
) -> None:
    page = browser(hub, "agent", language).get("/nowhere")
    assert page.status_code == 404
    assert all(words in page.text for words in said)
    assert not any(words in page.text for words in not_said)


@pytest.mark.parametrize(
    ("language", "role", "refused"),
    [("zh", "坐席", "坐席不能：设置停电信息"), ("en", "Agent", "The role 'Agent' may not: set outage")],
)
def test_the_role_and_what_it_may_not_do_are_said_in_the_readers_language(
    hub: ComposedHub, language: str, role: str, refused: str
) -> None:
    agent = browser(hub, "agent", language)
    assert f"agent · {role}<" in agent.get("/desk").text
    page = agent.get("/desk/outages/new")
    assert page.status_code == 403
    assert refused in html.unescape(page.text)


@pytest.mark.parametrize(
    ("language", "fault", "too_long"),
    [
        ("zh", "预计恢复 2031-05-10 07:00 须晚于开始 2031-05-10 08:00", "原因：最多 500 字"),
        ("en", "The ETR 2031-05-10 07:00 must be after the start 2031-05-10 08:00", "Reason: at most 500 characters"),
    ],
)
def test_a_form_is_refused_in_the_readers_language(hub: ComposedHub, language: str, fault: str, too_long: str) -> None:
    duty = browser(hub, "duty_officer", language)
    page = duty.post("/desk/outages", data=BACKWARDS)
    assert page.status_code == 422
    assert fault in page.text
    assert 'value="检修"' in page.text
    assert too_long in duty.post("/desk/outages", data={**BACKWARDS, "reason": "长" * 501}).text


def test_a_program_reads_the_line_of_the_error_whatever_the_language(hub: ComposedHub) -> None:
    refused = browser(hub, "agent", "zh").get("/desk/outages/new", headers={"Accept": "application/json"})
    assert refused.json()["detail"].startswith("the role agent may not set outage: ")


def test_a_program_is_told_what_to_show_its_person_in_each_language(hub: ComposedHub) -> None:
    program = browser(hub, "agent", "en")
    program.headers["Accept"] = "application/json"
    assert program.get("/desk/outages/new").json()["said"] == {
        "zh": "坐席不能：设置停电信息",
        "en": "The role 'Agent' may not: set outage",
    }
    assert program.get("/nowhere").json()["said"] == {"zh": "没有这个页面", "en": "There is no such page"}


@pytest.mark.parametrize(("language", "said"), [("zh", "登记码不对或已用过"), ("en", "This code is wrong")])
def test_a_wrong_code_of_a_display_is_refused_in_the_readers_language(
    hub: ComposedHub, language: str, said: str
) -> None:
    page = browser(hub, "agent", language).post("/display", data={"code": "1234567890"})
    assert page.status_code == 401
    assert said in page.text


def test_an_english_reader_of_the_audit_reads_acts_in_english(hub: ComposedHub) -> None:
    page = browser(hub, "auditor", "en").get("/desk/audit", params={"act": "*"}).text
    assert "Data changed" in page
    assert "数据变更" not in page
