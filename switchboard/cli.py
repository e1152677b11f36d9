"""The command: reads the words, imports what the verb needs, and makes every failure one clear line.

Only the standard library is imported before the verb is known: the resident assistant pays for nothing else.
"""

import argparse
import importlib
import json
import logging
import os
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from data.errors import SwitchboardError
from switchboard import __version__
from switchboard.disk_words import disk_words
from switchboard.options import add_verbs

Answer = object
"""What a verb returns: None, a text, a JSON value, or an exit status as an int."""

_LOG = logging.getLogger("switchboard")


def main(argv: list[str] | None = None) -> int:
    """Runs one verb.

    Returns:
        0 done, 1 refused or failed with one clear line on stderr, 2 wrong usage.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    # What a verb writes may hold customers: it is its user's alone, also in a home that others may enter.
    os.umask(0o077)
    parser = argparse.ArgumentParser(prog="switchboard", description="供电服务热线速查助手 Call-centre quick lookup")
    parser.add_argument("--version", action="version", version=f"switchboard {__version__}")
    add_verbs(parser)
    options = parser.parse_args(argv)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        with _one_line_failures(getattr(options, "home", None)):
            return _report(_verb(options.run)(options), as_json=getattr(options, "json", False))
    except _FailedError as failed:
        sys.stderr.write(f"switchboard: {failed}\n")
        return 2 if isinstance(failed.__cause__, UsageError) else 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _verb(run: str) -> Callable[[argparse.Namespace], Answer]:
    module, _, function = run.partition(":")
    try:
        found: Callable[[argparse.Namespace], Answer] = getattr(importlib.import_module(module), function)
    except ModuleNotFoundError as error:
        raise SwitchboardError(
            f"this installation lacks the part for that ({error.name}): install switchboard[hub] where the hub runs"
        ) from error
    return found


def _report(answer: Answer, *, as_json: bool) -> int:
    if answer is None:
        return 0
    if isinstance(answer, int) and not isinstance(answer, bool):
        return answer
    if isinstance(answer, str):
        sys.stdout.write(answer + "\n")
    else:
        sys.stdout.write(json.dumps(answer, ensure_ascii=False, indent=None if as_json else 2) + "\n")
    return 0


class UsageError(SwitchboardError):
    """The words of the command do not make sense together: exit status 2, as argparse has it."""


class _FailedError(Exception):
    """Carries the one line to the end of `main`."""


_STANDBY = "read-write mode during recovery"
"""What a PostgreSQL standby says of a transaction that wants to write; its SQLSTATE, 0A000, stands for much else."""


@contextmanager
def _one_line_failures(home: str | None) -> Iterator[None]:
    """The command's dispatcher: what is refused becomes one line; what is a fault of ours is logged with it."""
    try:
        yield
    except SwitchboardError as error:
        told = _one_line(error)
        named = home is not None and home in told
        raise _FailedError(told + disk_words(told, home, certain=named)) from error
    except BrokenPipeError:
        raise
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        told = f"{where}{error.strerror or error}"
        raise _FailedError(told + disk_words(told, home, certain=True)) from None
    except Exception as error:  # noqa: BLE001 - the dispatcher
        if reason := _database_reason(error):
            raise _FailedError(reason + disk_words(reason, home, certain=True)) from None
        _LOG.exception("unexpected failure")
        raise _FailedError(f"unexpected failure, see above: {_one_line(error)}") from None


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _database_reason(error: Exception) -> str | None:
    """What a database driver says is wrong around it, such as a full disk; None where it is our mistake."""
    cause: Any = getattr(error, "orig", error)
    names = {parent.__name__ for parent in type(cause).__mro__}
    if not isinstance(cause, sqlite3.Error) and "OperationalError" not in names and "DatabaseError" not in names:
        return None
    if _STANDBY in str(cause):
        return "a PostgreSQL standby takes no change: do this in a home on the primary"
    return f"the database says: {_one_line(cause)}; nothing was changed"


def home_of(options: argparse.Namespace) -> Path:
    """The home that the verb works in: `--home`, or else `SWITCHBOARD_HOME`.

    Raises:
        UsageError: neither is given.
    """
    named = options.home or os.environ.get("SWITCHBOARD_HOME")
    if not named:
        raise UsageError("say which home: --home DIR, or set SWITCHBOARD_HOME")
    return Path(named).expanduser()
