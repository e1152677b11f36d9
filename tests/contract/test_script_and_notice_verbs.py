"""Scripts and notices from the command line, whichever database holds the store."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from switchboard.cli import main
from sync.hub.home import HubHome

Verb = Callable[..., Any]


@pytest.fixture
def verb(home: HubHome, capsys: pytest.CaptureFixture[str]) -> Verb:
    """Runs a verb in the home; what it prints as JSON, or what it says where it is refused."""

    def run(*words: str) -> Any:
        status, said = main([*words, "--home", str(home.path), "--json"]), capsys.readouterr()
        return json.loads(said.out) if status == 0 else said.err

    return run


def test_a_script_is_shown_set_and_put_back(verb: Verb) -> None:
    assert [one["id"] for one in verb("scripts", "list")][:2] == ["normal", "upcoming"]
    assert verb("scripts", "preview", "normal", "--zh", "{place}有电。")["zh"]["bare"] == "塔山乡有电。"
    made = verb("scripts", "set", "normal", "--zh", "{place}有电。")
    assert (made["zh"], made["own"], made["version"]) == ("{place}有电。", ["zh"], 1)
    assert "not known in the case" in verb("scripts", "set", "normal", "--zh", "{etr}")
    assert verb("scripts", "reset", "normal")["own"] == []
    assert "is the default already" in verb("scripts", "reset", "normal")
    assert "there is no script" in verb("scripts", "preview", "nothing")


def test_a_notice_is_posted_listed_and_withdrawn(verb: Verb) -> None:
    coming = verb("notices", "post", "今晚升级", "--from", "2090-01-01T00:00:00+08:00")
    urgent = verb("notices", "post", "全停", "--urgent")
    assert (coming["state"], urgent["state"]) == ("coming", "shown")
    assert [one["id"] for one in verb("notices", "list")] == [urgent["id"], coming["id"]]
    assert "agent" in verb("notices", "list")[0]["missing"]
    assert verb("notices", "withdraw", urgent["id"])["state"] == "withdrawn"
    assert [one["id"] for one in verb("notices", "list")] == [coming["id"]]
    assert len(verb("notices", "list", "--all")) == 2
    assert "no notice with this id" in verb("notices", "withdraw", "nothing")
    assert "no such branch" in verb("notices", "post", "x", "--branch", "nowhere")
