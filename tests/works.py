"""Pieces of work that may be broken off anywhere: each with its place, what does it, and what may be left of it."""

import json
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from data import migrations
from data.caches import cache
from data.caches.build import build_cache, changes_for
from data.caches.recount import recount
from data.clock import SystemClock
from data.entries.entries import Entry, Outcome, read_entry
from data.importing import ImportOptions
from data.kinds import KINDS
from data.migrations import schema_of
from data.names.pinyin import readings_of
from data.sqlite import connect
from data.store import change_log
from data.store.database import open_database, sqlite_url
from data.store.rows import all_docs
from data.store.schema import ENTRY, TICKET
from data.store.set_hash import same_sums
from data.store.steps import Pace
from data.store.store import Store
from data.upkeep.file_import import ImportRun
from data.upkeep.file_import import import_file as import_in_steps
from data.upkeep.file_preview import RecordFile
from data.upkeep.import_note import broken_off
from switchboard.import_verb import import_file
from sync import auth
from sync.auth.changes import token_key
from sync.auth.devices import find_device
from sync.auth.tokens import read_token
from sync.central.passwords import url_with_password
from sync.central.pulling import Puller, Wish
from sync.copies.backup import make_backup
from sync.copies.backup_file import open_backup
from sync.hub.home import make_hub_home
from sync.hub.snapshots import Scope, publish, published
from sync.outbox.waiting import Author, Outbox
from sync.protocol import ChangeBatch
from sync.replica.agent_home import AgentHome
from sync.replica.credential import HomeCredential
from sync.replica.enrolment import Enrolment
from sync.replica.hub_client import HubClient
from sync.replica.replica import Replica, apply_batch, apply_repair
from tests.central_systems import CentralSystem, make_central, take_lines
from tests.entered import count, enter
from tests.odd_servers import serving_file
from tests.recounts import check_cache, check_store
from tests.stores import NETWORK, NOON, fill

MANY = 100
_ALL = Scope.of(None)
_SHORT = Pace(cost=10, together=4, in_memory=9)
"""A large pull's transactions, as small as to be many here."""

_OLD_STEP = "0007"
_WANG = Author("wang", "secret")
_KINDS_OF_NAMES = {"旧": "old", "新": "new"}


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


@contextmanager
def _store(place: Path) -> Iterator[Store]:
    engine = open_database(sqlite_url(place / "hub" / "store.db"))
    try:
        yield Store(engine, SystemClock())
    finally:
        engine.dispose()


def _many(name: str) -> list[tuple[str, dict[str, Any]]]:
    return [("customer", {"id": f"77{n:08}", "name": f"{name}{n}", "transformer_area": "T1"}) for n in range(MANY)]


def _make_hub(place: Path) -> None:
    store = make_hub_home(place / "hub").open_store()
    fill(store, [*NETWORK, *_many("旧")])
    store.engine.dispose()


def _state(connection: Connection) -> str:
    """By the names of the many customers: all of them are old, or all are new."""
    check_store(connection)
    (name,) = {str(doc["name"])[0] for doc in all_docs(connection, "customer") if str(doc["id"]).startswith("77")}
    return _KINDS_OF_NAMES[name]


def _prepare_import(place: Path) -> None:
    _make_hub(place)
    rows = "".join(f"{doc['id']},{doc['name']}\n" for _, doc in _many("新"))
    (place / "in.csv").write_text("id,name\n" + rows, encoding="utf-8")


def _import(place: Path) -> None:
    asked = {"home": str(place / "hub"), "what": "customers", "file": str(place / "in.csv")}
    import_file(Namespace(**asked, dry_run=False, map=None, errors=None, clear=False))


def _check_import(place: Path) -> str:
    with _store(place) as store, store.read() as connection:
        return _state(connection)


def _import_in_steps(place: Path) -> None:
    with _store(place) as store:
        file = RecordFile(place / "in.csv", KINDS["customer"], ImportOptions(readings_of))
        import_in_steps(store, file, place, ImportRun("test", "in.csv", pace=_SHORT))


def _check_import_in_steps(place: Path) -> str:
    """Some of the rows may be there, and then the store knows it; importing the file again goes on."""
    with _store(place) as store:
        with store.read() as connection:
            check_store(connection)
            rows = [doc for doc in all_docs(connection, "customer") if str(doc["id"]).startswith("77")]
        new, left = sum(str(doc["name"]).startswith("新") for doc in rows), broken_off(store.engine)
    assert (left.stored if left else 0) == new % MANY, f"{new} rows are stored, and the store says {left}"
    return "new" if new == MANY else "old"


def _prepare_pull(place: Path) -> None:
    _make_hub(place)
    make_central(f"sqlite:///{place / 'central.db'}", place, range(40))


def _pull(place: Path) -> None:
    with _store(place) as store:
        CentralSystem(f"sqlite:///{place / 'central.db'}", place).pull(store)


def _check_pull(place: Path) -> str:
    with _store(place) as store, store.read() as connection:
        assert _state(connection) == "old"
        pulled = sum(str(doc["id"]).startswith("3") for doc in all_docs(connection, "customer"))
    assert pulled in {0, 40}, f"{pulled} customers were pulled"
    return "new" if pulled else "old"


def _pull_in_steps(place: Path) -> None:
    central = CentralSystem(f"sqlite:///{place / 'central.db'}", place)
    url = url_with_password(central.source, central.folder, {})
    with _store(place) as store:
        Puller(store, central.source, url, central.folder, take_lines, _SHORT).pull("test", Wish())


def _check_pull_in_steps(place: Path) -> str:
    """Some of the rows may be there, as others see a large pull that is under way; the next one goes on."""
    with _store(place) as store, store.read() as connection:
        assert _state(connection) == "old"
        pulled = sum(str(doc["id"]).startswith("3") for doc in all_docs(connection, "customer"))
    return "new" if pulled == 40 else "old"


def _prepare_snapshot(place: Path) -> None:
    _make_hub(place)
    with _store(place) as store:
        publish(store, _ALL, place / "all")
        fill(store, _many("新"))


def _snapshot(place: Path) -> None:
    with _store(place) as store:
        publish(store, _ALL, place / "all", encrypted=True)


def _check_snapshot(place: Path) -> str:
    manifest = published(place / "all")
    assert manifest is not None, "the earlier snapshot is gone"
    file = place / "all" / Path(manifest.url).name
    assert file.stat().st_size == manifest.size
    return "new" if manifest.key else "old"


def _prepare_apply(place: Path) -> None:
    _make_hub(place)
    with _store(place) as store:
        with store.read() as connection:
            build_cache(connection, AgentHome(place / "pc").caches / "one.db", _ALL.key, None)
        AgentHome(place / "pc").switch_to(place / "pc" / "cache" / "one.db")
        fill(store, _many("新"))


def _apply(place: Path) -> None:
    path = AgentHome(place / "pc").current_cache()
    assert path is not None
    with _store(place) as store, store.read() as connection, closing(connect(path)) as held:
        since = int(cache.read_meta(held)["revision"])
        touched = change_log.touched_since(connection, since, None, 10_000) or []
        changes, head = tuple(changes_for(connection, touched, None)), change_log.head(connection)
        sums, epoch = change_log.sums(connection, None), change_log.epoch(connection)
        assert apply_batch(held, ChangeBatch(epoch, _ALL.key, since, head, sums, changes))


def _check_apply(place: Path) -> str:
    revision = check_cache(AgentHome(place / "pc"))
    return _state_of_cache(place, revision == 2)


def _state_of_cache(place: Path, is_new: bool) -> str:  # noqa: FBT001 - what the checkpoint says
    path = AgentHome(place / "pc").current_cache()
    assert path is not None
    with closing(connect(path)) as held:
        rows = held.execute("SELECT text FROM customer JOIN name ON nid = name_id WHERE customer.id LIKE '77%'")
        (first,) = {str(text)[0] for (text,) in rows}
        assert same_sums(recount(held), cache.read_sums(held))
    assert _KINDS_OF_NAMES[first] == ("new" if is_new else "old"), "the checkpoint says something else than the records"
    return _KINDS_OF_NAMES[first]


def _prepare_switch(place: Path) -> None:
    _prepare_apply(place)
    with _store(place) as store, store.read() as connection:
        build_cache(connection, place / "pc" / "cache" / "two.db", _ALL.key, None)


def _switch(place: Path) -> None:
    AgentHome(place / "pc").switch_to(place / "pc" / "cache" / "two.db")


def _check_switch(place: Path) -> str:
    home = AgentHome(place / "pc")
    assert check_cache(home) is not None, "there is no cache any more"
    path = home.current_cache()
    assert path is not None
    return _state_of_cache(place, path.name == "two.db")


def _prepare_download(place: Path) -> None:
    _prepare_apply(place)
    with _store(place) as store:
        publish(store, _ALL, place / "all", encrypted=True)


def _download(place: Path) -> None:
    manifest = published(place / "all")
    assert manifest is not None
    content = (place / "all" / Path(manifest.url).name).read_bytes()
    with serving_file(content) as (url, _):
        Replica(AgentHome(place / "pc"), HubClient(url))._fetch_file(manifest)  # noqa: SLF001 - the part that writes


def _check_download(place: Path) -> str:
    home = AgentHome(place / "pc")
    assert check_cache(home) is not None, "there is no cache any more"
    path = home.current_cache()
    assert path is not None
    return _state_of_cache(place, path.name != "one.db")


def _prepare_tokens(place: Path) -> None:
    _make_hub(place)
    with _store(place) as store:
        device, given = auth.enrol(store, auth.add_device(store, "座席1", (), "os:root")[0])
    AgentHome(place / "pc").save_enrolment(Enrolment("http://hub", device.id, "座席1", given.access, given.refresh))


def _renew(place: Path) -> None:
    """Has the tokens renewed three times."""

    def exchange(refresh: str) -> tuple[str, str]:
        tokens = auth.refresh(store, refresh)
        return tokens.access, tokens.refresh

    with _store(place) as store:
        for _ in range(3):
            credential = HomeCredential(AgentHome(place / "pc"))
            credential.renew(credential.headers(), exchange)


def _check_tokens(place: Path) -> str:
    refresh = AgentHome(place / "pc").enrolment().refresh
    with _store(place) as store, store.read() as connection:
        said = read_token(token_key(connection), refresh)
        find_device(connection, "座席1")  # it was not taken for a copy of itself, and revoked
    assert said is not None
    return "new" if said.value > 3 else "old"


def _prepare_entries(place: Path) -> None:
    _make_hub(place)
    made = [Entry(uuid4().hex, "ticket", SystemClock().now(), {"kind": "enquiry", "text": f"{n}"}) for n in range(3)]
    (place / "entries.json").write_text(json.dumps([one.to_json() for one in made]))


def _take_entries(place: Path) -> None:
    """Has the hub take what was entered at a PC."""
    with _store(place) as store:
        for told in json.loads((place / "entries.json").read_text()):
            enter(store, read_entry(told))


def _check_entries(place: Path) -> str:
    with _store(place) as store:
        with store.read() as connection:
            check_store(connection)
        tickets = count(store, TICKET)
        assert count(store, ENTRY) == tickets, "applied, and not known to be, or the other way round"
    return "new" if tickets == 3 else "old"


def _prepare_outbox(place: Path) -> None:
    Outbox(place).add("ticket", "", {"text": "早先"}, _WANG, NOON)


def _enter(place: Path) -> None:
    """Enters three, and lets the hub have the one that was there."""
    outbox = Outbox(place)
    (first,) = [kept.entry.key for kept in outbox.entries() if kept.entry.body["text"] == "早先"] or [""]
    with (place / "taken").open("a") as taken:
        for _ in range(3):
            taken.write(outbox.add("ticket", "", {"text": "几点来电"}, _WANG, NOON).key + "\n")
            taken.flush()
    outbox.mark_tried([first])
    outbox.conclude({first: Outcome("applied", "t1")}, NOON)


def _check_outbox(place: Path) -> str:
    with closing(connect(place / "outbox.db")) as held:
        assert held.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    entries = Outbox(place).entries()
    taken = (place / "taken").read_text().split() if (place / "taken").exists() else []
    there = [kept.entry.key for kept in entries]
    assert set(taken) <= set(there), "what was taken is gone"
    concluded = all(kept.entry.body["text"] != "早先" for kept in entries)
    assert not concluded or len(taken) >= 3
    return "new" if concluded else "old"


def _prepare_migration(place: Path) -> None:
    """A store as an older Switchboard left it."""
    (place / "hub").mkdir()
    with _store(place) as store, store.engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(Path(migrations.__file__).parent))
        config.attributes["connection"] = connection
        command.upgrade(config, _OLD_STEP)
        change_log.set_meta(connection, "epoch", "before")


def _migrate(place: Path) -> None:
    with _store(place) as store:
        migrations.migrate(store.engine)


def _check_migration(place: Path) -> str:
    with _store(place) as store:
        with store.engine.connect() as connection:
            step = schema_of(connection)
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
        migrations.migrate(store.engine)
        with store.read() as connection:
            assert change_log.epoch(connection) == "before"
    return "old" if step == _OLD_STEP else "new"


def _back_up(place: Path) -> None:
    with _store(place) as store:
        make_backup(place / "hub", store, place / "copy", "os:root", "1.0")


def _check_backup(place: Path) -> str:
    with _store(place) as store, store.read() as connection:
        assert _state(connection) == "old"
    if not (place / "copy").exists():
        return "old"
    with open_backup(place / "copy", "") as backup:
        backup.check()
    return "new"


WORKS = {
    "import": Work(import_file, _prepare_import, _import, _check_import),
    "import in steps": Work(import_in_steps, _prepare_import, _import_in_steps, _check_import_in_steps),
    "pull": Work(Puller.pull, _prepare_pull, _pull, _check_pull),
    "pull in steps": Work(Puller.pull, _prepare_pull, _pull_in_steps, _check_pull_in_steps),
    "snapshot": Work(publish, _prepare_snapshot, _snapshot, _check_snapshot),
    "apply": Work(apply_repair, _prepare_apply, _apply, _check_apply),
    "download": Work(Replica._fetch_file, _prepare_download, _download, _check_download),  # noqa: SLF001
    "switch": Work(AgentHome.switch_to, _prepare_switch, _switch, _check_switch),
    "outbox": Work(_enter, _prepare_outbox, _enter, _check_outbox),
    "entries": Work(_take_entries, _prepare_entries, _take_entries, _check_entries),
    "tokens": Work(HomeCredential.renew, _prepare_tokens, _renew, _check_tokens),
    "migration": Work(migrations.migrate, _prepare_migration, _migrate, _check_migration),
    "backup": Work(make_backup, _make_hub, _back_up, _check_backup),
}
"""By name."""
