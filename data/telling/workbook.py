"""The lists of customers to be told as a file: every try, and a row for whom nobody has tried to tell yet."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from data.export_files import write_rows
from data.exporting import Cell
from data.handing_out import hand_out
from data.kinds import IMPORTANCE, OUTAGE_KINDS
from data.outages.timetable import SHANGHAI
from data.readers import EVERYBODYS, Reader
from data.store.rows import chunks
from data.store.schema import RECORDS
from data.store.store import Store
from data.telling.news import MEANS, NEWS, RESULTS, Attempt
from data.telling.told import ToldList, ToTell, told_list, told_lists

_LISTED = {"open": "待通知", "done": "已办", "missed": "停电结束前未通知到"}
_HEADER = (
    "停电编号 Outage",
    "类型 Kind",
    "开始 From",
    "预计恢复 ETR",
    "户号 Customer",
    "户名 Name",
    "用电地址 Address",
    "重要等级 Importance",
    "高危 High-risk",
    "敏感 Sensitive",
    "联系电话 Phone",
    "名单状态 State",
    "待告知 To tell",
    "范围外 Out of scope",
    "时间 At",
    "方式 Means",
    "结果 Result",
    "告知对象 Told to",
    "告知内容 News",
    "经办人 By",
    "备注 Note",
)


@dataclass(frozen=True, slots=True)
class ToldExport:
    """What is exported.

    Attributes:
        outage: Only the list of this window; None: every list that is shown.
        reader: Who has it: customers of other branches are not in it.
        clear: Phones as they are.
    """

    outage: str | None = None
    reader: Reader = EVERYBODYS
    clear: bool = False


def export_told(store: Store, export: ToldExport, path: Path, actor: str) -> int:
    """Writes the file and notes who has it before anybody has.

    Returns:
        How many rows it has below its header.

    Raises:
        NotFoundError: there is no such window.
        BadValueError: the file's name ends as no known format.
    """
    now = store.clock.now()
    with store.read() as connection:
        lists = (
            [told_list(connection, export.outage, now, export.reader)]
            if export.outage
            else told_lists(connection, now, export.reader)
        )
        keys = sorted({str(one.customer["id"]) for told in lists for one in told.customers}) if export.clear else []
        table, phones = RECORDS["customer"], dict[str, str]()
        for chunk in chunks(keys):
            phones |= dict(connection.execute(select(table.c.id, table.c.phone).where(table.c.id.in_(chunk))).all())
    rows = [row for told in lists for row in _rows(told, phones)]
    act, masked = ("export_clear", "clear") if export.clear else ("export", "masked")
    about = f"rows of customers to be told of {export.outage or 'every window'}, phones {masked}"
    return hand_out(store, path, lambda path: write_rows(path, _HEADER, rows), actor, act, about)


def _rows(told: ToldList, phones: Mapping[str, str]) -> Iterator[list[Cell]]:
    window = told.window
    outage = [window.id, OUTAGE_KINDS.get(window.kind, window.kind), _local(window.begins), _local(window.etr)]
    for one in told.customers:
        customer = _customer(one, phones)
        for tried in one.attempts or (None,):
            yield [*outage, *customer, *_tried(tried)]


def _customer(one: ToTell, phones: Mapping[str, str]) -> list[Cell]:
    doc, key = one.customer, str(one.customer["id"])
    texts = [str(doc.get(name) or "") for name in ("name", "address")]
    flags = ["是" if doc.get(name) else "" for name in ("high_risk", "sensitive")]
    phone = phones.get(key) or str(doc.get("phone") or "")
    news = NEWS[one.news] if one.news else ""
    stands = [_LISTED[one.status], news, "" if one.in_scope else "是"]
    return [key, *texts, IMPORTANCE.get(str(doc.get("importance")), ""), *flags, phone, *stands]


def _tried(tried: Attempt | None) -> list[Cell]:
    if tried is None:
        return [None] * 7
    what = [MEANS[tried.means], RESULTS[tried.result], tried.whom, NEWS[tried.news]]
    return [_local(tried.at), *what, tried.by.removeprefix("person:"), tried.note]


def _local(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
