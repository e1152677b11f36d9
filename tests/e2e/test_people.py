"""People and devices at a real hub: tokens that run out, revocation in mid-stream, moved devices, verbs, pages."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import urllib3

from data.clock import SystemClock
from data.sqlite import connect
from sync.errors import RefusedError, ShiftOverError, SyncError
from sync.hub.home import HubHome
from sync.protocol import Told
from sync.replica.agent_home import AgentHome
from sync.replica.hub_client import HubClient
from tests.hubs import COMMAND, RunningHub, enrol, switchboard

STATION = "B21140205"
STATUS = {"version": "1", "revision": 1, "hotkey": "ready"}


@pytest.fixture
def home(hub: RunningHub, tmp_path: Path) -> AgentHome:
    return AgentHome(enrol(hub, tmp_path / "agent"))


def verb(hub: RunningHub, *words: str) -> Any:
    return switchboard(*words, "--home", str(hub.home))


def said(hub: RunningHub, stdin: str, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*COMMAND, *words, "--home", str(hub.home)], input=stdin, capture_output=True, text=True, check=False
    )


def run_out(home: AgentHome) -> str:
    """Has the access token replaced by one that the hub takes no more."""
    over = "a.0.1.secret.mac"
    home.files.write(replace(home.enrolment(), token=over))
    return over


def test_an_access_token_that_ran_out_is_renewed_unseen_at_any_question(hub: RunningHub, home: AgentHome) -> None:
    run_out(home)
    client = HubClient.at(home)
    assert client.customers_with_phone("13800000000") == ()
    renewed = home.enrolment().token
    assert renewed.startswith("a.")
    run_out(home)
    assert switchboard("sync", "--once", "--home", str(home.path))["mode"] == "current"
    run_out(home)
    next(HubClient.at(home).events())


def test_a_home_enrolled_before_there_were_tokens_is_given_some_when_it_reports(
    hub: RunningHub, home: AgentHome
) -> None:
    enrolment = home.enrolment()
    secret = enrolment.refresh.split(".")[3]
    store = HubHome(hub.home).open_store(SystemClock())
    with store.write("test", "as before") as writing:
        writing.connection.exec_driver_sql("UPDATE device SET generation = 0")
    home.files.write(replace(enrolment, token=secret, refresh=""))
    assert HubClient.at(home).report_status(STATUS).renew
    assert home.enrolment().refresh.startswith("r.")
    assert not HubClient.at(home).report_status(STATUS).renew


def test_a_copied_home_is_found_out_and_neither_gets_anything_any_more(
    hub: RunningHub, home: AgentHome, tmp_path: Path
) -> None:
    copy = AgentHome(tmp_path / "copy")
    copy.save_enrolment(home.enrolment())
    for _ in range(2):
        run_out(home)
        HubClient.at(home).report_status(STATUS)
    run_out(copy)
    with pytest.raises(RefusedError, match="used twice"):
        HubClient.at(copy).report_status(STATUS)
    with pytest.raises(RefusedError, match="was revoked"):
        HubClient.at(home).report_status(STATUS)
    (device,) = verb(hub, "agents", "list")["devices"]
    assert device["state"] == "revoked"


def test_a_revoked_device_is_cut_off_in_the_middle_of_its_stream(hub: RunningHub, home: AgentHome) -> None:
    events = HubClient.at(home).events()
    next(events)
    verb(hub, "agents", "revoke", "seat-1")
    hear_to_the_end(events)
    with pytest.raises(RefusedError, match="was revoked"):
        HubClient.at(home).report_status(STATUS)


def test_a_device_moved_in_the_middle_of_its_stream_gets_the_cache_of_its_new_branches(
    hub: RunningHub, home: AgentHome
) -> None:
    events = HubClient.at(home).events()
    next(events)
    before = customers(home)
    verb(hub, "agents", "move", "seat-1", "--branch", STATION)
    hear_to_the_end(events)
    assert switchboard("sync", "--once", "--home", str(home.path))["mode"] == "snapshot"
    assert 0 < customers(home) < before


def hear_to_the_end(events: Iterator[Told]) -> None:
    """Returns once the hub has ended the stream: it would go on for ever otherwise."""
    with suppress(SyncError):
        for _ in events:
            pass


def customers(home: AgentHome) -> int:
    path = home.current_cache()
    assert path is not None
    connection = connect(path, read_only=True)
    try:
        return int(connection.execute("SELECT count(*) FROM customer").fetchone()[0])
    finally:
        connection.close()


def test_a_shift_begins_with_a_pin_and_ends_when_the_person_is_disabled(hub: RunningHub, home: AgentHome) -> None:
    assert said(hub, "314159\n", "users", "pin", "duty").returncode == 0
    client = HubClient.at(home)
    home.files.begin_shift(client.begin_shift("duty", "314159"))
    assert client.report_status(STATUS).person == "duty"
    assert client.customers_with_phone("13800000000") == ()
    verb(hub, "users", "disable", "duty")
    with pytest.raises(ShiftOverError, match="本班已结束"):
        client.customers_with_phone("13800000000")
    assert home.files.shift() is None
    assert client.customers_with_phone("13800000000") == ()
    assert client.report_status(STATUS).person is None


def test_the_verbs_add_list_change_and_shut_out_people(hub: RunningHub) -> None:
    assert said(hub, "secret12\n", "users", "add", "王芳", "--role", "editor", "--branch", STATION).returncode == 0
    listed = {one["name"]: one for one in verb(hub, "users", "list")["people"]}
    assert (listed["王芳"]["role"], listed["王芳"]["branches"]) == ("editor", [STATION])
    assert hub.post("/session", {"name": "王芳", "password": "secret12"})["role"] == "editor"
    verb(hub, "users", "role", "王芳", "--role", "agent")
    reset = verb(hub, "users", "password", "王芳", "--reset")["password"]
    assert hub.post("/session", {"name": "王芳", "password": reset})["role"] == "agent"
    assert said(hub, "", "users", "disable", "admin").returncode == 1
    refused = said(hub, "", "users", "disable", "admin").stderr.strip()
    assert refused == "switchboard: admin is the last administrator: make another one first"
    assert verb(hub, "users", "rights")["devices"]["display"] == ["see_wallboard"]
    shown = said(hub, "", "users", "rights").stdout
    assert shown.startswith("# Who may do what")


class Browser:
    """What a browser keeps between requests."""

    def __init__(self, hub: RunningHub) -> None:
        self._url = hub.url
        self._pool = urllib3.PoolManager(retries=False)
        self._cookies: dict[str, str] = {}

    def ask(self, method: str, path: str, **fields: str) -> urllib3.BaseHTTPResponse:
        headers = {"Accept": "text/html", "Cookie": "; ".join(f"{key}={value}" for key, value in self._cookies.items())}
        if method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        body = urlencode(fields) if fields else None
        answer = self._pool.request(method, self._url + path, headers=headers, body=body, redirect=False)
        for cookie in answer.headers.getlist("Set-Cookie"):
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        return answer

    def listen(self, path: str) -> Iterator[bytes]:
        """What comes through a stream, until its end."""
        headers = {"Cookie": "; ".join(f"{key}={value}" for key, value in self._cookies.items())}
        answer = self._pool.request("GET", self._url + path, headers=headers, preload_content=False)
        assert answer.status == 200
        return answer.stream()


def test_a_display_is_let_in_by_a_code_that_becomes_a_cookie_no_script_reads(hub: RunningHub) -> None:
    code = verb(hub, "agents", "add", "大厅", "--display")["code"]
    wall = Browser(hub)
    assert wall.ask("POST", "/display", code="WRONG").status == 401
    let_in = wall.ask("POST", "/display", code=code)
    assert (let_in.status, let_in.headers["Location"]) == (303, "/wallboard")
    assert "HttpOnly" in let_in.headers["Set-Cookie"]
    assert "SameSite=strict" in let_in.headers["Set-Cookie"]
    assert wall.ask("GET", "/wallboard").status == 200
    assert wall.ask("GET", "/desk").status == 403
    assert Browser(hub).ask("POST", "/display", code=code).status == 401
    stream = wall.listen("/events")
    assert next(stream)
    verb(hub, "agents", "revoke", "大厅")
    assert list(stream) is not None, "the hub ends it; it would go on for ever otherwise"
    assert wall.ask("GET", "/wallboard").status == 303


def test_whoever_has_a_first_password_changes_it_before_anything_else(hub: RunningHub) -> None:
    admin = Browser(hub)
    admin.ask("POST", "/login", name="admin", password="demo")
    made = admin.ask("POST", "/desk/people/add", name="李强", role="duty_officer").data.decode()
    password = made.partition("<code>")[2].partition("</code>")[0]
    refused = admin.ask("POST", "/desk/people/add", name="李强", role="supervisor", branches=STATION)
    assert refused.status == 422
    shown = refused.data.decode()
    assert all(typed in shown for typed in ('value="李强"', 'value="supervisor" selected', f'value="{STATION}"'))
    person = Browser(hub)
    assert person.ask("POST", "/login", name="李强", password=password).headers["Location"] == "/desk/account"
    assert person.ask("GET", "/desk").headers["Location"] == "/desk/account"
    assert person.ask("POST", "/desk/account/password", old="wrong", new="another12").status == 401
    assert person.ask("POST", "/desk/account/password", old=password, new="short").status == 422
    assert person.ask("POST", "/desk/account/password", old=password, new="another12").status == 303
    assert person.ask("GET", "/desk").headers["Location"].startswith("/login")
    assert person.ask("POST", "/login", name="李强", password="another12").headers["Location"] == "/desk"
    assert person.ask("POST", "/desk/account/pin", password="another12", pin="123456").status == 422
    assert person.ask("POST", "/desk/account/pin", password="another12", pin="271828").status == 200
    assert person.ask("GET", "/desk/fleet").status == 403


def test_the_fleet_page_tells_how_devices_fare_and_revokes_them(hub: RunningHub, home: AgentHome) -> None:
    client = HubClient.at(home)
    client.begin_shift("duty", "demo")
    client.report_status({**STATUS, "hotkey": "taken", "confirmed_at": "2026-01-01T00:00:00Z"})
    admin = Browser(hub)
    admin.ask("POST", "/login", name="admin", password="demo")
    page = admin.ask("GET", "/desk/fleet").data.decode()
    assert all(told in page for told in ("seat-1", "duty", "被占用", "天前"))
    assert admin.ask("POST", f"/desk/fleet/{home.enrolment().device}/revoke").status == 303
    with pytest.raises(RefusedError, match="was revoked"):
        client.report_status(STATUS)
    auditor = Browser(hub)
    auditor.ask("POST", "/login", name="auditor", password="demo")
    assert auditor.ask("GET", "/desk/fleet").status == 200
    assert auditor.ask("POST", "/desk/fleet/add", name="x", kind="pc").status == 403


def test_wrong_passwords_are_refused_alike_until_the_place_is_shut_for_the_name(hub: RunningHub) -> None:
    statuses = []
    for _ in range(6):
        answer = urllib3.request(
            "POST", f"{hub.url}/session", json={"name": "duty", "password": "guess"}, retries=False
        )
        statuses.append(answer.status)
    assert statuses == [401] * 5 + [429]
    assert 0 < int(answer.headers["Retry-After"]) <= 900
    assert json.loads(answer.data)["detail"].startswith("错误次数过多")
    assert hub.post("/session", {"name": "admin", "password": "demo"})["role"] == "administrator"
