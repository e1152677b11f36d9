"""The hub's web application, put together from its parts."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager, closing
from dataclasses import dataclass

from fastapi import APIRouter, Depends, FastAPI, Response

from data.store import change_log
from data.store.database import is_postgresql
from data.store.store import Store
from sync.hub.asking import Anybody
from sync.hub.guard import RequestGuard, RequestLimits
from sync.hub.jobs import Jobs
from sync.hub.limits import Limits
from sync.hub.notices import Notices
from sync.hub.problems import DOCUMENTED, add_problem_answers
from sync.hub.retention import LogRetention
from sync.hub.shelf import SnapshotShelf
from sync.hub.soundness import Soundness
from sync.hub.stream import Stream
from sync.hub.urgent import news_since
from sync.hub.withdrawal import Withdrawals

_WELL, _UNAVAILABLE = 200, 503


@dataclass(frozen=True, slots=True)
class Hub:
    """What the routes of one hub process share."""

    store: Store
    shelf: SnapshotShelf
    stream: Stream
    head: Callable[[], int]
    """Reads the store's head revision."""
    withdrawals: Withdrawals
    retention: LogRetention
    jobs: Jobs
    soundness: Soundness


def make_hub(store: Store, shelf: SnapshotShelf) -> Hub:
    """A hub on `store`."""

    def head() -> int:
        with store.read() as connection:
            return change_log.head(connection)

    notices = Notices(store.engine) if is_postgresql(store.engine) else None
    stream = Stream(head, store.clock, notices, lambda since: news_since(store, since))
    withdrawals = Withdrawals(store, stream.look_now)
    return Hub(store, shelf, stream, head, withdrawals, LogRetention(store), Jobs(store), Soundness(store.engine))


def create_app(
    hub: Hub,
    routers: Sequence[APIRouter],
    version: str,
    limits: RequestLimits | None = None,
    *,
    https_only: bool = False,
    beside: Sequence[AbstractContextManager[object]] = (),
) -> FastAPI:
    """The web application.

    Args:
        hub: What the routes share.
        routers: Every route beyond `/healthz`.
        version: Answered by `/healthz`.
        limits: Of each request.
        https_only: Refuses what came in plain text from another machine.
        beside: What is begun when the hub begins to serve, and ended before its own parts are.
    """

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()
        with closing(hub.shelf), hub.stream.watching(loop), hub.withdrawals.watching(), ExitStack() as running:
            for one in beside:
                running.enter_context(one)
            yield

    # The interactive documentation loads scripts from elsewhere, which the content policy forbids.
    app = FastAPI(
        title="Switchboard hub",
        version=version,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        responses=dict(DOCUMENTED),
    )
    app.state.limits = Limits(hub.store.clock)
    add_problem_answers(app)
    app.add_middleware(RequestGuard, limits=limits, https_only=https_only)
    for router in routers:
        app.include_router(router)

    @app.get("/healthz", dependencies=[Depends(Anybody("says only that the hub is there"))])
    def healthz(response: Response) -> dict[str, object]:
        """Answers 200 while the hub is well, 503 once its database was found damaged."""
        with hub.store.read() as connection:
            revision, epoch = change_log.head(connection), change_log.epoch(connection)
        damaged = bool(hub.soundness.damage)
        response.status_code = _UNAVAILABLE if damaged else _WELL
        return {
            "status": "damaged" if damaged else "ok",
            "revision": revision,
            "epoch": epoch,
            "version": version,
        }

    return app
