"""The repaints of the tray icon live through a cache that cannot be read."""

from pathlib import Path

import pytest

from assistant.answering.answering import CacheAnswers
from assistant.resident.resident import StateWatch
from sync.replica.agent_home import AgentHome
from tests.stores import SetClock

HEAD = b"SQLite format 3\0"


@pytest.mark.parametrize("content", [HEAD, HEAD + b"no cache" * 1000])
def test_a_damaged_cache_does_not_keep_the_assistant_from_starting(
    tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    home = AgentHome(tmp_path / "agent")
    suspected: list[bool] = []
    events: list[object] = []
    path = home.caches / "damaged.db"
    path.write_bytes(content)
    home.switch_to(path)
    answers = CacheAnswers(home, SetClock(), suspect=lambda: suspected.append(True))
    stop = StateWatch(answers, SetClock()).start(events.append)
    stop()
    assert suspected
    assert events == []
    assert "cannot be read" in caplog.text


@pytest.mark.parametrize("content", [b"", b"no cache" * 1000])
def test_a_cache_without_its_key_is_none_and_told_once(
    tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    home = AgentHome(tmp_path / "agent")
    path = home.caches / "locked.db"
    path.write_bytes(content)
    home.switch_to(path)
    assert home.current_cache() is None
    StateWatch(CacheAnswers(home, SetClock()), SetClock()).start(lambda _event: None)()
    assert caplog.text.count("is lost") == 1
