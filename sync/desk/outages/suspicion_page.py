"""The desk's page of suspected outages: what tells of each, and what is done about it; and their tiles on the wall."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request, Response

from data.clock import to_iso
from data.errors import BadValueError, SwitchboardError
from data.fields import Json
from data.outages.suspected import SIGNAL_KINDS
from data.outages.suspecting import read_rules, settled_suspicions, standing_suspicions
from data.outages.suspicion_acts import (
    NOT_YET_KNOWN,
    confirm_suspicion,
    describe_suspicion,
    dismiss_suspicion,
    set_rules,
)
from data.outages.suspicion_rules import THRESHOLDS, rules_to_json
from data.store.store import Writing
from sync.auth import Person
from sync.desk.answers import go_on
from sync.desk.outages.window_forms import local_moment
from sync.desk.outages.window_words import when, who
from sync.desk.page import Desk
from sync.desk.place_words import KINDS, Said
from sync.desk.typed import AskedAfter, Fields
from sync.hub.asking import PersonWho
from sync.hub.hub import Hub
from sync.hub.problems import status_of
from sync.refusal_words import refusal

STATES: dict[str, Said] = {
    "standing": ("疑似停电", "Suspected"),
    "confirmed": ("已设停电", "Made a window"),
    "dismissed": ("已排除", "Dismissed"),
    "lapsed": ("已自行消除", "Lapsed"),
}
_STEPS_SHOWN = 8
_SETTLED_LISTED = timedelta(hours=24)
_SETTLED_AT_ONCE = 50
_PROMISE = timedelta(hours=2)

Text = Annotated[str, Form(max_length=500)]


@dataclass(frozen=True, slots=True)
class Typed:
    """A form that was refused: whose it is, what is wrong with it and what was typed."""

    form: str
    error: str
    values: Mapping[str, str]


def suspicion_page_router(hub: Hub) -> APIRouter:
    """The page `/desk/suspicions`, and what is done from it."""
    router = APIRouter(include_in_schema=False)
    labels = {
        "STATES": STATES,
        "SIGNALS": SIGNAL_KINDS,
        "THRESHOLDS": THRESHOLDS,
        "PLACES": KINDS,
        "NOT_YET_KNOWN": NOT_YET_KNOWN,
        "STEPS_SHOWN": _STEPS_SHOWN,
        "when": when,
    }
    desk = Desk(filters={"who": who}, labels=labels)
    Settler = Annotated[Person, Depends(PersonWho(hub.store, "set_outage"))]
    Keeper = Annotated[Person, Depends(PersonWho(hub.store, "set_up_centre"))]

    def page(
        request: Request, person: Person, typed: Typed | None = None, status: int = 200, after: int = 0
    ) -> Response:
        now = hub.store.clock.now()
        with hub.store.read() as connection:
            standing = standing_suspicions(connection, now)
            recent = settled_suspicions(connection, now, now - _SETTLED_LISTED)
            shown = recent[after : after + _SETTLED_AT_ONCE]
            values: dict[str, Any] = {
                "standing": [describe_suspicion(connection, one, now) for one in standing],
                "recent": [describe_suspicion(connection, one, now) for one in shown],
                "rules": rules_to_json(read_rules(connection)),
            }
        values |= {"after": after, "total": len(recent), "at_once": _SETTLED_AT_ONCE}
        values |= {"now": now, "typed": typed, "promise": to_iso(now + _PROMISE)}
        return desk.render(request, person, "suspicions.html", status, **values)

    def done(
        request: Request, person: Person, about: str, form: str, values: Mapping[str, str], do: Callable[[Writing], str]
    ) -> Response:
        try:
            with hub.store.write(person.actor, about, person.branches) as writing:
                leads_to = do(writing)
        except SwitchboardError as error:
            return page(request, person, Typed(form, refusal(request, error), values), status_of(error))
        hub.stream.look_now()
        return go_on(leads_to)

    @router.get("/desk/suspicions")
    def suspicions(
        request: Request,
        reader: Annotated[Person, Depends(PersonWho(hub.store, "see_desk"))],
        after: AskedAfter = 0,
    ) -> Response:
        return page(request, reader, after=after)

    @router.post("/desk/suspicions/rules")
    def rules(request: Request, keeper: Keeper, form: Fields) -> Response:
        values = {name: str(value) for name, value in form.items()}

        def do(writing: Writing) -> str:
            set_rules(writing, None if "usual" in values else _numbers(values), keeper.actor)
            return "/desk/suspicions#rules"

        return done(request, keeper, "set suspicion rules", "rules", values, do)

    @router.post("/desk/suspicions/{key}/confirm")
    def confirm(request: Request, settler: Settler, key: str, etr: Text = "", reason: Text = "") -> Response:
        def do(writing: Writing) -> str:
            window = confirm_suspicion(writing, key, local_moment(etr, "etr"), reason, settler.actor)
            return f"/desk/outages/{window.id}"

        return done(request, settler, "confirm suspicion", f"confirm-{key}", {"etr": etr, "reason": reason}, do)

    @router.post("/desk/suspicions/{key}/dismiss")
    def dismiss(request: Request, settler: Settler, key: str, reason: Text = "") -> Response:
        def do(writing: Writing) -> str:
            dismiss_suspicion(writing, key, reason, settler.actor)
            return "/desk/suspicions"

        return done(request, settler, "dismiss suspicion", f"dismiss-{key}", {"reason": reason}, do)

    return router


def _numbers(values: Mapping[str, str]) -> Json:
    """The thresholds that were typed; an empty field is as usual."""
    read: dict[str, Json] = {}
    for name in THRESHOLDS:
        text = values.get(name, "").strip()
        if text:
            try:
                read[name] = float(text)
            except ValueError:
                raise BadValueError(name, text, "must be a number 请填写数字").about("number_needed") from None
    return read


def live_suspicions(hub: Hub) -> list[dict[str, Json]]:
    """The suspicions that the wallboard shows beside the windows, as tiles of the phase `suspected`."""
    now = hub.store.clock.now()
    with hub.store.read() as connection:
        return [_tile(describe_suspicion(connection, one, now)) for one in standing_suspicions(connection, now)]


def _tile(told: dict[str, Any]) -> dict[str, Json]:
    return {
        "id": told["id"],
        "kind": "suspected",
        "kind_label": STATES["standing"][0],
        "phase": "suspected",
        "start": told["since"],
        "etr": told["until"],
        "hold": False,
        "reason": "、".join(f"{SIGNAL_KINDS[kind][0]} {count}" for kind, count in told["counts"].items() if count),
        "scope_text": str(told["place"]["name"] or told["place"]["id"]),
        "feeders": int(told["place"]["kind"] == "feeder"),
        **told["affected"],
    }
