"""Where tickets stand and how urgent they are, against a list of all cases written out by hand."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import BadValueError, NotFoundError
from data.tickets.business import DEFAULTS, LEVELS_AT_MOST, Business, catalogue_of
from data.tickets.states import (
    FINISHED,
    MARKS,
    NEW_FOR,
    PENDING,
    STATES,
    TICKET_KINDS,
    check_move,
    mark_of,
    moves_from,
)
from tests.stores import NOON

MAY_FOLLOW = {
    ("open", "working"),
    ("open", "waiting"),
    ("open", "done"),
    ("open", "cancelled"),
    ("working", "open"),
    ("working", "waiting"),
    ("working", "done"),
    ("working", "cancelled"),
    ("waiting", "working"),
    ("waiting", "done"),
    ("waiting", "cancelled"),
    ("done", "working"),
    ("cancelled", "working"),
}
minutes = st.integers(-3000, 3000).map(lambda count: timedelta(minutes=count))


@pytest.mark.parametrize("before", STATES)
@pytest.mark.parametrize("after", [*STATES, "poem"])
def test_a_ticket_goes_only_where_the_list_says_and_ends_only_with_a_word(before: str, after: str) -> None:
    silent = (before, after) in MAY_FOLLOW and not {before, after} & {"done", "cancelled"}
    for text, allowed in (("已复电", (before, after) in MAY_FOLLOW), ("  ", silent)):
        if allowed:
            check_move(before, after, text)
        else:
            with pytest.raises(BadValueError):
                check_move(before, after, text)
    assert (after in moves_from(before)) == ((before, after) in MAY_FOLLOW)


@given(
    state=st.sampled_from([*STATES]),
    due=st.none() | minutes,
    age=st.integers(0, 3000).map(lambda count: timedelta(minutes=count)),
    soon=st.integers(0, 600).map(lambda count: timedelta(minutes=count)),
)
def test_the_mark_of_a_ticket_is_the_worst_that_holds(
    state: str, due: timedelta | None, age: timedelta, soon: timedelta
) -> None:
    mark = mark_of(state, NOON - age, NOON + due if due is not None else None, NOON, soon)
    assert mark in MARKS
    if state in FINISHED:
        assert mark == "finished"
    else:
        assert state in PENDING
        assert (mark == "overdue") == (due is not None and due <= timedelta(0))
        assert (mark == "due_soon") == (due is not None and timedelta(0) < due <= soon)
        in_time = due is None or due > max(soon, timedelta(0))
        assert (mark == "new") == (in_time and state == "open" and age < NEW_FOR)
        assert (mark == "pending") == (in_time and not (state == "open" and age < NEW_FOR))


def test_everybody_begins_with_a_catalogue_that_hangs_together() -> None:
    catalogue = catalogue_of([])
    assert [code for code in catalogue.entries if "." not in code] == [*TICKET_KINDS]
    for one in DEFAULTS.values():
        assert one.level <= LEVELS_AT_MOST
        assert one.parent is None or one.parent in DEFAULTS
        assert one.kind in TICKET_KINDS
        assert catalogue.due_hours(one.code) is not None
    assert catalogue.path("trouble_report.01.01") == "报修 > 无电 > 单户"


def test_what_a_centre_changed_is_laid_over_it() -> None:
    renamed = Business("trouble_report.01.01", "单户无电", 8).to_doc()
    added = Business("trouble_report.01.04", "半个村", None).to_doc()
    retired = Business("trouble_report.02", "缺相或电压异常", None, retired=True).to_doc()
    catalogue = catalogue_of([renamed, added, retired])
    assert catalogue.path("trouble_report.01.01") == "报修 > 无电 > 单户无电"
    assert (catalogue.due_hours("trouble_report.01.01"), catalogue.due_hours("trouble_report.01.04")) == (8, 24)
    offered = [one.code for one in catalogue.offered("trouble_report")]
    assert offered == sorted(offered)
    assert "trouble_report.01.04" in offered
    assert not [code for code in offered if code.startswith("trouble_report.02")]
    assert catalogue.path("trouble_report.02.01") == "报修 > 缺相或电压异常 > 电压低"


def test_a_code_is_given_once_and_three_levels_are_enough() -> None:
    gone = Business("trouble_report.06", "旧", None, retired=True).to_doc()
    catalogue = catalogue_of([gone])
    assert catalogue.next_code("trouble_report") == "trouble_report.07"
    assert catalogue.next_code("enquiry.04") == "enquiry.04.01"
    with pytest.raises(BadValueError, match="levels"):
        catalogue.next_code("trouble_report.01.01")
    with pytest.raises(NotFoundError):
        catalogue.next_code("poem")
