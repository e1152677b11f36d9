"""Revealing over HTTP: to a person at a PC or on a page, one value at a time."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy import Connection

from data.privacy.reveal_reasons import SHOWN_FOR_S
from data.privacy.revealing import Revealing, TooManyRevealsError, reveal
from sync import auth
from sync.auth.branches import shared_buckets
from sync.hub.asking import PersonWho, session_token
from sync.hub.hub import Hub
from sync.hub.problems import problem


class RevealRequest(BaseModel):
    """A `data.privacy.revealing.Revealing`."""

    customer: str = Field(max_length=200)
    field: str = Field(default="phone", max_length=50)
    reason: str = Field(max_length=50)
    text: str = Field(default="", max_length=200)
    call: str = Field(default="", max_length=100)


def reveal_router(hub: Hub, per_hour: int) -> APIRouter:
    """The route.

    Args:
        hub: Whose.
        per_hour: How many values a person may reveal within an hour.
    """
    router = APIRouter(tags=["customers"])
    Revealer = Annotated[auth.Person, Depends(PersonWho(hub.store, "reveal"))]

    @router.post("/reveal", response_model=None)
    def reveal_one(revealer: Revealer, asking: Request, request: RevealRequest) -> Mapping[str, object] | JSONResponse:
        asked = Revealing(**request.model_dump())
        actor = f"person:{revealer.name}"
        with hub.store.write(actor, "reveal") as writing:
            buckets = _buckets(writing.connection, hub, asking, revealer)
            told = reveal(writing, asked, actor, buckets, per_hour)
        if isinstance(told, TooManyRevealsError):
            return problem(429, str(told), {"Retry-After": str(told.wait_s)})
        return {"customer": asked.customer, "field": asked.field, "value": told, "shown_for_s": SHOWN_FOR_S}

    return router


def _buckets(connection: Connection, hub: Hub, asking: Request, person: auth.Person) -> list[str] | None:
    """Where a person may look who asks from here: within their branches, and at a PC what it may hold, too."""
    device = auth.device_of(connection, session_token(asking), hub.store.clock.now())
    return shared_buckets(connection, person.branches, device.branches if device else ())
