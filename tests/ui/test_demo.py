"""`switchboard demo` as a newcomer starts it: everything comes up, and Ctrl-C ends all of it."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import psutil

from assistant.resident.instance import InstanceError
from tests.hubs import PATIENCE_S, free_port, switchboard
from tests.ui.session import AgentPc, Session, wait_until

COMMAND = [sys.executable, "-m", "switchboard", "demo"]


@contextmanager
def demo_in(home: Path, environment: dict[str, str], *options: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """A running demo and the address of its hub."""
    port = free_port()
    words = [*COMMAND, "--home", str(home), "--customers", "1000", "--port", str(port), *options]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            yield process, f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def read_until(process: "subprocess.Popen[str]", wanted: str) -> str:
    assert process.stdout
    said = ""
    for line in process.stdout:
        said += line
        if wanted in line:
            return said
    raise AssertionError(f"it ended without saying {wanted!r}: {said}")


def end(process: "subprocess.Popen[str]", number: signal.Signals) -> None:
    """Sends the signal; the demo and all its processes must end."""
    children = psutil.Process(process.pid).children(recursive=True)
    assert children
    process.send_signal(number)
    assert process.wait(PATIENCE_S) == 0
    _, alive = psutil.wait_procs(children, timeout=PATIENCE_S)
    assert not alive


def test_the_demo_serves_answers_and_ends_cleanly(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "DISPLAY"}
    with demo_in(tmp_path / "demo", environment, "--no-window") as (process, url):
        said = read_until(process, "Ctrl-C")
        for promised in (f"{url}/desk", f"{url}/wallboard", "duty (duty_officer)", "lookup --home"):
            assert promised in said
        with urllib.request.urlopen(f"{url}/healthz") as answer:
            assert answer.status == 200
        result = switchboard("lookup", "--home", str(tmp_path / "demo" / "agent"), "tsx")["results"][0]
        assert (result["name"], result["state"]) == ("塔山乡", "partial_outage")
        end(process, signal.SIGINT)


def test_the_demo_opens_its_popup_by_the_hotkey_and_starts_again_in_the_same_home(
    session: Session, tmp_path: Path
) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        with demo_in(tmp_path / "demo", session.environment) as (process, _url):
            assert "ctrl+alt+k" in read_until(process, "Ctrl-C").lower()
            pc = AgentPc(tmp_path / "demo" / "agent", process, session)
            wait_until(partial(hotkey_works, pc), "the assistant")
            session.press("ctrl+alt+k")
            pc.wait_for(visible=True)
            end(process, number)


def hotkey_works(pc: AgentPc) -> bool:
    try:
        return bool(pc.state()["hotkey_works"])
    except InstanceError:
        return False


def test_a_port_in_use_is_one_line_and_makes_no_home(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        words = [*COMMAND, "--home", str(tmp_path / "demo"), "--no-window", "--port", port]
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=PATIENCE_S)
    assert done.returncode == 1
    assert done.stderr.startswith("switchboard: cannot listen on 127.0.0.1:")
    assert not (tmp_path / "demo").exists()
