"""A hub that is told to end: streams hear it, downloads have a while, nothing is left half done."""

import http.client
import signal
import subprocess
import sys
from contextlib import ExitStack, closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from sync.hub.home import HubHome
from sync.replica.agent_home import AgentHome
from sync.replica.hub_client import HubClient
from tests.hubs import PATIENCE_S, RunningHub, enrol, serving, switchboard
from tests.raw_requests import asked, read_until, rest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")

STREAMS = 50
LARGE = 16_000_000


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_hub_that_is_told_to_end_tells_its_streams_and_lets_a_download_end(
    hub_home: Path, tmp_path: Path, number: signal.Signals
) -> None:
    log = tmp_path / "hub.log"
    with serving(hub_home, log=log) as hub, ExitStack() as opened:
        agent = enrol(hub, tmp_path / "agent")
        url = HubClient.at(AgentHome(agent)).manifest().url
        published = HubHome(hub_home).snapshots / Path(url).relative_to("/snapshot")
        large = published.with_name(f"large{published.suffix}")
        with large.open("wb") as file:
            file.truncate(LARGE)
        streams = [opened.enter_context(closing(asked(hub, agent, "/events"))) for _ in range(STREAMS)]
        for stream in streams:
            read_until(stream, b"event: change")
        path = url.replace(published.name, large.name)
        download = opened.enter_context(closing(asked(hub, agent, path)))
        stalled = opened.enter_context(closing(asked(hub, agent, path, receive_buffer=65536)))
        begun = read_until(download, b"\r\n\r\n")
        read_until(stalled, b"\r\n\r\n")

        hub.process.send_signal(number)
        for stream in streams:
            assert b"event: end" in rest(stream)
        _, _, content = begun.partition(b"\r\n\r\n")
        assert len(content) + len(rest(download)) == LARGE
        assert hub.process.wait(PATIENCE_S) == 0, "though one download took nothing more"
    assert b"Traceback" not in log.read_bytes()
    large.unlink()
    left = [file for file in HubHome(hub_home).snapshots.rglob("*") if "part" in file.name or "tmp" in file.name]
    assert left == []
    switchboard("audit", "verify", "--home", str(hub_home))
    with serving(hub_home) as again:
        assert HubClient(again.url)


def test_a_job_that_does_not_end_is_cut_off() -> None:
    program = (
        "import threading, time\n"
        "from switchboard.hub_server import end_process_within\n"
        "threading.Thread(target=time.sleep, args=(300,)).start()\n"
        "end_process_within(0.1)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], check=False, timeout=PATIENCE_S * 2)
    assert done.returncode == 0


def test_a_hub_that_ends_takes_no_further_connection(hub: RunningHub) -> None:
    hub.process.terminate()
    assert hub.process.wait(PATIENCE_S) == 0
    line = http.client.HTTPConnection(str(urlsplit(hub.url).netloc))
    with pytest.raises(ConnectionError):
        line.request("GET", "/healthz")
