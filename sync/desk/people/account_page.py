"""The desk's page of one's own account: another password, another PIN."""

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request, Response

from data.errors import BadValueError, SwitchboardError
from sync import auth
from sync.auth import Person, people
from sync.auth.lockout import address
from sync.auth.passwords import SHORTEST_PIN
from sync.desk.answers import go_on
from sync.desk.page import Desk
from sync.hub.asking import SignedInWho
from sync.hub.hub import Hub
from sync.hub.problems import status_of
from sync.refusal_words import refusal
from sync.routes.shift_routes import one_of_few

SHORTEST_PASSWORD = 8

Text = Annotated[str, Form(max_length=200)]


def account_router(hub: Hub) -> APIRouter:
    """The page `/desk/account`, and what is done from it."""
    router = APIRouter(include_in_schema=False)
    desk = Desk(labels={"SHORTEST": SHORTEST_PASSWORD, "SHORTEST_PIN": SHORTEST_PIN})
    Own = Annotated[Person, Depends(SignedInWho(hub.store))]

    def page(request: Request, person: Person, status: int = 200, **more: Any) -> Response:  # noqa: ANN401
        return desk.render(request, person, "account.html", status, **more)

    async def with_password(request: Request, person: Person, password: str) -> None:
        """Whoever found a page open must not change how its owner signs in."""
        place = address(request.client.host if request.client else None)
        await one_of_few(partial(auth.check_password, hub.store, person.name, password, place))

    @router.get("/desk/account")
    def account(request: Request, own: Own) -> Response:
        return page(request, own)

    @router.post("/desk/account/password")
    async def password(request: Request, own: Own, old: Text, new: Text) -> Response:
        try:
            if len(new) < SHORTEST_PASSWORD:
                raise BadValueError("password", "…", f"给出至少 {SHORTEST_PASSWORD} 个字符 give more characters").about(
                    "password_too_short", least=SHORTEST_PASSWORD
                )
            if new == old:
                raise BadValueError("password", "…", "新旧密码不能相同 give another one than before").about(
                    "password_the_same"
                )
            await with_password(request, own, old)
            await one_of_few(partial(people.set_password, hub.store, own.name, new, own.actor))
        except SwitchboardError as error:
            return page(request, own, status_of(error), error=refusal(request, error))
        return go_on("/login")

    @router.post("/desk/account/pin")
    async def pin(request: Request, own: Own, password: Text, pin: Text) -> Response:
        try:
            await with_password(request, own, password)
            await one_of_few(partial(people.set_pin, hub.store, own.name, pin, own.actor))
        except SwitchboardError as error:
            return page(request, own, status_of(error), error=refusal(request, error))
        return page(request, own, done=True)

    return router
