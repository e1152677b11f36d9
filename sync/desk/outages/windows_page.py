"""The desk's first page: the windows that are on, to come and over, and what asks for somebody's attention."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy import Connection, select

from data.outages.describing import describe_outages
from data.outages.listing import ENDED_LISTED, branches_touched, listing, windows_since
from data.outages.promises import needs_its_owner, owners
from data.outages.windows import OutageWindow
from data.store.schema import RECORDS
from sync.auth import Person
from sync.desk.outages.pending import pending_for
from sync.desk.outages.window_words import state_of, window_desk
from sync.desk.typed import Asked
from sync.hub.asking import PersonWho
from sync.hub.hub import Hub

ENDED_AT_ONCE = 100
"""How many windows that are over are listed; a filter finds the others."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which windows somebody wants to see; an empty text is no wish.

    Attributes:
        kind: A key of `data.kinds.OUTAGE_KINDS`.
        branch: Id of a branch; those below it count.
        state: A key of `sync.desk.outages.window_words.STATES`.
        q: Part of a number, a place, a reason or a crew.
        mine: Only what the asking person set or promised.
    """

    kind: str = ""
    branch: str = ""
    state: str = ""
    q: str = ""
    mine: str = ""

    def query(self) -> str:
        """As it stands in an address."""
        asked = {name: getattr(self, name) for name in ("kind", "branch", "state", "q", "mine")}
        return urlencode({name: value for name, value in asked.items() if value})

    def fits(self, window: Mapping[str, Any]) -> bool:
        """Whether a window in its public JSON form is in the state wanted, and has the text in it."""
        if self.state and state_of(window) != self.state:
            return False
        return all(word in _text_of(window) for word in self.q.casefold().split())


def windows_router(hub: Hub) -> APIRouter:
    """The page `/desk` and `/desk/pending`, a part of it; for htmx, the page's lists alone."""
    router = APIRouter(include_in_schema=False)
    desk = window_desk()
    Reader = Annotated[Person, Depends(PersonWho(hub.store, "see_desk"))]

    @router.get("/desk")
    def windows(
        request: Request,
        reader: Reader,
        kind: Asked = "",
        branch: Asked = "",
        state: Asked = "",
        q: Asked = "",
        mine: Asked = "",
    ) -> Response:
        now, wanted = hub.store.clock.now(), Wanted(kind, branch, state, q.strip(), mine)
        with hub.store.read() as connection:
            shown = _shown(connection, now, wanted, reader)
            values = {**shown, "now": now, "wanted": wanted, "branches": _branches(connection)}
        if "HX-Request" not in request.headers:
            return desk.render(request, reader, "desk.html", **values)
        answer = desk.render(request, reader, "desk_windows.html", **values)
        # The address follows the filters, so that it can be kept, sent and loaded again.
        answer.headers["HX-Replace-Url"] = f"/desk?{wanted.query()}".rstrip("?")
        return answer

    @router.get("/desk/pending")
    def pending(request: Request, reader: Reader) -> Response:
        """A part of the page, by itself: to count takes longer than to list."""
        with hub.store.read() as connection:
            counted = pending_for(connection, reader, hub.store.clock.now())
        return desk.render(request, reader, "desk_pending.html", pending=counted)

    return router


def _shown(connection: Connection, now: datetime, wanted: Wanted, person: Person) -> dict[str, Any]:
    """The lists, and the reader's own windows whose promise is due: those whatever the filters say."""
    reader = person.actor
    known = windows_since(connection, now - ENDED_LISTED)
    due = [one for one in known if needs_its_owner(one, now) and reader in owners(one)]
    lists = listing(_chosen(connection, known, wanted, reader), now)
    # A text may stand in a name, which is looked up; without one the last windows are enough.
    ended = lists.ended if wanted.q or wanted.state else lists.ended[:ENDED_AT_ONCE]
    listed = {one.id: one for one in (*due, *lists.now, *lists.coming)}
    standing = [one for one in known if one.phase(now)]
    described = [
        *describe_outages(connection, list(listed.values()), now, standing, person.reading),
        *describe_outages(connection, [one for one in ended if one.id not in listed], now, (), person.reading),
    ]
    told = {str(one["id"]): one for one in described}

    def rows(windows: Iterable[OutageWindow]) -> list[Mapping[str, Any]]:
        return [told[one.id] for one in windows if wanted.fits(told[one.id])]

    return {
        "on": sorted(rows(lists.now), key=_how_bad),
        "coming": rows(lists.coming),
        "ended": rows(ended)[:ENDED_AT_ONCE],
        "more_ended": len(lists.ended) > ENDED_AT_ONCE,
        "due": [told[one.id] for one in due],
    }


def _chosen(connection: Connection, windows: Iterable[OutageWindow], wanted: Wanted, reader: str) -> list[OutageWindow]:
    chosen = [
        one
        for one in windows
        if (not wanted.mine or reader in owners(one)) and (not wanted.kind or one.kind == wanted.kind)
    ]
    if not wanted.branch:
        return chosen
    touched = branches_touched(connection, chosen)
    return [one for one in chosen if wanted.branch in touched[one.id]]


def _how_bad(window: Mapping[str, Any]) -> tuple[bool, bool, int, int]:
    """Broken promises come first, then where it hits important customers, then many; else what ends first."""
    affected = window["affected"]
    return (
        window["kind"] == "maintenance",
        window["state"] != "overdue",
        -affected["important"],
        -affected["customers"],
    )


def _text_of(window: Mapping[str, Any]) -> str:
    names = [str(item[part]) for item in window["scope"] for part in ("name", "number", "id") if item[part]]
    said = [window[part] or "" for part in ("number", "public_scope", "reason", "crew")]
    return " ".join([*said, *names]).casefold()


def _branches(connection: Connection) -> list[tuple[str, str]]:
    """Every branch's id and name, by name."""
    table = RECORDS["branch"]
    return [(key, name) for key, name in connection.execute(select(table.c.id, table.c.name).order_by(table.c.name))]
