"""What is newest at a source, by its cursor column, whatever its database makes of a time."""

from datetime import datetime

import pytest
from sqlalchemy import create_engine, text

from sync.central.cursors import asked_from, cursor_text
from sync.central.errors import MappingError
from sync.central.mapping import Feed
from sync.central.reader import SourceReader
from tests.central_systems import make_central


@pytest.fixture
def feed(tmp_path_factory: pytest.TempPathFactory) -> Feed:
    place = tmp_path_factory.mktemp("central")
    return make_central(f"sqlite:///{place / 'central.db'}", place, []).source.feeds[0]


def newest(feed: Feed, *values: object) -> object:
    with create_engine("sqlite://").connect() as connection:
        connection.execute(text("CREATE TABLE c_cons (updated)"))
        for value in values:
            connection.execute(text("INSERT INTO c_cons VALUES (:value)"), {"value": value})
        return SourceReader(connection, 10).newest(feed)


def test_a_time_that_sqlite_keeps_as_text_is_one(feed: Feed) -> None:
    found = newest(feed, "2026-11-22 12:00:00.000000", "2026-11-22 12:05:09.500000")
    assert found == datetime(2026, 11, 22, 12, 5, 9, 500_000)  # noqa: DTZ001 - a source's own
    assert asked_from(feed, cursor_text(feed, found) or "") == datetime(2026, 11, 22, 12, 4, 9)  # noqa: DTZ001


@pytest.mark.parametrize(("value", "kept"), [(7, "number 7"), (None, None)])
def test_a_number_is_one_and_an_empty_table_has_none(feed: Feed, value: object, kept: str | None) -> None:
    assert cursor_text(feed, newest(feed, value)) == kept


@pytest.mark.parametrize("value", ["2026-11-22", "C-000000000000000017"])
def test_a_text_that_is_no_time_is_refused(feed: Feed, value: str) -> None:
    with pytest.raises(MappingError, match="it must be a time or a number"):
        cursor_text(feed, newest(feed, value))
