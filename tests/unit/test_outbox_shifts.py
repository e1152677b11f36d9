"""In whose name an entry goes to the hub: its author's, whoever works at the PC by then."""

from pathlib import Path
from typing import Any

import pytest

from sync.errors import ShiftOverError
from sync.outbox.sending import WAITS_FOR_AUTHOR, OutboxSender
from sync.outbox.waiting import Author, Outbox
from tests.stores import SetClock

WANG, LI = Author("wang", "wang's shift"), Author("li", "li's shift")
WANG_AGAIN = Author("wang", "wang's next shift")


class Hub:
    """Takes what is sent, and remembers under which shift; some shifts are over."""

    def __init__(self, *over: Author) -> None:
        self.over = {author.session for author in over}
        self.taken: dict[str, str] = {}
        self.requests = 0

    def send_entries(self, entries: list[dict[str, Any]], session: str) -> dict[str, dict[str, Any]]:
        self.requests += 1
        if session in self.over:
            raise ShiftOverError("this shift is over")
        self.taken |= {entry["key"]: session for entry in entries}
        return {entry["key"]: {"status": "applied"} for entry in entries}

    def settled(self, _key: str) -> str:
        return ""


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    return Outbox(tmp_path)


def ticket(outbox: Outbox, author: Author, clock: SetClock) -> str:
    return outbox.add("ticket", "", {"text": "停电"}, author, clock.now()).key


def test_an_entry_goes_in_its_authors_shift_while_somebody_else_is_signed_in(outbox: Outbox, clock: SetClock) -> None:
    hub, mine, others = Hub(), ticket(outbox, LI, clock), ticket(outbox, WANG, clock)
    assert OutboxSender(outbox, hub, clock, lambda: LI).send()
    assert hub.taken == {mine: LI.session, others: WANG.session}


def test_an_entry_whose_authors_shift_is_over_waits_for_them_and_holds_up_nobody(
    outbox: Outbox, clock: SetClock
) -> None:
    hub, waits, goes = Hub(WANG), ticket(outbox, WANG, clock), ticket(outbox, LI, clock)
    OutboxSender(outbox, hub, clock, lambda: LI).send()
    assert hub.taken == {goes: LI.session}
    (kept,) = outbox.entries()
    assert (kept.entry.key, kept.state, kept.detail) == (waits, "waiting", WAITS_FOR_AUTHOR)
    assert OutboxSender(outbox, hub, clock, lambda: WANG_AGAIN).send()
    assert hub.taken == {goes: LI.session, waits: WANG_AGAIN.session}


def test_the_entries_of_a_shift_that_is_over_cost_one_request(outbox: Outbox, clock: SetClock) -> None:
    hub, keys = Hub(WANG), [ticket(outbox, WANG, clock) for _ in range(3)]
    assert not OutboxSender(outbox, hub, clock, lambda: LI).send()
    assert hub.requests == 1, "none of them is to blame: they are not tried one by one"
    assert [kept.entry.key for kept in outbox.entries() if kept.detail == WAITS_FOR_AUTHOR] == keys


def test_a_look_up_goes_in_nobodys_name(outbox: Outbox, clock: SetClock) -> None:
    outbox.add_look_up("area", "A1", WANG, clock.now())
    clock.pass_time(minutes=2)
    hub = Hub()
    assert OutboxSender(outbox, hub, clock, lambda: WANG).send()
    assert list(hub.taken.values()) == [""]
