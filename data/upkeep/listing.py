"""The records that a person keeps, as pages of a list."""

from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Connection, Select, func, or_, select

from data.fields import Doc
from data.kinds import KINDS
from data.store.rows import from_row
from data.store.schema import RECORDS
from data.upkeep.branch_limits import branch_of, is_within, of_branches
from data.upkeep.history import RecordChange, retired_records

ON_A_PAGE = 50

COUNTED_AT_MOST = 10_000
"""More records that fit are not counted: every one of them would have to be looked at."""


@dataclass(frozen=True, slots=True)
class Listed:
    """Which records: those for which all holds that is given.

    Attributes:
        kind: One of `data.upkeep.kept.KEPT`.
        text: In the name, or at the beginning of the id, code or number.
        alike: Or one of these ids, where there is a text: what else is meant by it.
        branch: Of this branch, or one below it.
        only: By field, the value that it has.
        after: With an id after this one.
    """

    kind: str
    text: str = ""
    alike: tuple[str, ...] = ()
    branch: str = ""
    only: tuple[tuple[str, str], ...] = ()
    after: str = ""


def listed_records(connection: Connection, wanted: Listed, branches: tuple[str, ...]) -> tuple[list[Doc], str]:
    """The records that are wanted, of a person's branches, by id.

    Returns:
        At most `ON_A_PAGE`, and the `after` of the next page, empty where there is none.
    """
    table, kind = RECORDS[wanted.kind], KINDS[wanted.kind]
    rows = connection.execute(_chosen(connection, wanted, branches).order_by(table.c.id).limit(ON_A_PAGE + 1))
    docs = [from_row(kind, row) for row in rows.mappings()]
    more = len(docs) > ON_A_PAGE
    return docs[:ON_A_PAGE], str(docs[ON_A_PAGE - 1]["id"]) if more else ""


def count_listed(connection: Connection, wanted: Listed, branches: tuple[str, ...]) -> tuple[int, bool]:
    """How many records are wanted, of a person's branches, on all pages, and whether there are more than that.

    All records of a kind are counted; of those that must be looked for, `COUNTED_AT_MOST`.
    """
    chosen = _chosen(connection, replace(wanted, after=""), branches).with_only_columns(RECORDS[wanted.kind].c.id)
    if branches or replace(wanted, after="") != Listed(wanted.kind):
        chosen = chosen.limit(COUNTED_AT_MOST + 1)
        counted = int(connection.execute(select(func.count()).select_from(chosen.subquery())).scalar_one())
        return min(counted, COUNTED_AT_MOST), counted > COUNTED_AT_MOST
    return int(connection.execute(select(func.count()).select_from(RECORDS[wanted.kind])).scalar_one()), False


def retired_of(connection: Connection, kind: str, text: str, branches: tuple[str, ...]) -> list[RecordChange]:
    """The retirements of records of a person's branches, the newest first; `text` is in the name or the id."""
    return [
        one
        for one in retired_records(connection, kind)
        if one.before is not None
        and (text in str(one.before["name"]) or one.record.startswith(text))
        and (not branches or is_within(connection, branch_of(connection, kind, one.before), branches))
    ]


def _chosen(connection: Connection, wanted: Listed, branches: tuple[str, ...]) -> Select[tuple[object, ...]]:
    table, kind = RECORDS[wanted.kind], KINDS[wanted.kind]
    where: list[ColumnElement[bool]] = [table.c.id > wanted.after]
    for limits in (branches, (wanted.branch,) if wanted.branch else ()):
        within = of_branches(connection, wanted.kind, limits)
        if within is not None:
            where.append(within)
    where += [table.c[name] == value for name, value in wanted.only]
    if text := wanted.text.strip():
        coded = {"id", *kind.codes}
        begins = [table.c[name].startswith(text.lower() if name == "code" else text, autoescape=True) for name in coded]
        where.append(or_(table.c.name.contains(text, autoescape=True), *begins, table.c.id.in_(wanted.alike)))
    return select(table).where(*where)
