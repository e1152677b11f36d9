"""What SQLite is given is stored as what it is."""

from contextlib import closing
from pathlib import Path

import pytest

from data.sqlite import connect


@pytest.mark.parametrize(
    ("value", "stored", "kind"),
    [
        (None, None, "null"),
        (True, 1, "integer"),
        (False, 0, "integer"),
        (7, 7, "integer"),
        (0.5, 0.5, "real"),
        ("停电\N{SPEAKER}", "停电\N{SPEAKER}", "text"),
        ("", "", "text"),
        (b"\0\xff", b"\0\xff", "blob"),
        (b"", b"", "blob"),
    ],
)
def test_a_value_comes_back_as_what_it_was(value: object, stored: object, kind: str, tmp_path: Path) -> None:
    with closing(connect(tmp_path / "one.db")) as one:
        one.execute("CREATE TABLE held (value)")
        one.execute("INSERT INTO held VALUES (?)", (value,))
        one.executemany("INSERT INTO held VALUES (?)", [(value,), (value,)])
        found = one.execute("SELECT value, typeof(value) FROM held").fetchall()
    assert found == [(stored, kind)] * 3
