"""Verbs in processes of their own that begin as a copy of one that has imported everything.

Starting Python and importing a hub takes longer than most tests of one; apart from that, such a process is like any.
"""

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

FORKS: Any = multiprocessing.get_context("spawn" if sys.platform == "win32" else "forkserver")
if sys.platform != "win32":
    FORKS.set_forkserver_preload(
        ["switchboard.cli", "switchboard.hub_process", "tests.forks", "tests.e2e.test_outbox_kills"]
    )


class Verb:
    """A verb that runs, with what the tests use of `subprocess.Popen`.

    Args:
        words: The verb and its arguments.
        said: The file that its standard output goes to.
        log: The file that its standard error goes to.
    """

    def __init__(self, words: tuple[str, ...], said: Path, log: Path) -> None:
        said.touch()
        log.touch()
        self._said = said
        self._process: BaseProcess = FORKS.Process(target=_run, args=(words, said, log, dict(os.environ), Path.cwd()))
        self._process.start()

    @property
    def pid(self) -> int:
        """Its number."""
        assert self._process.pid is not None
        return self._process.pid

    @property
    def said(self) -> str:
        """What it has said so far."""
        return self._said.read_text(encoding="utf-8")

    def send_signal(self, number: signal.Signals) -> None:
        """Sends it a signal, unless it has ended."""
        if self._process.is_alive():
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Tells it to end."""
        self._process.terminate()

    def kill(self) -> None:
        """Ends it at once."""
        self._process.kill()

    def poll(self) -> int | None:
        """Its exit status, a signal's number below zero; None while it runs."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Its exit status, once it has ended.

        Raises:
            TimeoutError: it has not, in so many seconds.
        """
        self._process.join(timeout)
        status = self.poll()
        if status is None:
            raise TimeoutError(f"process {self.pid} has not ended within {timeout} s")
        return status


class Program(subprocess.Popen[bytes]):
    """A verb in a Python of its own, as people start it: for what is measured. Its arguments are a `Verb`'s."""

    def __init__(self, words: tuple[str, ...], said: Path, log: Path) -> None:
        self._said = said
        with said.open("wb") as output, log.open("ab") as errors:
            super().__init__([sys.executable, "-m", "switchboard", *words], stdout=output, stderr=errors)

    @property
    def said(self) -> str:
        """What it has said so far."""
        return self._said.read_text(encoding="utf-8")


def _run(words: tuple[str, ...], said: Path, log: Path, environment: Mapping[str, str], directory: Path) -> None:
    """The child: a verb in the surroundings of whoever asked for it."""
    from switchboard import cli  # noqa: PLC0415 - of no use to who starts it

    os.environ.clear()
    os.environ.update(environment)
    os.chdir(directory)
    for path, number in ((said, 1), (log, 2)):
        with path.open("ab") as file:
            os.dup2(file.fileno(), number)
    sys.exit(cli.main(list(words)))
