"""Who sends a request: the device or the person behind it, and whether they may.

Every route says by one of these dependencies whose it is; a test walks all routes with every credential.
"""

from dataclasses import dataclass, replace

from fastapi import Request
from sqlalchemy import Connection

from data.rights import LEAST_ROLE, check, check_device
from data.store.store import Store
from sync import auth
from sync.auth.changes import Holder, device_holder, session_holder, sign_in_required
from sync.auth.lockout import address
from sync.auth.tokens import digest
from sync.device_protocol import PERSON_HEADER
from sync.errors import MustChangeError, RefusedError, ShiftOverError, TokenOverError
from sync.hub.limits import spend

COOKIE = "switchboard_session"
DISPLAY_COOKIE = "switchboard_display"
_SIGN_IN = "sign in first 请先登录"
_SIGN_IN_HERE = "sign in at this PC first 请先在本机登录"
_NO_DEVICE = "this device is not enrolled at this hub, or was revoked: enrol it again"


@dataclass(frozen=True, slots=True)
class AtDevice:
    """A device, and the person who is signed in at it, if any."""

    device: auth.Device
    person: auth.Person | None

    @property
    def actor(self) -> str:
        """How they stand in the logs."""
        return f"person:{self.person.name}" if self.person else f"device:{self.device.id}"


class Anybody:
    """A route's dependency that lets everybody in.

    Args:
        reason: Why that is right.
        limited: What each address may do so often; empty where nothing is tried or done.

    Raises:
        TooManyTriesError: it was done too often from there.
    """

    acts: tuple[str, ...] = ()

    def __init__(self, reason: str, limited: str = "") -> None:
        self.reason = reason
        self._limited = limited

    def __call__(self, request: Request) -> None:
        """Counts; FastAPI calls it for each request."""
        if self._limited:
            spend(request, address(request.client.host if request.client else None), self._limited)


class DeviceWho:
    """A route's dependency: the device that asks, whoever sits at it, if its kind may do `act`.

    Raises:
        RefusedError: no device asks, or its access token is over.
        ForbiddenError: such a device may not.
    """

    def __init__(self, store: Store, act: str) -> None:
        self._store = store
        self.acts = (act,)

    def __call__(self, request: Request) -> auth.Device:
        """The device, checked; FastAPI calls it for each request."""
        with self._store.read() as connection:
            device = _device_asking(connection, self._store, request, self.acts[0])
        spend(request, _at(device), self.acts[0])
        return device


class AtDeviceWho:
    """A route's dependency: a device and who is signed in there; where nobody is, the least role must do.

    Raises:
        RefusedError: no device asks, the person's shift is over, or the policy demands that somebody signs in.
        ForbiddenError: device or role may not.
    """

    def __init__(self, store: Store, act: str) -> None:
        self._store = store
        self.acts = (act,)

    def __call__(self, request: Request) -> AtDevice:
        """Who asks, checked; FastAPI calls it for each request."""
        with self._store.read() as connection:
            device = _device_asking(connection, self._store, request, self.acts[0])
            person = _person_at(connection, self._store, request, device)
            if person is None and sign_in_required(connection):
                raise RefusedError(_SIGN_IN_HERE)
        check(person.role if person else LEAST_ROLE, self.acts[0])
        spend(request, _at(device), self.acts[0])
        return AtDevice(device, person)


class PersonWho:
    """A route's dependency: the person who asks, from a page, a program or the PC of the shift, if they may do `act`.

    A display stands for a person whose role is `display`.

    Raises:
        RefusedError: nobody is signed in.
        ForbiddenError: the role may not.
    """

    def __init__(self, store: Store, act: str) -> None:
        self._store = store
        self.acts = (act,)

    def __call__(self, request: Request) -> auth.Person:
        """The person, checked; FastAPI calls it for each request."""
        with self._store.read() as connection:
            person = _person_asking(connection, self._store, request, self.acts[0])
        if person is None:
            raise RefusedError(_SIGN_IN).about("sign_in_first")
        check(person.role, self.acts[0])
        spend(request, f"person:{person.name}", self.acts[0])
        if person.must_change:
            refused = MustChangeError("change your password first 请先修改密码: /desk/account")
            raise refused.about("password_must_change")
        return person


class SignedInWho:
    """A route's dependency: whoever is signed in on the pages, for what is their own.

    Raises:
        RefusedError: nobody is.
    """

    acts: tuple[str, ...] = ()

    def __init__(self, store: Store) -> None:
        self._store = store

    def __call__(self, request: Request) -> auth.Person:
        """The person; FastAPI calls it for each request."""
        person = asking_person(self._store, request)
        if person is None:
            raise RefusedError(_SIGN_IN).about("sign_in_first")
        spend(request, f"person:{person.name}", "own_account")
        return person


class ListenerWho:
    """A route's dependency: who wants to be told of changes, be it a device, a display or a person on a page.

    Raises:
        RefusedError: nobody known.
        ForbiddenError: neither cache nor page is theirs.
    """

    acts = ("keep_cache", "see_wallboard")

    def __init__(self, store: Store) -> None:
        self._store = store

    def __call__(self, request: Request) -> Holder:
        """How they hold the stream; FastAPI calls it for each request."""
        with self._store.read() as connection:
            if device := _bearing_device(connection, self._store, request):
                check_device(device.kind, self.acts[0])
                spend(request, _at(device), self.acts[0])
                return device_holder(device.id, device.branches)
            if display := auth.display_of(connection, request.cookies.get(DISPLAY_COOKIE, "")):
                return device_holder(display.id, display.branches)
            person = _person_asking(connection, self._store, request, self.acts[1])
        if person is None:
            raise TokenOverError("sign in, or enrol this device, to be told of changes")
        check(person.role, self.acts[1])
        return session_holder(digest(session_token(request)), person.role)


def session_token(request: Request) -> str:
    """The session's secret, from the cookie of a page or the header of a program; empty where there is none."""
    return request.cookies.get(COOKIE) or _bearer(request)


def asking_person(store: Store, request: Request) -> auth.Person | None:
    """The person whose session the request of a page or a program bears, or None."""
    with store.read() as connection:
        return _on_pages(connection, store, request)


def _at(device: auth.Device) -> str:
    return f"device:{device.id}"


def _bearer(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else ""


def _bearing_device(connection: Connection, store: Store, request: Request) -> auth.Device | None:
    token = _bearer(request)
    return auth.device_of(connection, token, store.clock.now()) if token else None


def _device_asking(connection: Connection, store: Store, request: Request, act: str) -> auth.Device:
    device = _bearing_device(connection, store, request)
    if device is None:
        raise TokenOverError(_NO_DEVICE)
    check_device(device.kind, act)
    return device


def _person_at(connection: Connection, store: Store, request: Request, device: auth.Device) -> auth.Person | None:
    """Who is signed in at the device, as far as the request says; a shift that is over is refused, not passed over."""
    token = request.headers.get(PERSON_HEADER, "")
    if not token:
        return None
    person = auth.person_of(connection, token, store.clock.now(), device.id)
    if person is None:
        raise ShiftOverError("this shift is over 本班已结束: sign in again 请重新登录")
    return person


def _person_asking(connection: Connection, store: Store, request: Request, act: str) -> auth.Person | None:
    if PERSON_HEADER in request.headers:
        device = _device_asking(connection, store, request, act)
        person = _person_at(connection, store, request, device)
        return replace(person, sees=device.reader) if person else None
    if person := _on_pages(connection, store, request):
        return person
    display = auth.display_of(connection, request.cookies.get(DISPLAY_COOKIE, ""))
    return auth.Person(display.name, "display", display.branches) if display else None


def _on_pages(connection: Connection, store: Store, request: Request) -> auth.Person | None:
    token = session_token(request)
    return auth.person_of(connection, token, store.clock.now()) if token else None
