import threading

import pytest

from sync.hub.single_flight import SingleFlight


def test_who_asks_for_the_same_at_the_same_time_shares_it_and_others_do_not_wait() -> None:
    flight: SingleFlight[str, int] = SingleFlight(4)
    may_end, begun, made, answers = threading.Event(), threading.Event(), list[str](), list[int]()

    def make() -> int:
        made.append("slow")
        begun.set()
        may_end.wait(10)
        return 1

    asking = [threading.Thread(target=lambda: answers.append(flight.get("slow", make))) for _ in range(5)]
    for thread in asking:
        thread.start()
    begun.wait(10)
    assert flight.get("quick", lambda: 2) == 2, "another key is made meanwhile"
    may_end.set()
    for thread in asking:
        thread.join()
    assert (answers, made) == ([1] * 5, ["slow"])


def test_a_failure_reaches_who_waits_and_is_not_kept() -> None:
    flight: SingleFlight[str, int] = SingleFlight(4)
    with pytest.raises(ZeroDivisionError):
        flight.get("key", lambda: 1 // 0)
    assert flight.get("key", lambda: 3) == 3


def test_the_last_few_are_remembered_and_what_is_not_to_be_kept_is_made_again() -> None:
    flight: SingleFlight[int, int] = SingleFlight(2)
    made: list[int] = []

    def make(number: int) -> int:
        made.append(number)
        return number

    for number in (1, 2, 1, 3, 1, 2):
        flight.get(number, lambda number=number: make(number))  # type: ignore[misc]  # bound now
    assert made == [1, 2, 3, 2]
    for _ in range(2):
        flight.get(9, lambda: make(9), keep=False)
    assert made[-2:] == [9, 9]
