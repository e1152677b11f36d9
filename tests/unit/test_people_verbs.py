"""The verbs for people, as an administrator types them."""

import io
from pathlib import Path

import pytest

from switchboard.cli import main
from sync.auth import people
from sync.hub.home import HubHome, make_hub_home


@pytest.fixture
def home(tmp_path: Path) -> Path:
    make_hub_home(tmp_path / "hub")
    store = HubHome(tmp_path / "hub").open_store()
    people.add_person(store, "王芳", "agent", "secret12", "test")
    store.engine.dispose()
    return tmp_path / "hub"


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("add", "李雷", "--role", "boss"), "role 'boss': give one of agent"),
        (("add", "李雷", "--role", "agent", "--branch", "B9"), "no branch has the id B9"),
        (("add", "王芳", "--role", "agent"), "somebody has this name already"),
        (("add", " ", "--role", "agent"), "must not be empty"),
        (("password", "李雷"), "nobody has the name"),
        (("pin", "李雷"), "nobody has the name"),
    ],
)
def test_no_secret_is_asked_for_where_the_rest_is_refused(
    home: Path,
    words: tuple[str, ...],
    reason: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    typed = io.StringIO("secret12\n")
    monkeypatch.setattr("sys.stdin", typed)
    assert main(["users", *words, "--home", str(home)]) == 1
    told = capsys.readouterr().err
    assert reason in told
    assert told.count("\n") == 1
    assert typed.tell() == 0, "a secret was read"
