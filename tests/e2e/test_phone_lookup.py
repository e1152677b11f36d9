"""Customers by phone number: a real hub, enrolled devices, and the command."""

import json
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import urllib3
from sqlalchemy import select

from data.sqlite import connect
from data.store.buckets import branch_bucket
from data.store.phone_hashes import PhoneHashes
from data.store.schema import AUDIT, CUSTOMER_PHONE, RECORDS
from data.store.store import Store
from sync.device_protocol import PERSON_HEADER
from sync.hub.home import HubHome
from sync.hub.limits import ALLOWANCES
from sync.replica.agent_home import AgentHome
from sync.replica.hub_client import HubClient
from tests.commands import refusal
from tests.hubs import RunningHub, enrol, switchboard

STATION = "B21140205"


@pytest.fixture
def agent(hub: RunningHub, tmp_path: Path) -> Path:
    return enrol(hub, tmp_path / "agent")


@pytest.fixture
def store(hub: RunningHub) -> Iterator[Store]:
    opened = HubHome(hub.home).open_store()
    yield opened
    opened.engine.dispose()


def client_of(agent: Path) -> HubClient:
    known = AgentHome(agent).enrolment()
    return HubClient(known.hub, known.token)


def somebody(store: Store, *, inside: bool | None = None) -> tuple[str, str]:
    """Number and mobile phone of a customer; of the station, or of any other, where that is said."""
    table = RECORDS["customer"]
    wanted = select(table.c.id, table.c.phone).where(table.c.phone.like("1%")).order_by(table.c.id)
    if inside is not None:
        here = table.c.bucket == branch_bucket(STATION)
        wanted = wanted.where(here if inside else ~here)
    with store.read() as connection:
        key, phone = connection.execute(wanted).first() or ("", "")
    return str(key), str(phone)


def put(store: Store, customer: str, phone: str) -> None:
    with store.write("test", "put") as writing:
        writing.put("customer", {"id": customer, "phone": phone})


def ask(hub: RunningHub, agent: Path, body: object, person: str = "") -> urllib3.BaseHTTPResponse:
    headers = {"Authorization": f"Bearer {AgentHome(agent).enrolment().token}", "Content-Type": "application/json"}
    if person:
        headers[PERSON_HEADER] = client_of(agent).begin_shift(person, "demo").token
    return urllib3.request("POST", f"{hub.url}/customers/by-phone", body=json.dumps(body), headers=headers)


def test_a_customer_is_found_however_the_number_is_written(hub: RunningHub, agent: Path, store: Store) -> None:
    customer, phone = somebody(store)
    client = client_of(agent)
    for written in (phone, f"+86 {phone}", f"0086-{phone[:3]}-{phone[3:7]}-{phone[7:]}", f" {phone} "):
        assert customer in client.customers_with_phone(written)
    put(store, customer, "0429-7654321")
    for written in ("0429-7654321", "+86 429 765 4321", "7654321", "（０４２９）７６５４３２１转8"):
        assert client.customers_with_phone(written) == (customer,)


@pytest.mark.parametrize("part", ["1381234", "1381234567", "138****5678", "%", "", "塔山"])
def test_a_part_of_a_number_finds_nobody(shared_hub: RunningHub, tmp_path: Path, part: str) -> None:
    device = tmp_path / "agent"
    code = switchboard("agents", "add", "座席1", "--home", str(shared_hub.home))["code"]
    switchboard("enrol", "--home", str(device), "--hub", shared_hub.url, "--code", code)
    answer = ask(shared_hub, device, {"number": part})
    assert (answer.status, answer.headers["Content-Type"]) == (422, "application/problem+json")
    assert "whole phone number" in answer.json()["detail"]


def test_a_device_finds_customers_of_its_branches_alone(hub: RunningHub, store: Store, tmp_path: Path) -> None:
    code = switchboard("agents", "add", "座席9", "--branch", STATION, "--home", str(hub.home))["code"]
    switchboard("enrol", "--home", str(tmp_path / "one"), "--hub", hub.url, "--code", code)
    inside, outside = somebody(store, inside=True), somebody(store, inside=False)
    put(store, inside[0], "13900000001")
    put(store, outside[0], "13900000001")
    assert client_of(tmp_path / "one").customers_with_phone("13900000001") == (inside[0],)


def test_a_device_that_asks_too_often_has_to_wait(hub: RunningHub, agent: Path) -> None:
    client = client_of(agent)
    at_once = ALLOWANCES["find_by_phone"].at_once
    for _ in range(at_once):
        assert client.customers_with_phone("13900000099") == ()
    answers = (ask(hub, agent, {"number": "13900000099"}) for _ in range(10 * at_once))
    answer = next(one for one in answers if one.status != 200)
    assert (answer.status, answer.headers["Content-Type"]) == (429, "application/problem+json")
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert client_of(enrol(hub, agent.parent / "another", "座席2")).customers_with_phone("13900000099") == ()


def test_every_question_is_audited_without_the_number(hub: RunningHub, agent: Path, store: Store) -> None:
    customer, phone = somebody(store)
    device = AgentHome(agent).enrolment().device
    client_of(agent).customers_with_phone(phone)
    ask(hub, agent, {"number": "13900000001"}, "duty")
    with store.read() as connection:
        rows = connection.execute(select(AUDIT).where(AUDIT.c.act == "find_by_phone")).all()
    assert [row.actor for row in rows] == [f"device:{device}", "person:duty"]
    assert [row.about.split(", ")[1] for row in rows] == ["found 1", "found 0"]
    assert all(f"at device:{device}" in row.about for row in rows)
    assert not [row for row in rows if phone in str(row) or customer in str(row)]


def test_who_may_not_and_who_is_not_enrolled_are_refused(hub: RunningHub, agent: Path, store: Store) -> None:
    _, phone = somebody(store)
    assert ask(hub, agent, {"number": phone}, "agent").status == 200
    assert ask(hub, agent, {"number": phone}, "maintainer").status == 403
    stranger = urllib3.request("POST", f"{hub.url}/customers/by-phone", json={"number": phone})
    assert (stranger.status, stranger.headers["Content-Type"]) == (401, "application/problem+json")
    assert ask(hub, agent, {}).status == 422


def test_an_imported_change_moves_the_number_and_a_deletion_ends_it(
    hub: RunningHub, agent: Path, store: Store, tmp_path: Path
) -> None:
    customer, old = somebody(store)
    client = client_of(agent)
    file = tmp_path / "customers.csv"
    file.write_text(f"户号,电话\n{customer},13900000002；0429-7654321\n", encoding="utf-8")
    assert switchboard("import", "customers", str(file), "--home", str(hub.home))["changed"] == 1
    assert customer not in client.customers_with_phone(old)
    assert client.customers_with_phone("13900000002") == client.customers_with_phone("7654321") == (customer,)
    with store.write("test", "delete") as writing:
        writing.delete("customer", [customer])
    assert client.customers_with_phone("13900000002") == ()


def test_no_hash_and_no_full_number_is_in_a_cache_and_no_key_in_the_database(
    hub: RunningHub, agent: Path, store: Store
) -> None:
    key = hub.home / "phone.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    with store.read() as connection:
        hashes = list(connection.execute(select(CUSTOMER_PHONE.c.hash)).scalars())
        phones = list(connection.execute(select(RECORDS["customer"].c.phone)).scalars())
    assert len(hashes) > 500
    path = AgentHome(agent).current_cache()
    assert path is not None
    content = path.read_bytes()
    assert not [one for one in hashes if one in content or one.hex().encode() in content]
    assert not [phone for phone in phones if phone and phone.encode() in content]
    with closing(connect(path, read_only=True)) as cache:
        tables = {name for (name,) in cache.execute("SELECT name FROM sqlite_master").fetchall()}
    assert "customer_phone" not in tables
    secret = key.read_text(encoding="utf-8")
    database = b"".join(file.read_bytes() for file in hub.home.glob("store.db*"))
    assert secret.encode() not in database
    assert bytes.fromhex(secret) not in database


def test_the_lookup_verb_answers_a_whole_number_with_the_customers_card(
    hub: RunningHub, agent: Path, store: Store
) -> None:
    customer, phone = somebody(store)
    answer = switchboard("lookup", f"+86 {phone}", "--home", str(agent))
    assert answer["phone"] == {"state": "found", "reason": ""}
    (result,) = [one for one in answer["results"] if one["id"] == customer]
    assert result["match"]["reason"] == "phone"
    assert result["customer"]["masked"] == ["phone"]
    assert phone not in json.dumps(answer["results"])
    assert switchboard("lookup", phone[:7], "--home", str(agent))["phone"] is None
    assert switchboard("lookup", "13900000003", "--home", str(agent))["phone"]["state"] == "none"


def test_with_the_hub_gone_a_number_is_answered_by_one_state_and_the_rest_as_ever(hub: RunningHub, agent: Path) -> None:
    hub.process.kill()
    hub.process.wait()
    answer = switchboard("lookup", "13900000003", "--home", str(agent))
    assert (answer["phone"]["state"], answer["results"]) == ("no_hub", [])
    assert "cannot be reached" in answer["phone"]["reason"]
    assert switchboard("lookup", "塔山", "--home", str(agent))["results"]


def test_a_lost_or_wrong_key_is_told_and_can_be_replaced(hub_home: Path) -> None:
    listed = ["outage", "list", "--home", str(hub_home)]
    key = hub_home / "phone.key"
    right = key.read_text(encoding="utf-8")
    key.write_text(PhoneHashes(b"").hash_of("another").hex() * 2, encoding="utf-8")
    assert "is not the key of this home's database" in refusal(*listed)
    key.write_text("damaged", encoding="utf-8")
    assert "put it back from a copy" in refusal(*listed)
    key.unlink()
    assert "phone.key is gone" in refusal(*listed)
    assert not key.exists()
    assert switchboard("phones", "rehash", "--home", str(hub_home))["customers"] == 1000
    switchboard(*listed)
    assert key.read_text(encoding="utf-8") != right
