"""A Windows Python under Wine, on a screen of its own."""

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).parents[2]
PATIENCE_S = 60.0
BOOTSTRAP = "import runpy, sys; sys.dont_write_bytecode = True; sys.path.insert(0, sys.argv.pop(1))\n"
MODULE = BOOTSTRAP + "sys.argv.pop(0)\nrunpy.run_module(sys.argv[0], run_name='__main__', alter_sys=True)"


def windows_path(path: Path) -> str:
    """How Windows programs under Wine name a file of this machine."""
    return "Z:" + str(path).replace("/", "\\")


class WindowsPc:
    """The prepared directory's Windows, with the environment in which its programs run."""

    def __init__(self, prepared: Path, environment: Mapping[str, str]) -> None:
        self._prepared = prepared
        self.environment = dict(environment)

    def start(self, code: str, *arguments: str) -> "subprocess.Popen[str]":
        """A running Python program; its output must be read through the pipe, for Wine knows no other."""
        pipe = subprocess.PIPE
        return subprocess.Popen(
            ["wine", "python.exe", "-c", code, windows_path(REPOSITORY), *arguments],
            env=self.environment,
            cwd=self._prepared / "win311",
            stdin=subprocess.DEVNULL,
            stdout=pipe,
            stderr=pipe,
            encoding="utf-8",
            errors="replace",
        )

    def python(self, code: str, *arguments: str) -> str:
        """What a Python program that succeeds prints."""
        return self._finish(self.start(BOOTSTRAP + code, *arguments))

    def switchboard(self, *arguments: str) -> str:
        """What the command prints when it succeeds."""
        return self._finish(self.start(MODULE, "switchboard", *arguments))

    def ask(self, home: str, command: str) -> dict[str, Any]:
        """What the running assistant of `home` answers."""
        code = "import json, pathlib; from assistant.resident.instance import send; "
        code += "print(json.dumps(send(pathlib.Path(sys.argv[1]), sys.argv[2])))"
        answer: dict[str, Any] = json.loads(self.python(code, home, command))
        return answer

    def press(self, *keys: str) -> None:
        """Presses key after key."""
        self.xdotool("key", *keys)

    def xdotool(self, *arguments: str) -> None:
        """Acts as the person at the screen."""
        subprocess.run(["xdotool", *arguments], env=self.environment, check=True, timeout=PATIENCE_S)

    def has_the_editor(self) -> bool:
        """Whether the editor is on the screen."""
        command = ["xdotool", "search", "--onlyvisible", "--name", "Notepad"]
        return subprocess.run(command, env=self.environment, check=False, capture_output=True).returncode == 0

    def _finish(self, process: "subprocess.Popen[str]") -> str:
        with process:
            printed, complaints = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 0, complaints
        return printed


def wait_until(holds: Callable[[], bool], what: str) -> None:
    """Returns as soon as `holds()`; fails with `what` when it never does."""
    until = time.monotonic() + PATIENCE_S
    while not holds():
        if time.monotonic() > until:
            pytest.fail(f"never came: {what}", pytrace=False)
        time.sleep(0.2)


@contextmanager
def windows_pc(prepared: Path) -> Iterator[WindowsPc]:
    """A signed-in desktop with an editor in the foreground: without a focused window Wine gets no keys."""
    screen_number, its_end = os.pipe()
    command = ["Xvfb", "-displayfd", str(its_end), "-screen", "0", "1280x800x24"]
    with subprocess.Popen(command, pass_fds=(its_end,), stderr=subprocess.DEVNULL) as screen:
        os.close(its_end)
        with os.fdopen(screen_number) as answer:
            display = f":{answer.readline().strip()}"
        environment = {
            **os.environ,
            "DISPLAY": display,
            "WINEPREFIX": str(prepared / "wp"),
            "WINEDEBUG": "-all",
            "WINEDLLOVERRIDES": "mscoree,mshtml=",
        }
        pc = WindowsPc(prepared, environment)
        try:
            _use_one_desktop(pc)
            # it starts Wine's servers too, which would hold on to a test's pipes if they were born with them
            quiet = subprocess.DEVNULL
            with subprocess.Popen(["wine", "notepad.exe"], env=environment, stdin=quiet, stdout=quiet, stderr=quiet):
                try:
                    wait_until(pc.has_the_editor, "the editor")
                    yield pc
                finally:
                    subprocess.run(["wineserver", "-k"], env=environment, check=False)
        finally:
            screen.terminate()


def _use_one_desktop(pc: WindowsPc) -> None:
    """Hotkeys reach programs on their own desktop only: all get the same one."""
    pc.python(
        "import winreg as w; root = r'Software\\Wine\\Explorer'; user = w.HKEY_CURRENT_USER; "
        "w.SetValueEx(w.CreateKey(user, root), 'Desktop', 0, w.REG_SZ, 'test'); "
        "w.SetValueEx(w.CreateKey(user, root + r'\\Desktops'), 'test', 0, w.REG_SZ, '1200x760')"
    )
    subprocess.run(["wineserver", "-w"], env=pc.environment, check=True, timeout=PATIENCE_S)
