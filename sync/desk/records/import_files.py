"""Files that are sent to be imported, part by part, and what is handed back of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from data.importing import IMPORTABLE, ImportOptions, write_error_workbook
from data.kinds import KINDS
from data.names.pinyin import readings_of
from data.upkeep.file_preview import RecordFile, preview_file
from data.upkeep.uploads import Upload, add_part, begin_upload, drop_upload, upload_as_file
from sync.auth import Person
from sync.desk.answers import download, go_on
from sync.hub.asking import PersonWho
from sync.hub.hub import Hub

Text = Annotated[str, Form(max_length=200)]


def import_file_router(hub: Hub) -> APIRouter:
    """Sending a file part by part, the workbook of its rejected rows, and forgetting it."""
    router = APIRouter(include_in_schema=False)
    Importer = Annotated[Person, Depends(PersonWho(hub.store, "import_files"))]

    @router.post("/desk/import/begin")
    def begin(importer: Importer, what: Text, name: Text, clear: Text = "") -> Response:
        return JSONResponse({"id": keep_upload(hub, importer, what, name, iter(()), clear=bool(clear))})

    @router.put("/desk/import/{key}/parts/{number}")
    async def part(request: Request, importer: Importer, key: str, number: int) -> Response:
        held = await request.body()

        def store() -> None:
            with hub.store.write(importer.actor, "send file") as writing:
                add_part(writing, key, max(0, number), held, importer.actor)

        await run_in_threadpool(store)
        return Response(status_code=204)

    @router.get("/desk/import/{key}/errors")
    def errors(importer: Importer, key: str) -> Response:
        with sent_file(hub, key, importer) as (upload, file):
            name = f"{Path(upload.name).stem or upload.what}-errors.xlsx"

            def write(path: Path) -> None:
                write_error_workbook(path, preview_file(hub.store, file, path.parent, 0).rejected)

            return download(name, write)

    @router.post("/desk/import/{key}/drop")
    def drop(importer: Importer, key: str) -> Response:
        with hub.store.write(importer.actor, "drop file") as writing:
            drop_upload(writing, key, importer.actor)
        return go_on("/desk/import")

    return router


@contextmanager
def sent_file(hub: Hub, key: str, person: Person) -> Iterator[tuple[Upload, RecordFile]]:
    """An upload of a person, and what to read it as.

    Raises:
        NotFoundError: there is none, or it is somebody else's.
    """
    with upload_as_file(hub.store, key, person.actor) as (upload, path):
        yield upload, RecordFile(path, KINDS[IMPORTABLE[upload.what]], ImportOptions(readings_of, clear=upload.clear))


def keep_upload(hub: Hub, person: Person, what: str, name: str, parts: Iterator[bytes], *, clear: bool) -> str:
    """The id of a new upload with these parts; all of it is kept, or nothing.

    Raises:
        BadValueError: such records are not imported.
        TooLargeError: it is too long.
    """
    with hub.store.write(person.actor, "send file") as writing:
        key = begin_upload(writing, what, name, person.actor, clear=clear)
        for number, part in enumerate(parts):
            add_part(writing, key, number, part, person.actor)
    return key
