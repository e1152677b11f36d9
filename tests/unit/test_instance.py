import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.resident.instance import (
    LONGEST_SOCKET_PATH,
    AlreadyRunningError,
    Instance,
    InstanceError,
    NotRunningError,
    address_of,
    send,
)
from data.errors import BadValueError

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="pipes have no files")


def refuse(argument: str) -> dict[str, str]:
    raise BadValueError("number", argument, "must be digits")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def running(home: Path) -> Iterator[Instance]:
    instance = Instance(home)
    instance.serve({"pop": lambda number: {"popped": number}, "refuse": refuse})
    yield instance
    instance.close()


def test_a_command_reaches_the_running_assistant_with_its_argument(home: Path, running: Instance) -> None:
    assert send(home, "pop 龙港 13904290001") == {"popped": "龙港 13904290001"}


def test_a_second_assistant_of_the_same_home_is_told_so(home: Path, running: Instance) -> None:
    with pytest.raises(AlreadyRunningError):
        Instance(home)
    assert send(home, "pop 1") == {"popped": "1"}


def test_assistants_of_two_homes_do_not_meet(tmp_path: Path, running: Instance) -> None:
    other = Instance(tmp_path / "other")
    other.serve({"pop": lambda _: {"popped": "other"}})
    assert send(tmp_path / "other", "pop 1") == {"popped": "other"}
    other.close()


def test_a_refusal_and_an_unknown_command_come_back_as_errors(home: Path, running: Instance) -> None:
    with pytest.raises(InstanceError, match="must be digits"):
        send(home, "refuse x")
    with pytest.raises(InstanceError, match="unknown command 'dance'"):
        send(home, "dance")
    assert send(home, "pop 1") == {"popped": "1"}


def test_without_an_assistant_the_sender_is_told_how_to_start_one(home: Path) -> None:
    home.mkdir()
    with pytest.raises(NotRunningError, match="switchboard assistant"):
        send(home, "toggle")


def test_after_the_first_one_ended_the_next_one_takes_its_place(home: Path) -> None:
    for name in ("first", "second"):
        instance = Instance(home)
        instance.serve({"pop": lambda number: {"popped": number}})
        assert send(home, f"pop {name}") == {"popped": name}
        instance.close()


@posix_only
def test_what_a_crash_left_behind_does_not_stop_the_next_one(home: Path) -> None:
    home.mkdir()
    Path(address_of(home)).touch()
    instance = Instance(home)
    instance.serve({"who": lambda _: {"name": "next"}})
    assert send(home, "who") == {"name": "next"}
    instance.close()


@posix_only
def test_only_the_owner_may_speak_to_it(home: Path, running: Instance) -> None:
    assert stat.S_IMODE(Path(address_of(home)).stat().st_mode) == 0o600


@posix_only
def test_a_home_with_a_long_path_listens_at_a_short_private_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = tmp_path / "run"
    runtime.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    home = tmp_path / ("deep" * 30)
    instance = Instance(home)
    instance.serve({"who": lambda _: {"name": "deep"}})
    assert send(home, "who") == {"name": "deep"}
    assert len(address_of(home)) <= LONGEST_SOCKET_PATH
    assert stat.S_IMODE(Path(address_of(home)).parent.stat().st_mode) == 0o700
    instance.close()


@posix_only
def test_a_home_that_may_only_be_read_has_its_one_assistant_and_is_left_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, runtime = tmp_path / "profile", tmp_path / "run"
    home.mkdir()
    runtime.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    monkeypatch.setattr(os, "access", lambda path, _mode: Path(path) != home)  # root may write whatever a mode says
    instance = Instance(home)
    instance.serve({"who": lambda _: {"name": "reader"}})
    assert send(home, "who") == {"name": "reader"}
    with pytest.raises(AlreadyRunningError):
        Instance(home)
    instance.close()
    assert list(home.iterdir()) == []
