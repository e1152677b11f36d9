"""The desk's pages of pulls from central systems: what is pulled and when, what became of it, and a person's word."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request, Response

from data.errors import SwitchboardError
from data.kinds import KINDS
from data.rights import may
from sync.auth import Person
from sync.central.by_hand import Mode, PullOrder, PullsByHand
from sync.central.errors import MappingError
from sync.central.history import decline, get_pull, pulls, refused_pull, waits_for_approval
from sync.central.mapping import Source, Timing
from sync.desk.answers import go_on
from sync.desk.page import Desk
from sync.desk.people.fleet_page import how_long
from sync.desk.records.record_words import field_words
from sync.hub.asking import PersonWho
from sync.hub.hub import Hub
from sync.hub.problems import status_of
from sync.language import Language
from sync.line_words import line_words
from sync.refusal_words import refusal

OUTCOMES = {
    "done": ("已入库", "stored"),
    "tried": ("试取完成", "tried, nothing stored"),
    "waiting": ("待批准", "waits for approval"),
    "approved": ("已批准", "approved"),
    "declined": ("已拒绝", "declined"),
    "failed": ("失败", "failed"),
    "running": ("进行中", "under way"),
    "broken_off": ("已中断", "broken off"),
}
MODES = {"full": ("全部比对", "everything"), "changed": ("仅变化", "changes"), "dry_run": ("试取", "dry run")}
COUNTS = {
    "read": ("读取", "read"),
    "added": ("新增", "added"),
    "changed": ("修改", "changed"),
    "deleted": ("删除", "deleted"),
    "unchanged": ("不变", "unchanged"),
    "rejected": ("退回", "rejected"),
}
_OTHER_KINDS = {"ticket": ("工单", "tickets"), "call_event": ("话务事件", "call events")}
_SHOWN = 50

Name = Annotated[str, Form(max_length=200)]


def pull_page_router(hub: Hub, by_hand: PullsByHand) -> APIRouter:
    """The pages below `/desk/pulls`."""
    router = APIRouter(include_in_schema=False)
    words = {"OUTCOMES": OUTCOMES, "MODES": MODES, "COUNTS": COUNTS, "kind_words": kind_words, "outcome_of": outcome_of}
    desk = Desk({"how_often": how_often}, {**words, "words_of": words_of, "line_words": line_words, "total": _total})
    Runner = Annotated[Person, Depends(PersonWho(hub.store, "run_pull"))]
    Approver = Annotated[Person, Depends(PersonWho(hub.store, "approve_pull"))]

    def page(request: Request, person: Person, error: SwitchboardError | None = None) -> Response:
        sources: tuple[Source, ...] = ()
        try:
            sources = by_hand.sources()
        except MappingError as unclear:
            error = error or unclear
        with hub.store.read() as connection:
            listed = pulls(connection, _SHOWN)
        under_way = by_hand.under_way()
        running = bool(under_way) or any(outcome_of(one, listed) == "running" for one in listed)
        values = {"sources": sources, "pulls": listed, "under_way": under_way, "running": running}
        said = refusal(request, error) if error else ""
        return desk.render(request, person, "pulls.html", status_of(error) if error else 200, error=said, **values)

    def one_page(request: Request, person: Person, number: int, error: SwitchboardError | None = None) -> Response:
        try:
            with hub.store.read() as connection:
                pull, listed = get_pull(connection, number), pulls(connection, _SHOWN)
        except MappingError as unknown:
            return page(request, person, unknown)
        values = {
            "pull": pull,
            "pulls": listed,
            "may_approve": waits_for_approval(pull) and may(person.role, "approve_pull"),
            "here": "/desk/pulls",
        }
        said = refusal(request, error) if error else ""
        return desk.render(request, person, "pull.html", status_of(error) if error else 200, error=said, **values)

    @router.get("/desk/pulls")
    def every(request: Request, runner: Runner) -> Response:
        return page(request, runner)

    @router.get("/desk/pulls/{number}")
    def one(request: Request, runner: Runner, number: int) -> Response:
        return one_page(request, runner, number)

    @router.post("/desk/pulls/run")
    def run(request: Request, runner: Runner, source: Name, mode: Annotated[Mode, Form()]) -> Response:
        try:
            by_hand.check(source)
        except MappingError as error:
            return page(request, runner, error)
        by_hand.begin(PullOrder(source, runner.actor, mode))
        return go_on("/desk/pulls")

    @router.post("/desk/pulls/{number}/approve")
    def approve(request: Request, approver: Approver, number: int) -> Response:
        try:
            with hub.store.read() as connection:
                source, _ = refused_pull(connection, number)
        except MappingError as error:
            return one_page(request, approver, number, error)
        by_hand.begin(PullOrder(source, approver.actor, approves=number))
        return go_on("/desk/pulls")

    @router.post("/desk/pulls/{number}/decline")
    def refuse(request: Request, approver: Approver, number: int) -> Response:
        try:
            with hub.store.write(approver.actor, "decline pull") as writing:
                decline(writing.connection, number)
                writing.note(approver.actor, "decline_pull", str(number))
        except MappingError as error:
            return one_page(request, approver, number, error)
        return go_on(f"/desk/pulls/{number}")

    return router


def outcome_of(pull: Mapping[str, Any], listed: list[Mapping[str, Any]] | list[dict[str, Any]]) -> str:
    """Which of `OUTCOMES` a row of the history shows.

    Args:
        pull: The row.
        listed: The last rows: a pull that stands as running before a later one of its source was broken off.
    """
    outcome: str = pull["outcome"]
    if outcome == "done":
        return "tried" if pull["mode"] == "dry_run" else "done"
    if outcome == "refused":
        return "waiting" if waits_for_approval(pull) else "approved"
    later = any(one["source"] == pull["source"] and one["id"] > pull["id"] for one in listed)
    return "broken_off" if outcome == "running" and later else outcome


def how_often(timing: Timing | None, lang: Language = "zh") -> str:
    """`每 1 时` or `cron 15 2 * * *`, in English `every 1 h`; `—` where it is not done by the clock."""
    if timing is None:
        return "—"
    if timing.cron:
        return f"cron {timing.cron}"
    return f"{'every' if lang == 'en' else '每'} {how_long(timing.every_s, lang)}"


def kind_words(kind: str) -> tuple[str, str]:
    """What records of a kind are called, in Chinese and English."""
    return (KINDS[kind].label, kind.replace("_", " ")) if kind in KINDS else _OTHER_KINDS[kind]


def words_of(kind: str, field: str) -> tuple[str, str]:
    """What a field of a kind is called, in Chinese and English."""
    described = KINDS.get(kind)
    return field_words(described.by_name[field]) if described and field in described.by_name else (field, field)


def _total(pull: Mapping[str, Any], count: str) -> int:
    return sum(table[count] for table in pull["tables"].values())
