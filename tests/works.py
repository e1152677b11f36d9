"""Pieces of work that may be broken off anywhere: each with its place, what does it, and what may be left of it."""

import json
from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from data import migrations
from data.clock import SystemClock
from data.entries.entries import Entry, read_entry
from data.importing import ImportOptions
from data.kinds import KINDS
from data.migrations import schema_of
from data.names.pinyin import readings_of
from data.store import change_log
from data.store.indexes import leave_out_indexes, make_missing_indexes, missing_indexes
from data.store.rows import all_docs
from data.store.schema import ENTRY, TICKET
from data.store.steps import Pace
from data.upkeep.file_import import ImportRun, _Storing
from data.upkeep.file_import import import_file as import_in_steps
from data.upkeep.file_preview import RecordFile
from data.upkeep.import_note import broken_off
from switchboard.import_verb import import_file
from sync.central.applying import FeedApplier
from sync.central.passwords import url_with_password
from sync.central.pulling import Puller, Wish
from sync.copies.backup import make_backup
from sync.copies.backup_file import open_backup
from sync.hub.snapshots import publish, published
from sync.replica.agent_home import AgentHome
from sync.replica.credential import HomeCredential
from sync.replica.replica import Replica, apply_repair
from tests import pc_works
from tests.broken_hub import EVERYTHING, MANY, OLD_OR_NEW, make_hub, many, store_at
from tests.central_systems import CentralSystem, make_central, take_lines
from tests.entered import count, enter
from tests.recounts import check_store
from tests.stores import fill

_SHORT = Pace(cost=10, together=4, in_memory=9)
"""A large pull's transactions, as small as to be many here."""

_OLD_STEP = "0007"


@dataclass(frozen=True)
class Work:
    """One piece.

    Attributes:
        phase: The function in which it is killed.
        prepare: Makes what it needs in an empty directory.
        do: Does it there.
        check: Tells whether the old state or the new one is there; fails where it is neither.
    """

    phase: Callable[..., Any]
    prepare: Callable[[Path], None]
    do: Callable[[Path], None]
    check: Callable[[Path], str]


def _state(connection: Connection) -> str:
    """By the names of the many customers: all of them are old, or all are new."""
    check_store(connection)
    (name,) = {str(doc["name"])[0] for doc in all_docs(connection, "customer") if str(doc["id"]).startswith("77")}
    return OLD_OR_NEW[name]


def _prepare_import(place: Path) -> None:
    make_hub(place)
    rows = "".join(f"{doc['id']},{doc['name']}\n" for _, doc in many("新"))
    (place / "in.csv").write_text("id,name\n" + rows, encoding="utf-8")


def _import(place: Path) -> None:
    asked = {"home": str(place / "hub"), "what": "customers", "file": str(place / "in.csv")}
    import_file(Namespace(**asked, dry_run=False, map=None, errors=None, clear=False))


def _check_import(place: Path) -> str:
    with store_at(place) as store, store.read() as connection:
        return _state(connection)


def _import_in_steps(place: Path) -> None:
    with store_at(place) as store:
        file = RecordFile(place / "in.csv", KINDS["customer"], ImportOptions(readings_of))
        import_in_steps(store, file, place, ImportRun("test", "in.csv", pace=_SHORT))


def _check_import_in_steps(place: Path) -> str:
    """Some of the rows may be there, and then the store knows it; importing the file again goes on."""
    with store_at(place) as store:
        with store.read() as connection:
            check_store(connection)
            rows = [doc for doc in all_docs(connection, "customer") if str(doc["id"]).startswith("77")]
        new, left = sum(str(doc["name"]).startswith("新") for doc in rows), broken_off(store.engine)
    assert (left.stored if left else 0) == new % MANY, f"{new} rows are stored, and the store says {left}"
    return "new" if new == MANY else "old"


def _prepare_pull(place: Path) -> None:
    make_hub(place)
    make_central(f"sqlite:///{place / 'central.db'}", place, range(40))


def _pull(place: Path) -> None:
    with store_at(place) as store:
        CentralSystem(f"sqlite:///{place / 'central.db'}", place).pull(store)


def _check_pull(place: Path) -> str:
    with store_at(place) as store, store.read() as connection:
        assert _state(connection) == "old"
        pulled = sum(str(doc["id"]).startswith("3") for doc in all_docs(connection, "customer"))
    assert pulled in {0, 40}, f"{pulled} customers were pulled"
    return "new" if pulled else "old"


def _pull_in_steps(place: Path) -> None:
    central = CentralSystem(f"sqlite:///{place / 'central.db'}", place)
    url = url_with_password(central.source, central.folder, {})
    with store_at(place) as store:
        Puller(store, central.source, url, central.folder, take_lines, _SHORT).pull("test", Wish())


def _check_pull_in_steps(place: Path) -> str:
    """Some of the rows may be there, as others see a large pull that is under way; the next one goes on."""
    with store_at(place) as store, store.read() as connection:
        assert _state(connection) == "old"
        pulled = sum(str(doc["id"]).startswith("3") for doc in all_docs(connection, "customer"))
    return "new" if pulled == 40 else "old"


def _prepare_first_pull(place: Path) -> None:
    """A hub without customers: the indexes of theirs are left out until they are there."""
    _prepare_pull(place)
    with store_at(place) as store, store.write("test", "empty the store") as writing:
        writing.delete("customer", [str(doc["id"]) for doc in all_docs(writing.connection, "customer")])


def _check_first_pull(place: Path) -> str:
    """Old while customers or their indexes are missing: the next pull adds both."""
    with store_at(place) as store, store.read() as connection:
        check_store(connection)
        pulled = {str(doc["id"]) for doc in all_docs(connection, "customer")}
        missing = missing_indexes(connection)
    assert all(key.startswith("3") for key in pulled)
    return "new" if len(pulled) == 40 and not missing else "old"


def _prepare_indexes(place: Path) -> None:
    """What a first pull leaves that was killed when its rows were there."""
    make_hub(place)
    with store_at(place) as store, store.write("test", "leave out") as writing:
        leave_out_indexes(writing.connection, "customer")


def _make_indexes(place: Path) -> None:
    with store_at(place) as store:
        make_missing_indexes(store)


def _check_indexes(place: Path) -> str:
    with store_at(place) as store, store.read() as connection:
        assert _state(connection) == "old"
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
        return "old" if missing_indexes(connection) else "new"


def _prepare_snapshot(place: Path) -> None:
    make_hub(place)
    with store_at(place) as store:
        publish(store, EVERYTHING, place / "all")
        fill(store, many("新"))


def _snapshot(place: Path) -> None:
    with store_at(place) as store:
        publish(store, EVERYTHING, place / "all", encrypted=True)


def _check_snapshot(place: Path) -> str:
    manifest = published(place / "all")
    assert manifest is not None, "the earlier snapshot is gone"
    file = place / "all" / Path(manifest.url).name
    assert file.stat().st_size == manifest.size
    return "new" if manifest.key else "old"


def _prepare_entries(place: Path) -> None:
    make_hub(place)
    made = [Entry(uuid4().hex, "ticket", SystemClock().now(), {"kind": "enquiry", "text": f"{n}"}) for n in range(3)]
    (place / "entries.json").write_text(json.dumps([one.to_json() for one in made]))


def _take_entries(place: Path) -> None:
    """Has the hub take what was entered at a PC."""
    with store_at(place) as store:
        for told in json.loads((place / "entries.json").read_text()):
            enter(store, read_entry(told))


def _check_entries(place: Path) -> str:
    with store_at(place) as store:
        with store.read() as connection:
            check_store(connection)
        tickets = count(store, TICKET)
        assert count(store, ENTRY) == tickets, "applied, and not known to be, or the other way round"
    return "new" if tickets == 3 else "old"


def _prepare_migration(place: Path) -> None:
    """A store as an older Switchboard left it."""
    (place / "hub").mkdir()
    with store_at(place) as store, store.engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(Path(migrations.__file__).parent))
        config.attributes["connection"] = connection
        command.upgrade(config, _OLD_STEP)
        change_log.set_meta(connection, "epoch", "before")


def _migrate(place: Path) -> None:
    with store_at(place) as store:
        migrations.migrate(store.engine)


def _check_migration(place: Path) -> str:
    with store_at(place) as store:
        with store.engine.connect() as connection:
            step = schema_of(connection)
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
        migrations.migrate(store.engine)
        with store.read() as connection:
            assert change_log.epoch(connection) == "before"
    return "old" if step == _OLD_STEP else "new"


def _back_up(place: Path) -> None:
    with store_at(place) as store:
        make_backup(place / "hub", store, place / "copy", "os:root", "1.0")


def _check_backup(place: Path) -> str:
    with store_at(place) as store, store.read() as connection:
        assert _state(connection) == "old"
    if not (place / "copy").exists():
        return "old"
    with open_backup(place / "copy", "") as backup:
        backup.check()
    return "new"


WORKS = {
    "import": Work(import_file, _prepare_import, _import, _check_import),
    "import planned": Work(RecordFile.plan, _prepare_import, _import_in_steps, _check_import_in_steps),
    "import stored": Work(_Storing.run, _prepare_import, _import_in_steps, _check_import_in_steps),
    "pull": Work(Puller.pull, _prepare_pull, _pull, _check_pull),
    "pull in steps": Work(Puller.pull, _prepare_pull, _pull_in_steps, _check_pull_in_steps),
    "first pull": Work(FeedApplier.apply, _prepare_first_pull, _pull_in_steps, _check_first_pull),
    "indexes": Work(make_missing_indexes, _prepare_indexes, _make_indexes, _check_indexes),
    "snapshot": Work(publish, _prepare_snapshot, _snapshot, _check_snapshot),
    "apply": Work(apply_repair, pc_works.prepare_apply, pc_works.apply, pc_works.check_apply),
    "download": Work(Replica._fetch_file, pc_works.prepare_download, pc_works.download, pc_works.check_download),  # noqa: SLF001
    "switch": Work(AgentHome.switch_to, pc_works.prepare_switch, pc_works.switch, pc_works.check_switch),
    "outbox": Work(pc_works.enter_three, pc_works.prepare_outbox, pc_works.enter_three, pc_works.check_outbox),
    "entries": Work(_take_entries, _prepare_entries, _take_entries, _check_entries),
    "tokens": Work(HomeCredential.renew, pc_works.prepare_tokens, pc_works.renew, pc_works.check_tokens),
    "migration": Work(migrations.migrate, _prepare_migration, _migrate, _check_migration),
    "backup": Work(make_backup, make_hub, _back_up, _check_backup),
}
"""By name."""
