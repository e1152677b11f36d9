"""A row of a file of planned works as what a person might have entered, or what is wrong with it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from data.clock import usable
from data.errors import BadValueError, SwitchboardError
from data.fields import Field, FieldType, Kind
from data.importing import Columns, Problem, Row
from data.importing.rows import Draft, draft_row
from data.kinds import CAUSES, OUTAGE_KINDS
from data.outages.entry import NewOutage
from data.outages.facts import WindowFacts
from data.outages.hours_text import timetable_of
from data.outages.rules import check_times
from data.outages.timetable import SHANGHAI

T = TypeVar("T")

SCOPE_WORDS = {"feeder": "线路", "transformer_area": "台区", "area": "区域", "customer": "客户"}

PLANNED_WORK = Kind(
    "planned_work",
    "计划停电",
    (
        Field("scope", ("停电范围", "停电设备", "范围"), required=True),
        Field("start", ("开始时间", "停电时间", "计划停电时间"), required=True),
        Field("etr", ("结束时间", "送电时间", "计划送电时间", "预计恢复时间"), required=True),
        Field("reason", ("停电原因", "原因", "工作内容"), required=True),
        Field("scope_kind", ("范围类型",), choices=SCOPE_WORDS),
        Field("kind", ("停电类型", "类型"), choices=OUTAGE_KINDS),
        Field("public_scope", ("停电区域", "公开范围")),
        Field("hours", ("停电时段", "每日停电时段")),
        Field("weekdays", ("星期",)),
        Field("every_weeks", ("每几周", "间隔周数"), FieldType.REAL),
        Field("cause", ("原因分类",), choices=CAUSES),
        Field("crew", ("施工单位", "检修班组", "抢修班组", "班组")),
        Field("crew_phone", ("班组电话", "联系电话")),
        Field("hold", ("待确认", "到时待确认"), FieldType.FLAG),
    ),
)
"""The columns of such a file. It is no kind of record: what is stored are windows."""

_MOMENT = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?[ T]*(\d{1,2})[:：时](\d{1,2})分?(?::(\d{1,2})(?:\.0+)?)?"
    r"(Z|[+-]\d\d:\d\d)?"
)


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """One row of a file of planned works.

    Attributes:
        number: As a spreadsheet counts.
        entered: What it says, where that can be read.
        problems: Why it cannot.
        columns: The file's, to say where something is wrong.
    """

    number: int
    entered: NewOutage | None
    problems: tuple[Problem, ...]
    columns: Columns

    @property
    def scope(self) -> str:
        """What it is about, as it was understood."""
        return ";".join(name for _, name in self.entered.scope) if self.entered else ""

    def problem(self, field: str, value: str, reason: str) -> Problem:
        """Something that is wrong with a field, told by the file's own header."""
        return Problem(self.columns.header_of(field), value, reason)


def planned_row(columns: Columns, row: Row) -> PlannedRow:
    """What a row says; everything that is wrong with it is told at once."""
    draft = draft_row(columns, row, clear=False)
    missing = [field.name for field in PLANNED_WORK.fields if field.required and field.name not in draft.doc]
    for name in missing if draft.doc else ():
        draft.refuse(name, "", "must not be empty")
    entered = None if missing else _entered(draft)
    return PlannedRow(row.number, None if draft.problems else entered, tuple(draft.problems), columns)


def _entered(draft: Draft) -> NewOutage | None:
    text = {name: str(value) for name, value in draft.doc.items() if value is not None}
    start = _try(draft, "start", lambda: local_moment("start", text["start"]))
    etr = _try(draft, "etr", lambda: local_moment("etr", text["etr"]))
    scope = _try(draft, "scope", lambda: tuple(_scope(text["scope"], text.get("scope_kind", "feeder"))))
    weeks = _try(draft, "every_weeks", lambda: _weeks(text.get("every_weeks", "1")))
    hours = _try(draft, "hours", lambda: timetable_of(text.get("hours"), text.get("weekdays"), weeks or 1))
    if start is None or etr is None or scope is None or draft.problems:
        return None
    _try(draft, "etr", lambda: check_times(start, etr))
    return NewOutage(
        kind=text.get("kind", "planned"),
        start=start,
        etr=etr,
        reason=text["reason"],
        scope=scope,
        hold=bool(draft.doc.get("hold")),
        facts=WindowFacts(
            text.get("public_scope"), "plan", hours, text.get("cause"), text.get("crew"), text.get("crew_phone")
        ),
    )


def _try(draft: Draft, field: str, read: Callable[[], T]) -> T | None:
    try:
        return read()
    except BadValueError as error:
        draft.refuse(field, error.value, error.reason)
    except SwitchboardError as error:
        draft.refuse(field, draft.doc.get(field), str(error))
    return None


def local_moment(field: str, text: str) -> datetime:
    """The moment meant by `2026-12-01 08:00` or `2026年12月1日8时0分`: in Shanghai, unless an offset is given.

    Raises:
        BadValueError: it is no date with a time.
    """
    found = _MOMENT.fullmatch(text.strip())
    year, month, day, hour, minute, second, offset = found.groups() if found else [""] * 7
    iso = f"{year}-{month:0>2}-{day:0>2}T{hour:0>2}:{minute:0>2}:{second or 0:0>2}{offset or ''}"
    try:
        moment = datetime.fromisoformat(iso)
    except ValueError:
        raise BadValueError(field, text, "give date and time, such as 2026-12-01 08:00") from None
    return usable(moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI), field)


def _scope(text: str, kind: str) -> Iterator[tuple[str, str]]:
    """`616;617` of one kind, or each with its own: `线路:616;台区:塔山1号公变`."""
    words = {word: key for key, word in SCOPE_WORDS.items()} | {key: key for key in SCOPE_WORDS}
    for part in re.split("[;；,，]", text):
        prefix, colon, name = part.replace("：", ":").partition(":")
        known = words.get(prefix.strip().replace("-", "_"))
        own, named = (known, name) if colon and known else (kind, part)
        if named.strip():
            yield own, named.strip()


def _weeks(text: str) -> int:
    if float(text) not in {1, 2, 3, 4, 5, 6, 7, 8}:
        raise BadValueError("every_weeks", text, "give 1 to 8")
    return int(float(text))
