"""Customers by phone number over HTTP: whole numbers only, few a minute, each one audited."""

from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from threading import Lock
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from data import audit
from data.buckets import buckets_of_scope
from data.clock import Clock
from data.phone_numbers import normal_form
from sync.asking import AtDevice, AtDeviceWho
from sync.hub import Hub
from sync.problems import problem

FOUND_AT_MOST = 50
"""Customers of one number: a landlord's may be that of many; nobody reads more of them during a call."""

ASKED_AT_MOST = 30
_WITHIN = timedelta(minutes=1)

_SHOWN_OF_HASH = 8


class PhoneRequest(BaseModel):
    """A whole phone number, written in any way."""

    number: str = Field(max_length=40)


def phone_router(hub: Hub) -> APIRouter:
    """The route by which devices find customers.

    Raises:
        LookupError: the store was not opened by its home, and keeps no hashes: a mistake in the program.
    """
    phones = hub.store.phones
    if phones is None:
        raise LookupError("this store has no key to find phone numbers with")
    router = APIRouter(tags=["phones"])
    limit = AskingLimit(hub.store.clock)

    Asking = Annotated[AtDevice, Depends(AtDeviceWho(hub.store, "find_by_phone"))]

    @router.post("/customers/by-phone", response_model=None)
    def by_phone(asking: Asking, request: PhoneRequest) -> dict[str, Sequence[str]] | JSONResponse:
        form = normal_form(request.number)
        if form is None:
            return problem(422, "give a whole phone number: a mobile number, or a landline with its area code")
        known, who = asking.device, asking.actor
        wait_s = limit.wait_s(known.id)
        if wait_s:
            detail = f"this device may look up {ASKED_AT_MOST} phone numbers a minute: wait {wait_s} s"
            return problem(429, detail, {"Retry-After": str(wait_s)})
        with hub.store.write(who, "find by phone") as writing:
            buckets = buckets_of_scope(writing.connection, known.branches)
            found = phones.customers_with(writing.connection, form, buckets, FOUND_AT_MOST)
            shown = phones.hash_of(form).hex()[:_SHOWN_OF_HASH]
            about = f"hash {shown} at device:{known.id}, found {len(found)}"
            audit.record(writing.connection, writing.clock.now(), who, "find_by_phone", about)
        return {"customers": found}

    return router


class AskingLimit:
    """Lets each device ask `ASKED_AT_MOST` times within a minute; of this process: several hubs let ask each as many.

    Args:
        clock: Tells when they ask.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._asked: dict[str, deque[datetime]] = {}
        self._lock = Lock()

    def wait_s(self, device: str) -> int:
        """0, and the question counts; or for how many seconds the device has to wait, and it does not."""
        now = self._clock.now()
        with self._lock:
            asked = self._asked.setdefault(device, deque())
            while asked and now - asked[0] >= _WITHIN:
                asked.popleft()
            if len(asked) < ASKED_AT_MOST:
                asked.append(now)
                return 0
            return max(1, round((asked[0] + _WITHIN - now).total_seconds()))
