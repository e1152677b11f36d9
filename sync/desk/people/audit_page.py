"""The desk's page of audit entries, for whoever may see them."""

import json
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response

from data.clock import from_iso
from data.errors import BadValueError
from data.store import audit
from data.store.audit_chain import Entry
from data.store.audit_commits import COMMITTED
from sync.audit.trail import LOCAL
from sync.auth import Person
from sync.auth.fleet import list_devices
from sync.desk.page import Desk
from sync.desk.people.audit_words import about_words, act_words, actor_words
from sync.hub.asking import PersonWho
from sync.hub.hub import Hub
from sync.language import Language
from sync.refusal_words import refusal

_PAGE = 100

Asked = Annotated[str, Query(max_length=100)]
Text = Annotated[str, Form(max_length=100)]


def audit_page_router(hub: Hub) -> APIRouter:
    """The page `/desk/audit`."""
    router = APIRouter(include_in_schema=False)
    desk = Desk(
        {"day_and_time": _day_and_time, "in_words": _in_words}, {"act_words": act_words, "actor_words": actor_words}
    )
    Reader = Annotated[Person, Depends(PersonWho(hub.store, "see_audit"))]

    @router.get("/desk/audit")
    def entries(request: Request, reader: Reader, since: Asked = "", until: Asked = "", act: Asked = "") -> Response:
        return page(request, reader, since, until, "", act, None)

    @router.post("/desk/audit")
    def find(
        request: Request,
        reader: Reader,
        since: Text = "",
        until: Text = "",
        actor: Text = "",
        act: Text = "",
        before: Annotated[int | None, Form(ge=1, lt=1 << 31)] = None,
    ) -> Response:
        """The entries as they were asked for; who acted is somebody's name: it stands in no address."""
        return page(request, reader, since, until, actor, act, before)

    def page(
        request: Request, reader: Person, since: str, until: str, actor: str, act: str, before: int | None
    ) -> Response:
        error, filters = "", {"since": since, "until": until, "actor": actor, "act": act}
        try:
            wanted = _wanted(since, until, actor.strip(), act)
        except BadValueError as bad:
            error, wanted = refusal(request, bad), audit.Wanted()
        with hub.store.read() as connection:
            found = audit.newest(connection, wanted, before=before, limit=_PAGE + 1)
            acts = audit.acts_of(connection)
            devices = {one["id"]: one["name"] for one in list_devices(connection, hub.store.clock.now())}
        shown = found[:_PAGE]
        older = shown[-1].number if len(found) > _PAGE else None
        values = {
            "entries": shown,
            "acts": acts,
            "devices": devices,
            "older": older,
            "filters": filters,
            "first": before is None,
        }
        return desk.render(request, reader, "audit.html", 422 if error else 200, error=error, **values)

    return router


def _wanted(since: str, until: str, actor: str, act: str) -> audit.Wanted:
    """What the filters ask for; commits, which are many, only where they are asked for."""
    last = _day(until, "至") if until else None
    return audit.Wanted(
        since=_day(since, "从") if since else None,
        until=last + timedelta(days=1) if last else None,
        actor=actor,
        acts=() if act in {"", "*"} else (act,),
        not_acts=(COMMITTED,) if act == "" else (),
    )


def _day(text: str, field: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=LOCAL)
    except ValueError:
        raise BadValueError(field, text, "fill in a day 请填写日期").about("day_needed") from None


def _day_and_time(at: str) -> str:
    return from_iso(at).astimezone(LOCAL).strftime("%Y-%m-%d %H:%M:%S")


def _in_words(entry: Entry, lang: Language) -> str:
    """What an entry is about, for people: a commit without its digest."""
    if entry.act != COMMITTED:
        return about_words(entry.act, entry.about, lang)
    try:
        about = json.loads(entry.about)
        words = (
            "{action} ({changed} changed, revision {revision})"
            if lang == "en"
            else "{action}（{changed} 条，版本 {revision}）"
        )
        return words.format_map(about)
    except (ValueError, KeyError, TypeError):
        return entry.about  # somebody changed it: whoever looks must see that
