"""Two pulls of one source at once: the one that ends later has read what is no longer true."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from data.store import Store
from sync.central.errors import OvertakenError
from sync.central.history import pulls
from tests.central_systems import make_central

_PATIENCE_S = 20.0


def wait_until_somebody_waits(connection: "psycopg.Connection[tuple[int]]") -> None:
    until = time.monotonic() + _PATIENCE_S
    while not connection.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchone():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_a_pull_that_was_overtaken_changes_nothing(store: Store, postgresql: str, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    slow = make_central(postgresql, tmp_path, range(30))
    fast = make_central(f"sqlite:///{tmp_path / 'central.db'}", tmp_path / "other", range(10))
    with ThreadPoolExecutor(1) as pool, psycopg.connect(postgresql) as holding:
        holding.execute("LOCK TABLE c_cons IN ACCESS EXCLUSIVE MODE")
        pulled = pool.submit(slow.pull, store)
        wait_until_somebody_waits(holding)  # type: ignore[arg-type]  # rows of one number
        fast.pull(store)
        holding.rollback()
        with pytest.raises(OvertakenError, match="run it again"):
            pulled.result(_PATIENCE_S)
    with store.read() as connection:
        assert [one["outcome"] for one in pulls(connection, 2)] == ["done", "failed"]
    assert slow.pull(store, approve_deletions=True).tables["customer"]["added"] == 20
