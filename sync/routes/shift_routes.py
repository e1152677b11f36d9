"""Signing in: a program for a session, a person at a PC for the shift."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Annotated, TypeVar

import anyio.to_thread
from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from data.clock import to_iso
from data.rights import ROLES
from sync import auth
from sync.auth.lockout import address
from sync.auth.passwords import HASHING
from sync.errors import TooManyTriesError
from sync.hub.asking import Anybody, DeviceWho
from sync.hub.hub import Hub

_WAITING_AT_MOST = 200
_BUSY_S = 5

_T = TypeVar("_T")


class SignInRequest(BaseModel):
    """Name and password of a person."""

    name: str = Field(max_length=200)
    password: str = Field(max_length=200)


class ShiftRequest(BaseModel):
    """Name and password, or PIN, of a person at a PC."""

    name: str = Field(max_length=200)
    secret: str = Field(max_length=200)


def shift_router(hub: Hub) -> APIRouter:
    """The routes for signing in and out."""
    router = APIRouter(tags=["people"])
    Here = Annotated[auth.Device, Depends(DeviceWho(hub.store, "sign_in_here"))]

    @router.post(
        "/session", status_code=201, dependencies=[Depends(Anybody("the password is the credential", "sign_in"))]
    )
    async def session(asking: Request, request: SignInRequest) -> Mapping[str, object]:
        place = address(asking.client.host if asking.client else None)
        person, token = await one_of_few(partial(auth.sign_in, hub.store, request.name, request.password, place))
        return {"token": token, "name": person.name, "role": person.role}

    @router.post("/shift", status_code=201)
    async def begin(here: Here, request: ShiftRequest) -> Mapping[str, object]:
        signing_in = partial(auth.begin_shift, hub.store, here, request.name, request.secret)
        person, token, ends = await one_of_few(signing_in)
        told = {"name": person.name, "role": person.role, "role_label": ROLES[person.role][0]}
        return {"token": token, "ends": to_iso(ends), **told}

    @router.delete("/shift", status_code=204)
    def end(here: Here) -> None:
        auth.end_shift(hub.store, here)

    return router


async def one_of_few(check: Callable[[], _T]) -> _T:
    """What `check` returns, on a thread, with few at a time: checking a password takes much memory.

    Raises:
        TooManyTriesError: too many are waiting.
    """
    if HASHING.statistics().tasks_waiting >= _WAITING_AT_MOST:
        told = "too many people sign in at once 登录人数过多: try again 请稍候"
        raise TooManyTriesError(told, wait_s=_BUSY_S).about("too_many_at_once")
    return await anyio.to_thread.run_sync(check, limiter=HASHING)
