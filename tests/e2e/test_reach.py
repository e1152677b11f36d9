"""A hub that other machines reach: over TLS only, its own or a proxy's."""

import json
import ssl
import urllib.request
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from data.store.schema import AUDIT
from sync.hub.home import HubHome
from tests.certificates import make_certificate
from tests.commands import refusal, run
from tests.hubs import RunningHub, enrol, serving

FORWARDED = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "10.20.30.40"}


def answer(
    hub: RunningHub, path: str, form: dict[str, str] | None = None, headers: dict[str, str] | None = None
) -> tuple[int, dict[str, str]]:
    body = urlencode(form).encode() if form else None
    request = urllib.request.Request(hub.url + path, body, {**(headers or {}), "Accept": "application/json"})
    opener = urllib.request.build_opener(NoRedirect, urllib.request.HTTPSHandler(context=ssl.create_default_context()))
    try:
        with opener.open(request) as said:
            return said.status, dict(said.headers)
    except HTTPError as error:
        return error.code, dict(error.headers)


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "0.0.0.0 is reached from other machines: give --tls-cert FILE and --tls-key FILE, or"),
        (("--tls-cert", "hub.crt"), "give both --tls-cert and --tls-key"),
        (("--tls-cert", "hub.crt", "--tls-key", "hub.key"), "hub.crt: No such file"),
        (("--behind-proxy", "everybody"), "'everybody' is no network"),
    ],
)
def test_a_hub_that_could_be_listened_in_on_does_not_start(hub_home: Path, words: tuple[str, ...], said: str) -> None:
    assert said in refusal("hub", "--home", str(hub_home), "--host", "0.0.0.0", "--port", "0", *words)  # noqa: S104


def test_a_hub_with_a_certificate_speaks_tls_and_remembers_it(
    hub_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cert, key = make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(cert))
    for words in (("--tls-cert", str(cert), "--tls-key", str(key)), ()):
        with serving(hub_home, *words) as hub:
            assert hub.url.startswith("https://")
            status, headers = answer(hub, "/login", {"name": "duty", "password": "demo"})
            assert status == 303
            assert "; Secure" in headers["set-cookie"]
            assert headers["strict-transport-security"] == "max-age=31536000"
            assert answer(hub, "/healthz", headers={"X-Forwarded-Proto": "http"})[0] == 200
            agent = enrol(hub, tmp_path / f"agent{len(words)}", f"座席{len(words)}")
            checks = json.loads(doctor(agent))["checks"]
            (found,) = [check for check in checks if check["name"] == "certificate"]
            assert found["good"]
            assert found["facts"]["days"] in {89, 90}


def doctor(agent: Path) -> str:
    return run("doctor", "--home", str(agent), "--json").stdout


def test_a_proxy_is_believed_and_nobody_is_served_in_plain_text(hub_home: Path) -> None:
    form = {"name": "duty", "password": "wrong"}
    plain = {**FORWARDED, "X-Forwarded-Proto": "http"}
    with serving(hub_home, "--behind-proxy", "127.0.0.1/32") as hub:
        status, headers = answer(hub, "/login", {"name": "duty", "password": "demo"}, FORWARDED)
        assert status == 303
        assert "; Secure" in headers["set-cookie"]
        assert answer(hub, "/login", form, FORWARDED)[0] == 401
        assert answer(hub, "/login", headers=plain)[0] == 403
        assert answer(hub, "/healthz", headers=plain)[0] == 200
        assert places(hub_home) == ["address:10.20.30.40"]


def test_nobody_is_believed_to_be_a_proxy_unasked(hub_home: Path) -> None:
    with serving(hub_home) as hub:
        status, headers = answer(hub, "/login", {"name": "duty", "password": "demo"}, FORWARDED)
        assert status == 303
        assert "; Secure" not in headers["set-cookie"]
        assert answer(hub, "/login", {"name": "duty", "password": "wrong"}, FORWARDED)[0] == 401
        assert places(hub_home) == ["address:127.0.0.1"]


def places(home: Path) -> list[str]:
    """Where somebody signed in wrongly."""
    store = HubHome(home).open_store()
    with store.read() as connection:
        rows = connection.execute(select(AUDIT.c.actor).where(AUDIT.c.act == "sign_in_failed")).scalars()
        return list(rows)
