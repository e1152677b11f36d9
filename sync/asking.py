"""Who sends a request: the device or the person behind it."""

from fastapi import Request

from data.rights import ForbiddenError, check
from data.store import Store
from sync import auth
from sync.errors import RefusedError

COOKIE = "switchboard_session"


def _bearer(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else ""


def asking_device(store: Store, request: Request) -> auth.Device | None:
    """The enrolled device whose secret the request bears, or None."""
    token = _bearer(request)
    if not token:
        return None
    with store.read() as connection:
        return auth.device_of(connection, token)


def session_token(request: Request) -> str:
    """The session's secret, from the cookie of a page or the header of a program; empty where there is none."""
    return request.cookies.get(COOKIE) or _bearer(request)


def asking_person(store: Store, request: Request) -> auth.Person | None:
    """The person whose session the request bears, or None."""
    token = session_token(request)
    if not token:
        return None
    with store.read() as connection:
        return auth.person_of(connection, token, store.clock.now())


class PersonWho:
    """A route's dependency: the person who asks, if the role may do `act`.

    Raises:
        RefusedError: nobody is signed in.
        ForbiddenError: the role may not, or the request comes from another site's page.
    """

    def __init__(self, store: Store, act: str) -> None:
        self._store = store
        self._act = act

    def __call__(self, request: Request) -> auth.Person:
        """The person, checked; FastAPI calls it for each request."""
        person = asking_person(self._store, request)
        if person is None:
            raise RefusedError("sign in first 请先登录")
        check_same_site(request)
        check(person.role, self._act)
        return person


def check_same_site(request: Request) -> None:
    """Does nothing unless a browser says that another site's page makes it send this.

    The session cookie is SameSite=Strict already; this is the second lock (OWASP, "Fetch Metadata").

    Raises:
        ForbiddenError: another site's page is behind the request.
    """
    if request.method in {"GET", "HEAD"}:
        return
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in {"same-origin", "none"}:
        raise ForbiddenError("this request comes from another site's page")
    origin = request.headers.get("origin")
    if site is None and origin is not None and origin.partition("://")[2] != request.headers.get("host"):
        raise ForbiddenError("this request comes from another site's page")
