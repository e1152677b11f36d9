"""A process on a disk that says no: `python -m tests.failing_disk WORK PLACE STEP`, with the preloaded shim.

It does one of `tests.works` again and again, each time with another of its writes failing, until all have had their
turn; then it prints as JSON what it tried. Whatever is lost or half-written ends it with a traceback.
"""

import ctypes
import errno
import json
import logging
import os
import shutil
import sys
from collections import Counter
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from data.errors import SwitchboardError
from data.sqlite import DatabaseError
from tests.works import WORKS, Work

_DONE, _FAILED, _UNEXPECTED = 0, 3, 4
_FOR_EVER = 2**31
_WAYS = {
    "full": (errno.ENOSPC, _FOR_EVER),
    "one bad write": (errno.EIO, 0),
}
"""With which error, and how many further writes fail."""


class Disk:
    """The shim that was preloaded into this process."""

    def __init__(self) -> None:
        self._shim = ctypes.CDLL(os.environ["LD_PRELOAD"])
        self._shim.disk_changes.restype = ctypes.c_long
        self._shim.disk_fails.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_int]

    def fails(self, at: int, until: int, error: int) -> None:
        self._shim.disk_fails(at, until, error)

    def changes(self) -> int:
        return int(self._shim.disk_changes())


def attempt(disk: Disk, work: Work, place: Path, number: int, way: str) -> tuple[int, str]:
    """Does it in a process of its own, in which write `number` fails.

    Returns:
        Its exit code, and the line in which it says what was wrong.
    """
    hears, tells = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(hears)
        error, more = _WAYS[way]
        disk.fails(number, number + more, error)
        code, line = _DONE, ""
        try:
            work.do(place)
            code = _DONE if disk.changes() < number else _FAILED  # it went on without what could not be written
        except (SwitchboardError, OSError, DatabaseError, SQLAlchemyError) as failure:
            code, line = _FAILED, str(failure)
        except BaseException as failure:  # noqa: BLE001 - the dispatcher of the process
            code, line = _UNEXPECTED, repr(failure)
        disk.fails(0, 0, 0)
        os.write(tells, line.encode()[:4000])
        os._exit(code)
    os.close(tells)
    with os.fdopen(hears, "rb") as pipe:
        said = pipe.read().decode(errors="replace")
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), said


def main() -> int:
    """Tries every `STEP`-th write, in each way."""
    name, root, step = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    logging.disable()
    work, disk, tried, lines = WORKS[name], Disk(), Counter[str](), set[str]()
    start, place = root / "start", root / "place"
    start.mkdir()
    work.prepare(start)
    for way in _WAYS:
        number, code = 1, _FAILED
        while code != _DONE:
            shutil.rmtree(place, ignore_errors=True)
            shutil.copytree(start, place)
            code, line = attempt(disk, work, place, number, way)
            assert code in {_DONE, _FAILED}, f"{way}, write {number}: {code} {line}"
            state = work.check(place)
            assert line or state == "new", f"{way}, write {number}: it was not done, and said nothing"
            lines.add(line.splitlines()[0] if line else "")
            tried[f"{way}, {'went on' if code == _FAILED and not line else state}"] += code == _FAILED
            if number % 4 == 1 and state == "old":
                work.do(place)
                assert work.check(place) == "new", f"{way}, write {number}: what was left over was in the way"
            number += step
    print(json.dumps({"tried": tried, "lines": sorted(lines)}))  # noqa: T201 - the answer
    return 0


if __name__ == "__main__":
    sys.exit(main())
