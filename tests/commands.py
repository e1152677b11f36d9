"""The command as people run it: a process, its exit status, and what it says."""

import os
import subprocess
from collections.abc import Mapping

from tests.hubs import COMMAND, PATIENCE_S

DONE, REFUSED, WRONG_USAGE = 0, 1, 2


def run(
    *words: str, typed: str = "", environment: Mapping[str, str] | None = None
) -> "subprocess.CompletedProcess[str]":
    """A finished run of one verb."""
    return subprocess.run(
        [*COMMAND, *words],
        check=False,
        capture_output=True,
        encoding="utf-8",
        input=typed,
        env={**os.environ, **(environment or {})},
        timeout=PATIENCE_S * 2,
    )


def refusal(*words: str, typed: str = "", environment: Mapping[str, str] | None = None) -> str:
    """The one line with which a verb refuses; fails where it does anything else."""
    done = run(*words, typed=typed, environment=environment)
    assert done.returncode == REFUSED, done
    assert done.stdout == "", done.stdout
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("switchboard: "), done.stderr
    return lines[0].removeprefix("switchboard: ")
