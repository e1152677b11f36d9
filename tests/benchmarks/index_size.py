"""How many bytes of a cache each customer costs, and how many of them are there for searching alone."""

import sqlite3
from contextlib import closing

from tests.benchmarks.lookup_data import BenchFiles
from tests.benchmarks.report import say, say_heading, say_row

_SEARCH_TABLES = ("name", "alias", "hanzi", "name_fts", "code_fts", "place_fts")
_SEARCH_INDEXES = ("_name_id", "_number", "_code")
_SHOWN = 16


def print_size(files: BenchFiles) -> None:
    """Prints bytes a customer of the search index and of the whole cache, and the largest tables."""
    # Only the standard library's SQLite knows dbstat; it reads the file and writes nothing.
    with closing(sqlite3.connect(f"file:{files.cache}?mode=ro", uri=True)) as connection:
        try:
            sizes = dict(connection.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name"))
        except sqlite3.OperationalError as error:
            say(f"this SQLite cannot tell the sizes of tables ({error})")
            return
    search = {name: size for name, size in sizes.items() if _is_search(name)}
    say_heading("part of the cache", "MB", "bytes a customer")
    _say_size("search index", sum(search.values()), files.customers)
    _say_size("whole cache", sum(sizes.values()), files.customers)
    for name, size in sorted(sizes.items(), key=lambda one: -one[1])[:_SHOWN]:
        _say_size(f"{name}{' (search)' if name in search else ''}", size, files.customers)


def _is_search(name: str) -> bool:
    plain = name.removeprefix("sqlite_autoindex_")
    of_table = any(plain == table or plain.startswith(f"{table}_") for table in _SEARCH_TABLES)
    return of_table or plain.endswith(_SEARCH_INDEXES)


def _say_size(label: str, size: int, customers: int) -> None:
    say_row(label, f"{size / 1e6:.1f}", f"{size / customers:.1f}")
