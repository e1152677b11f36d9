"""Central systems for tests: small tables in SQLite, or the sample system on a server, and pulls from them."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, create_engine, text

from data.store.store import Store
from sync.central.history import PullRecord
from sync.central.mapping import Source
from sync.central.mapping_file import read_mapping_file
from sync.central.passwords import url_with_password
from sync.central.pulling import Puller, Wish
from wallboard.calls import ImportResult, import_queue_log

HEAD = """
[codes.importance]
"01" = "special"
"02" = "first"
[sources.marketing]
url = "URL"
"""

CUSTOMERS = """
[[sources.marketing.tables]]
kind = "customer"
table = "c_cons"
cursor = { column = "updated", overlap = 60 }
[sources.marketing.tables.fields]
id = "cons_no"
name = "cons_name"
transformer_area = "tg"
phone = "tel"
importance = { column = "lv", codes = "importance" }
"""

_COLUMNS = "cons_no VARCHAR(20), cons_name VARCHAR(50), tg VARCHAR(20), tel VARCHAR(20), lv VARCHAR(2), updated INTEGER"


@dataclass(slots=True)
class CentralSystem:
    """A database with a table of customers, and a mapping for it."""

    url: str
    folder: Path
    tables: str = CUSTOMERS

    def run(self, *statements: str, **values: object) -> None:
        """Changes something in it."""
        engine = create_engine(self.url)
        with engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement), values)
        engine.dispose()

    def put(
        self, number: int, name: str = "张伟", area: str = "T1", tel: str = "", lv: str = "", updated: int = 0
    ) -> None:
        """Adds or replaces a customer."""
        self.drop(number)
        self.run(
            "INSERT INTO c_cons VALUES (:no, :name, :area, :tel, :lv, :updated)",
            no=customer_no(number),
            name=name,
            area=area,
            tel=tel,
            lv=lv,
            updated=updated,
        )

    def drop(self, *numbers: int) -> None:
        """Removes customers."""
        for number in numbers:
            self.run("DELETE FROM c_cons WHERE cons_no = :no", no=customer_no(number))

    @property
    def source(self) -> Source:
        """What the mapping says."""
        path = self.folder / "central.toml"
        path.write_text((HEAD + self.tables).replace("URL", self.url), encoding="utf-8")
        return read_mapping_file(path)[0]

    def pull(self, store: Store, actor: str = "test", **wish: Any) -> PullRecord:
        """One pull."""
        return pull_source(store, self.source, self.folder, actor, **wish)


def pull_source(store: Store, source: Source, folder: Path, actor: str = "test", **wish: Any) -> PullRecord:
    """One pull of a source."""
    url = url_with_password(source, folder, {})
    return Puller(store, source, url, folder, take_lines).pull(actor, Wish(**wish))


def make_central(url: str, folder: Path, customers: Iterable[int] = ()) -> CentralSystem:
    """A system with these customers."""
    central = CentralSystem(url, folder)
    central.run(f"CREATE TABLE c_cons ({_COLUMNS})")
    for number in customers:
        central.put(number)
    return central


def customer_no(number: int) -> str:
    """The number of a customer that the small network of `tests.stores` does not have."""
    return str(3_000_000_000 + number)


def take_lines(connection: Connection, lines: Iterable[str], zone: ZoneInfo) -> ImportResult:
    """The way of call events into the store, as the command composes it."""
    return import_queue_log(connection, lines, timezone=zone)
