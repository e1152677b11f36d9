"""What the cache says of characters that are typed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.lookup.characters import Character, Characters
from data.sqlite import Connection
from tests.caches import cache_of


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    connection = cache_of(Path(tmp_path_factory.mktemp("characters")) / "cache.db", [])
    yield connection
    connection.close()


@pytest.fixture
def characters(cache: Connection) -> Characters:
    return Characters(cache)


def test_readings_come_best_first(characters: Characters) -> None:
    assert characters.readings("塔") == ("ta",)
    assert characters.readings("长") == ("chang", "zhang")


@pytest.mark.parametrize("unknown", ["㐀", "a", "(", "か", "\U0001f600", "", "\x00"])
def test_what_nobody_can_read_is_itself(characters: Characters, unknown: str) -> None:
    assert characters.of(unknown) == Character(unknown)
    assert characters.readings(unknown) == ()


def test_characters_are_simplified_one_by_one(characters: Characters) -> None:
    assert characters.simplified("綏中縣(10kV) tsx") == "绥中县(10kV) tsx"
    assert characters.simplified("tsx") == "tsx"
    assert characters.simplified("") == ""


def test_characters_that_look_like_it_come_with_it(characters: Characters) -> None:
    assert "末" in characters.of("未").alike
    assert characters.of("溝").alike == characters.of("沟").alike


def test_a_character_is_read_from_the_cache_once(characters: Characters, cache: Connection) -> None:
    asked: list[str] = []
    cache.set_trace_callback(asked.append)
    assert [characters.readings(c) for c in "塔山塔"] == [("ta",), ("shan",), ("ta",)]
    cache.set_trace_callback(None)
    assert len(asked) == 2
