"""What keeps the hub's pages and log clean: in a real browser, over real sockets, from a real process."""

import http.client
import json
import socket
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from fastapi.routing import APIRoute
from playwright.sync_api import Browser, Page, expect

from switchboard.hub_process import compose
from sync.hub.home import HubHome
from sync.replica.agent_home import AgentHome
from sync.replica.hub_client import HubClient
from tests.askers import all_routes
from tests.hubs import RunningHub, enrol, serving

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
ENDLESS = {"/events"}
_UNSAID = 422
"""The answer where an address alone does not say what is wanted."""


def ask(
    hub: RunningHub, method: str, path: str, body: bytes | None = None, **headers: str
) -> tuple[int, dict[str, str], bytes]:
    line = http.client.HTTPConnection(urlsplit(hub.url).netloc, timeout=30)
    line.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
    answer = line.getresponse()
    told = answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    line.close()
    return told


def sign_in(hub: RunningHub, name: str) -> str:
    form = urlencode({"name": name, "password": "demo"}).encode()
    _, headers, _ = ask(hub, "POST", "/login", form, Content_Type=FORM)
    return headers["set-cookie"].partition(";")[0]


def page_paths(hub: RunningHub, cookie: str) -> list[str]:
    """Every address of the hub's own that shows a page, not a part of one."""
    composed, app = compose(HubHome(hub.home))
    composed.shelf.close()
    gets = [one.path for one in all_routes(app) if isinstance(one, APIRoute) and "GET" in (one.methods or ())]
    shown = []
    for path in gets:
        if "{" not in path and path not in ENDLESS:
            status, headers, body = ask(hub, "GET", path, Cookie=cookie, Accept="text/html")
            if status != _UNSAID and headers.get("content-type", "").startswith("text/html") and b"<html" in body:
                shown.append(path)
    return shown


def watched(page: Page) -> list[str]:
    """What goes wrong on a page, as it does."""
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type in {"error", "warning"} else None)
    return wrong


def test_no_page_breaks_the_content_policy_or_complains(shared_hub: RunningHub, browser: Browser) -> None:
    cookie = sign_in(shared_hub, "admin")
    paths = page_paths(shared_hub, cookie)
    assert {"/login", "/display", "/desk", "/desk/account", "/desk/fleet", "/desk/people", "/wallboard"} <= set(paths)
    context = browser.new_context(locale="zh-CN")
    name, _, value = cookie.partition("=")
    context.add_cookies([{"name": name, "value": value, "url": shared_hub.url}])
    for path in paths:
        page = context.new_page()
        wrong = watched(page)
        answer = page.goto(shared_hub.url + path, wait_until="load")
        assert answer
        assert answer.status == 200, path
        page.wait_for_timeout(200)
        assert wrong == [], path
        page.close()
    context.close()


def test_the_policy_forbids_a_script_that_is_smuggled_in(shared_hub: RunningHub, browser: Browser) -> None:
    page = browser.new_page()
    wrong = watched(page)
    page.goto(shared_hub.url + "/login")
    page.evaluate("document.body.appendChild(Object.assign(document.createElement('script'), {text: 'window.in = 1'}))")
    assert page.evaluate("window.in") is None
    assert any("Content Security Policy" in one for one in wrong)
    page.close()


def test_somebody_signs_in_and_out_in_a_browser(shared_hub: RunningHub, browser: Browser) -> None:
    page = browser.new_page(locale="zh-CN")
    page.goto(shared_hub.url + "/desk/fleet")
    page.fill("input[name=name]", "admin")
    page.fill("input[name=password]", "demo")
    page.click("button.main")
    page.wait_for_url("**/desk/fleet")
    page.goto(shared_hub.url + "/nowhere")
    expect(page.locator("h1")).to_contain_text("没有这个页面")
    page.close()


def test_no_secret_is_in_the_log(hub_home: Path, tmp_path: Path) -> None:
    log = tmp_path / "hub.log"
    planted = ["planted-password-1", "planted-code-2", "planted-token-3", "13812345678", "planted-cookie-4"]
    password, code, token, phone, cookie = planted
    with serving(hub_home, log=log) as hub:
        agent = enrol(hub, tmp_path / "agent")
        headers = HubClient.at(AgentHome(agent))._credential.headers()  # noqa: SLF001 - what a PC sends
        planted += [headers["Authorization"].split()[1], sign_in(hub, "admin").partition("=")[2]]
        for secret in planted:
            for path in (
                f"/nowhere/{secret}",
                f"/changes?token={secret}",
                f"/login?next={secret}",
                f"/entries/{secret}/conflict",
            ):
                ask(hub, "GET", path, Authorization=f"Bearer {secret}", Cookie=f"switchboard_session={secret}")
            for path in ("/session", "/enrol", "/token", "/customers/by-phone", "/shift", "/entries"):
                for body in (
                    {"name": secret, "password": secret, "code": secret, "refresh": secret, "number": secret},
                    secret,
                ):
                    ask(hub, "POST", path, json.dumps(body).encode(), Content_Type=JSON, **headers)
            form = urlencode({"name": secret, "password": password, "code": code}).encode()
            for path in ("/login", "/display", "/logout", "/desk/account/password"):
                ask(hub, "POST", path, form, Content_Type=FORM, Cookie=f"switchboard_session={cookie}")
            raw(hub, f"GET /{secret} HTTP/9\r\nAuthorization: {token} {phone}\r\n\r\n".encode())
    said = log.read_text(encoding="utf-8")
    assert [one for one in planted if one in said] == []


def raw(hub: RunningHub, said: bytes) -> bytes:
    """What is answered to bytes, to the end of the connection."""
    where = urlsplit(hub.url)
    with socket.create_connection((where.hostname, where.port), 60) as line:
        line.sendall(said)
        line.shutdown(socket.SHUT_WR)
        heard = b""
        try:
            while block := line.recv(65536):
                heard += block
        except ConnectionError:
            pass
        return heard


HOST = b"Host: hub\r\nConnection: close\r\n"


def posted(path: str, kind: str, body: bytes, length: int | None = None) -> bytes:
    head = f"POST {path} HTTP/1.1\r\nContent-Type: {kind}\r\nContent-Length: {length or len(body)}\r\n"
    return head.encode() + HOST + b"\r\n" + body


ODD = [
    b"GET / HTTP/1.1\r\nHost: hub\r\n\r\n" * 20 + b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET /%ff%fe HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET /%00 HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET /changes?epoch=%00&scope=%ff&since=1 HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET /" + b"a/" * 5000 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET /snapshot/../../hub.toml HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET /static/desk/%2e%2e/pages.py HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET /static/desk/" + b"%2e%2e%2f" * 12 + b"etc/passwd HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET http://elsewhere.example/ HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET * HTTP/1.1\r\n" + HOST + b"\r\n",
    b"CONNECT elsewhere.example:443 HTTP/1.1\r\n" + HOST + b"\r\n",
    b"BREW /coffee HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET / HTTP/1.1\r\nHost: hub\r\nUpgrade: websocket\r\nConnection: Upgrade, close\r\n\r\n",
    posted("/session", JSON, b"\xff\xfe\x00\x01"),
    posted("/session", JSON, b"{", length=99),
    posted("/session", JSON, b"[" * 100_001),
    posted("/login", "multipart/form-data", b"abc"),
    posted("/login", FORM, b"name=%ff%00&password=%00"),
    b"POST /session HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + HOST + b"\r\nzz\r\n",
    b"GET /desk HTTP/1.1\r\nCookie: switchboard_session=\xff\xfe\x01; =;;==\r\n" + HOST + b"\r\n",
    b"GET /events HTTP/1.1\r\nAuthorization: Bearer \xe4\xb8\xad\r\nLast-Event-ID: \xd9\xa3\r\n" + HOST + b"\r\n",
    b"GET /changes?since=99999999999999999999999 HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET /healthz HTTP/1.1\r\nSwitchboard-Protocol: -1\r\nRange: bytes=0-,-5,9-1\r\n" + HOST + b"\r\n",
    b"GET /healthz HTTP/1.0\r\n\r\n",
]


@pytest.mark.parametrize("said", ODD, ids=range(len(ODD)))
def test_odd_requests_are_never_the_hubs_failure(shared_hub: RunningHub, said: bytes) -> None:
    statuses = [part[:3] for part in raw(shared_hub, said).split(b"HTTP/1.1 ")[1:]]
    assert all(status < b"500" for status in statuses), statuses
    assert ask(shared_hub, "GET", "/healthz")[0] == 200
