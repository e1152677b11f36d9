"""A hub that fails at some entries: the others go, and those wait for their turn."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from data.entries.entries import Outcome
from sync.errors import AskedTooOftenError, HubTroubleError, HubUnreachableError, SyncError
from sync.outbox.sending import AT_ONCE, OutboxSender
from sync.outbox.waiting import Author, Outbox
from sync.replica.hub_line import PreparingError
from tests.stores import SetClock

WANG = Author("wang", "secret-1")
FAILURES: list[Callable[[], SyncError]] = [
    lambda: HubTroubleError("refused (500): an unexpected failure"),
    lambda: PreparingError("the hub is too busy", 5.0),
]


class Hub:
    """Takes every entry but those with a poisoned text, at which it fails, and has settled every conflict but some."""

    def __init__(self, failure: Callable[[], SyncError] = FAILURES[0]) -> None:
        self.failure = failure
        self.down = False
        self.poison = "poison"
        self.unsettled: set[str] = set()
        self.taken: list[str] = []
        self.asked: Counter[str] = Counter()
        self.requests = 0

    def send_entries(self, entries: list[dict[str, Any]], session: str) -> dict[str, dict[str, Any]]:
        assert session == WANG.session
        self.requests += 1
        texts = [one["body"]["text"] for one in entries]
        self.asked.update(texts)
        if self.down or (self.poison and any(self.poison in text for text in texts)):
            raise self.failure()
        self.taken += texts
        return {one["key"]: Outcome("applied", one["key"]).to_json() for one in entries}

    def settled(self, key: str) -> str:
        self.asked[key] += 1
        if key in self.unsettled:
            raise self.failure()
        return "ours"


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    return Outbox(tmp_path)


def sender(outbox: Outbox, hub: Hub, clock: SetClock) -> OutboxSender:
    return OutboxSender(outbox, hub, clock)


def enter(outbox: Outbox, clock: SetClock, *texts: str, subject: str = "") -> list[str]:
    return [outbox.add("ticket", subject, {"text": text}, WANG, clock.now()).key for text in texts]


def left(outbox: Outbox) -> list[str]:
    return [kept.entry.body["text"] for kept in outbox.entries()]


@pytest.mark.parametrize("failure", FAILURES)
def test_an_entry_at_which_the_hub_fails_stops_no_other(
    outbox: Outbox, clock: SetClock, failure: Callable[[], SyncError]
) -> None:
    hub = Hub(failure)
    enter(outbox, clock, "a", "poison", "b", "c")
    assert not sender(outbox, hub, clock).send()
    assert sorted(hub.taken) == ["a", "b", "c"]
    (kept,) = outbox.entries()
    assert (kept.entry.body["text"], kept.state) == ("poison", "waiting")
    assert kept.detail == str(failure())


def test_what_is_about_the_same_record_waits_behind_it(outbox: Outbox, clock: SetClock) -> None:
    hub = Hub()
    enter(outbox, clock, "poison", "after it", subject="outage:1")
    enter(outbox, clock, "elsewhere", subject="outage:2")
    assert not sender(outbox, hub, clock).send()
    assert hub.taken == ["elsewhere"]
    assert left(outbox) == ["poison", "after it"]


def test_it_is_tried_again_alone_ever_more_seldom_and_goes_once_the_hub_can(outbox: Outbox, clock: SetClock) -> None:
    hub = Hub()
    sending = sender(outbox, hub, clock)
    enter(outbox, clock, "a", "poison")
    sending.send()
    for rest in (*(2**n for n in range(1, 9)), 300, 300):
        for wait, tries in ((rest - 1, 0), (1, 1)):
            clock.pass_time(seconds=wait)
            before = hub.asked["poison"]
            new = f"{rest} {wait}"
            enter(outbox, clock, new)
            assert not sending.send()
            assert hub.taken[-1] == new
            assert hub.asked["poison"] - before == tries
    hub.poison = ""
    clock.pass_time(seconds=300)
    assert sending.send()
    assert left(outbox) == []


def test_a_clock_that_is_put_back_holds_nothing_back(outbox: Outbox, clock: SetClock) -> None:
    hub = Hub()
    sending = sender(outbox, hub, clock)
    enter(outbox, clock, "a", "poison")
    sending.send()
    clock.pass_time(seconds=-timedelta(days=1).total_seconds())
    asked = hub.asked["poison"]
    sending.send()
    assert hub.asked["poison"] == asked + 1


def test_a_hub_that_fails_at_everything_is_asked_little_and_every_entry_goes_once_it_is_well(
    outbox: Outbox, clock: SetClock
) -> None:
    hub = Hub()
    hub.down = True
    sending = sender(outbox, hub, clock)
    enter(outbox, clock, *(f"t{number}" for number in range(3 * AT_ONCE)))
    for _ in range(5):
        before = hub.requests
        with pytest.raises(HubTroubleError):
            sending.send()
        assert hub.requests - before <= 3
    hub.down = False
    assert sending.send()  # none of them is held back
    assert sorted(hub.taken) == sorted(f"t{number}" for number in range(3 * AT_ONCE))


def test_many_bad_entries_in_front_keep_no_good_one_for_ever(outbox: Outbox, clock: SetClock) -> None:
    hub = Hub()
    sending = sender(outbox, hub, clock)
    enter(outbox, clock, *(f"poison {number}" for number in range(7)), "good")
    for _ in range(7):
        clock.pass_time(seconds=60)
        try:
            assert not sending.send()
        except HubTroubleError:
            continue
    assert hub.taken == ["good"]
    assert len(left(outbox)) == 7


def test_a_conflict_that_cannot_be_asked_about_keeps_no_other(outbox: Outbox, clock: SetClock) -> None:
    hub = Hub()
    met, other = enter(outbox, clock, "met", "other")
    outbox.conclude({key: Outcome("conflict", "A1", "?") for key in (met, other)}, clock.now())
    hub.unsettled = {met}
    assert not sender(outbox, hub, clock).send()
    assert (hub.asked[met], hub.asked[other]) == (1, 1)
    assert left(outbox) == ["met"]


def test_a_hub_that_is_gone_is_asked_once(outbox: Outbox, clock: SetClock) -> None:
    hub = Hub(lambda: HubUnreachableError("cannot be reached"))
    hub.down = True
    enter(outbox, clock, *(f"t{number}" for number in range(3 * AT_ONCE)))
    with pytest.raises(HubUnreachableError):
        sender(outbox, hub, clock).send()
    assert hub.requests == 1


def test_a_hub_that_was_asked_too_often_is_left_alone_and_blames_no_entry(outbox: Outbox, clock: SetClock) -> None:
    hub = Hub(lambda: AskedTooOftenError("too many requests"))
    hub.down = True
    enter(outbox, clock, "one", "two")
    with pytest.raises(AskedTooOftenError):
        sender(outbox, hub, clock).send()
    assert hub.requests == 1
    assert [kept.detail for kept in outbox.entries()] == ["", ""]
    hub.down = False
    assert sender(outbox, hub, clock).send()
    assert hub.taken == ["one", "two"]


def test_as_many_entries_as_a_request_holds_go_at_once(outbox: Outbox, clock: SetClock) -> None:
    hub = Hub()
    texts = [str(number) for number in range(2 * AT_ONCE)]
    enter(outbox, clock, *texts)
    assert sender(outbox, hub, clock).send()
    assert (hub.requests, hub.taken) == (2, texts)
