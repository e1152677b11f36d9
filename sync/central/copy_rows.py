"""Rows of PostgreSQL by COPY, which takes half the time of a cursor's."""

import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Select
from sqlalchemy.dialects import postgresql

_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_MEANT = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_PLAIN = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]  # percent signs stay single in it


def can_copy(connection: Connection) -> bool:
    """Whether the source is PostgreSQL by psycopg 3."""
    return connection.dialect.name == "postgresql" and connection.dialect.driver == "psycopg"


def copied_rows(connection: Connection, statement: Select[Any]) -> Iterator[tuple[str, ...]]:
    """The cells of each row as texts, streamed; empty where there is NULL."""
    sql = str(statement.compile(dialect=_PLAIN, compile_kwargs={"literal_binds": True}))
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY ({sql}) TO STDOUT") as copy:
        for line in copy:
            yield _cells(str(line, "utf-8"))


def _cells(line: str) -> tuple[str, ...]:
    """The cells of a line in COPY's text format."""
    cells = line[:-1].split("\t")
    if "\\" not in line:
        return tuple(cells)
    return tuple(["" if cell == r"\N" else _unescaped(cell) if "\\" in cell else cell for cell in cells])


def _unescaped(cell: str) -> str:
    return _ESCAPED.sub(_meant, cell)


def _meant(found: re.Match[str]) -> str:
    return _MEANT.get(found[1], found[1])
