"""The desk's page from which records are downloaded, phones masked or, for whoever may, as they are."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Request, Response

from data.exporting import Export
from data.importing import IMPORTABLE
from data.kinds import KINDS
from data.rights import may
from data.store.buckets import buckets_of_scope
from sync.auth import Person
from sync.copies.export import export_to
from sync.desk.answers import download
from sync.desk.page import Desk
from sync.hub.asking import PersonWho
from sync.hub.hub import Hub

What = Annotated[Literal["areas", "branches", "feeders", "transformer-areas", "customers", "contacts"], Form()]
Format = Annotated[Literal["xlsx", "csv"], Form()]


def export_router(hub: Hub) -> APIRouter:
    """The page `/desk/export` and its downloads: a person has what is of their branches."""
    router = APIRouter(include_in_schema=False)
    labels = {what: KINDS[kind].label for what, kind in IMPORTABLE.items()}
    desk = Desk(labels={"WHAT": labels})
    Exporter = Annotated[Person, Depends(PersonWho(hub.store, "export"))]
    ClearExporter = Annotated[Person, Depends(PersonWho(hub.store, "export_clear"))]

    @router.get("/desk/export")
    def page(request: Request, person: Exporter) -> Response:
        return desk.render(request, person, "export.html", may_clear=may(person.role, "export_clear"))

    @router.post("/desk/export")
    def masked(person: Exporter, what: What, form: Format) -> Response:
        return _download(hub, person, what, form, clear=False)

    @router.post("/desk/export/clear")
    def clear(person: ClearExporter, what: What, form: Format) -> Response:
        return _download(hub, person, what, form, clear=True)

    return router


def _download(hub: Hub, person: Person, what: str, form: str, *, clear: bool) -> Response:
    with hub.store.read() as connection:
        buckets = buckets_of_scope(connection, person.branches)
    export = Export(what, buckets, clear)
    return download(f"{what}.{form}", lambda path: export_to(hub.store, export, path, person.actor))
