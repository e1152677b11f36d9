"""Customers by phone number over HTTP: whole numbers only, few a minute, each one audited."""

from collections.abc import Iterable, Sequence
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from data.phone_numbers import normal_form
from data.store.phone_hashes import PhoneHashes
from data.store.store import Store
from sync.auth.branches import shared_buckets
from sync.hub.asking import AtDevice, AtDeviceWho
from sync.hub.hub import Hub
from sync.hub.problems import problem

FOUND_AT_MOST = 50
"""Customers of one number: a landlord's may be that of many; nobody reads more of them during a call."""

_SHOWN_OF_HASH = 8


class PhoneRequest(BaseModel):
    """A whole phone number, written in any way."""

    number: str = Field(max_length=40)


def phone_router(hub: Hub) -> APIRouter:
    """The route by which devices find customers.

    Raises:
        LookupError: the store was not opened by its home, and keeps no hashes: a mistake in the program.
    """
    _phones_of(hub.store)
    router = APIRouter(tags=["phones"])

    Asking = Annotated[AtDevice, Depends(AtDeviceWho(hub.store, "find_by_phone"))]

    @router.post("/customers/by-phone", response_model=None)
    def by_phone(asking: Asking, request: PhoneRequest) -> dict[str, Sequence[str]] | JSONResponse:
        form = normal_form(request.number)
        if form is None:
            return problem(422, "give a whole phone number: a mobile number, or a landline with its area code")
        device, held_to = asking.device, [asking.device.branches]
        if asking.person:
            held_to.append(asking.person.branches)
        return {"customers": find_by_phone(hub.store, form, asking.actor, held_to, f"device:{device.id}")}

    return router


def find_by_phone(store: Store, form: str, actor: str, held_to: Iterable[Iterable[str]], place: str) -> Sequence[str]:
    """Ids of the customers with a phone number, within the branches; who asked is in the audit trail.

    Args:
        store: One that keeps hashes of phone numbers.
        form: Of `data.phone_numbers.normal_form`.
        actor: Who asks.
        held_to: The branches of each who asks, such as the PC and the person at it; none for all.
        place: Where it is asked, for the trail.

    Raises:
        LookupError: the store was not opened by its home, and keeps no hashes: a mistake in the program.
    """
    phones = _phones_of(store)
    with store.write(actor, "find by phone") as writing:
        buckets = shared_buckets(writing.connection, *held_to)
        found = phones.customers_with(writing.connection, form, buckets, FOUND_AT_MOST)
        about = f"hash {phones.hash_of(form).hex()[:_SHOWN_OF_HASH]} at {place}, found {len(found)}"
        writing.note(actor, "find_by_phone", about)
    return found


def _phones_of(store: Store) -> PhoneHashes:
    if store.phones is None:
        raise LookupError("this store has no key to find phone numbers with")
    return store.phones
