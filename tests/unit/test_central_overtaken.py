"""Two pulls of one source at once: the one that ends later has read what is no longer true."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from data.store.store import Store
from sync.central.errors import OvertakenError
from sync.central.history import pulls
from tests.central_systems import make_central
from tests.databases import PostgresServer

_PATIENCE_S = 20.0


def wait_until_somebody_waits(connection: "psycopg.Connection[tuple[int]]") -> None:
    until = time.monotonic() + _PATIENCE_S
    while not connection.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchone():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_a_pull_that_was_overtaken_changes_nothing(
    store: Store, postgresql_server: PostgresServer, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    fast = make_central(f"sqlite:///{tmp_path / 'central.db'}", tmp_path / "other", range(10))
    with postgresql_server.database() as url, ThreadPoolExecutor(1) as pool, psycopg.connect(url) as holding:
        slow = make_central(url.replace("postgresql:", "postgresql+psycopg:"), tmp_path, range(30))
        holding.execute("LOCK TABLE c_cons IN ACCESS EXCLUSIVE MODE")
        pulled = pool.submit(slow.pull, store)
        wait_until_somebody_waits(holding)
        fast.pull(store)
        holding.rollback()
        with pytest.raises(OvertakenError, match="run it again"):
            pulled.result(_PATIENCE_S)
        assert slow.pull(store).tables["customer"]["added"] == 20
    with store.read() as connection:
        assert [one["outcome"] for one in pulls(connection, 3)] == ["done", "done", "failed"]
