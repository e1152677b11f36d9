"""What is masked, revealed for a reason: a real hub, enrolled PCs, and the command."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from data.clock import SystemClock
from data.privacy.reveal_reasons import SHOWN_FOR_S
from data.privacy.revealing import Revealing, TooManyRevealsError, reveal
from data.store.buckets import branch_bucket
from data.store.schema import AUDIT, RECORDS
from data.store.store import Store
from sync.errors import RefusedError
from sync.hub.home import HubHome
from sync.replica.agent_home import AgentHome
from sync.replica.hub_client import HubClient
from sync.replica.reveal_asking import RevealClient
from tests.commands import refusal
from tests.hubs import RunningHub, enrol, switchboard

STATION = "B21140205"


@pytest.fixture
def store(hub: RunningHub) -> Iterator[Store]:
    opened = HubHome(hub.home).open_store()
    yield opened
    opened.engine.dispose()


@pytest.fixture
def agent(hub: RunningHub, tmp_path: Path) -> Path:
    return enrol(hub, tmp_path / "agent")


def sign_in(agent: Path, name: str = "agent") -> None:
    home = AgentHome(agent)
    home.files.begin_shift(HubClient.at(home).begin_shift(name, "demo"))


def customer_of(store: Store, *, inside: bool = True) -> tuple[str, str]:
    table = RECORDS["customer"]
    here = table.c.bucket == branch_bucket(STATION)
    with store.read() as connection:
        wanted = select(table.c.id, table.c.phone).where(table.c.phone.like("1%"), here if inside else ~here)
        row = connection.execute(wanted).first()
    assert row is not None
    return str(row.id), str(row.phone)


def trail(store: Store, act: str = "reveal") -> list[tuple[str, str]]:
    with store.read() as connection:
        return [
            (row.actor, row.about)
            for row in connection.execute(select(AUDIT).where(AUDIT.c.act == act).order_by(AUDIT.c.number))
        ]


def test_the_command_shows_the_phone_and_the_trail_tells_who_and_why(
    hub: RunningHub, agent: Path, store: Store
) -> None:
    customer, phone = customer_of(store)
    sign_in(agent)
    answer = switchboard("reveal", "--home", str(agent), customer, "--reason", f"客户要求核对 {phone}", "--call", "c-7")
    assert answer == {"customer": customer, "field": "phone", "value": phone, "shown_for_s": SHOWN_FOR_S}
    ((actor, about),) = trail(store)
    assert actor == "person:agent"
    assert about == f"customer {customer} phone, other: 客户要求核对 …, call c-7"
    shown = switchboard("lookup", "--home", str(agent), customer)["results"][0]
    assert shown["customer"]["phone"] != phone
    assert shown["customer"]["masked"] == ["phone"]
    assert phone not in json.dumps(switchboard("audit", "list", "--home", str(hub.home)), ensure_ascii=False)


def test_nobody_reveals_without_signing_in(agent: Path, store: Store) -> None:
    customer, _ = customer_of(store)
    assert "sign in" in refusal("reveal", "--home", str(agent), customer, "--reason", "identity")
    assert trail(store) == []


def test_who_may_not_is_told_so(agent: Path, store: Store) -> None:
    sign_in(agent, "auditor")
    with pytest.raises(RefusedError, match="403"):
        RevealClient.at(AgentHome(agent)).reveal(customer_of(store)[0], "phone", "identity")


def test_a_pc_of_one_branch_reveals_nothing_of_others(hub: RunningHub, tmp_path: Path, store: Store) -> None:
    code = switchboard("agents", "add", "座席9", "--branch", STATION, "--home", str(hub.home))["code"]
    home = tmp_path / "one"
    switchboard("enrol", "--home", str(home), "--hub", hub.url, "--code", code)
    sign_in(home)
    client = RevealClient.at(AgentHome(home))
    inside, phone = customer_of(store)
    assert client.reveal(inside, "phone", "callback")["value"] == phone
    with pytest.raises(RefusedError, match="404"):
        client.reveal(customer_of(store, inside=False)[0], "phone", "callback")


@pytest.mark.parametrize(
    ("field", "reason", "text", "said"),
    [("phone", "curiosity", "", "reason"), ("phone", "other", " ", "text"), ("importance", "identity", "", "field")],
)
def test_what_is_no_reason_or_no_personal_field_is_refused(
    agent: Path, store: Store, field: str, reason: str, text: str, said: str
) -> None:
    sign_in(agent)
    with pytest.raises(RefusedError, match=said):
        RevealClient.at(AgentHome(agent)).reveal(customer_of(store)[0], field, reason, text)
    assert trail(store) == []


def test_the_hour_counts_whatever_process_asks(agent: Path, store: Store) -> None:
    customer, phone = customer_of(store)
    asked = Revealing(customer, "phone", "identity")
    told = []
    for _ in range(4):
        with store.write("person:agent", "reveal") as writing:
            told.append(reveal(writing, asked, "person:agent", None, 3))
    assert told[:3] == [phone] * 3
    last = told[3]
    assert isinstance(last, TooManyRevealsError)
    assert 0 < last.wait_s <= 3600
    assert (len(trail(store)), len(trail(store, "reveal_refused"))) == (3, 1)
    with store.write("person:other", "reveal") as writing:
        assert reveal(writing, asked, "person:other", None, 3) == phone
    later = Store(store.engine, _Later())
    with later.write("person:agent", "reveal") as writing:
        assert reveal(writing, asked, "person:agent", None, 3) == phone


class _Later:
    def now(self) -> datetime:
        return SystemClock().now() + timedelta(minutes=61)
