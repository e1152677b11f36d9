"""What a device does before and beside its cache: enrolment, tokens, and telling how it fares."""

import json
from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import update

from data.clock import to_iso
from data.store.schema import DEVICE
from sync import auth
from sync.auth.changes import sign_in_required
from sync.auth.sessions import shift_end
from sync.auth.tokens import Tokens
from sync.hub.asking import Anybody, DeviceWho
from sync.hub.hub import Hub


class EnrolRequest(BaseModel):
    """A one-time code."""

    code: str = Field(max_length=64)


class TokenRequest(BaseModel):
    """A refresh token."""

    refresh: str = Field(max_length=400)


class StatusRequest(BaseModel):
    """How a PC fares, by its own account."""

    model_config = ConfigDict(extra="forbid")

    version: str = Field(max_length=40)
    revision: int | None = Field(default=None, ge=0)
    confirmed_at: str | None = Field(default=None, max_length=40)
    hotkey: Literal["ready", "taken", "none", "unknown"] = "unknown"
    note: str = Field(default="", max_length=200)


def device_router(hub: Hub) -> APIRouter:
    """The routes for devices."""
    router = APIRouter(tags=["devices"])

    @router.post("/enrol", dependencies=[Depends(Anybody("the one-time code is the credential", "enrol"))])
    def enrol(request: EnrolRequest) -> dict[str, str]:
        device, tokens = auth.enrol(hub.store, request.code)
        return {"device": device.id, "name": device.name, **_written(tokens)}

    @router.post("/token", dependencies=[Depends(Anybody("the refresh token is the credential", "renew_token"))])
    def token(request: TokenRequest) -> dict[str, str]:
        return _written(auth.refresh(hub.store, request.refresh))

    @router.post("/device/status")
    def status(
        device: Annotated[auth.Device, Depends(DeviceWho(hub.store, "report_status"))], request: StatusRequest
    ) -> dict[str, object]:
        now = hub.store.clock.now()
        told = {"status": json.dumps(request.model_dump()), "status_at": to_iso(now), "seen_at": to_iso(now)}
        with hub.store.write(f"device:{device.id}", "device status") as writing:
            writing.connection.execute(update(DEVICE).where(DEVICE.c.id == device.id).values(told))
            shift = shift_end(writing.connection, device.id, now)
            required = sign_in_required(writing.connection)
        return {
            "name": device.name,
            "sign_in_required": required,
            "renew": device.lasting,
            "person": shift[0] if shift else None,
            "shift_ends": to_iso(shift[1]) if shift else None,
        }

    return router


def _written(tokens: Tokens) -> dict[str, str]:
    return {"token": tokens.access, "refresh": tokens.refresh, "expires": to_iso(tokens.expires)}
