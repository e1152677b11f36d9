"""A sample marketing system: the demo's records in tables and codes of their own, for `pull` to be tried on."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from importlib.resources import files
from itertools import groupby, islice
from typing import Any

from sqlalchemy import Connection, Engine, Table, insert, inspect

from data.demo import central_tables as tables
from data.demo.chance import Chance
from data.errors import DataError
from data.fields import Doc, text_list

_TOGETHER = 2000
_DAY = datetime(2026, 11, 1)  # noqa: DTZ001 - such systems hold local times without an offset
_TICKETS = 200
_ORG_TYPES = {"company": "01", "branch": "02", "station": "03"}
_LEVELS = {"province": "1", "city": "2", "county": "3", "township": "4", "village": "5"}
_POSTS = {"area_manager": "1", "branch_duty": "2", "repair_crew": "3", "branch_manager": "4"}
_IMPORTANCE = {"special": "01", "first": "02", "second": "03", "temporary": "04"}
_SOURCES = {"central": "01", "rural": "02"}
_BUSINESS = ("01", "02", "03", "04", "05")
_CONTENT = ("家中停电", "咨询电价", "对抢修时间不满", "催问恢复时间", "回访抢修结果")

CALLS_FROM = _DAY
"""The local midnight at which the day of its calls begins."""

_Rows = Iterator[tuple[Table, dict[str, Any]]]


def central_mapping() -> str:
    """The mapping file that fits, as TOML."""
    return files("data.demo").joinpath("central.toml").read_text(encoding="utf-8")


def fill_central(engine: Engine, records: Iterable[tuple[str, Doc]], call_lines: Iterable[str]) -> dict[str, int]:
    """Makes the tables of the sample system and fills them.

    Args:
        engine: On an empty database.
        records: From `data.demo.demo_records`.
        call_lines: Of a queue_log whose times are seconds since `CALLS_FROM`.

    Returns:
        Rows by table.

    Raises:
        DataError: there are tables in the database already.
    """
    with engine.begin() as connection:
        if found := inspect(connection).get_table_names():
            raise DataError(f"the database is not empty, it has the table {found[0]}: give an empty one")
        tables.CENTRAL.create_all(connection)
        counts = _write(connection, _rows(records))
        return counts | _write(connection, _calls(call_lines))


def _write(connection: Connection, rows: _Rows) -> dict[str, int]:
    waiting: dict[Table, list[dict[str, Any]]] = {}
    counts: dict[str, int] = {}
    for some in iter(lambda: list(islice(rows, _TOGETHER)), []):
        for table, row in some:
            waiting.setdefault(table, []).append(row)
        for table, together in waiting.items():
            connection.execute(insert(table), together)
            counts[table.name] = counts.get(table.name, 0) + len(together)
        waiting.clear()
    return counts


def _rows(records: Iterable[tuple[str, Doc]]) -> _Rows:
    chance, ticketed = Chance(2), list[str]()
    for kind, group in groupby(records, key=lambda record: record[0]):
        docs = (doc for _, doc in group)
        if kind == "feeder":
            yield from _lines(docs)
        elif kind == "customer":
            for doc in docs:
                if len(ticketed) < _TICKETS:
                    ticketed.append(str(doc["id"]))
                yield tables.CUSTOMER, _customer(doc)
        else:
            for doc in docs:
                yield from _OTHERS[kind](doc)
    yield from ((tables.TICKET, _ticket(number, chance, customer)) for number, customer in enumerate(ticketed, 1))


def _org(doc: Doc) -> _Rows:
    row = {"org_no": doc["id"], "org_name": doc["name"], "p_org_no": doc["parent_id"], "duty_tel": doc["phone"]}
    yield tables.ORG, row | {"org_type": _ORG_TYPES[str(doc["kind"])]}


def _area(doc: Doc) -> _Rows:
    row = {"area_no": doc["id"], "area_name": doc["name"], "p_area_no": doc["parent_id"], "short_code": doc["code"]}
    row["area_lv"] = _LEVELS[str(doc["level"])]
    row |= {"lng": doc.get("lon"), "lat": doc.get("lat")}
    yield tables.AREA, row | {"alias_name": ";".join(text_list(doc["aliases"])) or None, "org_no": doc["branch"]}


def _lines(docs: Iterator[Doc]) -> _Rows:
    numbers: dict[str, str] = {}
    for doc in docs:
        name = str(doc["substation"] or "")
        if name and name not in numbers:
            numbers[name] = f"S{len(numbers) + 1:04d}"
            yield tables.SUBSTATION, {"subs_no": numbers[name], "subs_name": name}
        row = {"line_id": doc["id"], "line_no": doc["number"], "line_name": doc["name"], "org_no": doc["branch"]}
        row |= {"subs_no": numbers.get(name), "volt": doc["kv"], "data_src": _SOURCES[str(doc["source"])]}
        yield tables.LINE, row


def _transformer_area(doc: Doc) -> _Rows:
    row = {"tg_id": doc["id"], "tg_no": doc["number"], "tg_name": doc["name"], "line_id": doc["feeder"]}
    yield tables.TRANSFORMER_AREA, row | {"tg_cap": doc["kva"], "mgr_no": doc["manager"]}
    for area in text_list(doc["areas"]):
        yield tables.TRANSFORMER_AREA_AREA, {"tg_id": doc["id"], "area_no": area}


def _contact(doc: Doc) -> _Rows:
    row = {"contact_no": doc["id"], "contact_name": doc["name"], "tel": doc["phone"], "org_no": doc["branch"]}
    yield tables.CONTACT, row | {"post_code": _POSTS[str(doc["role"])]}
    for area in text_list(doc["areas"]):
        yield tables.CONTACT_AREA, {"contact_no": doc["id"], "area_no": area}


_OTHERS = {"branch": _org, "area": _area, "transformer_area": _transformer_area, "contact": _contact}


def _customer(doc: Doc) -> dict[str, Any]:
    return {
        "cons_no": doc["id"],
        "cons_name": doc["name"],
        "elec_addr": doc["address"],
        "tg_id": doc["transformer_area"],
        "line_id": doc["feeder"],
        "tel": doc["phone"],
        "contract_cap": doc["contract_kva"],
        "cons_lv": _IMPORTANCE.get(str(doc["importance"])),
        "danger_flag": str(int(bool(doc["high_risk"]))),
        "sens_flag": str(int(bool(doc["sensitive"]))),
        "status_code": "0",
        "data_src": _SOURCES[str(doc["source"])],
        "updated_at": _DAY,
    }


def _ticket(number: int, chance: Chance, customer: str) -> dict[str, Any]:
    kind = chance.below(len(_BUSINESS))
    return {
        "wo_no": f"WO202611{number:05d}",
        "accept_time": _DAY + timedelta(seconds=chance.below(86_400)),
        "busi_type": _BUSINESS[kind],
        "wo_status": str(1 + chance.below(2)),
        "accept_content": _CONTENT[kind],
        "cons_no": customer,
        "accept_emp": f"坐席{1 + chance.below(9):02d}",
    }


def _calls(lines: Iterable[str]) -> _Rows:
    for number, line in enumerate(lines, 1):
        seconds, call, queue, agent, event, *arguments = line.split("|")
        row = {"event_seq": number, "event_time": _DAY + timedelta(seconds=int(seconds)), "call_no": call}
        row |= {"queue_name": queue, "seat_no": agent, "event_code": event}
        padded = [*arguments, None, None, None]
        yield tables.CALL, row | {f"arg{one}": padded[one - 1] for one in (1, 2, 3)}
