"""Call events over HTTP, as the exchange reports them.

The figures of the centre rest on them: who sent some stands in the audit trail, hour by hour, with how many. A batch
that adds nothing, such as a log sent again, changes nothing and is not counted.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from data.store.audit_tally import tally
from data.store.store import Writing
from wallboard.calls import ImportResult, import_queue_log

LINES_AT_MOST = 1000


class CallEventsRequest(BaseModel):
    """Lines of a queue_log, oldest first."""

    lines: list[Annotated[str, Field(max_length=2000)]] = Field(max_length=LINES_AT_MOST)


class Sender(Protocol):
    """Who sends call events: a person's account, usually the exchange's own."""

    @property
    def name(self) -> str:
        """Of the account."""
        ...


def call_router(
    *,
    write: Callable[[str, str], AbstractContextManager[Writing]],
    on_change: Callable[[], None],
    guard: Callable[..., Sender],
) -> APIRouter:
    """The route `POST /calls/events`.

    Args:
        write: Opens a write transaction of the store: actor, action.
        on_change: Called when the figures have changed.
        guard: A dependency that refuses who may not send call events, and gives who does.
    """
    router = APIRouter(tags=["calls"])

    @router.post("/calls/events", response_model=None)
    def events(sender: Annotated[Sender, Depends(guard)], request: CallEventsRequest) -> ImportResult:
        actor = f"person:{sender.name}"
        with write(actor, "call events") as writing:
            result = import_queue_log(writing.connection, request.lines)
            if result["added"]:
                tally(writing, actor, "call_events", _counts(result))
        on_change()
        return result

    return router


def _counts(result: ImportResult) -> dict[str, int]:
    return {"lines": result["lines"], "added": result["added"], "rejected": len(result["rejected"])}
