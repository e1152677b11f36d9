"""The Windows half, run by a Windows Python: only where SWITCHBOARD_WINE names a directory prepared for it."""

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.hubs import RunningHub, enrol, make_demo_hub, serving, switchboard
from tests.wine.windows_pc import BOOTSTRAP, MODULE, WindowsPc, wait_until, windows_path, windows_pc

PREPARED = os.environ.get("SWITCHBOARD_WINE", "")

pytestmark = pytest.mark.skipif(
    not PREPARED, reason="SWITCHBOARD_WINE names no prepared directory: tests/wine/README.md"
)

IMPORTS = """
import importlib, pkgutil, assistant
names = [module.name for module in pkgutil.walk_packages(assistant.__path__, 'assistant.')]
for name in [*names, 'switchboard.agent_verbs', 'sync.replica.follow']:
    if not name.endswith('x11'):
        importlib.import_module(name)
print(len(names))
"""

HOTKEY = """
import ctypes, threading
from ctypes import wintypes
from assistant.hotkeys import session_watch, windows
from assistant.hotkeys.combination import parse_combination
presses = threading.Semaphore(0)
ctypes.windll.user32.SendMessageW.argtypes = (wintypes.HWND, wintypes.UINT, wintypes.WPARAM, wintypes.LPARAM)
key = getattr(windows, sys.argv[1])(parse_combination('ctrl+alt+k'), presses.release)
for _ in range(2):
    print('armed', flush=True)
    assert presses.acquire(timeout=30)
    print('pressed', flush=True)
    if sys.argv[2:]:
        window = key._session._window._window
        ctypes.windll.user32.SendMessageW(window, session_watch.WM_WTSSESSION_CHANGE, 0x8, 0)
key.disarm()
"""

SEALING = """
import pathlib, tempfile
from sync.replica.cache_key import forget_key, keep_key, key_of
with tempfile.TemporaryDirectory() as directory:
    cache, key = pathlib.Path(directory) / '1.db', 'ab' * 32
    keep_key(cache, key)
    kept = cache.with_name('1.db.key').read_text()
    assert kept.startswith('dpapi ') and key not in kept, kept
    assert key_of(cache) == key
    forget_key(cache)
    print(repr(key_of(cache)))
"""

OWNERS_ALONE = """
import ctypes, pathlib
from ctypes import wintypes
from sync.private_files import make_private_directory, write_whole
home = pathlib.Path(sys.argv[1])
make_private_directory(home)
write_whole(home / 'agent.json', 'secret')
descriptor, text = ctypes.c_void_p(), wintypes.LPWSTR()
advapi = ctypes.windll.advapi32
assert advapi.GetNamedSecurityInfoW(str(home), 1, 4, None, None, None, None, ctypes.byref(descriptor)) == 0
told = advapi.ConvertSecurityDescriptorToStringSecurityDescriptorW
assert told(descriptor, 1, 4, ctypes.byref(text), None)
print(text.value)
"""

REPLACING = """
import pathlib, tempfile, threading
from sync.private_files import read_whole, write_whole
with tempfile.TemporaryDirectory() as directory:
    file = pathlib.Path(directory) / 'current'
    write_whole(file, 'whole')
    done, seen = threading.Event(), set()
    def read():
        while not done.is_set():
            seen.add(read_whole(file))
            done.wait(0.001)
    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers: reader.start()
    for _ in range(100): write_whole(file, 'whole')
    done.set()
    for reader in readers: reader.join()
print(seen)
"""


@pytest.fixture(scope="module")
def pc() -> Iterator[WindowsPc]:
    with windows_pc(Path(PREPARED)) as started:
        yield started


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    with serving(make_demo_hub(tmp_path_factory.mktemp("hub") / "home")) as running:
        yield running


@pytest.fixture
def agent(hub: RunningHub, tmp_path: Path) -> Path:
    """An agent's home with a cache, made on this machine."""
    return enrol(hub, tmp_path / "agent", f"seat {tmp_path.name}")


@contextmanager
def assistant_of(pc: WindowsPc, home: str) -> Iterator[None]:
    """A running assistant, which is told to quit at the end and must have had nothing to complain of."""
    process = pc.start(MODULE, "switchboard", "assistant", "--home", home)
    with process:
        wait_until(lambda: process.poll() is not None or _answers(pc, home), "the assistant's first answer")
        yield
        pc.ask(home, "quit")
        _, complaints = process.communicate(timeout=30)
    assert (process.returncode, complaints) == (0, "")


def _answers(pc: WindowsPc, home: str) -> bool:
    try:
        return bool(pc.ask(home, "state"))
    except AssertionError:
        return False


def test_every_module_of_the_assistant_is_imported(pc: WindowsPc) -> None:
    assert int(pc.python(IMPORTS)) > 20


def test_a_cache_made_elsewhere_gives_the_same_answer(pc: WindowsPc, agent: Path) -> None:
    here = switchboard("lookup", "--home", str(agent), "lgq")
    there = json.loads(pc.switchboard("lookup", "--home", windows_path(agent), "--json", "lgq"))

    assert here["results"]
    assert there["results"] == here["results"]


def test_a_windows_pc_enrols_and_syncs(pc: WindowsPc, hub: RunningHub, tmp_path: Path) -> None:
    home = windows_path(tmp_path / "pc")
    code = switchboard("agents", "add", "windows", "--home", str(hub.home))["code"]

    pc.switchboard("enrol", "--home", home, "--hub", hub.url, "--code", code)
    first = json.loads(pc.switchboard("sync", "--once", "--home", home, "--json"))
    second = json.loads(pc.switchboard("sync", "--once", "--home", home, "--json"))

    assert (first["mode"], first["verified"]) == ("snapshot", True)
    assert second["mode"] == "current"
    kept = json.loads((tmp_path / "pc" / "agent.json").read_text("utf-8"))
    assert kept["refresh"] == ""
    assert kept["refresh_kept"].startswith("dpapi ")


def test_windows_seals_the_key_of_a_cache(pc: WindowsPc) -> None:
    assert pc.python(SEALING).strip() == "''"


def test_a_home_is_its_owners_alone(pc: WindowsPc, tmp_path: Path) -> None:
    """Wine keeps the rights as a mode of this machine, where administrators are the group; it inherits none."""
    rights = pc.python(OWNERS_ALONE, windows_path(tmp_path / "agent"))
    allowed = re.findall(r"\(A;[^)]*;;;([^)]+)\)", rights)
    assert allowed
    assert all(who in {"SY", "BA"} or who.startswith("S-1-5-21-") for who in allowed), rights
    assert (tmp_path / "agent").stat().st_mode & 0o007 == 0


def test_a_small_file_is_replaced_while_others_read_it(pc: WindowsPc) -> None:
    assert pc.python(REPLACING).strip() == "{'whole'}"


@pytest.mark.parametrize("way", [("RegisteredKey",), ("HookedKey",), ("HookedKey", "unlocked")])
def test_a_hotkey_tells_each_press(pc: WindowsPc, way: tuple[str, ...]) -> None:
    process = pc.start(BOOTSTRAP + HOTKEY, *way)
    with process:
        assert process.stdout
        for _ in range(2):
            assert process.stdout.readline().strip() == "armed"
            pc.press("ctrl+alt+k")
            assert process.stdout.readline().strip() == "pressed"
        _, complaints = process.communicate(timeout=30)
    assert (process.returncode, complaints) == (0, "")


def test_the_popup_comes_by_hotkey_and_command_and_finds_what_is_typed(pc: WindowsPc, agent: Path) -> None:
    home = windows_path(agent)
    with assistant_of(pc, home):
        wait_until(lambda: pc.ask(home, "state")["tray"], "the tray icon")

        pc.press("ctrl+alt+k")
        wait_until(lambda: pc.ask(home, "state")["visible"], "the popup by its hotkey")
        pc.xdotool("type", "--delay", "50", "lgq")
        wait_until(lambda: pc.ask(home, "state")["chosen"] == "龙港区", "what was typed")
        pc.press("Escape")
        wait_until(lambda: not pc.ask(home, "state")["visible"], "the popup's end")

        pc.switchboard("toggle", "--home", home)
        wait_until(lambda: pc.ask(home, "state")["visible"], "the popup by a command")


def test_a_second_start_shows_the_first(pc: WindowsPc, agent: Path) -> None:
    home = windows_path(agent)
    with assistant_of(pc, home):
        pc.switchboard("assistant", "--home", home.replace("Z:", "z:"))
        wait_until(lambda: pc.ask(home, "state")["visible"], "the popup of the first")
