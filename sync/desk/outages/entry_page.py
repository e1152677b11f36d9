"""The page on which a window is entered, and what it would do before it is saved."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from sqlalchemy import Connection

from data.errors import SwitchboardError
from data.outages.describing import named_items
from data.outages.entry import NewOutage, add_outage
from data.outages.preview import preview
from data.outages.templates import OutageTemplate, list_templates, read_template, save_template
from data.outages.windows import SCOPE_KINDS, ScopeItem
from data.readers import Reader
from sync.auth import Person
from sync.desk.answers import go_on
from sync.desk.outages.window_forms import EntryForm, FaultyFormError
from sync.desk.outages.window_words import window_desk
from sync.desk.typed import as_typed
from sync.hub.asking import PersonWho
from sync.hub.hub import Hub
from sync.hub.problems import status_of
from sync.refusal_words import refusal, refusals

Name = Annotated[str, Form(max_length=100)]


def entry_page_router(hub: Hub) -> APIRouter:
    """The page `/desk/outages/new`, its preview, and what saves a window or a template."""
    router = APIRouter(include_in_schema=False)
    desk = window_desk()
    Setter = Annotated[Person, Depends(PersonWho(hub.store, "set_outage"))]

    def page(request: Request, setter: Person, form: EntryForm, status: int = 200, **values: Any) -> Response:  # noqa: ANN401
        with hub.store.read() as connection:
            templates = [one.name for one in list_templates(connection)]
            shown = {
                "typed": form,
                "chips": _chips(connection, form, setter.reading),
                "open_act": "new",
                "templates": templates,
            }
        now = hub.store.clock.now()
        return desk.render(request, setter, "window_new.html", status, now=now, **shown, **values)

    def seen_before(request: Request, setter: Person, form: EntryForm) -> dict[str, Any]:
        now = hub.store.clock.now()
        if not form.item and not form.q.strip():
            return {"seen": None}
        with hub.store.read() as connection:
            try:
                entered = form.begun(now).entered(connection)
                seen = preview(connection, entered, now, setter.reading)
            except SwitchboardError as error:
                return {"seen": None, "refused": refusal(request, error)}
        return {"seen": seen.to_json(), "warnings": seen.warnings, "guessed": not form.etr}

    @router.get("/desk/outages/new")
    def new(
        request: Request,
        setter: Setter,
        item: Annotated[list[str] | None, Query(max_length=200)] = None,
        kind: Annotated[str, Query(max_length=50)] = "fault",
        template: Annotated[str, Query(max_length=100)] = "",
    ) -> Response:
        now = hub.store.clock.now()
        if not template:
            return page(request, setter, EntryForm(kind=kind, item=item or [], start=as_typed(now)))
        with hub.store.read() as connection:
            form = EntryForm.of(read_template(connection, template).at(now))
        return page(request, setter, form, chosen=template)

    @router.post("/desk/outages/preview")
    def look(request: Request, setter: Setter, form: Annotated[EntryForm, Form()]) -> Response:
        values = seen_before(request, setter, form)
        if "HX-Request" in request.headers:
            return desk.render(request, setter, "window_preview.html", now=hub.store.clock.now(), **values)
        return page(request, setter, form, **values)

    @router.post("/desk/outages/template")
    def keep(
        request: Request, setter: Setter, form: Annotated[EntryForm, Form()], template_name: Name = ""
    ) -> Response:
        try:
            with hub.store.write(setter.actor, "save outage template", setter.branches) as writing:
                template = _template(template_name, form.entered(writing.connection))
                kept = save_template(writing, template, setter.actor).name
        except FaultyFormError as error:
            return page(request, setter, form, status_of(error), faults=refusals(request, error.faults))
        except SwitchboardError as error:
            return page(request, setter, form, status_of(error), error=refusal(request, error))
        return page(request, setter, form, kept=kept)

    @router.post("/desk/outages")
    def add(request: Request, setter: Setter, form: Annotated[EntryForm, Form()]) -> Response:
        try:
            with hub.store.write(setter.actor, "add outage", setter.branches) as writing:
                window = add_outage(writing, form.entered(writing.connection), setter.actor)
                writing.note(setter.actor, "add_outage", window.id)
        except FaultyFormError as error:
            return page(request, setter, form, status_of(error), faults=refusals(request, error.faults))
        except SwitchboardError as error:
            return page(request, setter, form, status_of(error), error=refusal(request, error))
        hub.stream.look_now()
        return go_on(f"/desk/outages/{window.id}?done=new")

    return router


def _template(name: str, entered: NewOutage) -> OutageTemplate:
    """What was entered, for another time."""
    return OutageTemplate(
        name=name,
        kind=entered.kind,
        reason=entered.reason,
        lasts=entered.etr - entered.start,
        scope=entered.scope,
        hold=entered.hold,
        facts=entered.facts,
    )


def _chips(connection: Connection, form: EntryForm, reader: Reader) -> list[dict[str, str]]:
    """What was picked, by name; what is no record is left out."""
    pairs = [(kind, key) for kind, _, key in (one.partition(":") for one in form.item)]
    items = [ScopeItem(kind, key) for kind, key in pairs if kind in SCOPE_KINDS]
    named = named_items(connection, items, reader)
    return [
        {"value": f"{item.kind}:{item.id}", "kind": item.kind, "label": _label(one["name"], one["number"])}
        for item, one in named.items()
        if one["name"]
    ]


def _label(name: object, number: object) -> str:
    return f"{name}（{number}）" if number and str(number) not in str(name) else str(name)
