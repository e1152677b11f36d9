"""One assistant for each home, and how other processes speak to it.

The first one listens at an address that only this user can open; whoever comes later sends it a command. A command is
one line of text, its answer one JSON object: `toggle`, `show`, `pop NUMBER`, `quit`, `state`.
"""

import hashlib
import json
import logging
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from multiprocessing.connection import Client, Listener
from pathlib import Path
from typing import IO, Any

from data.errors import SwitchboardError
from data.file_lock import taken

_LOG = logging.getLogger(__name__)

LONGEST_SOCKET_PATH = 107
"""What `sockaddr_un` has room for, without its final zero."""

LONGEST_COMMAND = 4096
LONGEST_REPLY = 1 << 20
PATIENCE_S = 5.0

Commands = Mapping[str, Callable[[str], dict[str, Any]]]
"""What each command does with its argument; it runs on the listening thread."""


class InstanceError(SwitchboardError):
    """The running assistant refused a command."""


class NotRunningError(InstanceError):
    """No assistant runs for this home."""


class AlreadyRunningError(InstanceError):
    """Another assistant runs for this home."""


def address_of(home: Path) -> str:
    """Where the assistant of `home` listens: in the home, or by its hash where that path would be too long.

    By its hash, too, where nobody may write to the home: a profile that is read-only still answers.
    """
    absolute = _absolute(home)
    return _address(absolute, _digest(absolute))


def _absolute(home: Path) -> str:
    return os.path.normcase(home.absolute())  # Windows tells no capitals from small letters


def _digest(absolute: str) -> str:
    return hashlib.sha256(absolute.encode()).hexdigest()[:24]


def _may_write(home: str) -> bool:
    return not os.path.exists(home) or os.access(home, os.W_OK)  # noqa: PTH110 - an address, compared by its bytes


if sys.platform == "win32":

    def _address(_absolute: str, digest: str) -> str:
        return rf"\\.\pipe\switchboard-{digest}"

    def _short_directory() -> Path:
        return Path(tempfile.gettempdir())  # each user's own

else:

    def _address(absolute: str, digest: str) -> str:
        path = os.path.join(absolute, "assistant.sock")  # noqa: PTH118 - an address, compared by its bytes
        if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH and _may_write(absolute):
            return path
        return str(_short_directory() / f"{digest}.sock")

    def _short_directory() -> Path:
        """A directory with a short name that only this user can enter.

        Raises:
            InstanceError: somebody else owns the directory of that name.
        """
        given = os.environ.get("XDG_RUNTIME_DIR", "")
        base = Path(given) / "switchboard" if given and len(given) < LONGEST_SOCKET_PATH // 2 else None
        directory = base or Path(f"/tmp/switchboard-{os.getuid()}")  # noqa: S108 - made 0700, its owner checked
        directory.mkdir(mode=0o700, exist_ok=True)
        found = directory.lstat()
        if found.st_uid != os.getuid() or found.st_mode & 0o077:
            raise InstanceError(f"{directory} is open to others: remove it, or set XDG_RUNTIME_DIR")
        return directory


def send(home: Path, command: str) -> dict[str, Any]:
    """What the running assistant of `home` answers to `command`.

    Raises:
        NotRunningError: there is none.
        InstanceError: it refused, or did not answer.
    """
    try:
        with Client(address_of(home), family=_FAMILY) as connection:
            connection.send_bytes(command.encode())
            if not connection.poll(PATIENCE_S):
                raise InstanceError("the assistant does not answer: end it and start it again")
            reply: dict[str, Any] = json.loads(connection.recv_bytes(LONGEST_REPLY))
    except (FileNotFoundError, ConnectionRefusedError):
        raise NotRunningError(f"no assistant runs for {home}: switchboard assistant --home {home}") from None
    except (EOFError, OSError) as problem:
        raise InstanceError(f"the assistant broke off: {problem}") from None
    if "error" in reply:
        raise InstanceError(str(reply["error"]))
    return reply


_FAMILY = "AF_PIPE" if sys.platform == "win32" else "AF_UNIX"


class Instance:
    """The one assistant of a home, until it is closed; commands wait until it serves them.

    Raises:
        AlreadyRunningError: another process is it.
    """

    def __init__(self, home: Path) -> None:
        self._home = home
        self._commands: Commands = {}
        self._closing = False
        self._lock = _claim(home)
        try:
            self._listener = _listen(home)
        except BaseException:
            self._lock.close()
            raise
        self._thread = threading.Thread(target=self._serve, name="instance", daemon=True)

    def serve(self, commands: Commands) -> None:
        """Answers with `commands` from now on."""
        self._commands = commands
        self._thread.start()

    def close(self) -> None:
        """Stops listening; the next one may be the assistant of this home."""
        self._closing = True
        if self._thread.is_alive():
            with suppress(OSError), Client(address_of(self._home), family=_FAMILY):
                pass  # wakes the thread out of `accept`
            self._thread.join(PATIENCE_S)
        self._listener.close()
        self._lock.close()

    def _serve(self) -> None:
        while not self._closing:
            try:
                with self._listener.accept() as connection:
                    if not self._closing and connection.poll(PATIENCE_S):
                        reply = self._reply(connection.recv_bytes(LONGEST_COMMAND).decode(errors="replace"))
                        connection.send_bytes(json.dumps(reply, ensure_ascii=False).encode())
            except (EOFError, OSError) as problem:
                # a client that breaks off is its own affair
                _LOG.debug("a command broke off: %s", problem)

    def _reply(self, line: str) -> dict[str, Any]:
        verb, _, argument = line.strip().partition(" ")
        command = self._commands.get(verb)
        if command is None:
            return {"error": f"unknown command {verb!r} (there are: {', '.join(self._commands)})"}
        try:
            return command(argument.strip())
        except SwitchboardError as problem:
            return {"error": str(problem)}


def _claim(home: Path) -> IO[str]:
    """A lock on the home that ends with this process."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    absolute = _absolute(home)
    own = home / "assistant.lock"
    lock = (own if _may_write(absolute) else _short_directory() / f"{_digest(absolute)}.lock").open("a")
    if not taken(lock):
        lock.close()
        raise AlreadyRunningError(f"an assistant already runs for {home}")
    return lock


def _listen(home: Path) -> Listener:
    """A listener at the home's address that only this user can reach."""
    address = address_of(home)
    if sys.platform == "win32":
        try:
            return Listener(address, family=_FAMILY)
        except PermissionError:
            raise InstanceError(f"another program listens at {address}: end it and start again") from None
    # we hold the lock: a socket that is there belongs to an assistant that crashed
    Path(address).unlink(missing_ok=True)
    mask = os.umask(0o177)
    try:
        return Listener(address, family=_FAMILY, backlog=16)
    finally:
        os.umask(mask)
