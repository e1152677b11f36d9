"""Notices in the store: posted, withdrawn, for whom, and who has read them."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from data.errors import BadValueError, NotFoundError
from data.notices.board import (
    KEPT_AFTER_END,
    NewNotice,
    branch_parents,
    forget_old_notices,
    list_notices,
    mark_read,
    post_notice,
    withdraw_notice,
)
from data.notices.describing import describe_notice
from data.notices.notice import Notice
from data.notices.readers import readers_of
from data.rights import ForbiddenError
from data.store import audit
from data.store.desk_tables import NOTICE_READ
from data.store.schema import DEVICE, PERSON
from data.store.store import Store
from tests.stores import NOON, SetClock

HOUR = timedelta(hours=1)


def posted(store: Store, new: NewNotice) -> Notice:
    with store.write("test", "post notice") as writing:
        return post_notice(writing, new, "person:wang")


def add_people(store: Store) -> None:
    rows: list[dict[str, str | None]] = [
        {"name": "an", "role": "agent", "branches": "[]", "disabled_at": None},
        {"name": "bo", "role": "agent", "branches": '["B2"]', "disabled_at": None},
        {"name": "cui", "role": "agent", "branches": '["B1"]', "disabled_at": None},
        {"name": "gone", "role": "agent", "branches": "[]", "disabled_at": "2026"},
        {"name": "watcher", "role": "auditor", "branches": "[]", "disabled_at": None},
    ]
    with store.write("test", "people") as writing:
        for row in rows:
            writing.connection.execute(insert(PERSON).values(password_hash="none", **row))
        device = {"id": "7", "name": "座席7", "branches": "[]", "created_at": "2026"}
        writing.connection.execute(insert(DEVICE).values(device))


def test_a_notice_is_shown_from_then_until_then(store: Store, clock: SetClock) -> None:
    notice = posted(store, NewNotice(" 今晚\n升级 ", since=NOON + HOUR, until=NOON + 2 * HOUR))
    assert notice.text == "今晚 升级"
    assert [notice.in_force(NOON + HOUR * hours) for hours in (0, 1, 2)] == [False, True, False]
    with store.read() as connection:
        assert list_notices(connection, NOON) == [notice]
        assert list_notices(connection, NOON + 3 * HOUR) == []
        assert list_notices(connection, NOON + 3 * HOUR, ended=True) == [notice]
        told = [entry.act for entry in audit.newest(connection, audit.Wanted(actor="person:wang"), limit=9)]
    assert "post_notice" in told


def test_urgent_notices_come_first_and_then_the_newest(store: Store, clock: SetClock) -> None:
    for text, urgent in (("甲", False), ("乙", True), ("丙", False)):
        posted(store, NewNotice(text, urgent))
        clock.pass_time(minutes=1)
    with store.read() as connection:
        assert [one.text for one in list_notices(connection, clock.now())] == ["乙", "丙", "甲"]


def test_a_notice_that_was_withdrawn_is_shown_no_more_and_withdrawn_once(store: Store, clock: SetClock) -> None:
    notice = posted(store, NewNotice("甲"))
    for _ in range(2):
        clock.pass_time(minutes=1)
        with store.write("test", "withdraw notice") as writing:
            withdrawn = withdraw_notice(writing, notice.id, "person:li")
    assert withdrawn.withdrawn_at == NOON + timedelta(minutes=1)
    assert describe_notice(withdrawn, clock.now())["state"] == "withdrawn"


@pytest.mark.parametrize(
    ("new", "why"),
    [
        (NewNotice(" "), "write what is to be known"),
        (NewNotice("长" * 161), "at most 160"),
        (NewNotice("甲", until=NOON), "after the beginning"),
        (NewNotice("甲", since=NOON + 2 * HOUR, until=NOON + HOUR), "after the beginning"),
        (NewNotice("甲", branches=["B9"]), "no such branch"),
    ],
)
def test_what_is_no_notice_is_refused_and_says_why(store: Store, new: NewNotice, why: str) -> None:
    with pytest.raises(BadValueError, match=why):
        posted(store, new)
    with store.read() as connection:
        assert list_notices(connection, NOON, ended=True) == []


def test_a_notice_is_for_a_branch_and_all_below_it(store: Store) -> None:
    notice = posted(store, NewNotice("甲", branches=["B1"]))
    whole = posted(store, NewNotice("乙", branches=["B0"]))
    with store.read() as connection:
        parents = branch_parents(connection)
    assert [notice.concerns(own, parents) for own in (["B1"], ["B2"], ["B0"], [])] == [True, False, False, True]
    assert whole.concerns(["B2"], parents)


def test_whoever_works_for_some_branches_posts_to_those_and_takes_back_what_is_for_those(store: Store) -> None:
    whole = posted(store, NewNotice("乙"))
    with store.write("test", "post notice", ("B1",)) as writing:
        mine = post_notice(writing, NewNotice("甲", branches=["B1"]), "person:li")
        assert withdraw_notice(writing, mine.id, "person:li").withdrawn_at
        for branches in ([], ["B0"], ["B1", "B2"]):
            with pytest.raises(ForbiddenError):
                post_notice(writing, NewNotice("丙", branches=branches), "person:li")
        with pytest.raises(ForbiddenError):
            withdraw_notice(writing, whole.id, "person:li")
    with store.write("test", "post notice", ("B0",)) as writing:
        post_notice(writing, NewNotice("丁", branches=["B2"]), "person:zhao")


def test_one_that_was_withdrawn_before_it_began_is_listed_no_more(store: Store) -> None:
    notice = posted(store, NewNotice("甲", since=NOON + HOUR))
    with store.write("test", "withdraw notice") as writing:
        withdraw_notice(writing, notice.id, "person:li")
    with store.read() as connection:
        assert list_notices(connection, NOON) == []


def test_it_is_known_who_has_read_it_and_who_of_those_concerned_has_not(store: Store, clock: SetClock) -> None:
    add_people(store)
    notice = posted(store, NewNotice("甲", branches=["B1"]))
    for reader, device in (("person:an", "7"), ("device:7", "7"), ("person:an", "")):
        clock.pass_time(minutes=1)
        with store.write("test", "read") as writing:
            mark_read(writing, notice.id, reader, device, clock.now())
    with store.read() as connection:
        readers = readers_of(connection, [notice])[notice.id]
    assert [(one.reader, one.person, one.device, one.at) for one in readers.read] == [
        ("an", True, "座席7", "2026-11-22T04:01:00Z"),
        ("座席7", False, "座席7", "2026-11-22T04:02:00Z"),
    ]
    assert readers.missing == ("cui",)


def test_what_is_no_notice_cannot_be_read_nor_withdrawn(store: Store) -> None:
    with store.write("test", "read") as writing:
        with pytest.raises(NotFoundError):
            mark_read(writing, "nothing", "person:an", "", NOON)
        with pytest.raises(NotFoundError):
            withdraw_notice(writing, "nothing", "person:an")


def test_what_ended_long_ago_goes_with_its_marks_and_the_audit_trail_keeps_it(store: Store, clock: SetClock) -> None:
    stays, ends, goes = (
        posted(store, NewNotice(text, until=until))
        for text, until in (
            ("长期", None),
            ("到期", NOON + HOUR),
            ("撤回", None),
        )
    )
    with store.write("test", "read and withdraw") as writing:
        for notice in (stays, ends, goes):
            mark_read(writing, notice.id, "person:an", "", NOON)
        withdraw_notice(writing, goes.id, "person:li")

    def left() -> tuple[set[str], set[str]]:
        with store.write("hub", "clean") as writing:
            forget_old_notices(writing)
            marks = writing.connection.execute(select(NOTICE_READ.c.notice)).scalars()
            return {one.text for one in list_notices(writing.connection, clock.now(), ended=True)}, set(marks)

    clock.at = NOON + KEPT_AFTER_END - timedelta(seconds=1)
    assert left()[0] == {"长期", "到期", "撤回"}
    clock.pass_time(seconds=1)
    assert left() == ({"长期", "到期"}, {stays.id, ends.id})
    clock.pass_time(hours=1)
    assert left() == ({"长期"}, {stays.id})
    with store.read() as connection:
        told = [entry.about for entry in audit.newest(connection, audit.Wanted(acts=("post_notice",)), limit=9)]
    assert any("到期" in one for one in told)
