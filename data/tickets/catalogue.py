"""The business catalogue in the store: changed by the centre, and how often each entry was used."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, func, select

from data.clock import to_iso
from data.errors import BadValueError
from data.kinds import BUSINESS
from data.store.rows import all_docs
from data.store.schema import TICKET
from data.store.store import Writing
from data.tickets.business import Business, Catalogue, catalogue_of

USE_HEADER = ("编码 Code", "业务分类 Business", "本级 Own", "合计 Total", "占比 Share")
_NAME_AT_MOST = 30
_HOURS_AT_MOST = 24.0 * 60


@dataclass(frozen=True, slots=True)
class BusinessUse:
    """How many tickets were filed under an entry in a span of time.

    Attributes:
        own: Under the entry itself.
        total: Under it and everything below it.
    """

    business: Business
    path: str
    own: int
    total: int


def read_catalogue(connection: Connection) -> Catalogue:
    """The catalogue as it holds now."""
    return catalogue_of(all_docs(connection, BUSINESS.name))


def add_business(writing: Writing, parent: str, name: str, due_hours: float | None, actor: str) -> Business:
    """A new entry below another.

    Raises:
        NotFoundError: there is no such parent.
        BadValueError: the parent stands too deep, the name is none or is there already, or the hours are none.
    """
    catalogue = read_catalogue(writing.connection)
    added = Business(catalogue.next_code(parent), name, due_hours)
    return _put(writing, catalogue, added, actor, "add_business")


def change_business(
    writing: Writing, code: str, actor: str, *, name: str | None = None, due_hours: float | None = None
) -> Business:
    """Gives an entry another name (None: it keeps its own) and other hours (None: those of what is above it).

    Raises:
        NotFoundError: there is no such entry.
        BadValueError: as for `add_business`; or it is a root, which is called as its kind of ticket.
    """
    catalogue = read_catalogue(writing.connection)
    before = catalogue.find(code)
    if before.parent is None and name is not None and name.strip() != before.name:
        raise BadValueError("name", name, "the kinds of ticket keep their names 一级分类不能改名")
    changed = replace(before, name=before.name if name is None else name, due_hours=due_hours)
    return _put(writing, catalogue, changed, actor, "change_business")


def retire_business(writing: Writing, code: str, actor: str, *, retired: bool = True) -> Business:
    """Takes an entry, and so all below it, off what is offered, or puts it back; what is filed there stays.

    Raises:
        NotFoundError: there is no such entry.
        BadValueError: it is a root.
    """
    catalogue = read_catalogue(writing.connection)
    before = catalogue.find(code)
    if before.parent is None:
        raise BadValueError("code", code, "the kinds of ticket cannot be retired 一级分类不能停用")
    act = "retire_business" if retired else "bring_back_business"
    return _put(writing, catalogue, replace(before, retired=retired), actor, act)


def uses(connection: Connection, since: datetime, until: datetime) -> list[BusinessUse]:
    """How often each entry was used for tickets entered from `since` until before `until`, in the order of the tree.

    Tickets without an entry, such as those of a central system, count for the root of their kind. What was not used
    counts 0.
    """
    catalogue = read_catalogue(connection)
    code = func.coalesce(TICKET.c.business, TICKET.c.kind)
    entered = select(code, func.count()).where(TICKET.c.at >= to_iso(since), TICKET.c.at < to_iso(until))
    own: dict[str, int] = dict(connection.execute(entered.group_by(code)).all())
    found = []
    for one in catalogue.entries.values():
        total = sum(count for used, count in own.items() if used == one.code or used.startswith(f"{one.code}."))
        found.append(BusinessUse(one, catalogue.path(one.code), own.get(one.code, 0), total))
    return found


def share_of(one: BusinessUse, used: Sequence[BusinessUse]) -> float | None:
    """The share of all tickets that was filed under an entry and what is below it, 0 to 1; None without tickets."""
    everything = sum(other.total for other in used if other.business.level == 1)
    return one.total / everything if everything else None


def use_rows(used: Sequence[BusinessUse]) -> list[tuple[str, str, int, int, float | None]]:
    """The rows of a spreadsheet of uses, below `USE_HEADER`; without what is retired and was not used."""
    worth = [one for one in used if one.total or not one.business.retired]
    return [(one.business.code, one.path, one.own, one.total, share_of(one, used)) for one in worth]


def _put(writing: Writing, catalogue: Catalogue, entry: Business, actor: str, act: str) -> Business:
    stored = replace(entry, name=" ".join(entry.name.split()))
    _check(catalogue, stored)
    writing.put(BUSINESS.name, stored.to_doc())
    writing.note(actor, act, f"{stored.code} {stored.name}")
    return stored


def _check(catalogue: Catalogue, entry: Business) -> None:
    if not 0 < len(entry.name) <= _NAME_AT_MOST:
        raise BadValueError("name", entry.name, f"give 1 to {_NAME_AT_MOST} characters 请填写 1 至 30 个字")
    beside = catalogue.below(entry.parent) if entry.parent else []
    if any(one.name == entry.name and one.code != entry.code for one in beside):
        raise BadValueError("name", entry.name, "is there already, perhaps retired 同级已有此项（可能已停用）")
    if entry.due_hours is not None and not 0 < entry.due_hours <= _HOURS_AT_MOST:
        raise BadValueError("due_hours", entry.due_hours, "give more than 0 and at most 1440 请填写 0 至 1440 小时")
