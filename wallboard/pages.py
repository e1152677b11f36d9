"""The wallboard's pages: one screen for the room, the figures it draws, its own script and style."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated, Final, Protocol

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, Response
from fastapi.templating import Jinja2Templates
from sqlalchemy import Connection

from data.clock import Clock
from wallboard.live import live_figures

_HERE = Path(__file__).parent
_TEMPLATES = Jinja2Templates(_HERE / "templates")
_STATIC: Final = {"wallboard.css": "text/css", "wallboard.js": "text/javascript", "figures.js": "text/javascript"}


class Viewer(Protocol):
    """Who looks at the wall."""

    @property
    def branches(self) -> Sequence[str]:
        """The ids of those that the room belongs to; none for the whole centre's."""
        ...


def wallboard_router(
    *,
    connect: Callable[[], AbstractContextManager[Connection]],
    clock: Clock,
    outages: Callable[[], Sequence[Mapping[str, object]]],
    guard: Callable[..., Viewer],
) -> APIRouter:
    """The routes `/wallboard`, `/wallboard/figures` and `/static/wallboard/…`.

    The page also listens to the hub's `/events`: each event named `change` makes it ask for the figures at once.

    Args:
        connect: Opens the hub's store for reading.
        clock: The hub's.
        outages: The windows to show, each with `id`, `kind`, `kind_label`, `phase`, `start`, `etr`, `reason`,
            `scope_text`, `feeders`, `transformer_areas`, `customers` and `important` (the last four are numbers), and
            `hold` where it stays on after its ETR. The page moves them from phase to phase by the hub's clock. A
            suspicion is one of the phase `suspected`, from `start` to `etr`.
        guard: A dependency that refuses who may not see the wallboard, and says who looks.
    """
    router = APIRouter(tags=["wallboard"])

    @router.get("/wallboard", response_class=HTMLResponse, dependencies=[Depends(guard)])
    def page(request: Request) -> Response:
        """The wallboard, to be shown full-screen."""
        return _TEMPLATES.TemplateResponse(request, "wallboard.html")

    @router.get("/wallboard/figures")
    def figures(viewer: Annotated[Viewer, Depends(guard)]) -> JSONResponse:
        """What the wallboard shows at this moment."""
        shown = outages()
        with connect() as connection:
            return JSONResponse(live_figures(connection, clock.now(), shown, viewer.branches))

    @router.get("/static/wallboard/{name}", include_in_schema=False)
    def static(name: str) -> FileResponse:
        if name not in _STATIC:
            raise HTTPException(404)
        headers = {"Cache-Control": "no-cache"}
        return FileResponse(_HERE / "static" / name, media_type=_STATIC[name], headers=headers)

    return router
