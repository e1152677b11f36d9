"""The verb `demo`: a hub, an enrolled agent's assistant and live calls in one home, until Ctrl-C."""

import argparse
import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import Any

import platformdirs

from data.clock import to_iso
from data.errors import SwitchboardError
from data.outages.describing import shown_outages
from data.store.rows import all_docs
from data.store.store import Store
from switchboard.demo_calls import CallSimulator
from switchboard.hub_process import listen
from switchboard.hub_verbs import DEMO_PASSWORD, DEMO_PEOPLE, make_demo_home, os_actor
from sync import auth
from sync.errors import HomeError, HubUnreachableError, SyncError
from sync.hub.home import HubHome
from sync.replica.agent_home import AgentHome
from sync.replica.hub_client import HubClient
from sync.replica.replica import Replica

_READY_WITHIN_S = 60.0
_ENDS_WITHIN_S = 8.0
_CALLS_EVERY_S = 2.0
_EXCHANGE, _DUTY_OFFICER = "exchange", "duty"
_DEMO_FAULT = "F02616"
"""10kV 塔山线, which supplies 塔山乡."""


def demo(options: argparse.Namespace) -> int:
    """Runs everything until it is told to end."""
    home = Path(options.home or os.environ.get("SWITCHBOARD_HOME") or platformdirs.user_data_path("switchboard-demo"))
    port = _free_port(options.port)
    hub_home = _hub_home(home / "hub", options.customers)
    url = f"http://127.0.0.1:{port}"
    stop = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    with ExitStack() as running:
        hub = running.enter_context(_process("hub", "--home", str(hub_home.path), "--port", str(port)))
        _wait_until_ready(url, hub, stop)
        agent = _agent(home / "agent", hub_home, url)
        if not stop.is_set():
            _set_demo_outages(url, hub_home.open_store())
            _tell(f"first sync: {json.dumps(agent.sync().to_json())}")
        running.enter_context(_live_calls(url))
        shown = not options.no_window and _has_display()
        # Without a window the cache is still kept up to date, for look-ups from the command line.
        resident = running.enter_context(_process("assistant" if shown else "sync", "--home", str(home / "agent")))
        _tell(_welcome(url, home, shown=shown))
        told = False
        while not stop.wait(0.3):
            if hub.poll() is not None:
                raise SyncError("the hub has ended by itself: see above")
            if not told and resident.poll() is not None:
                told = True
                _tell("助手已退出 The assistant has ended; the hub goes on.")
    _tell("已结束 Ended.")
    return 0


def _hub_home(path: Path, customers: int) -> HubHome:
    try:
        home = HubHome(path)
    except HomeError:
        if path.parent.exists() and any(path.parent.iterdir()):
            raise HomeError(f"{path.parent} is not empty, and holds no demo: give another --home") from None
        _tell(f"making a demo home in {path.parent} with {customers:,} customers …")
        return make_demo_home(path, customers)
    if not home.demo:
        raise HomeError(f"{path} is a real hub's home: demo accounts have no place there; give another --home")
    return home


def _free_port(wanted: int) -> int:
    """`wanted`, checked: the hub's own refusal would come after a long start."""
    with listen("127.0.0.1", wanted) as listening:
        return int(listening.getsockname()[1])


@contextmanager
def _process(*words: str) -> Iterator[subprocess.Popen[bytes]]:
    """A verb in a process of its own, ended with the block: asked first, then killed."""
    command = [sys.executable, "-m", "switchboard", *words]
    if getattr(sys, "frozen", False):
        command = [sys.executable, *words]
    # A session of its own: Ctrl-C reaches this process alone, which then ends the others in order.
    process = subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL)  # noqa: S603 - no shell
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(_ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_ready(url: str, hub: subprocess.Popen[bytes], stop: threading.Event) -> None:
    deadline = time.monotonic() + _READY_WITHIN_S
    while not stop.is_set():
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=2):  # noqa: S310 - our own address
                return
        except OSError:
            if hub.poll() is not None:
                raise SyncError("the hub did not start: see above") from None
            if time.monotonic() > deadline:
                raise HubUnreachableError(f"the hub did not answer on {url} in {_READY_WITHIN_S:.0f} s") from None
            stop.wait(0.1)


def _agent(path: Path, hub_home: HubHome, url: str) -> Replica:
    """An enrolled agent's home; one that was enrolled at another address of this hub is enrolled anew."""
    home = AgentHome(path)
    if not home.enrolled or home.enrolment().hub != url:
        code, _ = auth.add_device(hub_home.open_store(), "demo", (), os_actor())
        home.save_enrolment(HubClient(url).enrol(code))
    return Replica(home, HubClient.at(home))


@contextmanager
def _live_calls(url: str) -> Iterator[None]:
    """Sends simulated calls to the hub, as an exchange would, while the block runs."""
    stop = threading.Event()
    thread = threading.Thread(target=_send_calls, args=(url, stop), name="calls", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(_CALLS_EVERY_S * 2)


def _sign_in(url: str, name: str) -> str:
    return str(_post(f"{url}/session", {"name": name, "password": DEMO_PASSWORD}, "")["token"])


def _set_demo_outages(url: str, store: Store) -> None:
    """A fault and a maintenance on two feeders, unless something is set already."""
    now = store.clock.now()
    with store.read() as connection:
        if shown_outages(connection, now):
            return
        feeders = [str(doc["id"]) for doc in all_docs(connection, "feeder")]
    token = _sign_in(url, _DUTY_OFFICER)
    wanted = ((_DEMO_FAULT, "fault", "雷击跳闸，抢修人员已到现场"), (feeders[-1], "maintenance", "更换柱上开关"))
    for hours, (feeder, kind, reason) in enumerate(wanted, 2):
        times = {"start": to_iso(now - timedelta(minutes=20)), "etr": to_iso(now + timedelta(hours=hours))}
        scope = [{"kind": "feeder", "id": feeder}]
        _post(f"{url}/outages", {"kind": kind, "reason": reason, "scope": scope, **times}, token)


def _send_calls(url: str, stop: threading.Event) -> None:
    simulator, token = CallSimulator(seed=time.time_ns()), ""
    while not stop.wait(_CALLS_EVERY_S):
        try:
            token = token or _sign_in(url, _EXCHANGE)
            _post(f"{url}/calls/events", {"lines": simulator.lines_until(time.time())}, token)
        except SwitchboardError as error:
            token = ""  # a session ends after some hours
            if not stop.is_set():
                _tell(str(error))


def _post(url: str, body: dict[str, Any], token: str) -> dict[str, Any]:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)  # noqa: S310 - our own address
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            parsed: dict[str, Any] = json.load(answer)
            return parsed
    except urllib.error.URLError as error:
        raise HubUnreachableError(f"{url}: {error}") from None


def _has_display() -> bool:
    return sys.platform == "win32" or bool(os.environ.get("DISPLAY"))


def _welcome(url: str, home: Path, *, shown: bool) -> str:
    from assistant.resident.settings import load_settings  # noqa: PLC0415 - without a window nothing of the desktop is needed

    people = "，".join(f"{name} ({role})" for name, role in DEMO_PEOPLE.items())
    if shown:
        hotkey = load_settings(home / "agent")[0].hotkey or "（未设热键）"
        popup = f"按 {hotkey} 打开查询窗，输入 tsx、tashan 或 塔山 试试"
    else:
        popup = "没有图形界面：未启动查询窗 (no display, so no popup)"
    return "\n".join(
        (
            f"值班台 Duty desk   {url}/desk",
            f"大屏   Wallboard   {url}/wallboard",
            f"账号   Accounts    {people}；密码 password: {DEMO_PASSWORD}",
            f"查询窗 Popup       {popup}",
            f"命令行 Lookup      switchboard lookup --home {home / 'agent'} tsx",
            "Ctrl-C 结束 ends everything.",
        )
    )


def _tell(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
