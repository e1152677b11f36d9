import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from data.clock import to_iso
from data.entries.entries import LOOK_UPS_AT_MOST, Outcome
from data.sqlite import connect
from sync.outbox import waiting as outbox_module
from sync.outbox.waiting import Author, Outbox, OutboxCounts, OutboxError
from tests.stores import NOON

WANG, LI = Author("wang", "secret-1"), Author("li", "secret-2")
LATER = NOON + timedelta(minutes=2)


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    return Outbox(tmp_path)


def due(outbox: Outbox) -> list[str]:
    return [kept.entry.key for kept in outbox.due(LATER)]


def test_what_is_entered_is_there_for_another_process(outbox: Outbox, tmp_path: Path) -> None:
    entry = outbox.add("ticket", "", {"kind": "enquiry", "text": "几点来电"}, WANG, NOON)
    (kept,) = Outbox(tmp_path).entries()
    assert kept.entry == entry
    assert (kept.author, kept.state, kept.tried, kept.subject) == (WANG, "waiting", False, entry.key)
    assert entry.made_at == NOON
    assert "secret" not in str(kept.to_json())


def test_nothing_is_made_where_nothing_was_entered(outbox: Outbox) -> None:
    assert (outbox.entries(), outbox.due(NOON), outbox.counts()) == ([], [], OutboxCounts())
    assert not outbox.path.exists()


def test_only_its_owner_may_read_the_file(outbox: Outbox) -> None:
    outbox.add("ticket", "", {}, WANG, NOON)
    assert outbox.path.stat().st_mode & 0o077 == 0


def test_entries_about_one_thing_are_due_one_after_the_other(outbox: Outbox) -> None:
    one, two, other = (outbox.add("ticket", subject, {}, WANG, NOON).key for subject in ("a", "a", "b"))
    assert due(outbox) == [one, other]
    outbox.conclude({one: Outcome("applied", "x")}, NOON)
    assert due(outbox) == [two, other]
    outbox.conclude({two: Outcome("refused", detail="no such feeder")}, NOON)
    assert due(outbox) == [other]


def test_what_was_applied_is_seen_until_the_cache_shows_it(outbox: Outbox) -> None:
    def seen(subject: str, revision: int, minutes: int = 0) -> list[str]:
        kept = outbox.not_shown(subject, revision, NOON + timedelta(minutes=minutes))
        return [one.entry.key for one in kept]

    added = outbox.add("outage_add", "", {}, WANG, NOON).key
    revised = outbox.add("outage_revise", added, {}, WANG, NOON).key
    assert seen(added, 5) == [added, revised]
    outbox.conclude({added: Outcome("applied", "20261122-0001", revision=7)}, NOON)
    assert outbox.subject_of(added) == outbox.subject_of(revised) == "20261122-0001"
    assert seen("20261122-0001", 6) == [added, revised]
    assert seen("20261122-0001", 7) == seen("20261122-0001", 6, minutes=15) == [revised]
    assert [kept.entry.key for kept in outbox.entries()] == [revised]
    assert outbox.counts() == OutboxCounts(waiting=1)
    outbox.conclude({revised: Outcome("applied", "20261122-0001", revision=8)}, LATER)
    assert outbox.counts() == OutboxCounts()
    with pytest.raises(OutboxError, match="no entry begins"):
        outbox.find(revised)
    other = outbox.add("ticket", "", {}, WANG, NOON).key
    outbox.conclude({other: Outcome("applied", other)}, NOON + timedelta(minutes=20))
    assert outbox.subject_of(added) == added


def test_what_is_refused_stays_with_the_reason_until_it_is_dismissed(outbox: Outbox) -> None:
    key = outbox.add("ticket", "", {}, WANG, NOON).key
    outbox.mark_tried([key])
    outbox.conclude({key: Outcome("refused", detail="no such feeder")}, NOON)
    assert (outbox.find(key[:6]).state, outbox.find(key).detail) == ("refused", "no such feeder")
    assert outbox.counts() == OutboxCounts(refused=1)
    outbox.dismiss(key)
    assert outbox.counts() == OutboxCounts()


def test_what_may_have_reached_the_hub_is_withdrawn_there_before_it_goes(outbox: Outbox) -> None:
    first, second, third = (outbox.add("ticket", "", {}, WANG, NOON).key for _ in range(3))
    outbox.mark_tried([first, third])
    assert [outbox.dismiss(key) for key in (first, second, third, first)] == [False, True, False, False]
    with pytest.raises(OutboxError, match="state withdrawn"):
        outbox.send_again(first, LI, LATER)
    assert [(kept.state, kept.to_send()["withdrawn"]) for kept in outbox.due(LATER)] == [("withdrawn", True)] * 2
    outbox.conclude({first: Outcome("refused", detail="withdrawn")}, NOON)
    outbox.conclude({third: Outcome("applied", third)}, NOON)
    (kept,) = outbox.entries()
    assert (kept.entry.key, kept.state, kept.detail) == (third, "refused", outbox_module.TOO_LATE)
    assert outbox.dismiss(third)


def test_a_refused_entry_is_sent_again_as_a_new_one_and_a_waiting_one_as_itself(outbox: Outbox) -> None:
    refused, waiting, met = (outbox.add("ticket", "", {"text": str(n)}, WANG, NOON) for n in range(3))
    outbox.mark_tried([refused.key, waiting.key])
    outbox.conclude({refused.key: Outcome("refused", detail="?")}, NOON)
    outbox.conclude({met.key: Outcome("conflict", "A1", "?")}, NOON)
    again = outbox.send_again(refused.key, LI, LATER)
    assert again.key != refused.key
    assert (again.body, again.made_at) == (refused.body, LATER)
    assert outbox.send_again(waiting.key, LI, LATER) == waiting
    assert {kept.author for kept in outbox.due(LATER)} == {LI}
    assert [kept.tried for kept in outbox.due(LATER)] == [False, True]
    with pytest.raises(OutboxError, match="in the state conflict"):
        outbox.send_again(met.key, LI, LATER)


@pytest.mark.parametrize("key", ["", "zz", "%", "a" * 32])
def test_an_entry_that_is_not_there_is_not_found(outbox: Outbox, key: str) -> None:
    outbox.add("ticket", "", {}, WANG, NOON)
    with pytest.raises(OutboxError, match="no entry begins"):
        outbox.find(key)


def test_look_ups_share_an_entry_until_it_is_sent_and_wait_a_minute(outbox: Outbox) -> None:
    for number in range(LOOK_UPS_AT_MOST + 1):
        outbox.add_look_up("area", f"A{number}", WANG, NOON)
    full, rest = outbox.entries()
    assert [len(kept.entry.body["look_ups"]) for kept in (full, rest)] == [LOOK_UPS_AT_MOST, 1]
    assert rest.entry.body["look_ups"] == [{"kind": "area", "id": f"A{LOOK_UPS_AT_MOST}", "at": to_iso(NOON)}]
    assert outbox.due(NOON) == []
    assert len(outbox.due(LATER)) == 2
    outbox.mark_tried([rest.entry.key])
    assert [kept.entry.key for kept in outbox.due(NOON)] == [rest.entry.key], "nothing more is gathered in it"
    outbox.add_look_up("area", "A", WANG, NOON)
    assert len(outbox.entries()) == 3
    assert outbox.counts() == OutboxCounts()


def test_an_entry_too_large_for_the_hub_is_not_taken(outbox: Outbox) -> None:
    with pytest.raises(OutboxError, match="bytes long"):
        outbox.add("ticket", "", {"text": "长" * 10_000}, WANG, NOON)
    assert outbox.entries() == []


def test_a_hub_long_gone_makes_no_file_grow_for_ever(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox_module, "_MOST_ENTRIES", 2)
    for _ in range(2):
        outbox.add("ticket", "", {}, WANG, NOON)
    with pytest.raises(OutboxError, match="2 entries wait for the hub already"):
        outbox.add("ticket", "", {}, WANG, NOON)


def test_a_damaged_file_is_told_in_one_line_and_left_as_it_is(outbox: Outbox) -> None:
    outbox.path.write_bytes(b"no database " * 100)
    for act in (outbox.entries, lambda: outbox.add("ticket", "", {}, WANG, NOON)):
        with pytest.raises(OutboxError, match="cannot be used") as failed:
            act()
        assert "\n" not in str(failed.value)
    assert outbox.path.read_bytes() == b"no database " * 100


FILL = """
import resource, sys
from datetime import datetime, timezone
from pathlib import Path
from data.errors import SwitchboardError
from sync.outbox.waiting import Author, Outbox
limit = int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
outbox = Outbox(Path(sys.argv[1]))
now = datetime(2026, 11, 22, 4, tzinfo=timezone.utc)
while True:
    try:
        print(outbox.add("ticket", "", {"text": "x" * 3000}, Author("wang"), now).key, flush=True)
    except SwitchboardError as refusal:
        print("refused:", refusal, flush=True)
        break
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there are no limits on files there")
@pytest.mark.parametrize("kilobytes", [0, 1, 4, 8, 30, 64, 90])
def test_on_a_full_disk_an_entry_is_refused_and_what_was_taken_is_there(tmp_path: Path, kilobytes: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FILL, str(tmp_path), str(kilobytes * 1024)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    *taken, refusal = done.stdout.splitlines()
    assert refusal.startswith("refused: ")
    assert str(tmp_path) in refusal
    outbox = Outbox(tmp_path)
    assert [kept.entry.key for kept in outbox.entries()] == taken
    outbox.add("ticket", "", {"id": uuid4().hex}, WANG, NOON)
    with closing(connect(outbox.path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
