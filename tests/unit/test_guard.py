"""The guard before the routes, around an application of the test's own."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse
from fastapi.testclient import TestClient
from pydantic import BaseModel

from sync.hub.guard import RequestGuard, RequestLimits
from sync.hub.problems import add_problem_answers

LIMITS = RequestLimits(target_bytes=200, body_bytes=1000, body_s=0.05)
IN_A_HURRY = RequestLimits(answer_s=0.5)
PAGE = {"Accept": "text/html,application/xhtml+xml"}
JSON = {"Content-Type": "application/json"}
SECRET = "13812345678"


class Note(BaseModel):
    text: str


def application(limits: RequestLimits = LIMITS, *, https_only: bool = False) -> FastAPI:
    app = FastAPI()
    add_problem_answers(app)
    app.add_middleware(RequestGuard, limits=limits, https_only=https_only)

    @app.post("/notes")
    @app.put("/notes")
    def write(note: Note) -> int:
        return len(note.text)

    @app.get("/broken/{key}")
    def broken(key: str) -> None:
        raise ZeroDivisionError(key)

    @app.get("/slow")
    async def slow() -> None:
        await asyncio.sleep(60)

    @app.get("/stream")
    async def stream() -> StreamingResponse:
        async def parts() -> AsyncIterator[bytes]:
            yield b"first"
            await asyncio.sleep(0.2)
            yield b"last"

        return StreamingResponse(parts())

    @app.post("/form")
    async def form(request: Request) -> int:
        return len(await request.form())

    @app.get("/healthz")
    def health() -> str:
        return "ok"

    return app


@pytest.fixture
def client() -> TestClient:
    return TestClient(application())


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_body_that_is_too_large_is_refused_whether_it_says_its_length_or_not(client: TestClient, method: str) -> None:
    whole = client.request(method, "/notes", content=b'{"text":"' + b"a" * 2000 + b'"}')
    piecemeal = client.request(method, "/notes", content=(b"a" * 100 for _ in range(20)))
    for answer in (whole, piecemeal):
        assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")
    assert client.request(method, "/notes", content=iter([b'{"text":', b'"abc"}']), headers=JSON).json() == 3
    assert client.post("/form", data={"a": "b" * 2000}).status_code == 413
    assert client.get("/healthz", headers={"Content-Length": "2000"}).status_code == 413


def test_a_body_of_just_the_size_that_is_allowed_is_taken(client: TestClient) -> None:
    body = b'{"text":"' + b"a" * 989 + b'"}'
    assert len(body) == LIMITS.body_bytes
    for content in (body, iter([body[:500], body[500:]])):
        assert client.post("/notes", content=content, headers=JSON).json() == 989


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"}, 403),
        ({"Origin": "http://testserver"}, 200),
        ({"Origin": "http://testserver.evil"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
def test_what_another_sites_page_sends_changes_nothing(
    client: TestClient, headers: dict[str, str], status: int
) -> None:
    assert client.post("/notes", json={"text": "a"}, headers=headers).status_code == status
    assert client.get("/healthz", headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [("/" + "a" * 300, 414), ("/a?b=" + "c" * 300, 414), ("/a%00b", 400), ("/a%ff", 400), ("/a?b=%00", 400)],
)
def test_an_address_that_is_no_text_or_too_long_is_refused(client: TestClient, path: str, status: int) -> None:
    assert client.get(path).status_code == status


@pytest.mark.parametrize(("path", "method", "status"), [("/nowhere", "GET", 404), ("/notes", "DELETE", 405)])
def test_whatever_is_wrong_is_a_problem_for_a_program_and_a_page_for_a_browser(
    client: TestClient, path: str, method: str, status: int
) -> None:
    told = client.request(method, path)
    assert (told.status_code, told.headers["content-type"]) == (status, "application/problem+json")
    assert told.json()["status"] == status
    assert told.json()["title"]
    page = client.request(method, path, headers=PAGE)
    assert (page.status_code, page.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert "值班台" in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


def test_a_failure_has_a_number_that_is_in_the_log_and_tells_nothing_else(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    for headers in ({}, PAGE):
        caplog.clear()
        answer = client.get(f"/broken/{SECRET}", headers=headers)
        assert answer.status_code == 500
        assert answer.headers["x-content-type-options"] == "nosniff"
        found = re.search(r"(?:number|编号) ([0-9a-f]{8})", answer.text)
        assert found
        (record,) = caplog.records
        assert found[1] in record.getMessage()
        assert SECRET not in record.getMessage(), "the address is not in the log"
        assert "ZeroDivision" not in answer.text
        assert record.exc_info


def test_text_that_has_no_bytes_is_refused_in_words() -> None:
    app = application()

    @app.post("/echo")
    def echo(note: Note) -> bytes:
        return note.text.encode()

    answer = TestClient(app).post("/echo", content=b'{"text":"\\ud800"}', headers=JSON)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


def test_a_route_that_takes_too_long_is_answered_for(caplog: pytest.LogCaptureFixture) -> None:
    sent = asyncio.run(asked(application(IN_A_HURRY), "GET", "/slow", for_ever))
    assert sent[0]["status"] == 503
    assert (b"retry-after", b"5") in sent[0]["headers"]
    assert caplog.messages == ["no answer in time from GET /slow"]


def test_a_stream_that_has_begun_outlives_the_time_for_an_answer(caplog: pytest.LogCaptureFixture) -> None:
    hurried = TestClient(application(RequestLimits(answer_s=0.1)))
    assert hurried.get("/stream").content == b"firstlast"
    assert not caplog.messages


def test_a_body_that_does_not_come_is_waited_for_a_while() -> None:
    sent = asyncio.run(asked(application(), "POST", "/notes", for_ever))
    assert sent[0]["status"] == 408
    assert (b"connection", b"close") in sent[0]["headers"]


@pytest.mark.parametrize(
    ("scheme", "host", "path", "status"),
    [
        ("http", "10.0.0.9", "/stream", 403),
        ("http", "10.0.0.9", "/healthz", 200),
        ("https", "10.0.0.9", "/stream", 200),
        ("http", "127.0.0.1", "/stream", 200),
        ("http", "::1", "/stream", 200),
        ("http", "no address", "/stream", 403),
    ],
)
def test_where_tls_is_demanded_plain_text_is_taken_from_this_machine_alone(
    scheme: str, host: str, path: str, status: int
) -> None:
    client = TestClient(application(https_only=True), base_url=f"{scheme}://hub.test", client=(host, 5))
    answer = client.get(path)
    assert answer.status_code == status
    assert ("strict-transport-security" in answer.headers) == (scheme == "https")


async def for_ever() -> dict[str, Any]:
    await asyncio.sleep(60)
    raise AssertionError


async def asked(
    app: FastAPI, method: str, path: str, receive: Callable[[], Awaitable[dict[str, Any]]]
) -> list[dict[str, Any]]:
    """What the application sends within a second."""
    sent: list[dict[str, Any]] = []
    whole = asyncio.Event()

    async def send(message: Any) -> None:
        sent.append(message)
        if message["type"] == "http.response.body" and not message.get("more_body"):
            whole.set()

    headers = [(b"content-type", b"application/json"), (b"content-length", b"50")] if method == "POST" else []
    scope = {
        "type": "http",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": headers,
        "client": ("10.0.0.9", 5),
        "http_version": "1.1",
        "root_path": "",
    }
    running = asyncio.create_task(app(scope, receive, send))
    await asyncio.wait_for(whole.wait(), 5)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    return sent
