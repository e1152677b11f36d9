"""The desk's way in and out: signing in, signing out, and where nobody said what page."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from sync import auth
from sync.auth.lockout import address
from sync.desk.answers import go_on
from sync.desk.page import Desk, inside
from sync.errors import RefusedError, TooManyTriesError
from sync.hub.asking import COOKIE, Anybody, session_token
from sync.hub.hub import Hub
from sync.hub.problems import status_of
from sync.refusal_words import refusal
from sync.routes.shift_routes import one_of_few

Text = Annotated[str, Form(max_length=500)]


def sign_in_router(hub: Hub) -> APIRouter:
    """The pages `/` and `/login`, and what ends a session."""
    router = APIRouter(include_in_schema=False)
    desk = Desk()

    def page(request: Request, status: int = 200, **values: str) -> Response:
        return desk.render(request, None, "login.html", status, **values)

    @router.get("/", dependencies=[Depends(Anybody("leads to the desk"))])
    def start() -> Response:
        return go_on("/desk")

    @router.get("/login", dependencies=[Depends(Anybody("the page to sign in on"))])
    def login_page(request: Request, next: str = "/desk") -> Response:  # noqa: A002 - as it stands in the address
        return page(request, error="", name="", next=next)

    @router.post("/login", dependencies=[Depends(Anybody("the password is the credential", "sign_in"))])
    async def login(request: Request, name: Text, password: Text, next: Text = "/desk") -> Response:  # noqa: A002
        place = address(request.client.host if request.client else None)
        try:
            person, token = await one_of_few(partial(auth.sign_in, hub.store, name, password, place))
        except (RefusedError, TooManyTriesError) as error:
            return page(request, status_of(error), error=refusal(request, error), name=name, next=next)
        response = go_on("/desk/account" if person.must_change else inside(next))
        secure = request.url.scheme == "https"
        lasts = int(auth.SESSION_LASTS.total_seconds())
        response.set_cookie(COOKIE, token, max_age=lasts, httponly=True, samesite="strict", secure=secure)
        return response

    @router.post("/logout", dependencies=[Depends(Anybody("ends the session that it bears"))])
    def logout(request: Request) -> Response:
        auth.sign_out(hub.store, session_token(request))
        response = go_on("/login")
        response.delete_cookie(COOKIE)
        return response

    return router
