"""The page of one window: what is known of it, what was done to it, and what may be done next."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from sqlalchemy import Connection

from data.errors import SwitchboardError
from data.outages.branch_limits import branches_below, supplied_among
from data.outages.branch_parts import own_part
from data.outages.describing import describe_outage, named_items
from data.outages.reach import Reach
from data.outages.stored import find_outage
from data.outages.windows import OutageWindow, ScopeItem
from data.readers import Reader
from data.rights import may
from sync.auth import Person
from sync.desk.answers import go_on
from sync.desk.outages.window_acts import ChangedMeanwhileError, do_act, possible_acts
from sync.desk.outages.window_beside import beside
from sync.desk.outages.window_forms import ActForm, FaultyFormError
from sync.desk.outages.window_words import window_desk
from sync.desk.place_words import Said
from sync.hub.asking import PersonWho
from sync.hub.hub import Hub
from sync.hub.problems import status_of
from sync.language import language
from sync.refusal_words import refusal, refusals

PARTS_LISTED = 1_000
"""How many transformer areas can be ticked as restored; of more, a feeder is restored as a whole."""

_CONFLICT = 409


def window_router(hub: Hub) -> APIRouter:
    """The pages `/desk/outages/NUMBER`, and what is done from them."""
    router = APIRouter(include_in_schema=False)
    desk = window_desk()
    Setter = Annotated[Person, Depends(PersonWho(hub.store, "set_outage"))]
    Reader = Annotated[Person, Depends(PersonWho(hub.store, "see_desk"))]

    def page(request: Request, person: Person, key: str, status: int = 200, **values: Any) -> Response:  # noqa: ANN401
        now = hub.store.clock.now()
        with hub.store.read() as connection:
            window = find_outage(connection, key)
            told = describe_outage(connection, window, now, person.reading)
            own = own_part(connection, window, person.branches)
            shown = {
                "window": told,
                "beside": beside(connection, window, str(told["public_scope"]), now, language(request), person),
                "stored": window,
                "parts": _parts(connection, window, person.reading),
                "crosses": own is not None,
                "own": [(item.kind, item.id) for item in own or ()],
                "acts": possible_acts(window, now, own) if may(person.role, "set_outage") else (),
            }
        return desk.render(request, person, "window.html", status, **{"now": now, "typed": None, **shown, **values})

    @router.get("/desk/outages/{key}")
    def window(
        request: Request,
        reader: Reader,
        key: str,
        act: Annotated[str, Query(max_length=20)] = "",
        done: Annotated[str, Query(max_length=20)] = "",
    ) -> Response:
        return page(request, reader, key, open_act=act, done=done)

    @router.post("/desk/outages/{key}/{act}")
    def do(request: Request, setter: Setter, key: str, act: str, form: Annotated[ActForm, Form()]) -> Response:
        typed = {"open_act": act, "typed": form}
        try:
            do_act(hub, setter, key, act, form)
        except FaultyFormError as error:
            return page(request, setter, key, status_of(error), faults=refusals(request, error.faults), **typed)
        except ChangedMeanwhileError as error:
            return page(
                request,
                setter,
                key,
                _CONFLICT,
                missed=form.seen,
                mine=_told(form),
                error=refusal(request, error),
                **typed,
            )
        except SwitchboardError as error:
            return page(request, setter, key, status_of(error), error=refusal(request, error), **typed)
        return go_on(f"/desk/outages/{key}?done={act}")

    return router


def _told(form: ActForm) -> list[tuple[Said, str]]:
    """What somebody typed, for comparison."""
    more = f"+{form.more_min} min" if form.more_min else ""
    said = (
        (("预计恢复", "ETR"), more or form.etr.replace("T", " ")),
        (("时间", "When"), form.at.replace("T", " ")),
        (("对外范围", "Public text"), form.public_scope),
        (("班组", "Crew"), f"{form.crew} {form.crew_phone}".strip()),
        (("已送电", "Back"), ", ".join(part.partition(":")[2] for part in form.part)),
        (("原因", "Reason"), form.reason),
    )
    return [(label, value) for label, value in said if value]


def _parts(connection: Connection, window: OutageWindow, reader: Reader) -> list[Mapping[str, Any]]:
    """What of a window's scope can be restored by itself: its transformer areas and the customers it names.

    `at` is when that was done, where it was; `own` whether the reader's branches supply it; by number.
    """
    reach = Reach(connection, [*window.scope, *(one.item for one in window.restorations)])
    affected = reach.affected_by(window.scope)
    items = [ScopeItem("transformer_area", key) for key in sorted(affected.transformer_areas)[:PARTS_LISTED]]
    items += [ScopeItem("customer", key) for key in sorted(affected.customers)]
    back: dict[ScopeItem, str] = {}
    for one in window.restorations:
        taken = reach.affected_by([one.item])
        for key in taken.transformer_areas:
            back.setdefault(ScopeItem("transformer_area", key), one.at.isoformat())
        back.setdefault(one.item, one.at.isoformat())
    named = named_items(connection, items, reader)
    own = supplied_among(connection, items, branches_below(connection, reader.branches)) if reader.branches else items
    parts = [{**named[item], "at": back.get(item), "own": item in own} for item in items]
    return sorted(parts, key=lambda one: (str(one["kind"]) == "customer", str(one["number"] or ""), str(one["id"])))
