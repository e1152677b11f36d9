"""Files that are handed out: whole or not there, and for their owner's eyes."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from data.errors import DataError


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Where to write: at the end of the block it is the file at `path`, that only its owner may read, or nothing is.

    Raises:
        DataError: it cannot be written there.
    """
    if path.exists() and not path.is_file():  # /dev/null, too, would be replaced by a file
        raise DataError(f"{path} is no file: give another name")
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        os.close(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        yield temporary
        temporary.replace(path)
    except _failures() as error:
        raise DataError(f"{path} cannot be written: {getattr(error, 'strerror', None) or error}") from None
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def _failures() -> tuple[type[Exception], ...]:
    """How writing fails: also in the words of xlsxwriter, where that is in use. A pull has better use for its 3 MB."""
    workbooks = sys.modules.get("xlsxwriter.exceptions")
    return (OSError, workbooks.FileCreateError) if workbooks else (OSError,)
