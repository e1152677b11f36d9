"""The desk's page of planned works: a spreadsheet is sent, looked at row by row, and set as windows."""

import base64
import binascii
import io
from pathlib import Path
from typing import Annotated, Any

import xlsxwriter
from fastapi import APIRouter, Depends, Form, Request, Response, UploadFile

from data.errors import BadValueError, SwitchboardError
from data.importing import write_error_workbook
from data.kinds import OUTAGE_KINDS
from data.outages.planned_rows import PLANNED_WORK
from data.outages.planned_works import ROWS_AT_MOST
from sync.auth import Person
from sync.desk.answers import download
from sync.desk.page import Desk
from sync.hub.asking import PersonWho
from sync.hub.hub import Hub
from sync.hub.problems import status_of
from sync.line_words import line_words
from sync.refusal_words import refusal
from sync.routes.planned_routes import LARGEST_BYTES, take_planned_works

_SAMPLE = ("616;617", "2026-12-10 08:00", "2026-12-10 17:00", "更换导线", "线路", "计划停电")
_SENT_AT_MOST = LARGEST_BYTES * 4 // 3 + 4

Name = Annotated[str, Form(max_length=200)]
Content = Annotated[str, Form(max_length=_SENT_AT_MOST)]


def planned_page_router(hub: Hub) -> APIRouter:
    """The page `/desk/planned`; what was sent travels in the page until it is set, so that any hub process takes it."""
    router = APIRouter(include_in_schema=False)
    labels = {"OUTAGE_KINDS": OUTAGE_KINDS, "ROWS_AT_MOST": ROWS_AT_MOST, "LARGEST_KB": LARGEST_BYTES // 1000}
    columns = [(field.name, field.headers[0]) for field in PLANNED_WORK.fields]
    desk = Desk(labels={**labels, "COLUMNS": columns, "line_words": line_words})
    Setter = Annotated[Person, Depends(PersonWho(hub.store, "set_outage"))]

    def page(request: Request, setter: Person, name: str, content: bytes, *, dry_run: bool) -> Response:
        try:
            works = take_planned_works(hub, setter, name, io.BytesIO(content), dry_run=dry_run)
        except SwitchboardError as error:
            return desk.render(request, setter, "planned.html", status_of(error), error=refusal(request, error))
        sent = base64.b64encode(content).decode()
        shown: dict[str, Any] = {"works": works, "name": name, "content": sent, "done": not dry_run}
        return desk.render(request, setter, "planned.html", here="/desk/planned", **shown)

    @router.get("/desk/planned")
    def start(request: Request, setter: Setter) -> Response:
        return desk.render(request, setter, "planned.html")

    @router.get("/desk/planned/example")
    def example(_setter: Setter) -> Response:
        return download("planned-works.xlsx", _write_example)

    @router.post("/desk/planned")
    def look(request: Request, setter: Setter, file: UploadFile) -> Response:
        return page(request, setter, file.filename or "", file.file.read(LARGEST_BYTES + 1), dry_run=True)

    @router.post("/desk/planned/apply")
    def apply(request: Request, setter: Setter, name: Name, content: Content) -> Response:
        return page(request, setter, name, _sent(content), dry_run=False)

    @router.post("/desk/planned/errors")
    def errors(setter: Setter, name: Name, content: Content) -> Response:
        works = take_planned_works(hub, setter, name, io.BytesIO(_sent(content)), dry_run=True)
        return download("planned-works-errors.xlsx", lambda path: write_error_workbook(path, works.rejected))

    return router


def _sent(content: str) -> bytes:
    try:
        return base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        raise BadValueError("content", content[:20], "send the file again 请重新上传文件").about("send_again") from None


def _write_example(path: Path) -> None:
    """A workbook with every column and one row, to begin with."""
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as workbook:
        sheet, bold = workbook.add_worksheet("计划停电"), workbook.add_format({"bold": True})
        sheet.write_row(0, 0, [field.headers[0] for field in PLANNED_WORK.fields], bold)
        sheet.write_row(1, 0, _SAMPLE)
        sheet.set_column(0, len(PLANNED_WORK.fields) - 1, 18)
        sheet.freeze_panes(1, 0)
