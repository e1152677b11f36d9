"""Call events over HTTP, as the exchange reports them."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from wallboard.calls import ImportResult, import_queue_log

LINES_AT_MOST = 1000


class CallEventsRequest(BaseModel):
    """Lines of a queue_log, oldest first."""

    lines: list[Annotated[str, Field(max_length=2000)]] = Field(max_length=LINES_AT_MOST)


def call_router(
    *,
    write: Callable[[str, str], AbstractContextManager[Any]],
    on_change: Callable[[], None],
    guard: Callable[..., object],
) -> APIRouter:
    """The route `POST /calls/events`.

    Args:
        write: Opens a write transaction of the store: actor, action.
        on_change: Called when the figures have changed.
        guard: A dependency that refuses who may not send call events.
    """
    router = APIRouter(tags=["calls"])

    @router.post("/calls/events", response_model=None, dependencies=[Depends(guard)])
    def events(request: CallEventsRequest) -> ImportResult:
        with write("exchange", "call events") as writing:
            result = import_queue_log(writing.connection, request.lines)
        on_change()
        return result

    return router
