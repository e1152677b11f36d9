import pytest

from sync.hub import limits as module
from sync.hub.limits import ANY_OTHER, Allowance, Limits
from tests.stores import SetClock

THREE = {"reveal": Allowance(3, 10.0)}


def test_an_asker_may_ask_a_few_times_at_once_and_then_one_by_one() -> None:
    clock = SetClock()
    limits = Limits(clock, THREE)
    assert [limits.wait_s("a", "reveal") for _ in range(5)] == [0, 0, 0, 10, 10]
    clock.pass_time(seconds=9)
    assert limits.wait_s("a", "reveal") == 1
    clock.pass_time(seconds=1)
    assert [limits.wait_s("a", "reveal") for _ in range(2)] == [0, 10]
    clock.pass_time(seconds=1000)
    assert [limits.wait_s("a", "reveal") for _ in range(4)] == [0, 0, 0, 10]


def test_nobody_is_held_up_by_others_or_by_what_else_they_did() -> None:
    limits = Limits(SetClock(), THREE)
    assert [limits.wait_s("a", "reveal") for _ in range(4)][-1] > 0
    assert limits.wait_s("b", "reveal") == 0
    assert limits.wait_s("a", "see_desk") == 0


def test_what_has_no_allowance_of_its_own_has_a_wide_one() -> None:
    limits = Limits(SetClock(), THREE)
    assert [limits.wait_s("a", "see_desk") for _ in range(ANY_OTHER.at_once + 1)] == [0] * ANY_OTHER.at_once + [1]


def test_a_clock_that_is_put_back_shuts_nobody_out() -> None:
    clock = SetClock()
    limits = Limits(clock, THREE)
    assert limits.wait_s("a", "reveal") == 0
    clock.pass_time(days=-1)
    assert limits.wait_s("a", "reveal") == 0


def test_of_too_many_askers_those_are_forgotten_who_asked_least_recently(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_ASKERS_AT_MOST", 2)
    limits = Limits(SetClock(), THREE)
    assert [limits.wait_s(asker, "reveal") for asker in "aaabcccc"] == [0] * 7 + [10]
    assert limits.wait_s("a", "reveal") == 0
