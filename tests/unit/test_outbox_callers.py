"""How long a PC keeps the numbers of callers: until the hub has them, and for a day where it refused them."""

from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from data.entries.entries import Outcome
from data.sqlite import connect
from sync.outbox.callers import FORGOTTEN_AFTER, forget, to_forget
from sync.outbox.sending import OutboxSender
from sync.outbox.waiting import Author, Kept, Outbox, OutboxError
from tests.stores import NOON, SetClock

WANG = Author("wang", "secret-1")
PHONE, NAME = "13912345678", "Mrs Wang"
CALL_BACK = {"phone": PHONE, "name": NAME, "note": f"打 {PHONE}", "outage": "20261122-0001", "customer": None}
REFUSED = Outcome("refused", detail="no outage has the id 20261122-0001")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    return Outbox(tmp_path)


def refused(outbox: Outbox, kind: str = "call_back", body: dict[str, object] | None = None) -> str:
    key = outbox.add(kind, "", dict(body or CALL_BACK), WANG, NOON).key
    outbox.mark_tried([key])
    outbox.conclude({key: REFUSED}, NOON)
    return key


def on_the_disk(outbox: Outbox) -> bytes:
    return b"".join(path.read_bytes() for path in outbox.path.parent.glob("outbox.db*"))


def test_a_refused_call_back_can_be_sent_again_for_a_day(outbox: Outbox) -> None:
    key = refused(outbox)
    at = NOON + FORGOTTEN_AFTER - MINUTE
    assert outbox.forget_callers(at) == 0
    assert outbox.send_again(key, WANG, at).body == CALL_BACK


def test_after_that_nothing_on_the_disk_tells_who_called_and_the_entry_says_why_it_was_refused(outbox: Outbox) -> None:
    key = refused(outbox)
    assert PHONE.encode() in on_the_disk(outbox)
    assert [outbox.forget_callers(NOON + FORGOTTEN_AFTER) for _ in range(2)] == [1, 0]
    kept = outbox.find(key)
    assert (kept.state, kept.detail) == ("refused", REFUSED.detail)
    assert (kept.entry.body["phone"], kept.entry.body["name"], kept.entry.body["note"]) == ("", "", "")
    assert kept.entry.body["outage"] == CALL_BACK["outage"]
    left = on_the_disk(outbox)
    assert PHONE.encode() not in left
    assert NAME.encode() not in left
    with pytest.raises(OutboxError, match="its caller is forgotten: dismiss it, and enter it anew"):
        outbox.send_again(key, WANG, NOON + FORGOTTEN_AFTER)
    assert outbox.dismiss(key)


def test_what_is_sent_again_while_callers_are_forgotten_keeps_its_number(outbox: Outbox) -> None:
    key = refused(outbox)
    at = NOON + FORGOTTEN_AFTER
    with closing(connect(outbox.path)) as connection:
        remains = to_forget(connection, at)
        assert [one for one, _ in remains] == [key]
        again = outbox.send_again(key, WANG, at)
        forget(connection, remains)
    assert outbox.find(again.key).entry.body == CALL_BACK


class Busy(Outbox):
    """The hub answers for an entry just when it is looked at."""

    def find(self, key: str) -> Kept:
        found = super().find(key)
        self.conclude({key: Outcome("applied", key)}, NOON)
        return found


def test_what_the_hub_answers_for_meanwhile_is_not_sent_again(tmp_path: Path) -> None:
    outbox = Busy(tmp_path)
    key = refused(outbox)
    with pytest.raises(OutboxError, match="the hub has just answered"):
        outbox.send_again(key, WANG, NOON)
    assert outbox.entries() == []


def test_a_wrap_ups_number_is_forgotten_likewise_and_a_ticket_stays_whole(outbox: Outbox) -> None:
    ended = refused(outbox, "wrap_up", {"result": "solved", "number": PHONE, "note": NAME, "call_id": "c1"})
    ticket = refused(outbox, "ticket", {"kind": "enquiry", "text": "几点来电"})
    outbox.forget_callers(NOON + FORGOTTEN_AFTER)
    body = outbox.find(ended).entry.body
    assert (body["result"], body["number"], body["note"], body["call_id"]) == ("solved", "", "", "c1")
    assert outbox.find(ticket).entry.body == {"kind": "enquiry", "text": "几点来电"}


def test_what_still_waits_for_the_hub_keeps_its_number_however_long(outbox: Outbox) -> None:
    key = outbox.add("call_back", "", CALL_BACK, WANG, NOON).key
    assert outbox.forget_callers(NOON + 20 * FORGOTTEN_AFTER) == 0
    assert outbox.find(key).entry.body == CALL_BACK


def test_what_the_hub_has_taken_leaves_nothing_on_the_disk(outbox: Outbox) -> None:
    key = outbox.add("call_back", "", CALL_BACK, WANG, NOON).key
    outbox.conclude({key: Outcome("applied", key)}, NOON)
    assert PHONE.encode() not in on_the_disk(outbox)


def test_a_pc_without_the_hub_forgets_in_time_too(outbox: Outbox, clock: SetClock) -> None:
    key = refused(outbox)
    clock.pass_time(seconds=FORGOTTEN_AFTER.total_seconds())
    assert OutboxSender(outbox, NoHub(), clock).send()
    assert outbox.find(key).entry.body["phone"] == ""


class NoHub:
    def send_entries(self, entries: object, session: str) -> dict[str, dict[str, object]]:
        raise AssertionError(entries)

    def settled(self, key: str) -> str:
        raise AssertionError(key)
