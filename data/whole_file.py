"""Files that are handed out: whole or not there, and for their owner's eyes."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from xlsxwriter.exceptions import FileCreateError

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
    except (OSError, FileCreateError) as error:
        raise DataError(f"{path} cannot be written: {getattr(error, 'strerror', None) or error}") from None
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
