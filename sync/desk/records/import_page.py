"""The desk's page from which files are imported: sent, looked at, and then stored as they were looked at."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request, Response, UploadFile
from sqlalchemy import Connection

from data.errors import DataError, SwitchboardError
from data.fields import Field
from data.importing import IMPORTABLE
from data.importing.columns import fields_of
from data.kinds import KINDS
from data.store.store import Counts
from data.upkeep.errors import StandsAgainstError
from data.upkeep.file_import import BrokenOffError, ImportRun, import_file
from data.upkeep.file_preview import Difference, Preview, preview_file
from data.upkeep.import_note import broken_off, import_progress
from data.upkeep.seen import as_shown
from data.upkeep.uploads import (
    LARGEST,
    PART_BYTES,
    Upload,
    note_outcome,
    uploads_of,
)
from sync.auth import Person
from sync.desk.answers import go_on
from sync.desk.outages.window_words import who
from sync.desk.page import Desk
from sync.desk.records.import_files import keep_upload, sent_file
from sync.desk.records.record_words import RecordWords, field_words
from sync.hub.asking import PersonWho
from sync.hub.hub import Hub
from sync.hub.problems import status_of
from sync.language import Language, language
from sync.line_words import line_words
from sync.refusal_words import refusal

_SHOWN = 20
_OWN_SHOWN = 5

Text = Annotated[str, Form(max_length=200)]


def import_page_router(hub: Hub) -> APIRouter:
    """The pages below `/desk/import`."""
    router = APIRouter(include_in_schema=False)
    what = {name: KINDS[kind].label for name, kind in IMPORTABLE.items()}
    headers = {name: [_header(one) for one in fields_of(KINDS[kind])] for name, kind in IMPORTABLE.items()}
    sizes = {"HEADERS": headers, "LARGEST": LARGEST, "PART_BYTES": PART_BYTES}
    desk = Desk(labels={"WHAT": what, "who": who, "field_words": field_words, "line_words": line_words, **sizes})
    Importer = Annotated[Person, Depends(PersonWho(hub.store, "import_files"))]

    def start_page(
        request: Request, person: Person, error: SwitchboardError | None = None, chosen: str = ""
    ) -> Response:
        status = status_of(error) if error else 200
        left, progress = broken_off(hub.store.engine), import_progress(hub.store.engine)
        with hub.store.read() as connection:
            own = uploads_of(connection, person.actor, _OWN_SHOWN)
        return desk.render(
            request,
            person,
            "import.html",
            status,
            error=refusal(request, error) if error else "",
            chosen=chosen,
            left=left,
            progress=progress,
            own=own,
        )

    def preview_page(request: Request, person: Person, key: str, error: SwitchboardError | None = None) -> Response:
        try:
            with sent_file(hub, key, person) as (upload, file):
                progress = import_progress(hub.store.engine)
                if progress and progress.note and progress.note.digest == file.digest():
                    return go_on("/desk/import")  # which shows how far it is
                left = broken_off(hub.store.engine)
                goes_on = left is not None and left.digest == file.digest()
                preview = None if upload.outcome else preview_file(hub.store, file, file.path.parent, _SHOWN)
        except DataError as unreadable:
            return start_page(request, person, unreadable)
        with hub.store.read() as connection:
            values = _preview_values(connection, language(request), upload, preview)
        status = status_of(error) if error else 200
        return desk.render(
            request,
            person,
            "import_preview.html",
            status,
            error=refusal(request, error) if error else "",
            here="/desk/import",
            left=left if goes_on else None,
            **values,
        )

    @router.get("/desk/import")
    def start(request: Request, importer: Importer) -> Response:
        return start_page(request, importer)

    @router.post("/desk/import")
    def send(request: Request, importer: Importer, what: Text, file: UploadFile, clear: Text = "") -> Response:
        """A whole file in one request, from a browser without scripts."""
        try:
            parts = iter(lambda: file.file.read(PART_BYTES), b"")
            key = keep_upload(hub, importer, what, file.filename or "", parts, clear=bool(clear))
        except SwitchboardError as error:
            return start_page(request, importer, error, what)
        return go_on(f"/desk/import/{key}")

    @router.get("/desk/import/{key}")
    def preview(request: Request, importer: Importer, key: str) -> Response:
        return preview_page(request, importer, key)

    @router.post("/desk/import/{key}/apply")
    def apply(request: Request, importer: Importer, key: str, digest: Text) -> Response:
        try:
            with sent_file(hub, key, importer) as (upload, file):
                if upload.outcome is None:
                    run = ImportRun(importer.actor, f"{upload.what} {upload.name}", seen=digest)
                    outcome = import_file(hub.store, file, file.path.parent, run).to_json()
                    with hub.store.write(importer.actor, "note import") as writing:
                        note_outcome(writing, key, outcome)
        except (StandsAgainstError, BrokenOffError) as error:
            return preview_page(request, importer, key, error)
        except DataError as error:
            return start_page(request, importer, error)
        hub.stream.look_now()
        return go_on(f"/desk/import/{key}")

    return router


def _header(field: Field) -> tuple[str, str, bool]:
    """A column's Chinese and English header, and whether every row needs it."""
    return field.headers[0], field.name, field.required


def _preview_values(connection: Connection, reads: Language, upload: Upload, preview: Preview | None) -> dict[str, Any]:
    counts = preview.counts if preview else Counts()
    rejected = preview.rejected if preview else ()
    words = RecordWords(connection, reads)
    return {
        "upload": upload,
        "counts": upload.outcome
        or {
            "added": counts.added,
            "changed": counts.changed,
            "unchanged": counts.unchanged,
            "rejected": len(rejected),
        },
        "preview": preview,
        "differences": [_difference(words, one) for one in preview.first] if preview else [],
        "problems": [(one.row, problem) for one in rejected[:_SHOWN] for problem in one.problems][:_SHOWN],
    }


def _difference(words: RecordWords, one: Difference) -> Mapping[str, Any]:
    """A record in words, with a customer's phone masked."""
    before = as_shown(one.kind, one.before) if one.before else {}
    after, fields = as_shown(one.kind, one.after), KINDS[one.kind].by_name
    values = [
        (fields[name], words.value(fields[name], before.get(name)), words.value(fields[name], after.get(name)))
        for name in one.fields
        if name not in {"id", "name"} or one.before
    ]
    return {"id": after["id"], "name": after["name"], "new": one.before is None, "values": values}
