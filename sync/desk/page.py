"""What all pages of the desk share: their frame, the way between them, and the two languages."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates
from jinja2 import pass_context
from jinja2.runtime import Context

from data.clock import from_iso
from data.outages.timetable import SHANGHAI
from data.rights import ROLES, may
from sync.auth import Person
from sync.desk.answers import go_on
from sync.desk.typed import as_typed
from sync.hub.asking import Anybody
from sync.language import LANGUAGE_COOKIE, Language, language

_A_YEAR_S = 365 * 86_400
_HERE = Path(__file__).parent


def desk_static() -> StaticFiles:
    """The desk's style sheets and scripts, to be mounted at `/static/desk`."""
    return StaticFiles(directory=_HERE / "static")


@dataclass(frozen=True, slots=True)
class NavEntry:
    """A way to a page, for those who may do `act`.

    Attributes:
        under: Where the pages that belong to it stand, if not below its own path.
    """

    path: str
    zh: str
    en: str
    act: str
    under: str = ""

    def holds(self, path: str) -> bool:
        """Whether `path` is a page that belongs to this one."""
        return path.startswith(f"{self.under or self.path}/")


@dataclass(frozen=True, slots=True)
class NavGroup:
    """Ways to pages that serve one purpose."""

    zh: str
    en: str
    entries: tuple[NavEntry, ...]


NAV = (
    NavGroup(
        "停电",
        "Outages",
        (
            NavEntry("/desk", "停电信息", "Outages", "see_desk", under="/desk/outages"),
            NavEntry("/desk/suspicions", "疑似停电", "Suspected", "see_desk"),
            NavEntry("/desk/planned", "批量计划", "Planned works", "set_outage"),
            NavEntry("/desk/told", "重要客户通知", "To be told", "see_desk"),
            NavEntry("/wallboard", "大屏", "Wallboard", "see_wallboard"),
        ),
    ),
    NavGroup(
        "来电",
        "Callers",
        (
            NavEntry("/desk/lookup", "查询", "Look up", "see_places"),
            NavEntry("/desk/tickets", "工单", "Tickets", "work_tickets"),
            NavEntry("/desk/call-backs", "复电回访", "Call-backs", "work_tickets"),
            NavEntry("/desk/catalogue", "业务目录", "Catalogue", "work_tickets"),
        ),
    ),
    NavGroup(
        "电网",
        "Network",
        (
            NavEntry("/desk/tree", "线路树", "Supply tree", "see_places"),
            NavEntry("/desk/map", "地图", "Map", "see_places"),
        ),
    ),
    NavGroup(
        "资料",
        "Records",
        (
            NavEntry("/desk/records", "资料维护", "Records", "edit_records"),
            NavEntry("/desk/conflicts", "冲突", "Conflicts", "resolve_conflicts"),
            NavEntry("/desk/import", "批量导入", "Import", "import_files"),
            NavEntry("/desk/pulls", "营销取数", "Central systems", "run_pull"),
            NavEntry("/desk/export", "导出", "Export", "export"),
        ),
    ),
    NavGroup(
        "中心",
        "Centre",
        (
            NavEntry("/desk/notices", "公告", "Notices", "see_desk"),
            NavEntry("/desk/scripts", "话术", "Scripts", "edit_scripts"),
            NavEntry("/desk/fleet", "坐席电脑", "PCs", "see_fleet"),
            NavEntry("/desk/people", "人员", "People", "manage_people"),
            NavEntry("/desk/audit", "审计", "Audit", "see_audit"),
            NavEntry("/desk/settings", "设置", "Settings", "set_up_centre"),
        ),
    ),
)
"""Every page of the desk, by what it serves, in the order in which it is offered."""


def local_time(value: str) -> str:
    """`11-22 14:05` in Asia/Shanghai of an ISO moment."""
    return from_iso(value).astimezone(SHANGHAI).strftime("%m-%d %H:%M")


def local_input(value: str) -> str:
    """An ISO moment as a `datetime-local` field holds it."""
    return as_typed(from_iso(value))


class Desk:
    """Draws the desk's pages: templates that extend `page.html`.

    A template finds `t(zh, en)`, `counted(number, zh, one)`, `lang`, `person`, `may(act)` and `nav`, beside its own
    values.

    Args:
        filters: More filters of these templates.
        labels: More names that these templates know.
        done: What is said, in Chinese and in English, where an address ends in `?done=` and one of these keys.
    """

    def __init__(
        self,
        filters: Mapping[str, Callable[..., object]] | None = None,
        labels: Mapping[str, object] | None = None,
        done: Mapping[str, tuple[str, str]] | None = None,
    ) -> None:
        self._done = done or {}
        self._templates = Jinja2Templates(_HERE / "templates")
        self._templates.env.filters |= {"local_time": local_time, "local_input": local_input, **(filters or {})}
        self._templates.env.globals |= {"t": _in_its_language, "counted": _counted, "ROLES": ROLES, **(labels or {})}

    def render(
        self,
        request: Request,
        person: Person | None,
        template: str,
        status: int = 200,
        **values: Any,  # noqa: ANN401 - whatever a template shows
    ) -> HTMLResponse:
        """A page, or a part of one, for whoever asks; `person` is None where nobody has signed in."""
        shown = {
            "person": person,
            "lang": language(request),
            "nav": _nav(request, person),
            "here": request.url.path,
            "what_was_done": self._done.get(request.query_params.get("done", "")),
            "switch_language": _switch(request),
            "may": lambda act: person is not None and may(person.role, act),
            **values,
        }
        return self._templates.TemplateResponse(request, template, shown, status)


def inside(path: str) -> str:
    """`path`, if it is one of this hub's pages, else the desk."""
    return path if re.fullmatch(r"/[\w-]+(/[\w.-]+)*", path, re.ASCII) else "/desk"


def language_router() -> APIRouter:
    """Choosing the language of the pages."""
    router = APIRouter(include_in_schema=False)

    @router.get("/desk/language", dependencies=[Depends(Anybody("chooses the words of the pages, and nothing else"))])
    def choose(request: Request, to: Language, back: str = "/desk") -> Response:
        answer = go_on(inside(back))
        secure = request.url.scheme == "https"
        answer.set_cookie(LANGUAGE_COOKIE, to, max_age=_A_YEAR_S, httponly=True, samesite="strict", secure=secure)
        return answer

    return router


@pass_context
def _in_its_language(context: Context, zh: str, en: str) -> str:
    return en if context.get("lang") == "en" else zh


@pass_context
def _counted(context: Context, number: int, zh: str, one: str, many: str = "") -> str:
    """`5 户`, `1 customer`, `5 customers`; `many` where an s is not enough."""
    return f"{number} {one if number == 1 else many or one + 's'}" if context.get("lang") == "en" else f"{number} {zh}"


def _nav(request: Request, person: Person | None) -> list[NavGroup]:
    """The ways of this hub that `person` may go; groups in which there are none are left out."""
    if person is None or person.must_change:
        return []
    served = _served(request.app)
    offered = [
        replace(group, entries=tuple(one for one in group.entries if may(person.role, one.act) and one.path in served))
        for group in NAV
    ]
    return [group for group in offered if group.entries]


@lru_cache(maxsize=1)
def _served(app: FastAPI) -> frozenset[str]:
    """The paths of all routes; those of a router stand below it."""
    below = [app.router]
    paths = set()
    while below:
        for route in below.pop().routes:
            included = getattr(route, "original_router", None)
            if included is not None:
                below.append(included)
            paths.add(str(getattr(route, "path", "")))
    return frozenset(paths)


def _switch(request: Request) -> str:
    """Back to this page; from what answered a form, to the page that it belongs to."""
    other, path = "zh" if language(request) == "en" else "en", request.url.path
    back = path if request.method == "GET" else "/".join(path.split("/")[:3])
    return "/desk/language?" + urlencode({"to": other, "back": back})
