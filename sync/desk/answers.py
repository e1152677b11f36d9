"""What a form is answered with where that is no page: the way on to one, or a file."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from fastapi.responses import FileResponse, RedirectResponse
from starlette.background import BackgroundTask

from data.export_files import FORMATS

_SEE_OTHER = 303


def go_on(path: str) -> RedirectResponse:
    """The way on to a page of this hub after a form was taken: reloading that page sends nothing twice."""
    return RedirectResponse(path, _SEE_OTHER)


def download(name: str, write: Callable[[Path], object]) -> FileResponse:
    """A file for the browser to keep; here it is deleted once it has been sent.

    Args:
        name: What it is called there; its ending is one of `data.export_files.FORMATS`.
        write: Writes it, in a folder of its own; what it raises goes on to the caller, and nothing is left.
    """
    directory = Path(tempfile.mkdtemp(prefix="switchboard-download-"))
    try:
        file = directory / f"file{Path(name).suffix}"  # a name from elsewhere may be too long for this disk
        write(file)
    except BaseException:
        shutil.rmtree(directory, ignore_errors=True)
        raise
    gone = BackgroundTask(shutil.rmtree, directory, ignore_errors=True)
    return FileResponse(file, media_type=FORMATS[file.suffix], filename=name, background=gone)
