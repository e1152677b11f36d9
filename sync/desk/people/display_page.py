"""How a big display is let in: a code, used once, becomes a cookie that no script can read."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from sync import auth
from sync.auth.devices import DISPLAY_LASTS
from sync.desk.answers import go_on
from sync.desk.page import Desk
from sync.errors import RefusedError
from sync.hub.asking import DISPLAY_COOKIE, Anybody
from sync.hub.hub import Hub
from sync.hub.problems import status_of
from sync.refusal_words import refusal


def display_router(hub: Hub) -> APIRouter:
    """The page `/display`. The code comes in a form, never in an address: addresses are remembered and logged."""
    router = APIRouter(include_in_schema=False)
    desk = Desk()

    @router.get("/display", dependencies=[Depends(Anybody("the page to give a display's code on"))])
    def page(request: Request) -> Response:
        return desk.render(request, None, "display.html")

    @router.post("/display", dependencies=[Depends(Anybody("the one-time code is the credential", "enrol"))])
    def enrol(request: Request, code: Annotated[str, Form(max_length=64)]) -> Response:
        try:
            _, secret = auth.enrol_display(hub.store, code)
        except RefusedError as error:
            return desk.render(request, None, "display.html", status_of(error), error=refusal(request, error))
        response = go_on("/wallboard")
        lasts, secure = int(DISPLAY_LASTS.total_seconds()), request.url.scheme == "https"
        response.set_cookie(DISPLAY_COOKIE, secret, max_age=lasts, httponly=True, samesite="strict", secure=secure)
        return response

    return router
