"""The desk's page of the centre's own rules: notice ahead of outages, whom to tell, links to other systems."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from starlette.datastructures import FormData

from data.errors import BadValueError, SwitchboardError
from data.kinds import OUTAGE_KINDS
from data.links import LINK_FACTS, MOST, LinkTemplate, links_for, read_links, write_links
from data.outages.notice_rules import NoticeRules, read_notice_rules, write_notice_rules
from data.scripts.defaults import OUTAGE_KINDS_EN
from data.store.store import Writing
from data.telling.rules import set_telling_rules, telling_rules
from sync.auth import Person
from sync.desk.answers import go_on
from sync.desk.page import Desk
from sync.desk.typed import Fields
from sync.hub.asking import PersonWho
from sync.hub.hub import Hub
from sync.hub.problems import status_of
from sync.refusal_words import refusal

_SPARE_ROWS = 2
_SAMPLE = {
    "customer_no": "2114000001",
    "feeder_id": "F02616",
    "feeder_number": "616",
    "transformer_area_id": "TQ00616001",
    "transformer_area_number": "TQ00616001",
    "area_id": "211402202",
    "area_code": "tsx",
    "outage_no": "20261123-0001",
}


Save = Callable[[Writing, FormData, str], None]


def settings_router(hub: Hub) -> APIRouter:
    """The page `/desk/settings`, and what is done from it."""
    router = APIRouter(include_in_schema=False)
    desk = Desk(labels={"KINDS": OUTAGE_KINDS, "KINDS_EN": OUTAGE_KINDS_EN, "LINK_FACTS": LINK_FACTS})
    Keeper = Annotated[Person, Depends(PersonWho(hub.store, "set_up_centre"))]

    def page(request: Request, person: Person, status: int = 200, **more: Any) -> Response:  # noqa: ANN401
        with hub.store.read() as connection:
            links, notice, telling = read_links(connection), read_notice_rules(connection), telling_rules(connection)
        rows = [(one.label, one.url) for one in links]
        values = {"links": _with_spare_rows(rows), "notice": notice, "telling": telling, "saved": "", "failed": ""}
        values |= {"samples": links_for(links, _SAMPLE), "minutes": int(telling.moved.total_seconds() // 60)}
        return desk.render(request, person, "settings.html", status, **{**values, **more})

    def saved(request: Request, keeper: Person, form: FormData, section: str, save: Save) -> Response:
        """Saves a section of the page, or shows it again with what was typed and what is wrong with it."""
        try:
            with hub.store.write(keeper.actor, "set up centre") as writing:
                save(writing, form, keeper.actor)
        except SwitchboardError as problem:
            typed = {"links": _with_spare_rows(_rows(form))} if section == "links" else {"typed": dict(form)}
            return page(request, keeper, status_of(problem), failed=section, reason=refusal(request, problem), **typed)
        return go_on(f"/desk/settings?saved={section}")

    @router.get("/desk/settings")
    def settings(request: Request, keeper: Keeper, saved: str = "") -> Response:
        return page(request, keeper, saved=saved)

    @router.post("/desk/settings/notice-rules")
    def notice_rules(request: Request, keeper: Keeper, form: Fields) -> Response:
        return saved(request, keeper, form, "notice-rules", _save_notice_rules)

    @router.post("/desk/settings/telling")
    def telling(request: Request, keeper: Keeper, form: Fields) -> Response:
        return saved(request, keeper, form, "telling", _save_telling)

    @router.post("/desk/settings/links")
    def links(request: Request, keeper: Keeper, form: Fields) -> Response:
        return saved(request, keeper, form, "links", _save_links)

    return router


def _save_notice_rules(writing: Writing, form: FormData, by: str) -> None:
    ahead = {kind: hours for kind in OUTAGE_KINDS if (hours := _whole(form, kind, empty=0))}
    rules = NoticeRules(ahead, _whole(form, "repeat_days"), _whole(form, "repeat_from"))
    write_notice_rules(writing, rules, by)


def _save_telling(writing: Writing, form: FormData, by: str) -> None:
    minutes, claims = _whole(form, "minutes"), _whole(form, "claims")
    set_telling_rules(writing, sensitive=bool(form.get("sensitive")), minutes=minutes, claims=claims, by=by)


def _save_links(writing: Writing, form: FormData, by: str) -> None:
    write_links(writing, [LinkTemplate(label, url) for label, url in _rows(form) if label or url], by)


def _rows(form: FormData) -> list[tuple[str, str]]:
    """Label and URL of each row, as they were typed."""
    columns = ([str(one).strip() for one in form.getlist(name)] for name in ("label", "url"))
    return [*zip(*columns, strict=False)]


def _with_spare_rows(rows: list[tuple[str, str]]) -> list[tuple[str, str]]:
    filled = [row for row in rows if any(row)]
    return [*filled, *[("", "")] * min(_SPARE_ROWS, MOST - len(filled))]


def _whole(form: Mapping[str, Any], name: str, empty: int | None = None) -> int:
    text = str(form.get(name, "")).strip()
    if not text and empty is not None:
        return empty
    try:
        return int(text)
    except ValueError:
        raise BadValueError(name, text, "填写整数 give a whole number").about("whole_number_needed") from None
