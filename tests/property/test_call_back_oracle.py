"""A call-back is due exactly when the caller believes something else than what is so, whatever is done meanwhile."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from hypothesis import given
from hypothesis import strategies as st

from data.outages.windows import OutageWindow, Restoration, Revision, ScopeItem
from data.telling.news import Attempt, News, to_tell
from data.telling.waiting import AGAIN_AFTER, CallBack, Try, promise_at, standing, window_of

START = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
MOVED = 15 * MINUTE
PART = ScopeItem("transformer_area", "T1")

Act = Literal["revise", "back", "restore", "reopen", "withdraw", "done", "no_answer", "taken_back"]
acts = st.lists(
    st.tuples(
        st.integers(1, 60),
        st.sampled_from(["revise", "back", "restore", "reopen", "withdraw", "done", "no_answer", "taken_back"]),
        st.integers(1, 240),
    ),
    max_size=12,
)


def set_at_start(*, hold: bool) -> OutageWindow:
    etr = START + 120 * MINUTE
    revision = Revision(START, "duty", "new", etr, "倒杆")
    return OutageWindow("W", "fault", START, etr, "倒杆", (ScopeItem("feeder", "F1"),), (revision,), hold)


def after(window: OutageWindow, act: str, at: datetime, minutes: int) -> OutageWindow:
    """The window after an act that the rules allow; else as it was."""
    if window.withdrawn_at is not None or (window.restored_at is not None and act != "reopen"):
        return window
    etr = START + minutes * MINUTE
    revision = Revision(at, "duty", "plan_change", etr, "改期")
    changes: dict[str, dict[str, Any]] = {
        "revise": {"etr": etr, "revisions": (*window.revisions, revision)},
        "back": {"restorations": (Restoration(PART, at),)},
        "restore": {"restored_at": at},
        "reopen": {"restored_at": None},
        "withdraw": {"withdrawn_at": at},
    }
    return replace(window, **changes.get(act, {}))


def is_over(window: OutageWindow, at: datetime, *, on_part: bool) -> bool:
    """What is so, in the plainest words."""
    confirmed = window.withdrawn_at is not None or window.restored_at is not None
    return confirmed or (on_part and bool(window.restorations)) or (not window.hold and at >= window.etr)


@given(acts, st.booleans(), st.booleans(), st.integers(0, 100))
def test_it_is_due_exactly_when_the_facts_say_so(
    history: list[tuple[int, Act, int]],
    hold: bool,  # noqa: FBT001 - drawn
    on_part: bool,  # noqa: FBT001 - drawn
    asked_at: int,
) -> None:
    window, at = set_at_start(hold=hold), START + asked_at * MINUTE
    asked = CallBack("C", at, "wang", "W", None, None, "", "13812345678", "", window.etr)
    believes: datetime | None = window.etr
    """The ETR that the caller believes in; None who believes that it is over."""
    missed_at: datetime | None = None
    before_each: list[tuple[datetime | None, datetime | None]] = []
    for wait, act, minutes in history:
        at += wait * MINUTE
        window = after(window, act, at, minutes)
        back = on_part and bool(window.restorations)
        before = standing(asked, window, at, MOVED, back=back)
        if act in {"done", "no_answer"} and before.status != "closed":
            news: News = before.news or "etr"
            result: Literal["done", "no_answer"] = "done" if act == "done" else "no_answer"
            before_each.append((believes, missed_at))
            asked = replace(asked, tries=(*asked.tries, Try(at, "wang", result, news, "W", window.etr)))
            if act == "done":
                believes, missed_at = None if is_over(window, at, on_part=on_part) else window.etr, None
            else:
                missed_at = at
        if act == "taken_back" and before_each:
            asked = replace(asked, tries=(*asked.tries, Try(at, "wang", "taken_back", "etr", "W", window.etr)))
            believes, missed_at = before_each.pop()
        for moment in (at, at + 10 * MINUTE, at + AGAIN_AFTER, at + 300 * MINUTE):
            over = is_over(window, moment, on_part=on_part)
            wrong = believes is not None if over else believes is None or abs(window.etr - believes) > MOVED
            told = standing(asked, window, moment, MOVED, back=back)
            if not wrong:
                assert told.status == ("closed" if over else "waiting")
            elif missed_at is not None and moment < missed_at + AGAIN_AFTER:
                assert (told.status, told.again_at) == ("later", missed_at + AGAIN_AFTER)
            else:
                assert told.status == "due"


@given(acts, st.booleans())
def test_no_revision_loses_a_caller_who_was_told_nothing(
    history: list[tuple[int, Act, int]],
    hold: bool,  # noqa: FBT001 - drawn
) -> None:
    window, at = set_at_start(hold=hold), START
    asked = CallBack("C", at, "wang", None, ("feeder", "F1"), None, "", "13812345678", "", None)
    for wait, act, minutes in history:
        at += wait * MINUTE
        window = after(window, act, at, minutes)
    assert window_of(asked, [window]) is window
    end = max(at, window.etr) + MINUTE
    still_out = hold and window.withdrawn_at is None and window.restored_at is None
    moved = abs(window.etr - promise_at(window, asked.at)) > MOVED
    assert standing(asked, window, end, MOVED).status == ("due" if moved or not still_out else "waiting")


@given(acts)
def test_a_customer_is_to_be_told_exactly_what_was_not_told(history: list[tuple[int, Act, int]]) -> None:
    window, at, attempts = set_at_start(hold=True), START, list[Attempt]()
    believes: datetime | str | None = "nothing"
    before_each: list[datetime | str | None] = []
    for wait, act, minutes in history:
        at += wait * MINUTE
        window = after(window, act, at, minutes)
        back = bool(window.restorations)
        over = is_over(window, at, on_part=True)
        news = to_tell(window, attempts, at, MOVED, back=back)
        if believes == "nothing":
            assert (news == "outage") == (not over)
        elif over:
            assert (news is not None) == (believes is not None)
        else:
            later = believes is None or (isinstance(believes, datetime) and window.etr - believes > MOVED)
            assert news == ("etr" if later else None)
        if act in {"done", "no_answer"}:
            result = "told" if act == "done" else "no_answer"
            attempts.append(
                Attempt(at, "duty", "phone", result, "", "", news or ("restored" if over else "etr"), window.etr)
            )
            before_each.append(believes)
            if act == "done":
                believes = None if over else window.etr
        if act == "taken_back" and before_each:
            attempts.append(Attempt(at, "duty", "phone", "taken_back", "", "", "etr", window.etr))
            believes = before_each.pop()
