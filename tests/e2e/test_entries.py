"""What is entered at a PC, with a real hub, without it, and against somebody else's changes."""

import urllib.error
import urllib.parse
import urllib.request
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from data.caches.cache import read_doc
from data.clock import SystemClock, to_iso
from data.sqlite import connect
from data.store.schema import LOOK_UP, TICKET, WRAP_UP
from sync.hub.home import HubHome
from sync.outbox.entering import Entering, author_at
from sync.outbox.sending import OutboxSender
from sync.outbox.waiting import Author, Outbox
from sync.replica.agent_home import AgentHome
from sync.replica.hub_client import HubClient
from sync.routes.entry_routes import LATER
from tests.commands import DONE, refusal, run
from tests.hubs import RunningHub, enrol, serving, switchboard

CLOCK = SystemClock()
AREA = "211402206"
"""塔山乡 of the demo."""


def signed_in(hub: RunningHub, home: Path, person: str) -> Path:
    """The home of a PC at which a demo person is signed in."""
    enrol(hub, home, f"seat-{uuid4().hex[:8]}")
    sign_in(home, person)
    return home


def sign_in(home: Path, person: str) -> None:
    agent = AgentHome(home)
    agent.files.begin_shift(HubClient.at(agent).begin_shift(person, "demo"))


def soon(hours: float) -> str:
    return to_iso(datetime.now(UTC) + timedelta(hours=hours))


def window(home: Path, *, etr: float = 2, feeder: str = "") -> dict[str, Any]:
    feeder = feeder or a_feeder(home)
    words = ("--feeder", feeder, "--kind", "fault", "--start", soon(-1), "--etr", soon(etr), "--reason", "倒杆")
    entered: dict[str, Any] = switchboard("outage", "add", "--home", str(home), *words)
    return entered


def a_feeder(home: Path) -> str:
    with closing(connect(cache_of(home), read_only=True)) as cache:
        return str(cache.execute("SELECT id FROM feeder ORDER BY id LIMIT 1").fetchone()[0])


def cache_of(home: Path) -> Path:
    path = AgentHome(home).current_cache()
    assert path is not None
    return path


def sender_of(home: Path) -> OutboxSender:
    agent = AgentHome(home)

    def author() -> Author:
        return author_at(agent, CLOCK.now())

    return OutboxSender(Outbox(home), HubClient.at(agent), CLOCK, author)


def windows(home: Path) -> dict[str, dict[str, Any]]:
    return {one["id"]: one for one in switchboard("outage", "list", "--home", str(home))}


def entries(home: Path) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = switchboard("outbox", "list", "--home", str(home))
    return listed


def desk(hub: RunningHub, person: str, path: str, form: dict[str, str] | None = None) -> str:
    """The desk's page after a request of a person."""
    request = urllib.request.Request(hub.url + path, urllib.parse.urlencode(form).encode() if form else None)
    request.add_header("Cookie", f"switchboard_session={hub.sign_in(person)}")
    with urllib.request.urlopen(request, timeout=30) as answer:
        return str(answer.read().decode())


def test_everything_that_is_entered_at_a_pc_arrives_at_the_hub(hub: RunningHub, tmp_path: Path) -> None:
    home = signed_in(hub, tmp_path / "pc", "supervisor")
    at = ("--home", str(home))
    ticket = switchboard("ticket", "add", *at, "--kind", "trouble_report", "--text", "半个村没电", "--area", AREA)
    ended = switchboard("wrap-up", "add", *at, "--result", "solved", "--number", "13812345678", "--call", "c1")
    area = switchboard("area", "edit", AREA, *at, "--set", "aliases=老塔山;塔山公社")
    outage = window(home)
    assert [one["status"] for one in (ticket, ended, area, outage)] == ["applied"] * 4
    Entering(AgentHome(home), Outbox(home), CLOCK).look_up("area", AREA)
    outbox = Outbox(home)
    assert [kept.entry.kind for kept in outbox.entries()] == ["look_up"]
    agent = AgentHome(home)
    later = CLOCK.now() + timedelta(minutes=2)
    clock = type("Later", (), {"now": lambda self: later})()
    assert OutboxSender(outbox, HubClient.at(agent), clock).send()
    assert entries(home) == []
    with HubHome(hub.home).open_store().read() as connection:
        made = connection.execute(select(TICKET).where(TICKET.c.id == ticket["record"])).mappings().one()
        assert (made["created_by"], made["place_id"]) == ("supervisor", AREA)
        assert connection.execute(select(WRAP_UP.c.call_id)).scalars().all() == ["c1"]
        assert connection.execute(select(LOOK_UP.c.record)).scalars().all() == [AREA]
    switchboard("sync", "--once", *at)
    with closing(connect(cache_of(home), read_only=True)) as cache:
        stored = read_doc(cache, "area", AREA)
    assert stored is not None
    assert stored["aliases"] == ["老塔山", "塔山公社"]
    assert windows(home)[outage["record"]]["unsent"] is None


def test_a_window_entered_without_the_hub_waits_and_can_be_revised_before_it_has_an_id(
    hub_home: Path, tmp_path: Path
) -> None:
    with serving(hub_home) as hub:
        home = signed_in(hub, tmp_path / "pc", "duty")
    entered = window(home)
    assert entered["status"] == "waiting"
    key = entered["entry"]
    assert windows(home)[key]["state"] == "not_yet_sent"
    words = ("--etr", soon(5), "--reason", "等吊车")
    switchboard("outage", "revise", key, "--home", str(home), *words)
    assert [one["state"] for one in entries(home)] == ["waiting"] * 2
    with serving(hub_home) as hub:
        enrolled_at(home, hub.url)
        assert sender_of(home).send()
        assert entries(home) == []
        switchboard("sync", "--once", "--home", str(home))
        (stored,) = windows(home).values()
        assert (stored["etr"], stored["reason"]) == (words[1], "倒杆")


def enrolled_at(home: Path, url: str) -> None:
    """The same hub at another address: each of the tests' hubs takes a free port."""
    file = home / "agent.json"
    text = file.read_text(encoding="utf-8")
    before = AgentHome(home).enrolment().hub
    file.write_text(text.replace(before, url), encoding="utf-8")


def test_a_shift_begins_and_ends_at_the_terminal_and_takes_along_what_waits(
    shared_hub: RunningHub, tmp_path: Path
) -> None:
    home = signed_in(shared_hub, tmp_path / "pc", "supervisor")
    Entering(AgentHome(home), Outbox(home), CLOCK).ticket("enquiry", "交班前")
    assert run("shift", "begin", "agent", "--home", str(home), typed="demo\n").returncode == DONE
    assert (author_at(AgentHome(home), CLOCK.now()).name, entries(home)) == ("agent", [])
    assert "wrong" in refusal("shift", "begin", "duty", "--home", str(home), typed="guess\n")
    assert switchboard("shift", "end", "--home", str(home)) == {"person": None, "unsent": 0}
    assert author_at(AgentHome(home), CLOCK.now()) == Author()
    with HubHome(shared_hub.home).open_store().read() as connection:
        made = connection.execute(select(TICKET.c.created_by).where(TICKET.c.text == "交班前")).scalars().all()
    assert made == ["supervisor"]


def test_nothing_is_entered_in_nobodys_name(shared_hub: RunningHub, tmp_path: Path) -> None:
    home = enrol(shared_hub, tmp_path / "pc", f"seat-{uuid4().hex}")
    words = ("--kind", "enquiry", "--text", "?")
    assert "nobody is signed in" in refusal("ticket", "add", "--home", str(home), *words)
    assert not Outbox(home).path.exists()
    key, body = uuid4().hex, {"kind": "enquiry", "text": "无人登录"}
    entry = {"key": key, "kind": "ticket", "made_at": soon(0), "body": body}
    (told,) = shared_hub.post("/entries", {"entries": [entry]}, AgentHome(home).enrolment().token)["entries"]
    assert (told["status"], told["record"]) == (LATER, ""), "another program than ours may have sent it"
    with HubHome(shared_hub.home).open_store().read() as connection:
        assert connection.execute(select(TICKET.c.id).where(TICKET.c.id == key)).first() is None


def test_what_a_role_may_not_enter_is_refused_and_stays_until_it_is_dismissed(
    shared_hub: RunningHub, tmp_path: Path
) -> None:
    home = signed_in(shared_hub, tmp_path / "pc", "agent")
    words = ("--kind", "fault", "--start", soon(0), "--etr", soon(1), "--reason", "x", "--feeder", "616")
    assert "the role agent may not set outage" in refusal("outage", "add", "--home", str(home), *words)
    (kept,) = entries(home)
    assert (kept["state"], kept["by"]) == ("refused", "agent")
    sign_in(home, "duty")
    assert "outbox" in refusal("outbox", "retry", kept["key"], "--home", str(home))  # 616 names several feeders
    (kept,) = entries(home)
    switchboard("outbox", "dismiss", kept["key"], "--home", str(home))
    assert entries(home) == []


def test_a_conflict_is_shown_at_the_desk_with_both_versions_and_settled_there(hub: RunningHub, tmp_path: Path) -> None:
    home = signed_in(hub, tmp_path / "pc", "duty")
    key = window(home)["record"]
    switchboard("sync", "--once", "--home", str(home))
    theirs, ours = soon(4), soon(3)
    switchboard("outage", "revise", key, "--home", str(hub.home), "--etr", theirs, "--reason", "等吊车")
    told = switchboard("outage", "revise", key, "--home", str(home), "--etr", ours, "--reason", "快好了")
    assert told["status"] == "conflict"
    assert [one["state"] for one in entries(home)] == ["conflict"]
    page = desk(hub, "duty", "/desk/conflicts")
    for shown in (theirs, ours):
        assert datetime.fromisoformat(shown).astimezone(ZoneInfo("Asia/Shanghai")).strftime("%m-%d %H:%M") in page
    assert "快好了" in page
    assert page.count("<option") == 2
    seen = page.split('name="seen" value="')[1].split('"')[0].replace("&#34;", '"')
    form = {"seen": seen, "side": "etr:ours", "whole": ""}
    with pytest.raises(urllib.error.HTTPError, match="403"):
        desk(hub, "agent", f"/desk/conflicts/{told['entry']}", form)
    assert "没有待处理的冲突" in desk(hub, "duty", f"/desk/conflicts/{told['entry']}", form)
    assert sender_of(home).send()
    assert entries(home) == []
    switchboard("sync", "--once", "--home", str(home))
    assert windows(home)[key]["etr"] == ours


def test_the_entries_of_one_person_are_not_sent_as_anothers(hub_home: Path, tmp_path: Path) -> None:
    with serving(hub_home) as hub:
        home = signed_in(hub, tmp_path / "pc", "supervisor")
    switchboard("ticket", "add", "--home", str(home), "--kind", "enquiry", "--text", "几点来电")
    with serving(hub_home) as hub:
        enrolled_at(home, hub.url)
        sign_in(home, "agent")
        assert not sender_of(home).send()
        (kept,) = entries(home)
        assert (kept["state"], kept["by"]) == ("waiting", "supervisor")
        assert "signs in here again" in kept["detail"]
        assert AgentHome(home).files.shift() is not None
        sign_in(home, "supervisor")
        assert sender_of(home).send()
        with HubHome(hub.home).open_store().read() as connection:
            made = select(TICKET.c.created_by).where(TICKET.c.text == "几点来电")
            assert connection.execute(made).scalars().all() == ["supervisor"]


@pytest.mark.parametrize("body", [{"entries": []}, {"entries": [{}] * 21}, {"entries": [1]}, {"extra": 1}])
def test_what_is_no_batch_of_entries_is_refused_as_a_whole(
    shared_hub: RunningHub, tmp_path: Path, body: dict[str, Any]
) -> None:
    home = enrol(shared_hub, tmp_path / "pc", f"seat-{uuid4().hex}")
    token = AgentHome(home).enrolment().token
    with pytest.raises(urllib.error.HTTPError, match="422"):
        shared_hub.post("/entries", body, token)


def test_an_entry_that_is_none_is_refused_and_the_others_are_taken(shared_hub: RunningHub, tmp_path: Path) -> None:
    home = enrol(shared_hub, tmp_path / "pc", f"seat-{uuid4().hex}")
    token = AgentHome(home).enrolment().token
    looked_up = {"look_ups": [{"kind": "area", "id": AREA, "at": soon(0)}]}
    good = {"key": uuid4().hex, "kind": "look_up", "made_at": soon(0), "body": looked_up}
    answered = shared_hub.post("/entries", {"entries": [{"key": "k"}, good]}, token)["entries"]
    assert [(one["key"], one["status"]) for one in answered] == [("k", "refused"), (good["key"], "applied")]
