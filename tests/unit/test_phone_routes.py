from sync.phone_routes import ASKED_AT_MOST, AskingLimit
from tests.stores import SetClock


def test_a_device_may_ask_so_often_within_a_minute_and_others_are_not_held_up_by_it() -> None:
    clock = SetClock()
    limit = AskingLimit(clock)
    assert [limit.wait_s("a") for _ in range(ASKED_AT_MOST)] == [0] * ASKED_AT_MOST
    assert limit.wait_s("a") == 60
    assert limit.wait_s("b") == 0
    clock.pass_time(seconds=59.5)
    assert limit.wait_s("a") == 1
    clock.pass_time(seconds=0.5)
    assert limit.wait_s("a") == 0


def test_questions_leave_the_minute_one_by_one_and_refused_ones_do_not_count() -> None:
    clock = SetClock()
    limit = AskingLimit(clock)
    for _ in range(ASKED_AT_MOST):
        assert limit.wait_s("a") == 0
        clock.pass_time(seconds=1)
    assert [limit.wait_s("a") for _ in range(3)] == [30, 30, 30]
    clock.pass_time(seconds=30)
    assert limit.wait_s("a") == 0
    assert limit.wait_s("a") == 1
    clock.pass_time(seconds=1)
    assert limit.wait_s("a") == 0
