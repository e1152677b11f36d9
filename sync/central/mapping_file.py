"""Reading a mapping file: TOML in, checked sources out, every mistake named with its place."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

from sync.central.errors import MappingError
from sync.central.mapping import BASE, PULLED, RECORD_KINDS, Cursor, Feed, Join, Source, Timing, Value, fields_for
from sync.central.mapping_table import MappingTable
from sync.central.passwords import parsed_url
from sync.central.timetable import trigger_of

_MUST_HAVE = {
    "call_event": ("at", "event"),
    "ticket": ("id", "at", "kind", "state"),
} | dict.fromkeys(RECORD_KINDS, ("id",))

_Codes = Mapping[str, Mapping[str, str]]


def read_mapping_file(path: Path) -> tuple[Source, ...]:
    """The sources that a mapping file describes, in its order.

    Raises:
        MappingError: it cannot be read, or does not say clearly what to read.
    """
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise MappingError(f"{path}: cannot be read: {error.strerror}") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise MappingError(f"{path}: not a mapping file: {error}") from None
    whole = MappingTable(str(path), said)
    codes = {name: whole.inner("codes").texts(name) for name in whole.inner("codes")}
    sources = tuple(_source(name, whole.inner("sources").inner(name), codes) for name in whole.inner("sources"))
    whole.nothing_else("codes", "sources")
    if not sources:
        raise MappingError(f"{path}: names no source: begin with [sources.NAME]")
    return sources


def _source(name: str, table: MappingTable, codes: _Codes) -> Source:
    feeds = [_feed(name, one, codes) for one in table.tables("tables")]
    table.nothing_else("url", "password_env", "password_file", "timezone", "full", "changed", "tables")
    if not feeds:
        raise table.mistake("has no tables", f"add [[sources.{name}.tables]]")
    for feed in feeds:
        if sum(other.name == feed.name for other in feeds) > 1:
            raise table.mistake(f"has two tables named {feed.name}", 'give each a name of its own: name = "…"')
    timezone = table.zone("timezone")
    source = Source(
        name,
        table.text("url", must=True),
        tuple(sorted(feeds, key=lambda feed: PULLED.index(feed.kind))),
        password_env=table.text("password_env"),
        password_file=table.text("password_file"),
        timezone=timezone,
        full=_timing(table, "full", timezone),
        changed=_timing(table, "changed", timezone),
    )
    parsed_url(source)
    if source.changed and not any(feed.cursor for feed in feeds):
        raise table.mistake("asks for what has changed", "no table has a cursor column to ask by: cursor = …")
    return source


def _timing(table: MappingTable, name: str, timezone: str) -> Timing | None:
    if name not in table:
        return None
    said = table.inner(name)
    timing = Timing(said.whole("every_s"), said.text("cron"), timezone, said.whole("jitter_s"))
    said.nothing_else("every_s", "cron", "jitter_s")
    if bool(timing.every_s) == bool(timing.cron):
        raise said.mistake("says not when", 'give one of every_s = 3600 and cron = "15 2 * * *"')
    trigger_of(timing)
    return timing


def _feed(source: str, table: MappingTable, codes: _Codes) -> Feed:
    kind = table.text("kind", must=True)
    if kind not in PULLED:
        raise table.mistake(f"kind {kind!r} is none", "give one of " + ", ".join(PULLED))
    alias = table.text("as") or BASE
    values = {name: _value(table.inner("fields"), name, codes) for name in table.inner("fields")}
    _check_fields(table, kind, values)
    feed = Feed(
        source,
        table.text("name") or kind,
        kind,
        values,
        table=table.text("table"),
        sql=table.text("sql"),
        alias=alias,
        joins=tuple(_join(one) for one in table.tables("joins")),
        where=table.text("where"),
        cursor=_cursor(table),
        order=table.list("order"),
        args=table.list("args"),
        adopt=table.flag("adopt"),
    )
    table.nothing_else(
        "name", "kind", "table", "sql", "as", "joins", "where", "cursor", "order", "args", "adopt", "fields"
    )
    _check_feed(table, feed)
    return feed


def _check_fields(table: MappingTable, kind: str, values: Mapping[str, Value]) -> None:
    for name in values:
        if name not in fields_for(kind):
            raise table.mistake(f"{kind} has no field {name}", "give one of " + ", ".join(fields_for(kind)))
    for name in _MUST_HAVE[kind]:
        if name not in values:
            raise table.mistake(f"the field {name} is missing", f"say which column it is: {name} = …")
    first = values.get("id")
    if first is not None and (not first.column or first.table or first.codes):
        raise table.mistake("id is no column", "an id is one column as it is: id = …")


def _check_feed(table: MappingTable, feed: Feed) -> None:
    if bool(feed.table) == bool(feed.sql):
        raise table.mistake("says not what to read", "give one of table = … and sql = …")
    aliases = {feed.alias, *(one.alias for one in feed.joins)}
    if len(aliases) <= len(feed.joins):
        raise table.mistake("calls two tables the same", "give each join a name of its own: as = …")
    if feed.kind == "call_event" and not feed.order:
        raise table.mistake("says no order", "events of one second need the order of their log: order = […]")
    if feed.kind != "call_event" and (feed.order or feed.args):
        raise table.mistake("order and args are for call events alone", "leave them out")


def _join(table: MappingTable) -> Join:
    table.nothing_else("table", "as", "on", "inner")
    return Join(
        table.text("table", must=True), table.text("as", must=True), table.texts("on"), inner=table.flag("inner")
    )


def _cursor(table: MappingTable) -> Cursor | None:
    if "cursor" not in table:
        return None
    if table.is_text("cursor"):
        return Cursor(table.text("cursor"))
    said = table.inner("cursor")
    said.nothing_else("column", "overlap")
    column = said.text("column", must=True)
    return Cursor(column, said.number("overlap")) if "overlap" in said else Cursor(column)


def _value(table: MappingTable, name: str, codes: _Codes) -> Value:
    if table.is_text(name):
        return Value(table.text(name))
    said = table.inner(name)
    said.nothing_else("column", "constant", "codes", "table", "on")
    value = Value(
        said.text("column"),
        said.text("constant") if "constant" in said else None,
        _codes(said, codes) if "codes" in said else None,
        said.text("table"),
        said.texts("on") if "on" in said else {},
    )
    if bool(value.column) == (value.constant is not None):
        raise said.mistake("says not where the value is", "give one of column = … and constant = …")
    if bool(value.table) != bool(value.on):
        raise said.mistake("a list needs both", "give table = … and on = { THEIR_COLUMN = … }")
    return value


def _codes(said: MappingTable, codes: _Codes) -> Mapping[str, str]:
    if not said.is_text("codes"):
        return said.texts("codes")
    name = said.text("codes")
    if name not in codes:
        raise said.mistake(f"there is no code list {name}", f"add [codes.{name}]")
    return codes[name]
