"""Mapping files: what they mean, what is refused, and the SQL that they become."""

import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from apscheduler.triggers.cron import CronTrigger
from sqlalchemy import Dialect
from sqlalchemy.dialects import mssql, mysql, oracle, postgresql

from data.demo.central import central_mapping
from sync.central.errors import MappingError
from sync.central.mapping import Feed, Source, Timing
from sync.central.mapping_file import read_mapping_file
from sync.central.passwords import url_with_password
from sync.central.statements import FeedStatement
from sync.central.timetable import trigger_of

DOCS = Path(__file__).parents[2] / "docs" / "central"
GOOD = """
[sources.m]
url = "postgresql://reader@host/db"
[[sources.m.tables]]
kind = "customer"
table = "c_cons"
[sources.m.tables.fields]
id = "cons_no"
"""


def read(tmp_path: Path, text: str) -> Source:
    path = tmp_path / "central.toml"
    path.write_text(text, encoding="utf-8")
    return read_mapping_file(path)[0]


def feed(source: Source, kind: str) -> Feed:
    return next(one for one in source.feeds if one.kind == kind)


def sql(one: Feed, dialect: Dialect) -> str:
    compiled = FeedStatement(one).rows().compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    return " ".join(str(compiled).split())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("kind =", "kynd ="), "kind is missing"),
        (('"customer"', '"house"'), "kind 'house' is none"),
        (('id = "cons_no"', 'name = "cons_name"'), "the field id is missing"),
        (('id = "cons_no"', 'id = "cons_no"\nkva = "cap"'), "customer has no field kva"),
        (('id = "cons_no"', 'id = "cons_no"\nname = { codes = "x", column = "n" }'), "there is no code list x"),
        (('id = "cons_no"', 'id = "cons_no"\nname = { kolumn = "n" }'), "kolumn means nothing here"),
        (('id = "cons_no"', 'id = "cons_no"\nname = {}'), "says not where the value is"),
        (('table = "c_cons"', 'table = "c_cons"\nsql = "SELECT 1"'), "says not what to read"),
        (('table = "c_cons"', ""), "says not what to read"),
        (('table = "c_cons"', 'table = "c_cons"\norder = ["a"]'), "order and args are for call events alone"),
        (('table = "c_cons"', 'table = "c_cons"\njoins = [{ table = "x", as = "t", on = { a = "b" } }]'), "the same"),
        (('table = "c_cons"', "table = 5"), "table is not a text"),
        (("[[sources.m.tables]]", 'full = { cron = "61 2 * * *" }\n[[sources.m.tables]]'), "cron '61 2 "),
        (("[[sources.m.tables]]", "full = {}\n[[sources.m.tables]]"), "says not when"),
        (("[[sources.m.tables]]", "changed = { every_s = 60 }\n[[sources.m.tables]]"), "no table has a cursor"),
        (("[[sources.m.tables]]", 'timezone = "Mars"\n[[sources.m.tables]]'), "timezone 'Mars' is none"),
        (("reader@", "reader:secret@"), "its url holds a password"),
        (("postgresql://reader@host/db", "nonsense"), "its url is none"),
        ((GOOD, ""), "names no source"),
        ((GOOD, "[sources"), "not a mapping file"),
    ],
)
def test_a_mapping_that_is_not_clear_is_refused_with_its_place(
    tmp_path: Path, change: tuple[str, str], said: str
) -> None:
    with pytest.raises(MappingError) as refused:
        read(tmp_path, GOOD.replace(*change))
    assert said in str(refused.value)
    assert "secret" not in str(refused.value)


def test_a_password_comes_from_the_environment_or_a_private_file(tmp_path: Path) -> None:
    by_name = read(tmp_path, GOOD.replace("[[", 'password_env = "PW"\n[[', 1))
    assert url_with_password(by_name, tmp_path, {"PW": "s"}).password == "s"
    with pytest.raises(MappingError, match="PW is not set"):
        url_with_password(by_name, tmp_path, {})
    by_file = read(tmp_path, GOOD.replace("[[", 'password_file = "pw"\n[[', 1))
    (tmp_path / "pw").write_text("geheim\n")
    (tmp_path / "pw").chmod(0o644)
    with pytest.raises(MappingError, match="others may read"):
        url_with_password(by_file, tmp_path, {})
    (tmp_path / "pw").chmod(0o600)
    assert url_with_password(by_file, tmp_path, {}).password == "geheim"


def test_each_source_keeps_its_own_times_and_tables_in_the_order_of_storing(tmp_path: Path) -> None:
    source = read(tmp_path, central_mapping())
    assert [one.kind for one in source.feeds] == [
        "branch",
        "area",
        "feeder",
        "contact",
        "transformer_area",
        "customer",
        "ticket",
        "call_event",
    ]
    assert source.full == Timing(cron="15 2 * * *", jitter_s=300)
    assert source.changed == Timing(every_s=300)


def test_whatever_the_mapping_says_changes_the_fingerprint(tmp_path: Path) -> None:
    said = [
        GOOD,
        GOOD.replace("cons_no", "cons_id"),
        GOOD.replace('table = "c_cons"', 'table = "c_cons"\nwhere = "a = 1"'),
        GOOD.replace('table = "c_cons"', 'table = "c_cons"\nadopt = true'),
        GOOD + 'importance = { column = "lv", codes = { "1" = "first" } }',
        GOOD + 'importance = { column = "lv", codes = { "1" = "second" } }',
    ]
    assert len({read(tmp_path, one).feeds[0].fingerprint for one in said}) == len(said)


def test_the_example_for_oracle_speaks_its_sql() -> None:
    (source,) = read_mapping_file(DOCS / "oracle.toml")
    areas = sql(feed(source, "transformer_area"), oracle.dialect())  # type: ignore[no-untyped-call]
    assert 'FROM "EPM"."G_TG" g JOIN "EPM"."G_LINE_TG_RELA" r ON r."TG_ID" = g."TG_ID"' in areas
    assert """LISTAGG(CAST(l."AREA_NO" AS VARCHAR2(100 CHAR)), ';')""" in areas
    assert areas.endswith("WHERE (g.RUN_STATUS_CODE = '01')")
    customers = FeedStatement(feed(source, "customer")).since(datetime(2026, 11, 1))  # noqa: DTZ001 - as columns are
    compiled = customers.compile(dialect=oracle.dialect())  # type: ignore[no-untyped-call]
    assert 'LEFT OUTER JOIN "EPM"."C_CONTACT" k ON k."CUST_ID" = c."CUST_ID"' in str(compiled)
    assert 'c."LAST_UPDATE_TIME" >= :' in str(compiled)


def test_the_example_for_sql_server_speaks_its_sql() -> None:
    (source,) = read_mapping_file(DOCS / "sqlserver.toml")
    tickets = sql(feed(source, "ticket"), mssql.dialect())  # type: ignore[no-untyped-call]
    assert tickets.startswith("SELECT t.[WoNo] AS c0")
    assert "FROM (SELECT w.WoNo, w.AcceptTime" in tickets
    calls = sql(feed(source, "call_event"), mssql.dialect())  # type: ignore[no-untyped-call]
    assert "FROM dbo.[CallEvent] AS t ORDER BY t.[EventTime], t.[EventId]" in calls


@pytest.mark.parametrize("dialect", [postgresql.dialect(), mysql.dialect()], ids=["postgresql", "mysql"])  # type: ignore[no-untyped-call]
def test_blocks_are_summed_and_asked_for_in_the_sources_sql(tmp_path: Path, dialect: Any) -> None:
    statement = FeedStatement(read(tmp_path, GOOD).feeds[0])
    assert "GROUP BY" in str(statement.sums(dialect).compile(dialect=dialect))
    asked = statement.digested_rows(dialect, [1, 2], None)
    assert "IN (1, 2)" in str(asked.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))


def test_colons_of_a_condition_are_no_parameters(tmp_path: Path) -> None:
    where = r"""where = "at > '2026-11-01 08:30:00' AND n::int = 1 AND x LIKE '5%'" """
    one = read(tmp_path, GOOD.replace('table = "c_cons"', f'table = "c_cons"\n{where}')).feeds[0]
    said = sql(one, postgresql.dialect(paramstyle="named"))  # type: ignore[no-untyped-call]
    assert said.endswith("WHERE (at > '2026-11-01 08:30:00' AND n::int = 1 AND x LIKE '5%')")


@pytest.mark.parametrize(
    ("cron", "weekdays"),
    [
        ("0 3 * * 0", "sun"),
        ("0 3 * * 7", "sun"),
        ("0 3 * * 1-5", "mon,tue,wed,thu,fri"),
        ("0 3 * * 5-7", "fri,sat,sun"),
        ("0 3 * * mon", "mon"),
        ("0 3 * * *", "*"),
    ],
)
def test_days_of_the_week_are_counted_as_cron_does(cron: str, weekdays: str) -> None:
    trigger = trigger_of(Timing(cron=cron))
    assert isinstance(trigger, CronTrigger)
    (said,) = (str(one) for one in trigger.fields if one.name == "day_of_week")
    assert sorted(said.split(",")) == sorted(weekdays.split(","))


@pytest.mark.parametrize("cron", ["* * *", "0 3 * * 8", "x 3 * * *"])
def test_a_cron_expression_that_is_none_is_refused(cron: str) -> None:
    with pytest.raises(MappingError, match="cron"):
        trigger_of(Timing(cron=cron))


def test_the_shipped_mapping_is_valid_toml_without_a_password() -> None:
    assert "password" not in str(tomllib.loads(central_mapping()))
