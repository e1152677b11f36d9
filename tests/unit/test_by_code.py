"""Records by a part of their number, of customers only those who may be shown."""

from contextlib import closing
from pathlib import Path

import pytest

from assistant.lookup.by_code import CodeSearch
from assistant.lookup.records import Found
from assistant.lookup.remembered import Remembered
from data.sqlite import Connection
from tests.caches import cache_of

NAMES = ("李娜", "王芳", "张伟")


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Connection:
    rows: list[tuple[str, dict[str, str]]] = [
        ("customer", {"id": f"{number:010}", "name": NAMES[number % 3]}) for number in range(0, 30_000, 97)
    ]
    rows += [
        ("transformer_area", {"id": f"T{n}", "number": f"29{n}", "name": "塔山公变", "feeder": "F"}) for n in range(9)
    ]
    return cache_of(tmp_path_factory.mktemp("codes") / "cache.db", rows)


def searched(connection: Connection, code: str, limit: int) -> list[Found]:
    return CodeSearch(connection, Remembered(connection)).search(code, limit)


@pytest.mark.parametrize("code", ["0000", "0009", "0291", "291", "0000000097"])
@pytest.mark.parametrize("limit", [1, 3, 10])
def test_the_best_and_all_who_are_as_good_are_those_of_all(connection: Connection, code: str, limit: int) -> None:
    def by_score(found: Found) -> tuple[float, str]:
        return -found.score, found.record.id

    everybody = sorted(searched(connection, code, 1000), key=by_score)
    some = sorted(searched(connection, code, limit), key=by_score)
    assert some[:limit] == everybody[:limit]
    least = some[min(limit, len(some)) - 1].score if some else 0.0
    assert {found for found in everybody if found.score >= least} <= set(some)


def test_each_has_its_own_name(connection: Connection) -> None:
    found = searched(connection, "0009", 10)
    assert found
    assert all(one.record.name == NAMES[int(one.record.id) % 3] for one in found)


def test_what_was_found_is_found_again_until_the_cache_changes(tmp_path: Path) -> None:
    with closing(cache_of(tmp_path / "cache.db", [("customer", {"id": "2114000097", "name": "李娜"})])) as connection:
        remembered = Remembered(connection)
        codes = CodeSearch(connection, remembered)
        remembered.refresh()
        assert [one.record.name for one in codes.search("0097", 10)] == ["李娜"]
        connection.execute("UPDATE name SET text = '王芳'")
        remembered.refresh()
        assert [one.record.name for one in codes.search("0097", 10)] == ["王芳"]


def test_whatever_was_asked_before_the_answer_is_as_good(connection: Connection) -> None:
    codes = CodeSearch(connection, Remembered(connection))
    for code, limit in [("0009", 3), ("0009", 10), ("0291", 10), ("0000", 1), ("0009", 2), ("0291", 10), ("0009", 10)]:
        fresh = searched(connection, code, limit)
        assert set(fresh) <= set(codes.search(code, limit))
        assert all(one in searched(connection, code, 1000) for one in codes.search(code, limit))


@pytest.mark.parametrize("code", ["", "9", "张伟", "zz"])
def test_what_is_no_part_of_a_number_finds_nothing(connection: Connection, code: str) -> None:
    assert searched(connection, code, 10) == []
