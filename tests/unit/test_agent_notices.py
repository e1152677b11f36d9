"""Notices on a PC: read from its cache, for its branches, and marked read with or without somebody signed in."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from assistant.forms.form import Entered
from assistant.model.notice_messages import NoticesSeen
from assistant.resident.notices import FILE_NAME, Notices
from data.clock import to_iso
from data.fields import Json
from data.notices.board import NewNotice, list_notices, post_notice
from data.notices.readers import readers_of
from data.store.set_hash import hash_bytes
from data.store.store import Store
from sync.outbox.entering import Entering
from sync.outbox.waiting import Author, Outbox
from sync.replica.agent_home import AgentHome
from sync.replica.enrolment import Shift
from tests.caches import cache_of
from tests.entered import enter, entry
from tests.stores import NETWORK, NOON, SetClock

ROWS: list[tuple[str, dict[str, Json]]] = [
    *((kind, doc) for kind, doc in NETWORK if kind == "branch"),
    ("notice", {"id": "all", "text": "全体", "since": to_iso(NOON), "posted_by": "x"}),
    ("notice", {"id": "B1", "text": "塔山", "since": to_iso(NOON), "posted_by": "x", "branches": ["B1"]}),
    ("notice", {"id": "B2", "text": "高桥", "since": to_iso(NOON), "posted_by": "x", "branches": ["B2"]}),
    ("notice", {"id": "gone", "text": "撤", "since": to_iso(NOON), "posted_by": "x", "withdrawn_at": to_iso(NOON)}),
]


class Pc:
    """A PC whose cache holds notices; what it reports is kept."""

    def __init__(self, path: Path, *own: str) -> None:
        self.home = AgentHome(path)
        self.home.make()
        with_sums = cache_of(self.home.caches / "1.db", ROWS)
        for branch in own:
            row = (f"branch:{branch}", "customer", 1, hash_bytes(1))
            with_sums.execute("INSERT INTO checksum VALUES (?, ?, ?, ?)", row)
        with_sums.close()
        self.home.switch_to(self.home.caches / "1.db")
        self.clock = SetClock()
        self.outbox = Outbox(path)
        self.notices = Notices(self.home, self.clock, self._enter)
        self.seen: list[NoticesSeen] = []
        self.notices.start(lambda item: self.seen.append(item) if isinstance(item, NoticesSeen) else None)

    def _enter(self, entered: Entered, told: Callable[[str], None]) -> None:
        entered(Entering(self.home, self.outbox, self.clock))
        told("")

    def read_by(self) -> dict[str, set[str]]:
        return {one.notice.id: {*one.read_by} for one in self.seen[-1].posted}


def test_a_pc_shows_the_notices_of_its_branches_and_none_that_was_withdrawn(tmp_path: Path) -> None:
    assert set(Pc(tmp_path / "free").read_by()) == {"all", "B1", "B2"}
    assert set(Pc(tmp_path / "held", "B1").read_by()) == {"all", "B1"}


def test_what_is_marked_read_is_entered_for_the_hub_and_remembered_here(tmp_path: Path) -> None:
    pc = Pc(tmp_path)
    pc.notices.mark("all")
    pc.home.files.begin_shift(Shift("wang", "agent", "secret", NOON + timedelta(hours=8)))
    pc.notices.mark("all")
    assert pc.read_by()["all"] == {"", "wang"}
    kept = pc.outbox.entries()
    assert [(one.entry.kind, one.entry.body, one.author) for one in kept] == [
        ("notice_read", {"notice": "all"}, Author()),
        ("notice_read", {"notice": "all"}, Author("wang", "secret")),
    ]


@pytest.mark.parametrize("text", ["", "{", "[]"])
def test_marks_that_are_lost_show_notices_once_more(tmp_path: Path, text: str) -> None:
    pc = Pc(tmp_path)
    pc.notices.mark("all")
    (tmp_path / FILE_NAME).write_text(text)
    pc.notices.look()
    assert pc.read_by()["all"] == set()


def test_without_a_cache_there_are_no_notices(tmp_path: Path) -> None:
    notices = Notices(AgentHome(tmp_path), SetClock(), lambda _entered, _told: None)
    notices.start(lambda _: pytest.fail("there is none"))


def test_a_mark_that_comes_through_the_outbox_is_known_at_the_hub(store: Store, clock: SetClock) -> None:
    with store.write("test", "post notice") as writing:
        notice = post_notice(writing, NewNotice("甲"), "person:li")
    assert enter(store, entry("notice_read", {"notice": notice.id}, clock)).status == "applied"
    assert enter(store, entry("notice_read", {"notice": "nothing"}, clock)).status == "refused"
    with store.read() as connection:
        assert [one.reader for one in readers_of(connection, list_notices(connection, NOON))[notice.id].read] == [
            "wang"
        ]
