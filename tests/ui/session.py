"""A desktop session on a screen of its own, and the programs in it.

Nothing is pressed before whoever it is for has the keyboard, and nothing is read once that may still be on its way:
`AgentPc.press`, `AgentPc.type` and `OtherProgram.type` wait for the field, `AgentPc.wait_for` for what is expected.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from Xlib import X, display

from assistant.resident.instance import InstanceError, send
from assistant.words.wording import Words
from tests.hubs import COMMAND

ENTRY, TREE = "popup.entry", "popup.list"
"""The popup's fields that take keys."""
OTHER = "other program"
"""The title of the window that the agent works in."""
PROGRAMS = ("Xvfb", "openbox", "trayer", "xdotool", "xclip")
PATIENCE_S = 60.0
"""What never comes is a failure; what comes late on a busy machine is none."""
STACKS = signal.SIGUSR1
"""Has `tests.ui.agent_pc` write where each of its threads stands."""
_WRITTEN_S = 1.0
"""By then it has."""
_GIVEN_S = 5.0
"""After so long a window that was given no keyboard asks for it."""
REPOSITORY = Path(__file__).parents[2]
_WORDS = Words("zh")


def require_programs() -> None:
    """Fails, for a skipped test of the screen looks like a good one."""
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing:
        pytest.fail(f"the tests of the screen need {', '.join(missing)}: ./dev test installs them", pytrace=False)


def wait_until(holds: Callable[[], bool], what: str, instead: Callable[[], object] = lambda: "nothing else") -> None:
    """Returns as soon as `holds()`; fails with `what`, and what there is `instead`, when it never does."""
    until = time.monotonic() + PATIENCE_S
    while not holds():
        if time.monotonic() > until:
            pytest.fail(f"never came: {what}, but {instead()}", pytrace=False)
        time.sleep(0.02)


@contextmanager
def running(command: list[str], environment: Mapping[str, str], **more: Any) -> Iterator["subprocess.Popen[str]"]:
    """A program that is ended with the block."""
    with subprocess.Popen(command, env=dict(environment), text=True, cwd=REPOSITORY, **more) as process:
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                process.kill()


class Session:
    """What a person at the screen can do and see."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = dict(environment)

    def xdotool(self, *arguments: str) -> str:
        """Presses, types, clicks or asks; returns what it printed."""
        done = subprocess.run(
            ["xdotool", *arguments],
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )
        return done.stdout.strip()

    def press(self, *keys: str) -> None:
        """Presses key after key, whoever has the keyboard: for the hotkey, which all windows let through."""
        self.xdotool("key", *keys)

    def type(self, text: str) -> None:
        """Types `text` into whatever has the keyboard."""
        self.xdotool("type", "--delay", "15", text)

    def repeat_keys(self, *, held: bool) -> None:
        """Whether a key that is held is pressed again and again; a busy machine lets it go late."""
        screen = display.Display(self.environment["DISPLAY"])
        screen.change_keyboard_control(auto_repeat_mode=X.AutoRepeatModeOn if held else X.AutoRepeatModeOff)
        screen.sync()
        screen.close()

    def change_keyboard(self) -> None:
        """Has every program hear of a new keyboard, as when a second one is touched; each key stays where it is."""
        screen = display.Display(self.environment["DISPLAY"])
        last = screen.display.info.max_keycode
        screen.change_keyboard_mapping(last, [tuple(screen.get_keyboard_mapping(last, 1)[0])])
        screen.sync()
        screen.close()

    def ask(self, *command: str) -> str:
        """What a program prints; nothing where it fails because what it looks for is not there."""
        done = subprocess.run(
            command, env=self.environment, check=False, capture_output=True, text=True, timeout=PATIENCE_S
        )
        return done.stdout

    def active_window(self) -> str:
        """The title of the window that has the keyboard."""
        return self.ask("xdotool", "getactivewindow", "getwindowname").strip()

    def windows(self, name: str) -> list[str]:
        """Ids of the visible windows whose class holds `name`."""
        return self.ask("xdotool", "search", "--onlyvisible", "--class", name).split()

    def click_window(self, name: str, button: int) -> bool:
        """Clicks into the middle of the window whose class holds `name`; whether there is one."""
        found = self.windows(name)
        if found:
            self.xdotool("mousemove", "--window", found[-1], "8", "8", "click", str(button))
        return bool(found)

    def click_last_entry(self, name: str) -> bool:
        """Clicks just above the lower edge of the window whose class holds `name`; whether there is one."""
        found = self.windows(name)
        if found:
            geometry = self.xdotool("getwindowgeometry", "--shell", found[-1]).split()
            height = int(next(line for line in geometry if line.startswith("HEIGHT=")).partition("=")[2])
            self.xdotool("mousemove", "--window", found[-1], "20", str(height - 10), "click", "1")
        return bool(found)

    def copy(self, text: str) -> None:
        """Puts `text` on the clipboard."""
        # xclip stays behind to serve the clipboard: it must not hold a pipe of ours.
        subprocess.run(
            ["xclip", "-i", "-selection", "clipboard"],
            env=self.environment,
            check=True,
            input=text,
            encoding="utf-8",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=PATIENCE_S,
        )

    def wait_for_clipboard(self, text: str) -> None:
        """Returns as soon as another program would paste `text`."""
        wait_until(lambda: self.clipboard() == text, f"{text} on the clipboard", self.clipboard)

    def clipboard(self) -> str:
        """What another program would paste."""
        return self.ask("xclip", "-o", "-selection", "clipboard")

    def program(self, module: str, *arguments: str, **more: Any) -> Any:
        """A program of these tests in this session, as a context."""
        return running([sys.executable, "-m", module, *arguments], self.environment, **more)


class AgentPc:
    """A running assistant, seen through its socket, and its keyboard."""

    def __init__(
        self, home: Path, process: "subprocess.Popen[str]", session: Session, said: Path | None = None
    ) -> None:
        self.home = home
        self.process = process
        self.session = session
        self._said = said

    def state(self) -> dict[str, Any]:
        """Its own report."""
        return send(self.home, "state")

    def wait_for(self, **expected: object) -> None:
        """Returns as soon as the report says all of `expected`."""

        def holds() -> bool:
            with suppress(InstanceError):  # a busy machine may keep it from answering in time
                state = self.state()
                return all(state[name] == value for name, value in expected.items())
            return False

        wait_until(holds, str(expected), self.account)

    def account(self) -> str:
        """Its report, what it wrote and where each of its threads stands: why something never came."""
        if self._said is None:
            return str(self.state())
        self.process.send_signal(STACKS)
        time.sleep(_WRITTEN_S)
        return f"{self.state()}\n{self._said.read_text(encoding='utf-8')}"

    def wait_for_keyboard(self, field: str) -> None:
        """Returns as soon as `field` has the keyboard: what is pressed before that goes elsewhere.

        Both must say so: the screen, whose window has it, and the assistant, which of its fields.
        """
        wait_until(
            lambda: self.session.active_window() == _title(field, self.state()) and self.state()["focus"] == field,
            f"the keyboard in {field}",
            lambda: f"{self.session.active_window()!r} has it, {self.account()}",
        )

    def press(self, field: str, *keys: str) -> None:
        """Presses key after key in `field`; only the last may lead elsewhere."""
        self.wait_for_keyboard(field)
        self.session.press(*keys)

    def type(self, field: str, text: str) -> None:
        """Types `text` into `field`, in place of what is selected there."""
        self.wait_for_keyboard(field)
        self.session.type(text)

    def look_up(self, text: str) -> None:
        """Looks `text` up in the open popup, in place of what is there."""
        self.press(ENTRY, "ctrl+a")
        if text.isascii():
            self.session.type(text)
        else:  # as an input method commits it: xdotool cannot press a key that the keyboard lacks
            self.session.copy(text)
            self.session.press("ctrl+v")
        self.wait_for(query=text, answered=True)

    def tell(self, line: str) -> None:
        """Gives `line` to what runs beside the desktop: see `tests.ui.agent_pc`."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()


@contextmanager
def tray_in(session: Session) -> Iterator[None]:
    """A system tray at the screen's right lower corner."""
    command = ["trayer", "--edge", "bottom", "--align", "right", "--widthtype", "pixel", "--width", "100"]
    with running(command, session.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        wait_until(lambda: session.windows("trayer") != [], "the tray")
        yield
    wait_until(lambda: session.windows("trayer") == [], "the tray's end")  # the next icon must not go there


@contextmanager
def assistant_in(session: Session, home: Path, *arguments: str) -> Iterator[AgentPc]:
    """An assistant that is ready; it must end cleanly and without a word."""
    said, pipe = home.with_suffix(".said"), subprocess.PIPE
    with (
        said.open("w", encoding="utf-8") as errors,
        session.program(
            "tests.ui.agent_pc", str(home), *arguments, stdin=pipe, stdout=errors, stderr=errors
        ) as process,
    ):
        wait_until(lambda: process.poll() is not None or _answers(home), "the assistant's first answer")
        assert process.poll() is None, said.read_text(encoding="utf-8")
        yield AgentPc(home, process, session, said)
        process.terminate()
        assert process.wait(PATIENCE_S) == 0


@contextmanager
def resident(session: Session, home: Path, command: Sequence[str] = COMMAND, **more: Any) -> Iterator[AgentPc]:
    """The real assistant of an enrolled PC, hidden and ready, or ended before it was."""
    with running([*command, "assistant", "--home", str(home)], session.environment, **more) as process:
        wait_until(lambda: process.poll() is not None or _answers(home), "the assistant")
        yield AgentPc(home, process, session)


def _title(field: str, state: Mapping[str, Any]) -> str:
    """The title of the window that `field` is in."""
    match field.partition(".")[0]:
        case "shift":
            return _WORDS("shift.title")
        case "form":
            return _WORDS(f"form.{state['form']}") if state["form"] else ""
        case _:
            return _WORDS("title")


def _answers(home: Path) -> bool:
    try:
        return bool(send(home, "state"))
    except InstanceError:
        return False


class OtherProgram:
    """The window that the agent works in."""

    def __init__(self, file: Path, session: Session) -> None:
        self._file = file
        self._session = session

    @property
    def text(self) -> str:
        """What reached it."""
        return self._file.read_text(encoding="utf-8") if self._file.exists() else ""

    @property
    def focused(self) -> bool:
        """Whether it has the keyboard."""
        return self._file.with_suffix(".focused").exists() and self._session.active_window() == OTHER

    def take_keyboard(self) -> None:
        """Has the keyboard when it returns; a window manager that is still starting may first give it to nobody."""
        wait_until(self._took_keyboard, "the keyboard in the other program", self._session.active_window)

    def _took_keyboard(self) -> bool:
        until = time.monotonic() + _GIVEN_S
        while time.monotonic() < until:
            if self.focused:
                return True
            time.sleep(0.02)
        self._session.ask("xdotool", "search", "--name", OTHER, "windowactivate")
        return False

    def wait_for_keyboard(self) -> None:
        """Returns as soon as it has the keyboard."""
        wait_until(lambda: self.focused, "the keyboard in the other program", self._session.active_window)

    def type(self, text: str) -> None:
        """Types `text` into it, after what is there, and sees it arrive."""
        self.wait_for_keyboard()
        wanted = self.text + text
        self._session.type(text)
        wait_until(lambda: self.text == wanted, f"{wanted!r} in the other program", lambda: self.text)


def clean_environment(home: Path, display: str) -> dict[str, str]:
    """The environment of a person who has nothing but this screen."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "LD_LIBRARY_PATH")}
    return kept | {
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(home),
        "DISPLAY": display,
        "LANG": "C.UTF-8",
        "PYTHONWARNINGS": "error",
    }
