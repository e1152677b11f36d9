"""A screen, a window manager, and programs on it; all of them end with the tests."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hubs import RunningHub, enrol, make_demo_hub, serving
from tests.ui.session import (
    AgentPc,
    OtherProgram,
    Session,
    assistant_in,
    clean_environment,
    require_programs,
    running,
    tray_in,
    wait_until,
)


@pytest.fixture(scope="session")
def display(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A free display with a window manager."""
    require_programs()
    home = tmp_path_factory.mktemp("session")
    reader, writer = os.pipe()
    command = ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1280x800x24", "-nolisten", "tcp", "-noreset"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with running(command, os.environ, pass_fds=(writer,), **quiet):
        os.close(writer)
        with os.fdopen(reader) as number:
            display = f":{number.readline().strip()}"
        environment = clean_environment(home, display)
        with running(["openbox"], environment, **quiet):
            session = Session(environment)
            wait_until(lambda: session.ask("xdotool", "get_num_desktops") != "", "the window manager")
            session.repeat_keys(held=False)
            yield display


@pytest.fixture
def session(display: str, tmp_path: Path) -> Session:
    return Session(clean_environment(tmp_path, display))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    home.mkdir()
    return home


@pytest.fixture
def other(session: Session, tmp_path: Path) -> Iterator[OtherProgram]:
    """Another program that has the keyboard."""
    file = tmp_path / "typed.txt"
    with session.program("tests.ui.other_program", str(file)):
        program = OtherProgram(file, session)
        program.take_keyboard()
        yield program


@pytest.fixture
def pc(session: Session, home: Path, other: OtherProgram) -> Iterator[AgentPc]:
    """A hidden assistant behind another program that has the keyboard."""
    with assistant_in(session, home) as pc:
        yield pc


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[RunningHub]:
    """A hub of the test's own; a module whose tests do not change it makes one for all."""
    with serving(make_demo_hub(tmp_path / "hub")) as hub:
        yield hub


@pytest.fixture
def agent(hub: RunningHub, tmp_path: Path) -> Path:
    """The home of a PC that is enrolled at the hub."""
    return enrol(hub, tmp_path / "agent")


@pytest.fixture
def tray(session: Session) -> Iterator[None]:
    """A system tray at the screen's right lower corner."""
    with tray_in(session):
        yield
