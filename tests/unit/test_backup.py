"""Safe copies: what is put back is what was there, whatever the database; what is not whole is refused, traceless."""

import json
import random
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, inspect, select

from data.errors import DataError, SwitchboardError
from data.sqlite import connect
from data.store import audit, change_log
from data.store.database import open_database
from data.store.metadata import METADATA
from data.store.schema import DEVICE, LEASE, LOG_LEASE, RECORDS, SESSION
from sync.audit.trail import AuditTrail
from sync.copies.backup import backup_of_the_day, make_backup
from sync.copies.backup_file import STORE, open_backup, write_backup
from sync.copies.restore import restore_backup
from sync.errors import DamagedError, HomeError
from sync.hub.home import HubHome, make_hub_home
from sync.hub.keeping import Keeping
from tests.stores import SetClock, fill

CHANGED = {"meta", "session", "lease", "log_lease", "audit"}
ME = "os:root"


@pytest.fixture
def home(tmp_path: Path, database: str) -> HubHome:
    """A hub's home with the small network, keys, a device and somebody signed in; its store in either database."""
    made = make_hub_home(tmp_path / "hub")
    if database.startswith("postgresql"):
        made = made.use_database(database)
    store = made.open_store(SetClock())
    fill(store)
    with store.write(ME, "people and devices") as writing:
        device = {"id": "D1", "name": "座席1", "branches": "[]", "created_at": "x", "token_hash": "secret"}
        writing.connection.execute(insert(DEVICE).values(device))
        writing.connection.execute(insert(SESSION).values(token_hash="t", person="wang", expires="2030-01-01"))
        writing.connection.execute(insert(LEASE).values(name="schedule", holder="another hub", until_s=9e9))
        writing.connection.execute(insert(LOG_LEASE).values(reader="device:D1", revision=1, until="2030-01-01"))
    AuditTrail(made.path, store).keep_checkpoint(None)
    store.engine.dispose()
    return made


def saved(home: HubHome, out: Path, passphrase: str = "") -> Path:
    store = home.open_store(SetClock())
    make_backup(home.path, store, out, ME, "1.0", passphrase)
    store.engine.dispose()
    return out


def restored(file: Path, home: Path, database: str = "", passphrase: str = "") -> HubHome:
    restore_backup(file, home, SetClock(), ME, database, passphrase)
    return HubHome(home)


def rows(home: HubHome) -> dict[str, list[Any]]:
    """What is in every table that a restored store shares with the one that was saved."""
    store = home.open_store()
    with store.read() as connection:
        tables = (table for table in METADATA.sorted_tables if table.name not in CHANGED)
        found = {one.name: sorted(map(repr, connection.execute(select(one)).all())) for one in tables}
    store.engine.dispose()
    return found


def traces(place: Path) -> list[str]:
    return sorted(path.name for path in place.iterdir())


def test_what_is_put_back_is_what_was_saved(home: HubHome, tmp_path: Path) -> None:
    file = saved(home, tmp_path / "copy")
    assert file.stat().st_mode & 0o077 == 0
    assert traces(tmp_path) == ["copy", "hub"]
    again = restored(file, tmp_path / "again")
    assert rows(again) == rows(home)
    for name in ("phone.key", "audit.key", "checkpoints/2026-11-22.json"):
        assert (again.path / name).read_bytes() == (home.path / name).read_bytes()
    old, new = home.open_store(), again.open_store()
    with old.read() as before, new.read() as after:
        assert change_log.epoch(before) != change_log.epoch(after)
        assert change_log.head(before) == change_log.head(after)
        for ended in (SESSION, LEASE, LOG_LEASE):
            assert after.execute(select(ended)).all() == [], "what was held of the old one"
        kept = [one.act for one in audit.entries(after)]
    assert kept == ["commit", "make_audit_key", "restore"]
    trail = AuditTrail(again.path, new)
    public = trail.key(ME).public
    assert trail.prove(trail.kept_checkpoints(public), public, thorough=True).findings == []
    new.phones = None
    with new.write(ME, "goes on") as writing:
        writing.put("area", {"id": "A9", "name": "新区"})
    for store in (old, new):
        store.engine.dispose()


def test_a_store_grows_into_postgresql_and_comes_back(tmp_path: Path, postgresql: str) -> None:
    first = make_hub_home(tmp_path / "hub")
    fill(first.open_store())
    grown = restored(saved(first, tmp_path / "one"), tmp_path / "grown", postgresql)
    assert grown.database == postgresql
    assert not (grown.path / "store.db").exists()
    back = restored(saved(grown, tmp_path / "two"), tmp_path / "back")
    assert back.database == ""
    assert rows(back) == rows(grown) == rows(first)


def test_a_database_that_is_not_empty_is_refused(home: HubHome, tmp_path: Path, postgresql: str) -> None:
    file = saved(home, tmp_path / "copy")
    engine = open_database(postgresql)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS theirs (id int)")
    with pytest.raises(DataError, match="the database is not empty"):
        restored(file, tmp_path / "again", postgresql)
    with engine.connect() as connection:
        assert "theirs" in inspect(connection).get_table_names()
    engine.dispose()
    assert not (tmp_path / "again").exists()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestOfAFile:
    def test_a_home_that_is_not_empty_is_refused(self, home: HubHome, tmp_path: Path) -> None:
        file = saved(home, tmp_path / "copy")
        before = home.path.joinpath("hub.toml").read_bytes()
        with pytest.raises(HomeError, match="is not empty"):
            restored(file, home.path)
        assert home.path.joinpath("hub.toml").read_bytes() == before
        (tmp_path / "empty").mkdir()
        assert restored(file, tmp_path / "empty").path == tmp_path / "empty"

    def test_a_file_that_is_there_is_not_written_over(self, home: HubHome, tmp_path: Path) -> None:
        file = saved(home, tmp_path / "copy")
        before = file.read_bytes()
        with pytest.raises(HomeError, match="is there already"):
            saved(home, file)
        assert file.read_bytes() == before

    def test_an_encrypted_copy_holds_no_secret_and_opens_with_its_passphrase_alone(
        self, home: HubHome, tmp_path: Path
    ) -> None:
        file = saved(home, tmp_path / "copy", "口令")
        content = file.read_bytes()
        assert (home.path / "phone.key").read_bytes() not in content
        assert b"hub.toml" not in content
        for wrong, said in (("", "is encrypted: give its passphrase"), ("x", "the passphrase is another")):
            with pytest.raises(DamagedError, match=said):
                restored(file, tmp_path / "again", passphrase=wrong)
        assert rows(restored(file, tmp_path / "again", passphrase="口令")) == rows(home)

    @pytest.mark.parametrize("passphrase", ["", "口令"])
    def test_a_truncated_copy_is_refused_and_leaves_nothing(
        self, home: HubHome, tmp_path: Path, passphrase: str
    ) -> None:
        whole = saved(home, tmp_path / "copy", passphrase).read_bytes()
        part = tmp_path / "part"
        before = [*traces(tmp_path), "part"]
        for length in (0, 1, 13, 40, 1000, len(whole) // 2, len(whole) - 1000, len(whole) - 1):
            part.write_bytes(whole[:length])
            with pytest.raises(DamagedError):
                restored(part, tmp_path / "again", passphrase=passphrase)
            assert traces(tmp_path) == before

    def test_a_copy_with_a_flipped_bit_is_refused_or_means_the_same(self, home: HubHome, tmp_path: Path) -> None:
        whole = saved(home, tmp_path / "copy").read_bytes()
        flipped, chance, refused = tmp_path / "flipped", random.Random(7), 0
        expected = rows(home)
        for number in range(60):
            # Mostly at the end, where the directory of the archive is: every byte of the parts has a check of its own.
            at = chance.choice([chance.randrange(len(whole)), len(whole) - 1 - chance.randrange(800)])
            flipped.write_bytes(whole[:at] + bytes([whole[at] ^ (1 << chance.randrange(8))]) + whole[at + 1 :])
            target = tmp_path / f"again{number}"
            try:
                assert rows(restored(flipped, target)) == expected
            except SwitchboardError:
                refused += 1
                assert not target.exists()
        assert refused > 30

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"schema": "9999"}, "a newer Switchboard"),
            ({"format": 2}, "made by Switchboard 1.0: update"),
            ({"audit": [1, "0" * 64]}, "is not what its manifest says"),
            ({"sums": []}, "is not what its manifest says"),
            ({"parts": {"../out": [0, ""]}}, "leads out of the home"),
            ({"parts": {"..\\out": [0, ""]}}, "leads out of the home"),
            ({"parts": {"C:out": [0, ""]}}, "leads out of the home"),
            ({"parts": {"phone.key": [32, "0" * 64]}}, "part phone.key is not what the manifest says"),
            ({"revision": None, "extra": 1}, "its manifest is not one"),
        ],
    )
    def test_a_manifest_of_something_else_is_refused(
        self, home: HubHome, tmp_path: Path, change: dict[str, Any], said: str
    ) -> None:
        def changed(manifest: dict[str, Any]) -> dict[str, Any]:
            return {**manifest, **change, "parts": {**manifest["parts"], **change.get("parts", {})}}

        file = rewritten(saved(home, tmp_path / "copy"), tmp_path / "other", changed)
        with pytest.raises(SwitchboardError, match=said):
            restored(file, tmp_path / "again")
        assert traces(tmp_path) == ["copy", "hub", "other"]

    def test_a_record_that_was_taken_out_of_a_copy_is_missed_though_the_copy_counts_it_still(
        self, home: HubHome, tmp_path: Path
    ) -> None:
        parts = tmp_path / "parts"
        parts.mkdir()
        with open_backup(saved(home, tmp_path / "copy"), "") as backup:
            backup.unpack(parts)
            manifest = backup.manifest
        with closing(connect(parts / STORE)) as connection:
            connection.execute("DELETE FROM area WHERE id = 'A1'")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        files = {name: parts / name for name in manifest.parts if name != STORE}
        with (tmp_path / "edited").open("xb") as file:
            write_backup(file, parts / STORE, files, manifest, "")
        with pytest.raises(DamagedError, match="is not what its manifest says"):
            restored(tmp_path / "edited", tmp_path / "again")

    def test_a_damaged_store_is_not_saved_as_a_sound_one(self, home: HubHome, tmp_path: Path) -> None:
        store = home.open_store()
        with store.engine.begin() as connection:
            connection.execute(delete(RECORDS["area"]).where(RECORDS["area"].c.id == "A1"))
        with pytest.raises(DamagedError, match="records of the kind area in global"):
            make_backup(home.path, store, tmp_path / "copy", ME, "1.0")
        store.engine.dispose()
        assert traces(tmp_path) == ["hub"]

    def test_a_store_whose_values_break_its_own_rules_is_not_saved(self, home: HubHome, tmp_path: Path) -> None:
        with closing(connect(home.path / STORE)) as connection:
            for old, new in (("at VARCHAR NOT NULL", "at VARCHAR"), ("at VARCHAR", "at VARCHAR NOT NULL")):
                connection.execute("PRAGMA writable_schema=ON")
                changed = "UPDATE sqlite_master SET sql = replace(sql, ?, ?) WHERE name = 'look_up'"
                connection.execute(changed, (old, new))
                connection.execute("PRAGMA writable_schema=RESET")
                connection.execute("INSERT OR IGNORE INTO look_up VALUES ('1', NULL, 'area', 'A1')")
        with pytest.raises(DamagedError, match="the store is damaged: NULL value"):
            saved(home, tmp_path / "copy")
        assert traces(tmp_path) == ["hub"]

    def test_what_lies_about_in_a_home_is_not_saved(self, home: HubHome, tmp_path: Path) -> None:
        for name in ("old.backup", ".being written", "snapshots/all/x.snapshot"):
            path = home.path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("x")
        (home.path / "kept").mkdir()
        (home.path / "kept" / "snapshots").write_text("x")
        with open_backup(saved(home, tmp_path / "copy"), "") as backup:
            parts = set(backup.manifest.parts)
        assert {name for name in parts if "x" in name or "old" in name or name[0] == "."} == set()
        assert {STORE, "hub.toml", "audit.key", "kept/snapshots"} <= parts

    def test_a_copy_is_made_once_a_day_after_its_hour_and_the_oldest_go(self, home: HubHome, tmp_path: Path) -> None:
        clock = SetClock()
        store = home.open_store(clock)
        keeping = Keeping(backups=tmp_path / "copies", backups_kept=3, backup_hour=11)

        def make() -> Path | None:
            return backup_of_the_day(home.path, store, keeping, "1.0")

        clock.pass_time(hours=-2)
        assert make() is None, "it is 10 o'clock"
        (tmp_path / "copies").mkdir()
        theirs = tmp_path / "copies" / "switchboard-01234567-20200101-000000.backup"
        theirs.write_text("another hub's")
        with store.read() as connection:
            unknown = theirs.with_name(f"switchboard-{change_log.epoch(connection)[:8]}-20200101-000000.backup.txt")
        unknown.write_text("a note beside a copy")
        made = []
        for _ in range(5):
            clock.pass_time(days=1, hours=0)
            clock.at = clock.at.replace(hour=3)  # 11 o'clock
            made.append(make())
            assert make() is None, "there is one of today"
        names = [path.name for path in made if path]
        assert len(names) == 5
        assert traces(tmp_path / "copies") == sorted([*names[2:], theirs.name, unknown.name])
        with store.write(ME, "another history") as writing:
            change_log.set_meta(writing.connection, "epoch", "another")
        clock.pass_time(minutes=1)
        anew = make()
        assert anew is not None, "this history has none of today"
        assert traces(tmp_path / "copies") == sorted([*names[2:], theirs.name, unknown.name, anew.name])
        store.engine.dispose()

    def test_who_made_a_copy_and_put_it_back_is_on_record(self, home: HubHome, tmp_path: Path) -> None:
        again = restored(saved(home, tmp_path / "copy"), tmp_path / "again")
        for one, act in ((home, "back_up"), (again, "restore")):
            store = one.open_store()
            with store.read() as connection:
                assert [(entry.actor, entry.act) for entry in audit.newest(connection, audit.Wanted(), limit=1)] == [
                    (ME, act)
                ]
            store.engine.dispose()


def rewritten(file: Path, other: Path, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Path:
    """The same backup with another manifest."""
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(other, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "manifest.json":
                content = json.dumps(change(json.loads(content))).encode()
            new.writestr(name, content)
    return other
