"""Suspected outages over HTTP."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import AwareDatetime, BaseModel, Field

from data.outages.describing import describe_outage
from data.outages.suspecting import all_suspicions, standing_suspicions
from data.outages.suspicion_acts import confirm_suspicion, describe_suspicion, dismiss_suspicion
from sync.auth import Person
from sync.hub.asking import PersonWho
from sync.hub.hub import Hub
from sync.routes.listing_parts import After, Limit


class DismissRequest(BaseModel):
    """There is no outage."""

    reason: str = Field(max_length=500)


class ConfirmRequest(BaseModel):
    """There is one; an empty reason says that the cause is being looked for."""

    etr: AwareDatetime
    reason: str = Field(default="", max_length=500)


def suspicion_router(hub: Hub) -> APIRouter:
    """The routes for people and their programs."""
    router = APIRouter(tags=["suspicions"])
    Settler = Annotated[Person, Depends(PersonWho(hub.store, "set_outage"))]
    Reader = Annotated[Person, Depends(PersonWho(hub.store, "see_desk"))]

    @router.get("/suspicions")
    def suspicions(
        _reader: Reader, *, settled: bool = False, after: After = 0, limit: Limit = 100
    ) -> Sequence[Mapping[str, object]]:
        """Those that stand, strongest first; with `settled` every one of the last days, the newest first."""
        now = hub.store.clock.now()
        with hub.store.read() as connection:
            listed = all_suspicions(connection) if settled else standing_suspicions(connection, now)
            return [describe_suspicion(connection, one, now) for one in listed[after : after + limit]]

    @router.post("/suspicions/{key}/dismiss")
    def dismiss(settler: Settler, key: str, request: DismissRequest) -> Mapping[str, object]:
        with hub.store.write(settler.actor, "dismiss suspicion", settler.branches) as writing:
            one = dismiss_suspicion(writing, key, request.reason, settler.actor)
        hub.stream.look_now()
        with hub.store.read() as connection:
            return describe_suspicion(connection, one, hub.store.clock.now())

    @router.post("/suspicions/{key}/confirm", status_code=201)
    def confirm(settler: Settler, key: str, request: ConfirmRequest) -> Mapping[str, object]:
        with hub.store.write(settler.actor, "confirm suspicion", settler.branches) as writing:
            window = confirm_suspicion(writing, key, request.etr, request.reason, settler.actor)
        hub.stream.look_now()
        with hub.store.read() as connection:
            return describe_outage(connection, window, hub.store.clock.now(), settler.reading)

    return router
