"""The resident assistant, timed on a screen of its own: `./dev bench popup [--customers N]`.

Prints Markdown rows for docs/benchmarks.md: from a key press (XTEST) to the popup holding the keyboard focus, from a
typed letter to its answer, memory, and processor time while hidden. The floor in the same run is a bare X client that
grabs a key and does nothing but note it.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import psutil
from Xlib import XK, X
from Xlib.display import Display
from Xlib.ext import xtest

from assistant.resident.instance import InstanceError
from tests.benchmarks.bench_main_path import quantiles, row, serving, switchboard
from tests.hubs import RunningHub, enrol
from tests.ui.session import AgentPc, Session, clean_environment, running, wait_until

ROUNDS = 50
IDLE_S = 30.0


def start_screen(stack: ExitStack, home: Path) -> dict[str, str]:
    reader, writer = os.pipe()
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    command = ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1280x800x24", "-nolisten", "tcp", "-noreset"]
    stack.enter_context(running(command, os.environ, pass_fds=(writer,), **quiet))
    os.close(writer)
    with os.fdopen(reader) as number:
        environment = clean_environment(home, f":{number.readline().strip()}")
    stack.enter_context(running(["openbox"], environment, **quiet))
    time.sleep(1)
    return environment


def press(display: Display, *names: str) -> None:
    codes = [display.keysym_to_keycode(XK.string_to_keysym(name)) for name in names]
    for code in codes:
        xtest.fake_input(display, X.KeyPress, code)
    for code in reversed(codes):
        xtest.fake_input(display, X.KeyRelease, code)
    display.flush()


def until(holds: Callable[[], bool]) -> float:
    """Milliseconds until it holds."""
    began = time.perf_counter()
    while not holds():
        if time.perf_counter() - began > 10:
            raise AssertionError("never came")
    return (time.perf_counter() - began) * 1000


def time_floor(display: Display) -> tuple[float, float, float]:
    """A bare grab in this process: key press sent to key press received."""
    root = display.screen().root
    code = display.keysym_to_keycode(XK.string_to_keysym("F9"))
    root.grab_key(code, 0, True, X.GrabModeAsync, X.GrabModeAsync)  # noqa: FBT003 - owner_events
    display.sync()
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        press(display, "F9")
        while display.next_event().type != X.KeyPress:
            pass
        times.append((time.perf_counter() - began) * 1000)
        time.sleep(0.02)
    root.ungrab_key(code, 0)
    return quantiles(times)


def time_key_to_focus(display: Display, pc: AgentPc) -> tuple[float, float, float]:
    press(display, "Control_L", "Alt_L", "k")
    pc.wait_for(visible=True)
    time.sleep(0.5)
    popup = display.get_input_focus().focus
    times = []
    for _ in range(ROUNDS):
        time.sleep(0.1)  # a key that comes sooner after the window than a person's is lost on the way to the entry
        press(display, "Escape")
        pc.wait_for(visible=False)
        until(lambda: display.get_input_focus().focus != popup)
        time.sleep(0.05)
        press(display, "Control_L", "Alt_L", "k")
        times.append(until(lambda: display.get_input_focus().focus == popup))
        pc.wait_for(visible=True)
    time.sleep(0.1)
    press(display, "Escape")
    pc.wait_for(visible=False)
    return quantiles(times)


def time_letter_to_answer(display: Display, pc: AgentPc) -> tuple[float, float, float]:
    press(display, "Control_L", "Alt_L", "k")
    pc.wait_for(visible=True)
    time.sleep(0.1)
    times = []
    for _ in range(ROUNDS // 10):
        press(display, "Control_L", "a")
        press(display, "BackSpace")
        pc.wait_for(query="", answered=True)
        for end, letter in enumerate("tashanxiang", start=1):
            press(display, letter)
            text = "tashanxiang"[:end]
            times.append(until(lambda text=text: pc.state()["query"] == text and pc.state()["answered"]))  # type: ignore[misc]
    press(display, "Escape")
    pc.wait_for(visible=False)
    return quantiles(times)


def measure_rest(process: psutil.Process, when: str) -> None:
    memory = process.memory_full_info()
    row(f"memory {when}: PSS / RSS", f"{memory.pss / 2**20:.0f} / {memory.rss / 2**20:.0f} MiB")


def shown(figures: tuple[float, float, float]) -> str:
    p50, p99, most = figures
    return f"{p50:.1f} / {p99:.1f} / {most:.1f} ms"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=20_000)
    customers = parser.parse_args().customers
    with ExitStack() as stack:
        work = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        environment = start_screen(stack, work)
        switchboard("init", "--home", str(work / "hub"), "--demo", "--customers", str(customers))
        url = stack.enter_context(serving(work / "hub"))
        agent = enrol(RunningHub(work / "hub", url, None), work / "agent")  # type: ignore[arg-type]  # no process needed
        stack.enter_context(running([sys.executable, "-m", "tests.ui.other_program", str(work / "typed")], environment))
        wait_until((work / "typed.focused").exists, "the other program's focus")
        command = [sys.executable, "-m", "switchboard", "assistant", "--home", str(agent)]
        process = stack.enter_context(running(command, environment))
        pc = AgentPc(agent, process, Session(environment))
        wait_until(lambda: (agent / "cache").exists() and _hub_connected(pc), "the assistant")
        display = Display(environment["DISPLAY"])
        row(f"**popup over {customers:,} customers**", "p50 / p99 / most")
        floor = time_floor(display)
        row("floor: a key press to a bare X client", shown(floor))
        measure_rest(psutil.Process(process.pid), "hidden, before use")
        focus = time_key_to_focus(display, pc)
        above = focus[0] - floor[0]
        row("key press to the popup holding the focus", shown(focus), f"{above:.0f} ms above the floor")
        row("a typed letter to its answer, read through the socket", shown(time_letter_to_answer(display, pc)))
        measure_rest(psutil.Process(process.pid), "after use")
        before = psutil.Process(process.pid).cpu_times()
        time.sleep(IDLE_S)
        after = psutil.Process(process.pid).cpu_times()
        used = after.user + after.system - before.user - before.system
        row(f"processor time while hidden for {IDLE_S:.0f} s, hub connected", f"{used:.2f} s")
        display.close()


def _hub_connected(pc: AgentPc) -> bool:
    try:
        return bool(pc.state()["hub_connected"])
    except InstanceError:
        return False


if __name__ == "__main__":
    main()
