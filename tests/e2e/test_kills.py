"""Killed in the middle of each phase: the old state is there or the new one, and the next try ends well."""

import multiprocessing
import os
import random
import shutil
import signal
import sys
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from tests.works import WORKS, Work

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")

LANDED = int(os.environ.get("SWITCHBOARD_KILLS_A_PHASE", "3"))
"""Kills that must land inside each phase; 50 in the long run."""

CHANCE = random.Random(20261123)
PATIENCE_S = 60.0


@dataclass
class Fates:
    """How the kills of a phase went."""

    kills: int = 0
    landed: int = 0
    old: int = 0
    new: int = 0


def child(work: Work, place: Path, tell: Connection) -> None:
    """Does it, and says when the phase begins and ends."""
    code = work.phase.__code__

    def watch(frame: FrameType, event: str, _: Any) -> None:
        if frame.f_code is code and event in {"call", "return"}:
            tell.send_bytes(b"+" if event == "call" else b"-")

    sys.setprofile(watch)
    work.do(place)
    sys.setprofile(None)


def run(work: Work, place: Path, wait_s: float | None) -> tuple[float, bool]:
    """Does the work in a process, killed `wait_s` after the phase has begun; None: not at all.

    Returns:
        How long the phase took as far as it came, and whether the kill landed inside it.
    """
    hear, tell = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(target=child, args=(work, place, tell))
    process.start()
    tell.close()
    with hear:
        assert hear.poll(PATIENCE_S)
        assert hear.recv_bytes() == b"+"
        began = time.monotonic()
        if wait_s is not None:
            time.sleep(wait_s)
            process.kill()
        elif hear.poll(PATIENCE_S):
            hear.recv_bytes()
        took_s = time.monotonic() - began
        process.join(PATIENCE_S)
        ended = wait_s is None or (hear.poll(0) and _said(hear) == b"-")
    assert process.exitcode == (0 if wait_s is None else -signal.SIGKILL) or ended
    return took_s, not ended


def _said(hear: Connection) -> bytes:
    try:
        return hear.recv_bytes()
    except EOFError:
        return b""


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", [name for name in WORKS if name != "backup"])  # test_safe_copy kills that
def test_a_kill_anywhere_in_a_phase_leaves_the_old_state_or_the_new_one(name: str, tmp_path: Path) -> None:
    work, start, place = WORKS[name], tmp_path / "start", tmp_path / "place"
    start.mkdir()
    work.prepare(start)
    assert work.check(start) == "old" or name == "migration"
    shutil.rmtree(start)
    start.mkdir()
    work.prepare(start)
    shutil.copytree(start, place)
    usual_s, _ = run(work, place, None)
    assert work.check(place) == "new"
    fates = Fates()
    while fates.landed < LANDED:
        shutil.rmtree(place)
        shutil.copytree(start, place)
        _, landed = run(work, place, usual_s * CHANCE.uniform(0, 1))
        fates.kills += 1
        fates.landed += landed
        state = work.check(place)
        fates.old += state == "old"
        fates.new += state == "new"
        if state == "old":
            run(work, place, None)
            assert work.check(place) == "new", "what was left over was in the way"
    print(f"{name}: {fates}")  # noqa: T201 - what was tried
