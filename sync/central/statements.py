"""The SELECT statements by which a table of a central system is read, in whatever SQL it speaks."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import (
    ColumnClause,
    ColumnElement,
    Dialect,
    Select,
    String,
    cast,
    column,
    func,
    literal,
    select,
    table,
    text,
)
from sqlalchemy.sql.expression import FromClause

from sync.central import row_digest
from sync.central.mapping import Feed, Value

Row = Select[Any]

_BIND = re.compile(r"(?<![:\\]):(?=\w)")
"""A colon that SQLAlchemy would take for the beginning of a parameter."""

_LISTED_CHARACTERS = 100
"""Of one value of a list: Oracle wants to know."""


class FeedStatement:
    """The statements of one table.

    Args:
        feed: What the mapping says.
    """

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._tables = _tables(feed)

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that `cells` gives, in that order; `id` first where there is one."""
        return tuple(sorted(self._feed.values, key=lambda name: name != "id"))

    def cells(self) -> list[ColumnElement[Any]]:
        """What is read of each row: its fields, then the arguments of a call event."""
        values = [self._value(self._feed.values[name]) for name in self.fields]
        return [*values, *(self._column(name) for name in self._feed.args)]

    @property
    def cursor(self) -> ColumnClause[Any]:
        """The column by which changed rows are found.

        Raises:
            LookupError: the mapping names none.
        """
        if self._feed.cursor is None:
            raise LookupError(f"{self._feed.key} has no cursor")
        return self._column(self._feed.cursor.column)

    def select(self, *columns: ColumnElement[Any]) -> Row:
        """A SELECT of these columns from the table and what is joined to it, filtered as the mapping says."""
        here: FromClause = self._tables[self._feed.alias]
        for join in self._feed.joins:
            partner = self._tables[join.alias]
            on = [partner.c[theirs] == self._column(ours) for theirs, ours in join.on.items()]
            condition = on[0]
            for one in on[1:]:
                condition &= one
            here = here.join(partner, condition, isouter=not join.inner)
        statement = select(*columns).select_from(here)
        return statement.where(_as_it_stands(f"({self._feed.where})")) if self._feed.where else statement

    def rows(self) -> Row:
        """A SELECT of the cells of every row."""
        statement = self.select(*(cell.label(f"c{number}") for number, cell in enumerate(self.cells())))
        return statement.order_by(*(self._column(name) for name in self._feed.order))

    def newest(self) -> Row:
        """A SELECT of the cursor's greatest value."""
        return self.select(func.max(self.cursor))

    def sums(self, dialect: Dialect) -> Row:
        """A SELECT of each block, its number of rows and the sum of their digests, where the source can digest."""
        inner = self.rows().subquery("q")
        found = row_digest.block(dialect, inner.c.c0).label("block")
        return select(found, func.count(), func.sum(row_digest.digest(dialect, [*inner.c]))).group_by(found)

    def digested_rows(self, dialect: Dialect, blocks: Collection[int] | None, since: object) -> Row:
        """A SELECT of rows with block and digest before the cells, where the source can digest.

        Args:
            dialect: The source's.
            blocks: Only these; None: all.
            since: Only rows whose cursor is at least this; None: all.
        """
        inner = self.since(since).subquery("q")
        found = row_digest.block(dialect, inner.c.c0)
        statement = select(found, row_digest.digest(dialect, [*inner.c]), *inner.c)
        return statement if blocks is None else statement.where(found.in_(sorted(blocks)))

    def since(self, since: object) -> Row:
        """A SELECT of the rows whose cursor is at least `since`; of every row for None."""
        return self.rows() if since is None else self.rows().where(self.cursor >= literal(since))

    def _column(self, name: str) -> ColumnClause[Any]:
        alias, own = _split(self._feed, name)
        found: ColumnClause[Any] = self._tables[alias].c[own]  # type: ignore[assignment]  # made of such alone
        return found

    def _value(self, value: Value) -> ColumnElement[Any]:
        if value.constant is not None:
            return literal(value.constant)
        if not value.table:
            return self._column(value.column)
        listed = _table(value.table, {value.column, *value.on}).alias("l")
        joined = func.aggregate_strings(cast(listed.c[value.column], String(_LISTED_CHARACTERS)), ";")
        statement = select(joined).select_from(listed)
        for theirs, ours in value.on.items():
            statement = statement.where(listed.c[theirs] == self._column(ours))
        return statement.scalar_subquery()


def _tables(feed: Feed) -> dict[str, FromClause]:
    """The tables of a feed by what they are called, each with the columns that are asked of it."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for name in _named_columns(feed):
        alias, own = _split(feed, name)
        wanted[alias].add(own)
    for join in feed.joins:
        wanted[join.alias].update(join.on)
    named = wanted[feed.alias]
    if feed.sql:
        written = _as_it_stands(feed.sql.strip().rstrip(";"))
        base: FromClause = written.columns(*(column(name) for name in sorted(named))).subquery(feed.alias)
    else:
        base = _table(feed.table, named).alias(feed.alias)
    joined = {join.alias: _table(join.table, wanted[join.alias]).alias(join.alias) for join in feed.joins}
    return {feed.alias: base, **joined}


def _named_columns(feed: Feed) -> Iterable[str]:
    for value in feed.values.values():
        if value.table:
            yield from value.on.values()
        elif value.column:
            yield value.column
    for join in feed.joins:
        yield from join.on.values()
    yield from feed.order
    yield from feed.args
    if feed.cursor is not None:
        yield feed.cursor.column


def _split(feed: Feed, name: str) -> tuple[str, str]:
    """The alias and the column that a mapping means by `COLUMN` or `ALIAS.COLUMN`."""
    alias, dot, own = name.partition(".")
    known = {feed.alias, *(join.alias for join in feed.joins)}
    return (alias, own) if dot and alias in known else (feed.alias, name)


def _table(name: str, columns: Iterable[str]) -> FromClause:
    schema, _, own = name.rpartition(".")
    return table(own, *(column(one) for one in sorted(columns)), schema=schema or None)


def _as_it_stands(sql: str) -> Any:  # noqa: ANN401 - TextClause, whose `columns` is typed by what is given
    return text(_BIND.sub(r"\:", sql))
