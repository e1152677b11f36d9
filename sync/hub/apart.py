"""Heavy work in a process apart: the memory and the interpreter of this one stay free for whoever asks it things.

The process runs with less priority, ends with its parent however that ends, and says in one line what went wrong.
"""

import ctypes
import logging
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import ParamSpec

from data.errors import SwitchboardError
from sync.errors import DamagedError, EndedError

_LOG = logging.getLogger(__name__)
_NICER = 10
_BELOW_NORMAL_PRIORITY_CLASS = 0x4000

Arguments = ParamSpec("Arguments")


class ProcessApart:
    """Runs one piece of work at a time; others wait for their turn.

    Args:
        name: Of the process, for logs.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._turn = threading.Lock()
        self._guard = threading.Lock()
        self._process: BaseProcess | None = None
        self.closed = False
        """Whether `close` was called."""

    def run(self, work: Callable[Arguments, object], *args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
        """Does `work` in a process of its own and waits for its end.

        Args:
            work: A function of a module; it and its arguments are pickled.
            args: What it is called with.
            kwargs: What it is called with.

        Raises:
            DamagedError: the work failed, and why.
            EndedError: it was ended before it was done, from here or from outside.
        """
        # Never a fork: threads of this process may hold locks, and Windows has none.
        context = multiprocessing.get_context("spawn")
        with self._turn:
            receiver, sender = context.Pipe(duplex=False)
            with receiver:
                with sender, self._guard:
                    if self.closed:
                        raise EndedError(f"no {self._name} is made any more: the hub is ending")
                    process = context.Process(
                        target=_serve, args=(sender, work, args, kwargs), name=self._name, daemon=True
                    )
                    process.start()
                    self._process = process
                self._wait(process, receiver.recv)

    def close(self) -> None:
        """Ends what runs; what waits or comes later is refused."""
        with self._guard:
            self.closed = True
            if self._process is not None:
                self._process.kill()

    def _wait(self, process: BaseProcess, receive: Callable[[], str | None]) -> None:
        try:
            failure = receive()
        except EOFError:
            process.join()
            raise EndedError(f"the process that makes the {self._name} was ended (exit {process.exitcode})") from None
        finally:
            process.join()
            with self._guard:
                self._process = None
            process.close()
        if failure is not None:
            raise DamagedError(failure)


def _serve(
    sender: Connection, work: Callable[..., object], args: tuple[object, ...], kwargs: dict[str, object]
) -> None:
    """The process: sends None, or why the work failed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process of a terminal: the parent decides
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _give_way()
    failure = None
    try:
        work(*args, **kwargs)
    except SwitchboardError as error:
        failure = str(error)
    except Exception as error:  # noqa: BLE001 - the dispatcher of the process
        _LOG.exception("the process failed")
        failure = " ".join(str(error).split()) or type(error).__name__
    sender.send(failure)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _give_way() -> None:
    if sys.platform == "win32":
        kernel = ctypes.windll.kernel32
        kernel.SetPriorityClass(kernel.GetCurrentProcess(), _BELOW_NORMAL_PRIORITY_CLASS)
    else:
        os.nice(_NICER)
