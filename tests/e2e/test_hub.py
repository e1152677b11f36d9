"""A hub process, agents' homes and the command, over real HTTP."""

import json
import signal
import subprocess
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
import urllib3
from sqlalchemy import select

from data.clock import SystemClock, to_iso
from data.sqlite import connect
from data.store import change_log
from data.store.database import open_database, sqlite_url
from data.store.schema import COMMIT, DEVICE
from data.store.store import Store
from sync.replica.agent_home import AgentHome
from sync.replica.hub_client import HubClient
from tests.commands import DONE, refusal, run
from tests.hubs import COMMAND, PATIENCE_S, RunningHub, enrol, serving, switchboard
from tests.odd_servers import line_to
from tests.recounts import check_cache, check_store

FEEDER = "F02616"
STATION = "B21140205"
NOW = datetime.now(UTC)
START, ETR = to_iso(NOW - timedelta(hours=1)), to_iso(NOW + timedelta(hours=2))
WINDOW = {"kind": "fault", "start": START, "etr": ETR, "reason": "雷击", "scope": [{"kind": "feeder", "id": FEEDER}]}


@pytest.fixture(scope="module")
def agent(shared_hub: RunningHub, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return enrol(shared_hub, tmp_path_factory.mktemp("agent") / "home")


def add_outage(home: Path, *more: str) -> Any:
    words = ["--kind", "fault", "--start", START, "--etr", ETR, "--reason", "雷击", *(more or ("--feeder", FEEDER))]
    return switchboard("outage", "add", "--home", str(home), *words)


def state(agent: Path, query: str, *more: str) -> str:
    first = switchboard("lookup", query, "--home", str(agent), "--limit", "1", *more)["results"][0]
    return str(first["state"])


class Browser:
    """A browser as far as the hub can tell: a cookie and the headers that come of themselves."""

    def __init__(self, hub: RunningHub, person: str = "") -> None:
        self.url = hub.url
        self._pool = urllib3.PoolManager(retries=False)
        self.cookie = ""
        if person:
            answer = self.post("/login", {"name": person, "password": "demo"})
            assert answer.status == 303
            self.cookie = answer.headers["Set-Cookie"]

    def get(self, path: str) -> urllib3.BaseHTTPResponse:
        headers = self._headers({"Accept": "text/html,*/*"})
        return self._pool.request("GET", self.url + path, headers=headers, redirect=False)

    def post(self, path: str, body: dict[str, Any], **headers: str) -> urllib3.BaseHTTPResponse:
        as_json = path.startswith(("/outages", "/enrol", "/session", "/tickets"))
        content = json.dumps(body) if as_json else urlencode(body)
        kind = "application/json" if as_json else "application/x-www-form-urlencoded"
        sent = self._headers({"Content-Type": kind, **headers})
        return self._pool.request("POST", self.url + path, headers=sent, body=content, redirect=False)

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        return {"Cookie": self.cookie.partition(";")[0], **more} if self.cookie else more


def test_the_health_page_tells_status_revision_epoch_and_version(shared_hub: RunningHub) -> None:
    answer = Browser(shared_hub).get("/healthz")
    health = answer.json()
    assert answer.status == 200
    assert health["status"] == "ok"
    assert health["revision"] >= 1
    assert len(health["epoch"]) == 32
    assert health["version"]


def test_a_device_gets_a_snapshot_then_nothing_then_what_has_changed(hub: RunningHub, tmp_path: Path) -> None:
    agent = tmp_path / "agent"
    code = switchboard("agents", "add", "座席1", "--home", str(hub.home))["code"]
    switchboard("enrol", "--home", str(agent), "--hub", hub.url + "/", "--code", code.lower())
    sync = ["sync", "--once", "--home", str(agent)]
    first = switchboard(*sync)
    assert (first["mode"], first["verified"]) == ("snapshot", True)
    assert first["rows"] > 3000
    again = switchboard(*sync)
    assert (again["mode"], again["rows"], again["revision"]) == ("current", 0, first["revision"])
    assert state(agent, "10kV 塔山线") == "normal"
    key = add_outage(hub.home)["id"]
    changed = switchboard(*sync)
    assert (changed["mode"], changed["rows"], changed["revision"]) == ("changes", 1, first["revision"] + 1)
    assert changed["bytes"] < 5000
    assert state(agent, "10kV 塔山线") == "outage"
    switchboard("outage", "restore", key, "--home", str(hub.home))
    switchboard(*sync)
    assert state(agent, "10kV 塔山线") == "normal"
    assert check_cache(AgentHome(agent)) == changed["revision"] + 1
    for secret in (agent / "agent.json", hub.home / "store.db"):
        assert secret.parent.stat().st_mode & 0o077 == 0


def test_whoever_follows_hears_of_another_processs_outage_and_does_not_keep_the_hub_from_ending(
    hub: RunningHub, tmp_path: Path
) -> None:
    home = AgentHome(enrol(hub, tmp_path / "agent"))
    known = home.enrolment()
    events = HubClient(known.hub, known.token).events()
    before = next(events)
    add_outage(hub.home)
    after = next(events)
    assert after.revision == before.revision + 1
    assert abs((after.time - datetime.now(UTC)).total_seconds()) < PATIENCE_S
    assert after.batch is not None, "an outage comes along with the news of it"
    assert [(one.kind, after.batch.since) for one in after.batch.changes] == [("outage", before.revision)]
    hub.process.send_signal(signal.SIGTERM)
    assert hub.process.wait(PATIENCE_S) in {0, -signal.SIGTERM}


def test_a_resident_sync_follows_through_the_death_of_its_hub(hub_home: Path, tmp_path: Path) -> None:
    agent = tmp_path / "agent"
    with serving(hub_home) as hub, line_to(urlsplit(hub.url).port or 0) as line:
        code = switchboard("agents", "add", "座席1", "--home", str(hub.home))["code"]
        switchboard("enrol", "--home", str(agent), "--hub", line.url, "--code", code)
        command = [*COMMAND, "sync", "--home", str(agent), "--json"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as resident:
            assert resident.stdout
            assert resident.stderr
            assert json.loads(resident.stdout.readline())["mode"] == "snapshot"
            add_outage(hub_home)
            assert json.loads(resident.stdout.readline())["mode"] == "changes"
            hub.process.kill()
            assert "no contact with the hub" in resident.stderr.readline()
            last = add_outage(hub_home)
            with serving(hub_home) as another:
                line.upstream = urlsplit(another.url).port or 0
                assert json.loads(resident.stdout.readline())["mode"] == "changes"
                assert "in contact with the hub again" in resident.stderr.readline()
            resident.kill()
    path = AgentHome(agent).current_cache()
    assert path is not None
    with closing(connect(path)) as held:
        assert held.execute("SELECT id FROM outage WHERE id = ?", (last["id"],)).fetchone()


def test_a_device_of_one_station_holds_its_customers_alone(shared_hub: RunningHub, tmp_path: Path, agent: Path) -> None:
    code = switchboard("agents", "add", "座席9", "--branch", STATION, "--home", str(shared_hub.home))["code"]
    switchboard("enrol", "--home", str(tmp_path / "one"), "--hub", shared_hub.url, "--code", code)
    switchboard("sync", "--once", "--home", str(tmp_path / "one"))
    homes = AgentHome(tmp_path / "one"), AgentHome(agent)
    held: list[set[tuple[str, str]]] = []
    for home in homes:
        path = home.current_cache()
        assert path is not None
        with closing(connect(path)) as opened:
            sql = (
                "SELECT customer.id, f.branch FROM customer LEFT JOIN transformer_area t ON t.id = transformer_area"
                " LEFT JOIN feeder f ON f.id = coalesce(customer.feeder, t.feeder)"
            )
            held.append(set(opened.execute(sql).fetchall()))
    assert held[0] == {(key, branch) for key, branch in held[1] if branch == STATION}
    assert held[0]
    manifest = HubClient(shared_hub.url, homes[1].enrolment().token).manifest()
    stranger = {"Authorization": f"Bearer {homes[0].enrolment().token}"}
    answer = urllib3.request("GET", shared_hub.url + manifest.url, headers=stranger)
    assert answer.status == 404, "another scope's snapshot is not for this device"


def test_no_full_phone_of_a_customer_leaves_the_hub(shared_hub: RunningHub, agent: Path) -> None:
    path = AgentHome(agent).current_cache()
    assert path is not None
    content = path.read_bytes()
    with closing(connect(shared_hub.home / "store.db", read_only=True)) as store:
        phones = [phone for (phone,) in store.execute("SELECT phone FROM customer WHERE phone IS NOT NULL").fetchall()]
    assert len(phones) > 500
    assert not [phone for phone in phones if phone.encode() in content]


def test_an_unknown_and_a_revoked_device_are_refused_and_keep_their_caches(hub: RunningHub, tmp_path: Path) -> None:
    agent = enrol(hub, tmp_path / "agent")
    for path in ("/changes?epoch=x&scope=all&since=0", "/snapshot", "/snapshot/all/x.zst", "/events"):
        for headers in ({}, {"Authorization": "Bearer guessed"}):
            answer = urllib3.request("GET", hub.url + path, headers=headers)
            assert answer.status == 401
            assert answer.headers["Content-Type"] == "application/problem+json"
    engine = open_database(sqlite_url(hub.home / "store.db"))
    with engine.begin() as connection:
        connection.execute(DEVICE.update().values(revoked_at=to_iso(NOW)))
    engine.dispose()
    assert "was revoked: enrol it again" in refusal("sync", "--once", "--home", str(agent))
    assert run("lookup", "塔山", "--home", str(agent)).returncode == DONE


def test_people_set_outages_from_a_page_and_those_who_may_not_are_told(shared_hub: RunningHub) -> None:
    duty, seat, nobody = Browser(shared_hub, "duty"), Browser(shared_hub, "agent"), Browser(shared_hub)
    assert "HttpOnly" in duty.cookie
    assert "samesite=strict" in duty.cookie.lower()
    added = duty.post("/outages", WINDOW)
    assert added.status == 201
    window = added.json()
    assert window["state"] == "active"
    assert window["affected"]["feeders"] == 1
    assert window["affected"]["transformer_areas"] > 0
    assert window["revisions"][0]["by"] == "person:duty"
    assert seat.post("/outages", WINDOW).status == 403
    assert nobody.post("/outages", WINDOW).status == 401
    listed = seat.get("/outages")
    assert window["id"] in {one["id"] for one in listed.json()}
    form = {"kind": "fault", "q": FEEDER, "reason": "雷击"}
    times = {"start": "2026-11-22T14:00", "etr": "2026-11-22T15:00"}
    assert duty.post("/desk/outages", {**form, **times}).status == 303
    assert seat.post("/desk/outages", {**form, **times}).status == 403
    backwards = duty.post("/desk/outages", {**form, "start": times["etr"], "etr": times["start"]})
    assert backwards.status == 422
    assert "须晚于开始" in backwards.data.decode()
    assert 'value="2026-11-22T15:00"' in backwards.data.decode(), "what was typed stays in the form"


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
    ],
)
def test_another_sites_page_cannot_act_with_a_persons_cookie(shared_hub: RunningHub, headers: dict[str, str]) -> None:
    duty = Browser(shared_hub, "duty")
    assert duty.post("/outages", WINDOW, **headers).status == 403
    assert duty.post("/desk/outages", {}, **headers).status in {403, 422}
    assert duty.post("/logout", {}, **headers).status == 403
    assert duty.get("/desk").status == 200, "still signed in"
    assert duty.post("/outages", WINDOW, Origin=shared_hub.url).status == 201


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({**WINDOW, "etr": START}, 422, "is not after the start"),
        ({**WINDOW, "start": "2026-11-22T12:00:00"}, 422, "start"),
        ({**WINDOW, "scope": [{"kind": "feeder", "id": "99999"}]}, 404, "no feeder has the id"),
        ({**WINDOW, "scope": [{"kind": "feeder", "id": "602"}]}, 409, "is not unique"),
        ({**WINDOW, "reason": "长" * 501}, 422, "reason"),
        ({**WINDOW, "reason": "a\x00b"}, 422, "reason"),
        ({}, 422, "kind"),
    ],
)
def test_a_bad_request_is_answered_with_a_problem(
    shared_hub: RunningHub, body: dict[str, Any], status: int, said: str
) -> None:
    answer = Browser(shared_hub, "duty").post("/outages", body)
    assert (answer.status, answer.headers["Content-Type"]) == (status, "application/problem+json")
    assert said in answer.json()["detail"]


def test_every_answer_carries_the_headers_that_keep_a_page_to_itself(shared_hub: RunningHub) -> None:
    for path in ("/login", "/healthz", "/nowhere", "/desk", "/static/desk/desk.css", "/snapshot"):
        headers = Browser(shared_hub).get(path).headers
        assert "default-src 'none'" in headers["Content-Security-Policy"], path
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Cross-Origin-Opener-Policy"] == headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "microphone=()" in headers["Permissions-Policy"]
        assert headers["Cache-Control"] == "no-store"
        assert "Strict-Transport-Security" not in headers, "there is no TLS"


def test_signing_out_ends_the_session(shared_hub: RunningHub) -> None:
    duty = Browser(shared_hub, "duty")
    assert duty.post("/logout", {}).status == 303
    assert duty.post("/outages", WINDOW).status == 401
    assert duty.get("/desk").headers["Location"] == "/login?next=%2Fdesk"
    assert Browser(shared_hub).post("/login", {"name": "duty", "password": "wrong"}).status == 401


def test_a_batch_is_answered_line_by_line_in_its_order(agent: Path, tmp_path: Path) -> None:
    queries = ["tsx", "616", "", "塔山", "zzzzqqqq", "tashan", "  ", "2114000008"]
    file = tmp_path / "queries.txt"
    file.write_text("\n".join(queries) + "\n", encoding="utf-8-sig")
    words = ["--home", str(agent), "--limit", "3", "--json"]
    for done in (
        run("lookup", "--batch", str(file), *words),
        run("lookup", "--batch", "-", *words, typed=file.read_text("utf-8-sig")),
    ):
        assert done.returncode == DONE
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        assert [one["query"] for one in answers] == queries
        assert all(len(one["results"]) <= 3 for one in answers)
        assert [bool(one["results"]) for one in answers] == [True, True, False, True, False, True, False, True]
    assert answers[-1]["results"][0]["kind"] == "customer"


def test_a_batch_that_is_no_utf_8_is_refused_before_anything_is_answered(agent: Path, tmp_path: Path) -> None:
    file = tmp_path / "queries.txt"
    file.write_bytes("tsx\n塔山\n".encode("gb18030"))
    assert "line 2 is no UTF-8 text" in refusal("lookup", "--batch", str(file), "--home", str(agent))


def test_with_the_hub_gone_a_lookup_answers_and_says_how_old_it_is(hub: RunningHub, tmp_path: Path) -> None:
    agent = enrol(hub, tmp_path / "agent")
    hub.process.kill()
    hub.process.wait()
    fresh = switchboard("lookup", "塔山线", "--home", str(agent))
    assert fresh["freshness"] == "live"
    assert fresh["results"]
    AgentHome(agent).confirm(datetime.now(UTC) - timedelta(hours=2))
    stale = switchboard("lookup", "塔山线", "--home", str(agent))
    assert stale["freshness"] == "stale"
    assert 7200 <= stale["age_s"] < 7200 + PATIENCE_S
    assert stale["results"] != fresh["results"], "the sentence to read out says that it is not confirmed"
    assert "cannot be reached" in refusal("sync", "--once", "--home", str(agent))


def test_a_line_turns_red_and_recovers_by_the_clock_alone(hub: RunningHub, tmp_path: Path) -> None:
    add_outage(hub.home)
    add_outage(hub.home, "--transformer-area", "T30625007", "--hold")
    agent = enrol(hub, tmp_path / "agent")

    def at(hours: float) -> str:
        return to_iso(NOW + timedelta(hours=hours))

    line, held = "10kV 塔山线", "TQ30625007"
    assert [state(agent, line, "--at", at(hours)) for hours in (-2, 0, 1.9, 2.1)] == [
        "normal",
        "outage",
        "outage",
        "normal",
    ]
    assert state(agent, held, "--at", at(30)) == "outage"
    hub.process.kill()
    assert state(agent, line, "--at", at(2.1)) == "normal"


def test_windows_set_at_once_from_many_processes_all_stand_with_ids_of_their_own(hub: RunningHub) -> None:
    words = [*COMMAND, "outage", "add", "--home", str(hub.home), "--feeder", FEEDER, "--kind", "fault", "--json"]
    words += ["--start", START, "--etr", ETR, "--reason", "雷击"]
    processes = [subprocess.Popen(words, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    token = hub.sign_in("duty")
    ids = [hub.post("/outages", WINDOW, token)["id"] for _ in range(8)]
    ids += [json.loads(process.communicate(timeout=PATIENCE_S)[0])["id"] for process in processes]
    assert len(set(ids)) == 12
    engine = open_database(sqlite_url(hub.home / "store.db"))
    with Store(engine, SystemClock()).read() as connection:
        check_store(connection)
        revisions = list(connection.execute(select(COMMIT.c.revision).order_by(COMMIT.c.revision)).scalars())
        assert revisions == list(range(1, change_log.head(connection) + 1))
    engine.dispose()


def test_a_page_that_needs_a_person_leads_to_the_sign_in_and_back(shared_hub: RunningHub) -> None:
    stranger = Browser(shared_hub)
    answer = stranger.get("/wallboard")
    assert (answer.status, answer.headers["Location"]) == (303, "/login?next=%2Fwallboard")
    for wanted, leads in (("/wallboard", "/wallboard"), ("//evil.example", "/desk"), ("https://evil.example", "/desk")):
        signed_in = stranger.post("/login", {"name": "supervisor", "password": "demo", "next": wanted})
        assert (signed_in.status, signed_in.headers["Location"]) == (303, leads)


def test_a_body_that_is_too_long_is_not_read(shared_hub: RunningHub) -> None:
    answer = Browser(shared_hub).post("/enrol", {"code": "x" * 1_000_001})
    assert answer.status == 413
