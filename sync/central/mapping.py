"""What a mapping file says, checked: which tables of which central systems become which records."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from data.fields import canonical_json
from data.importing.columns import fields_of
from data.kinds import KINDS

RECORD_KINDS = ("branch", "area", "feeder", "contact", "transformer_area", "customer")
"""The kinds of record that are pulled, in the order in which they are stored."""

CALL_EVENT_FIELDS = ("at", "call_id", "queue", "agent", "event", "args")
TICKET_FIELDS = ("id", "at", "kind", "state", "text", "place_kind", "place_id", "created_by")

PULLED = (*RECORD_KINDS, "ticket", "call_event")
"""Everything that a table of a central system can be pulled as, in the order in which it is stored."""

BASE = "t"
"""What a table is called within its own statement, unless the mapping says otherwise."""


@dataclass(frozen=True, slots=True)
class Value:
    """Where one field's value comes from.

    Attributes:
        column: A column of the table, or `ALIAS.COLUMN` of a joined one; empty for a constant.
        constant: The same value for every row.
        codes: What the central system's codes mean here; a code that is not in it is rejected.
        table: Further rows of this table, one value each, make a list.
        on: For `table`: its columns, each with the column that it equals.
    """

    column: str = ""
    constant: str | None = None
    codes: Mapping[str, str] | None = None
    table: str = ""
    on: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Join:
    """A table whose columns stand beside those of the first one.

    Attributes:
        table: Its name, with its schema before a dot where there is one.
        alias: What it is called in the statement.
        on: Its columns, each with the column that it equals.
        inner: A row without a partner is left out.
    """

    table: str
    alias: str
    on: Mapping[str, str]
    inner: bool = False


@dataclass(frozen=True, slots=True)
class Cursor:
    """The column that grows with every change of a row, by which a pull of what has changed asks.

    Attributes:
        column: Holds a time or a number.
        overlap: How far before the newest value it asks again, in seconds or in the column's own numbers: a
            transaction may be committed after a later one.
    """

    column: str
    overlap: float = 600.0


@dataclass(frozen=True, slots=True)
class Feed:
    """One table, or one SELECT, that is pulled.

    Attributes:
        source: The name of the central system.
        name: Tells it from the source's other tables.
        kind: One of `PULLED`.
        values: Where each field's value comes from, by field.
        table: The table, with its schema before a dot where there is one; or else
        sql: a SELECT whose columns are used like a table's.
        alias: What it is called in its statement, for `where`.
        joins: Tables beside it.
        where: A condition in the source's own SQL.
        cursor: How changed rows are found without reading everything.
        order: Columns by which rows are read; for call events.
        args: Columns that hold the arguments of a call event.
        adopt: Records that were in the store before the pull brought them count as brought by it: they are deleted
            when they vanish from the source.
    """

    source: str
    name: str
    kind: str
    values: Mapping[str, Value]
    table: str = ""
    sql: str = ""
    alias: str = BASE
    joins: tuple[Join, ...] = ()
    where: str = ""
    cursor: Cursor | None = None
    order: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    adopt: bool = False

    @property
    def key(self) -> str:
        """Names it among the tables of all sources."""
        return f"{self.source}/{self.name}"

    @property
    def fingerprint(self) -> str:
        """Changes with whatever the mapping says about this table: all of its rows are then looked at anew."""
        said = {
            "kind": self.kind,
            "adopt": self.adopt,
            "from": [self.table, self.sql, self.alias, self.where, *self.order, *self.args],
            "joins": [[one.table, one.alias, dict(one.on), one.inner] for one in self.joins],
            "values": {
                name: [one.column, one.constant, dict(one.codes or {}), one.table, dict(one.on)]
                for name, one in self.values.items()
            },
        }
        return hashlib.blake2b(canonical_json(said).encode(), digest_size=16).hexdigest()  # type: ignore[arg-type]  # plain values, all of it


@dataclass(frozen=True, slots=True)
class Timing:
    """When something is done by the clock.

    Attributes:
        every_s: Seconds from one start to the next; 0 where `cron` says when.
        cron: Minute, hour, day, month and day of week, in `timezone`.
        jitter_s: Up to so many seconds earlier or later, by chance, so that sites do not ask all at once.
    """

    every_s: int = 0
    cron: str = ""
    timezone: str = "Asia/Shanghai"
    jitter_s: int = 0


@dataclass(frozen=True, slots=True)
class Source:
    """One central system.

    Attributes:
        name: What it is called in records and messages.
        url: SQLAlchemy's URL without a password.
        password_env: The environment variable that holds the password; or else
        password_file: the file that holds it, which only its owner may read.
        timezone: In which times without an offset are meant.
        full: When everything is read and compared.
        changed: When what has changed is asked for by the cursor columns.
    """

    name: str
    url: str
    feeds: tuple[Feed, ...]
    password_env: str = ""
    password_file: str = ""
    timezone: str = "Asia/Shanghai"
    full: Timing | None = None
    changed: Timing | None = None


def fields_for(kind: str) -> tuple[str, ...]:
    """The fields that a table pulled as `kind` may give."""
    if kind == "call_event":
        return CALL_EVENT_FIELDS
    if kind == "ticket":
        return TICKET_FIELDS
    return tuple(one.name for one in fields_of(KINDS[kind]))
