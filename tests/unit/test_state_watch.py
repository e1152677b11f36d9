"""The repaints of the tray icon live through a cache that cannot be read."""

from pathlib import Path

import pytest

from assistant.answering import CacheAnswers
from assistant.resident import StateWatch
from sync.agent_home import AgentHome
from tests.stores import SetClock


@pytest.mark.parametrize("content", [b"", b"no cache" * 1000])
def test_a_damaged_cache_does_not_keep_the_assistant_from_starting(
    tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    home = AgentHome(tmp_path / "agent")
    suspected: list[bool] = []
    events: list[str] = []
    path = home.caches / "damaged.db"
    path.write_bytes(content)
    home.switch_to(path)
    answers = CacheAnswers(home, SetClock(), suspect=lambda: suspected.append(True))
    stop = StateWatch(answers, SetClock()).start(events.append)
    stop()
    assert suspected
    assert events == []
    assert "cannot be read" in caplog.text
