"""Windows before they are set: previews, templates, and planned works from a spreadsheet."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Annotated, BinaryIO

from fastapi import APIRouter, Depends, Form, UploadFile
from pydantic import AwareDatetime, Field

from data.clock import to_iso, usable
from data.errors import DataError
from data.outages.planned_works import PlannedWorks, import_planned_works, read_planned_works
from data.outages.preview import preview
from data.outages.templates import OutageTemplate, list_templates, read_template, remove_template, save_template
from data.upkeep.uploads import said_by_name
from sync.auth import Person
from sync.hub.asking import PersonWho
from sync.hub.hub import Hub
from sync.routes.outage_forms import FactsRequest, OutageRequest, ScopeRequest, pairs

LARGEST_BYTES = 500_000
_MINUTES_AT_MOST = 527_040


class TemplateRequest(FactsRequest):
    """What of a window is known before its start; `lasts_min` is in minutes."""

    kind: str = Field(max_length=50)
    reason: str = Field(max_length=500)
    lasts_min: int = Field(ge=1, le=_MINUTES_AT_MOST)
    scope: list[ScopeRequest] = Field(default=[], max_length=200)
    hold: bool = False

    def template(self, name: str) -> OutageTemplate:
        """The template.

        Raises:
            OutageError: the hours are none.
        """
        lasts = timedelta(minutes=self.lasts_min)
        return OutageTemplate(name, self.kind, self.reason, lasts, pairs(self.scope), self.hold, self.facts())


def planned_router(hub: Hub) -> APIRouter:
    """The routes for people and their programs."""
    router = APIRouter(tags=["outages"])
    Setter = Annotated[Person, Depends(PersonWho(hub.store, "set_outage"))]

    @router.post("/outages/preview")
    def previewed(setter: Setter, request: OutageRequest) -> Mapping[str, object]:
        entered = request.entered()
        with hub.store.read() as connection:
            return preview(connection, entered, hub.store.clock.now(), setter.reading).to_json()

    @router.get("/outage-templates")
    def templates(_setter: Setter) -> Sequence[Mapping[str, object]]:
        with hub.store.read() as connection:
            return [template.to_json() for template in list_templates(connection)]

    @router.get("/outage-templates/{name}")
    def template(_setter: Setter, name: str, start: AwareDatetime | None = None) -> Mapping[str, object]:
        """A template; with its `start` and `etr`, ready to be sent to `/outages`, where a start is given."""
        with hub.store.read() as connection:
            found = read_template(connection, name)
        if start is None:
            return found.to_json()
        new = found.at(usable(start, "start"))
        return {**found.to_json(), "start": to_iso(new.start), "etr": to_iso(new.etr)}

    @router.put("/outage-templates/{name}")
    def save(setter: Setter, name: str, request: TemplateRequest) -> Mapping[str, object]:
        with hub.store.write(setter.actor, "save outage template", setter.branches) as writing:
            return save_template(writing, request.template(name), setter.actor).to_json()

    @router.delete("/outage-templates/{name}", status_code=204)
    def remove(setter: Setter, name: str) -> None:
        with hub.store.write(setter.actor, "remove outage template", setter.branches) as writing:
            remove_template(writing, name, setter.actor)

    @router.post("/planned-works")
    def planned(setter: Setter, file: UploadFile, *, dry_run: Annotated[bool, Form()] = False) -> Mapping[str, object]:
        return take_planned_works(hub, setter, file.filename or "", file.file, dry_run=dry_run).to_json()

    return router


def take_planned_works(hub: Hub, person: Person, name: str, content: BinaryIO, *, dry_run: bool) -> PlannedWorks:
    """What becomes of a file of planned works that a person has sent; of a dry run nothing is stored.

    Raises:
        DataError: the file is too large, or cannot be read.
    """
    with _kept(content) as path, said_by_name(path, name):
        file = read_planned_works(path, name)
    with hub.store.write(person.actor, "import planned works", person.branches) as writing:
        writing.rehearsal = dry_run
        works = import_planned_works(writing, file, person.actor)
    if works.count("added") and not dry_run:
        hub.stream.look_now()
    return works


@contextmanager
def _kept(content: BinaryIO) -> Iterator[Path]:
    """What was sent, as a file for as long as it is read."""
    sent = content.read(LARGEST_BYTES + 1)
    if len(sent) > LARGEST_BYTES:
        raise DataError(f"the file has more than {LARGEST_BYTES:,} bytes 文件太大: split it 请分成几个文件")
    directory = Path(tempfile.mkdtemp(prefix="switchboard-planned-"))
    try:
        path = directory / "works"
        path.write_bytes(sent)
        yield path
    finally:
        shutil.rmtree(directory, ignore_errors=True)
