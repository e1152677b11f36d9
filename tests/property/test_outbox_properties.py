"""An outbox, a network that loses, repeats and reorders, a PC that is killed, a hub that is killed: each entry once."""

import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from data.entries.entries import Entry, Outcome, read_entry
from data.entries.ledger import Sender, receive, refuse
from data.names.pinyin import readings_of
from data.store.rows import get_docs
from data.store.schema import TICKET
from data.store.store import Store
from sync.errors import HubUnreachableError
from sync.outbox.sending import OutboxSender
from sync.outbox.waiting import TOO_LATE, Author, Outbox
from sync.routes.entry_forms import Desk, act_of
from tests.stores import SetClock, fill, in_file, opened_store

WANG = Author("wang", "secret")
CLOCK = SetClock()
SENDER = Sender("D1", "person:wang")


class KilledError(BaseException):
    """The process is gone; nothing of it catches this."""


@dataclass
class Network:
    """A hub behind a network that does what its plan says with each request."""

    store: Store
    plan: list[str] = field(default_factory=list)
    passed: list[list[dict[str, Any]]] = field(default_factory=list)

    def send_entries(self, entries: list[dict[str, Any]], session: str) -> dict[str, dict[str, Any]]:
        fault = self.plan.pop(0) if self.plan else "none"
        if fault == "lost":
            raise HubUnreachableError("lost on the way")
        if fault == "killed before":
            raise KilledError
        self.passed.append(entries)
        if fault == "hub killed":  # half of the batch was committed
            self._apply(entries[: (len(entries) + 1) // 2])
            raise HubUnreachableError("broken off")
        answers = self._apply(entries)
        if fault == "answer lost":
            raise HubUnreachableError("the answer was lost")
        if fault == "killed after":
            raise KilledError
        if fault == "portal":
            return {"key": {"status": "applied"}}
        if fault == "busy":
            return {key: {"status": "later", "detail": "busy"} for key in answers}
        return answers

    def settled(self, key: str) -> str:
        return ""

    def come_again(self) -> None:
        """A request that was on the way all the time."""
        if self.passed:
            self._apply(self.passed[0])
            self.passed.append(self.passed.pop(0))

    def _apply(self, entries: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
        return {told["key"]: self._receive(read_entry(told), told).to_json() for told in entries}

    def _receive(self, entry: Entry, told: dict[str, Any]) -> Outcome:
        if told.get("withdrawn"):
            return refuse(self.store, SENDER, entry, "withdrawn")
        return receive(self.store, SENDER, entry, act_of(entry, Desk(SENDER, "wang", (), None, readings_of)))


FAULTS = ["none", "lost", "killed before", "hub killed", "answer lost", "killed after", "portal", "busy"]
STEPS = st.lists(
    st.one_of(
        st.just(("ticket", [])),
        st.just(("edit", [])),
        st.tuples(st.just("send"), st.lists(st.sampled_from(FAULTS), max_size=4)),
        st.just(("come again", [])),
        st.just(("dismiss", [])),
    ),
    max_size=20,
)


@pytest.fixture(scope="module")
def hub_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with opened_store(in_file(tmp_path_factory.mktemp("hub")), CLOCK) as store:
        fill(store)
        yield store


@settings(max_examples=120, deadline=None)
@given(steps=STEPS)
def test_whatever_happens_on_the_way_each_entry_is_applied_once_and_in_order(
    hub_store: Store, steps: list[tuple[str, list[str]]]
) -> None:
    home = Path(mkdtemp(prefix="outbox-"))
    try:
        _play(hub_store, steps, home)
    finally:
        shutil.rmtree(home)


def _play(store: Store, steps: list[tuple[str, list[str]]], home: Path) -> None:
    network, area = Network(store), uuid4().hex
    tickets: list[str] = []
    dismissed: set[str] = set()
    names: list[str] = []
    for what, plan in steps:
        outbox = Outbox(home)  # nothing but the file outlives a step
        if what == "ticket":
            tickets.append(outbox.add("ticket", "", {"kind": "enquiry", "text": area}, WANG, CLOCK.now()).key)
        elif what == "edit":
            base = {"name": names[-1]} if names else None
            names.append(f"村{len(names)}")
            body = {"id": area, "base": base, "changes": {"name": names[-1]}}
            outbox.add("area_edit", f"area:{area}", body, WANG, CLOCK.now())
        elif what == "dismiss":
            dismissed |= _dismiss(outbox)
        elif what == "come again":
            network.come_again()
        else:
            network.plan = plan
            _send(outbox, network)
    network.plan = []
    assert OutboxSender(Outbox(home), network, CLOCK).send()
    left = {kept.entry.key: kept.detail for kept in Outbox(home).entries()}
    assert set(left.values()) <= {TOO_LATE}
    assert set(left) <= dismissed
    network.come_again()
    with store.read() as connection:
        made = select(TICKET.c.id).where(TICKET.c.text == area)
        assert sorted(connection.execute(made).scalars()) == sorted({*tickets} - dismissed | set(left))
        stored = get_docs(connection, "area", [area])
    assert [doc["name"] for doc in stored.values()] == names[-1:]


def _dismiss(outbox: Outbox) -> set[str]:
    """Dismisses the oldest ticket that still waits; its key."""
    waiting = [kept for kept in outbox.entries() if (kept.entry.kind, kept.state) == ("ticket", "waiting")]
    for kept in waiting[:1]:
        outbox.dismiss(kept.entry.key)
    return {kept.entry.key for kept in waiting[:1]}


def _send(outbox: Outbox, network: Network) -> None:
    with suppress(HubUnreachableError, KilledError):
        OutboxSender(outbox, network, CLOCK).send()
