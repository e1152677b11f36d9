"""Who must be told of an outage, and who asked to be called back, over HTTP."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends

from data.clock import to_iso
from data.telling.call_backs import (
    add_call_back,
    call_backs,
    due_call_backs,
    find_call_back,
)
from data.telling.calling import claim_call_back, record_try, release_call_back
from data.telling.told import open_told, record_attempt, told_list, told_lists
from sync.auth import Person
from sync.hub.asking import PersonWho
from sync.hub.hub import Hub
from sync.routes.listing_parts import After, Limit
from sync.routes.telling_forms import (
    AttemptRequest,
    CallBackRequest,
    TryRequest,
    call_back_json,
    to_tell_json,
    told_json,
)


def telling_router(hub: Hub) -> APIRouter:
    """The routes of the lists of customers to be told."""
    router = APIRouter(tags=["telling"])
    Reader = Annotated[Person, Depends(PersonWho(hub.store, "see_desk"))]
    Teller = Annotated[Person, Depends(PersonWho(hub.store, "tell_customers"))]

    @router.get("/told")
    def lists(reader: Reader, after: After = 0, limit: Limit = 100) -> Sequence[Mapping[str, object]]:
        """Each window with its list, by start."""
        with hub.store.read() as connection:
            found = told_lists(connection, hub.store.clock.now(), reader.reading)
        return [told_json(one) for one in found[after : after + limit]]

    @router.get("/told/open")
    def count(reader: Reader) -> Mapping[str, int]:
        with hub.store.read() as connection:
            return {"open": open_told(connection, hub.store.clock.now(), reader.reading)}

    @router.get("/outages/{key}/told")
    def one_list(reader: Reader, key: str, after: After = 0, limit: Limit = 100) -> Mapping[str, object]:
        """The list of one window; `open` and `total` count all of it."""
        with hub.store.read() as connection:
            found = told_list(connection, key, hub.store.clock.now(), reader.reading)
        return told_json(found, after, limit)

    @router.post("/outages/{key}/told", status_code=201)
    def tell(teller: Teller, key: str, request: AttemptRequest) -> Mapping[str, object]:
        with hub.store.write(teller.actor, "tell customer") as writing:
            noted = record_attempt(writing, request.new(key), teller.actor, teller.reading)
        hub.stream.look_now()
        return to_tell_json(noted)

    return router


def call_back_router(hub: Hub) -> APIRouter:
    """The routes of those who asked to be called back."""
    router = APIRouter(tags=["call-backs"])
    Worker = Annotated[Person, Depends(PersonWho(hub.store, "work_tickets"))]

    @router.get("/call-backs")
    def listed(
        worker: Worker,
        status: Literal["due", "later", "waiting", "closed"] | None = None,
        after: After = 0,
        limit: Limit = 100,
    ) -> Sequence[Mapping[str, object]]:
        """Those that are due first, each in the order of asking."""
        with hub.store.read() as connection:
            found = call_backs(connection, hub.store.clock.now(), worker.reading)
        fitting = [one for one in found if status in {None, one.standing.status}]
        return [call_back_json(one, worker.sees) for one in fitting[after : after + limit]]

    @router.get("/call-backs/due")
    def count(worker: Worker) -> Mapping[str, int]:
        with hub.store.read() as connection:
            return {"due": due_call_backs(connection, hub.store.clock.now(), worker.reading)}

    @router.post("/call-backs", status_code=201)
    def add(worker: Worker, request: CallBackRequest) -> Mapping[str, object]:
        with hub.store.write(worker.actor, "add call-back", worker.branches) as writing:
            key = add_call_back(writing, request.new(), worker.actor)
        return answer(key, worker)

    @router.post("/call-backs/{key}/claim")
    def claim(worker: Worker, key: str) -> Mapping[str, object]:
        with hub.store.write(worker.actor, "claim call-back", worker.branches) as writing:
            asked = claim_call_back(writing, key, worker.actor)
        until = to_iso(asked.claimed_until) if asked.claimed_until else None
        return {**answer(key, worker), "phone": asked.phone, "claimed_until": until}

    @router.post("/call-backs/{key}/release")
    def release(worker: Worker, key: str) -> Mapping[str, object]:
        with hub.store.write(worker.actor, "release call-back", worker.branches) as writing:
            release_call_back(writing, key, worker.actor)
        return answer(key, worker)

    @router.post("/call-backs/{key}/tries", status_code=201)
    def tried(worker: Worker, key: str, request: TryRequest) -> Mapping[str, object]:
        with hub.store.write(worker.actor, "call back", worker.branches) as writing:
            record_try(
                writing, key, request.result, worker.actor, note=request.note, news=request.news, etr=request.etr
            )
        return answer(key, worker)

    def answer(key: str, worker: Person) -> dict[str, Any]:
        hub.stream.look_now()
        with hub.store.read() as connection:
            return call_back_json(find_call_back(connection, key, hub.store.clock.now()), worker.sees)

    return router
