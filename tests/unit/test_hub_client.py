"""The client against servers that are no hub, or a hub on a bad day: real HTTP, answers byte for byte."""

import json

import pytest

from sync.errors import AskedTooOftenError, HubUnreachableError, RefusedError, SnapshotNeededError, SyncError
from sync.replica.hub_client import HubClient
from sync.replica.hub_line import checked_url
from tests.odd_servers import PORTAL, answering


@pytest.mark.parametrize(
    "body",
    [PORTAL, b"", b"[]", b"{}", b'"ok"', b"null", b'{"changes":[[1]],"epoch":"e"}', b'{"time":"soon"}', b"\xff\xfe"],
)
def test_what_is_no_answer_of_a_hub_is_told_in_one_line(body: bytes) -> None:
    with answering(200, body, Content_Type="text/html") as url:
        client = HubClient(url)
        for ask in (lambda: client.changes("e", "all", 1), client.manifest, lambda: client.enrol("CODE")):
            with pytest.raises(HubUnreachableError, match="is this the hub") as failed:
                ask()
            assert "\n" not in str(failed.value)
            assert str(failed.value).startswith(url)


@pytest.mark.parametrize(
    ("status", "body", "error", "said"),
    [
        (401, json.dumps({"detail": "enrol it again"}).encode(), RefusedError, "enrol it again"),
        (410, json.dumps({"detail": "too far behind"}).encode(), SnapshotNeededError, "too far behind"),
        (500, PORTAL, RefusedError, "it gave no reason: is this the hub"),
        (429, json.dumps({"detail": "wait 2 s"}).encode(), AskedTooOftenError, "wait 2 s"),
        (302, b"", RefusedError, r"refused \(302\)"),
        (503, b"[1]", RefusedError, r"refused \(503\)"),
    ],
)
def test_a_refusal_says_what_the_hub_said(status: int, body: bytes, error: type[SyncError], said: str) -> None:
    with answering(status, body) as url, pytest.raises(error, match=said):
        HubClient(url).changes("e", "all", 1)


@pytest.mark.parametrize(
    ("said", "zh", "en"),
    [
        ({"zh": "请先登录", "en": "Sign in first"}, "请先登录", "Sign in first"),
        ({"zh": "请先登录"}, "请先登录", "sign in"),
        ("请先登录", "sign in", "sign in"),
        (None, "sign in", "sign in"),
    ],
)
def test_a_refusal_is_told_to_a_person_in_their_language_where_the_hub_knows_words(
    said: object, zh: str, en: str
) -> None:
    body = json.dumps({"detail": "sign in", "said": said}).encode()
    with answering(401, body) as url, pytest.raises(RefusedError) as refused:
        HubClient(url).changes("e", "all", 1)
    assert (refused.value.words("zh"), refused.value.words("en")) == (zh, en)


def test_a_hub_that_is_gone_is_told_with_its_address() -> None:
    with answering(200, b"") as url:
        pass
    with pytest.raises(HubUnreachableError, match=f"{url} cannot be reached"):
        HubClient(url).manifest()


@pytest.mark.parametrize(
    "url",
    ["", "hub.example:8400", "ftp://hub", "http://", "http://[::1", "http://hub:99999", "http://hub:0", "http://hub:x"],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(RefusedError, match="is not a hub's address"):
        checked_url(url)


@pytest.mark.parametrize("url", ["http://me:geheim@hub:8400", "http://hub?key=1", "http://hub:8400/#x"])
def test_an_address_holds_no_password_and_none_is_told_on(url: str) -> None:
    with pytest.raises(RefusedError, match="is not a hub's address") as refused:
        checked_url(url)
    assert "geheim" not in str(refused.value)


@pytest.mark.parametrize(
    "url", ["http://没有.example.invalid", "http://a..b.invalid", "http://" + "x" * 300 + ".invalid"]
)
def test_an_address_that_leads_nowhere_is_told_in_one_line(url: str) -> None:
    with pytest.raises(SyncError) as failed:
        HubClient(url).manifest()
    assert "\n" not in str(failed.value)


def test_an_answer_that_breaks_off_is_no_answer() -> None:
    with answering(200, b'{"epoch":', Content_Encoding="gzip") as url, pytest.raises(HubUnreachableError):
        HubClient(url).changes("e", "all", 1)


def test_events_are_read_however_they_are_cut_and_other_lines_are_passed_over() -> None:
    body = (
        b': ping\r\n\r\nevent: change\r\ndata: {"revision":7,"figures":0,"time":"2026-11-22T04:00:00Z"}\r\n\r\n'
        b"event: odd\n\n" + b'data: {"other":1}\n\n' + b'data: {"revision":8,"time":"2026-11-22T04:00:01Z"}\n\n'
    )
    with answering(200, body, Content_Type="text/event-stream") as url:
        assert [told.revision for told in HubClient(url).events()] == [7, 8]
    with answering(200, b"data: <html>\n\n") as url, pytest.raises(HubUnreachableError, match="is this the hub"):
        list(HubClient(url).events())
