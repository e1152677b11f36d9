"""A port of answers over a short list, for tests of the desktop: it matches by code, name or number."""

import time
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from assistant.card.answer import (
    Answer,
    BranchView,
    ContactView,
    CustomerView,
    Match,
    OutageView,
    Result,
    SupplyView,
)
from assistant.lookup.cancelling import Cancellation, give_up_if
from assistant.resident.asker import Sources
from assistant.tree.tree_answer import TreeAnswer, TreeQuestion
from data.clock import to_iso
from data.errors import NotFoundError

BRANCH = BranchView("b1", "塔山供电所", "0429-4110001")
MANAGER = ContactView("area_manager", "张立新", "13904290001")
CREW = ContactView("repair_crew", "塔山抢修一班", "0429-4110119")
FEEDER = SupplyView("f1", "616", "10kV 塔山线", "outage")
TRANSFORMER_AREAS = tuple(
    SupplyView(f"t{n}", f"616-{n:02}", f"塔山乡{name}台区", "outage" if n < 3 else "normal")
    for n, name in enumerate(("老和台", "大茂堡", "砬子山", "塔山村东", "塔山村西", "铁西", "河口", "新立屯"))
)
OUTAGE_SCRIPT = (
    "您好，您所在的塔山乡因10kV塔山线故障抢修正在停电，14:00开始，预计今天17:00恢复供电，给您带来不便请谅解。"
)


def area(identity: str, code: str, name: str, **more: object) -> Result:
    """An area in its normal state, but for `more`."""
    plain = Result(
        kind="area",
        id=identity,
        code=code,
        name=name,
        score=90.0,
        match=Match("code"),
        branch=BRANCH,
        contacts=(MANAGER,),
        feeders=(),
        transformer_areas=(),
        state="normal",
        outages=(),
        customer=None,
        script=f"您好，{name}目前供电正常。",
        path=("葫芦岛市", "连山区"),
    )
    return replace(plain, **more)  # type: ignore[arg-type]  # the caller knows the fields


def window(start: datetime, etr: datetime, **more: object) -> OutageView:
    """A fault outage that is going on, but for `more`."""
    plain = OutageView("o1", "fault", "active", to_iso(start), to_iso(etr), "塔山线12号杆断线，抢修中")
    return replace(plain, **more)  # type: ignore[arg-type]  # the caller knows the fields


def some_results(now: datetime) -> tuple[Result, ...]:
    """One result of every kind and state."""
    hour = timedelta(hours=1)
    going_on = window(now - hour, now + 2 * hour)
    planned = window(now + 20 * hour, now + 26 * hour, id="o2", kind="planned", phase="upcoming", reason="更换变压器")
    return (
        area(
            "211402201",
            "tsx",
            "塔山乡",
            state="partial_outage",
            affected=(3, 8),
            contacts=(MANAGER, CREW),
            feeders=(FEEDER,),
            transformer_areas=TRANSFORMER_AREAS,
            feeder_total=1,
            transformer_area_total=len(TRANSFORMER_AREAS),
            outages=(going_on, planned),
            script=OUTAGE_SCRIPT,
            match=Match("initials", ((0, 2),)),
        ),
        area("211402202", "tstc", "塔山屯村", state="outage", outages=(going_on,), script=OUTAGE_SCRIPT),
        area("211404001", "lgq", "龙港区", match=Match("name", ((0, 1), (2, 3))), path=("葫芦岛市",)),
        area("211402203", "hlx", "虹螺岘镇", state="maintenance", path=("葫芦岛市", "连山区")),
        area("211402204", "xtl", "新台门镇" + "特别长的别名" * 6, state="unknown", branch=None, contacts=()),
        replace(area("f1", "616", "10kV 塔山线"), kind="feeder", state="outage", path=("塔山变电站",)),
        replace(area("t9", "616-09", "塔山村东台区"), kind="transformer_area", state="suspected"),
        replace(
            area("2100123456", "2100123456", "葫芦岛塔山水泥有限公司"),
            kind="customer",
            code=None,
            state="outage",
            feeders=(FEEDER,),
            outages=(going_on,),
            customer=CustomerView(
                address="连山区塔山乡塔山村12号",
                phone="139****0456",
                contract_kva=3150.0,
                importance="second",
                high_risk=True,
                sensitive=False,
                source="central",
                masked=("phone",),
            ),
            script=OUTAGE_SCRIPT,
        ),
    )


class ListedAnswers:
    """Answers from a list of results.

    Attributes:
        slow: Texts to which the answer would take for ever.
    """

    def __init__(self, results: tuple[Result, ...], slow: Collection[str] = ()) -> None:
        self.results = results
        self.slow = slow
        self._as_of = to_iso(datetime.now(UTC))
        self._cancellation = Cancellation()

    @property
    def sources(self) -> Sources:
        """The port that the desktop asks; it has no tree."""
        return Sources(self.answer, _no_tree, self.answer, self._cancellation)

    def answer(self, query: str, limit: int = 10) -> Answer:
        """Results whose code, name or id holds `query`; none for nothing."""
        while query in self.slow:
            give_up_if(self._cancellation)
            time.sleep(0.005)
        wanted = query.strip().lower()
        found = tuple(r for r in self.results if wanted and wanted in f"{r.code} {r.name} {r.id}".lower())
        return Answer(query, 0.5, self._as_of, 3.0, "live", found[:limit])


def _no_tree(question: TreeQuestion) -> TreeAnswer:
    raise NotFoundError(f"{question.key} is not in the tree")
