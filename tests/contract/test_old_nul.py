"""A store of before NULs were refused: it says what bars the way to PostgreSQL, and goes once that is corrected."""

from pathlib import Path

import pytest
from sqlalchemy import text

from data.errors import DataError
from data.migrations import migrate
from data.store.database import open_database
from data.store.moving import move_store
from data.store.rows import get_docs
from tests.recounts import check_store, contents
from tests.stores import fill, in_file, opened_store


def test_a_nul_is_named_with_record_and_field_and_corrected_as_any_text(tmp_path: Path, postgresql: str) -> None:
    target = open_database(postgresql)
    migrate(target)
    with opened_store(in_file(tmp_path)) as store:
        fill(store)
        with store.write("test", "of old") as writing:
            rows = [{"name": f"塔山\0{key}", "id": key} for key in ("A1", "A2")]  # many rows are not looked at
            writing.connection.execute(text("UPDATE area SET name = :name WHERE id = :id"), rows)
        with pytest.raises(DataError, match=r"one stands in area A1 \(name\), area A2 \(name\): correct it") as refused:
            move_store(store.engine, target)
        assert "\n" not in str(refused.value)
        with target.connect() as connection:
            assert get_docs(connection, "area", ["A1"]) == {}
        with store.write("test", "correct") as writing:
            writing.put_many("area", [{"id": "A1", "name": "塔山"}, {"id": "A2", "name": "塔山村"}])
        assert move_store(store.engine, target) > 0
        with store.read() as old, target.connect() as new:
            assert contents(old) == contents(new)
            check_store(old)
    target.dispose()
