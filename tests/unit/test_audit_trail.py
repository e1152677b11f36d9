"""The audit trail in a store: what it holds, and that nothing in it, or that it vouches for, changes unnoticed."""

import json
import re
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, column, delete, insert, select, table, update

from data import migrations
from data.clock import to_iso
from data.errors import DataError
from data.store import audit
from data.store.audit_chain import Entry, Link, check_chain
from data.store.database import WRITE, open_database
from data.store.schema import AUDIT, COMMIT, RECORDS
from data.store.store import Store
from sync.audit.key import Checkpoint, read_checkpoint
from sync.audit.trail import AuditTrail, check_archive
from sync.errors import DamagedError, HomeError
from tests.stores import SetClock, fill

ME = "person:wang"


@pytest.fixture
def trail(tmp_path: Path, store: Store) -> AuditTrail:
    return AuditTrail(tmp_path, store)


def kept(trail: AuditTrail) -> list[Path]:
    return trail.kept_checkpoints(trail.key(ME).public)


def act(store: Store, *acts: str) -> None:
    for one in acts:
        with store.write(ME, one) as writing:
            writing.note(ME, one, "客户 2114000001")


def entries(store: Store) -> list[Entry]:
    with store.read() as connection:
        return list(audit.entries(connection))


def tamper(store: Store, how: Callable[[Connection], object]) -> None:
    with store.engine.connect().execution_options(**{WRITE: True}) as connection, connection.begin():
        how(connection)


def found(trail: AuditTrail, *files: Path) -> list[tuple[int, str]]:
    return [(one.number, one.what) for one in trail.prove(files).findings]


def test_every_commit_and_every_act_is_an_entry_and_the_numbers_have_no_gaps(store: Store, trail: AuditTrail) -> None:
    act(store, "reveal", "export")
    with store.write("os:root", "rename") as writing:
        writing.put("area", {"id": "A1", "name": "塔山镇"})
    held = entries(store)
    assert [one.act for one in held] == ["commit", "reveal", "export", "commit"]
    assert [one.number for one in held] == [1, 2, 3, 4]
    about = json.loads(held[-1].about)
    assert (held[-1].actor, about["action"], about["changed"], about["revision"]) == ("os:root", "rename", 1, 2)
    proof = trail.prove([])
    assert (proof.entries, proof.first, proof.last, proof.findings) == (4, 1, 4, [])


def test_a_transaction_that_fails_or_is_rehearsed_leaves_no_entry(store: Store) -> None:
    before = entries(store)

    def fail() -> None:
        with store.write(ME, "fail") as writing:
            writing.note(ME, "reveal", "x")
            writing.put("area", {"id": "A1", "level": "none such"})

    with pytest.raises(DataError):
        fail()
    with store.write(ME, "rehearse") as writing:
        writing.note(ME, "reveal", "x")
        writing.rehearsal = True
    assert entries(store) == before


def test_texts_that_no_database_takes_are_written_down_all_the_same(store: Store, trail: AuditTrail) -> None:
    with store.write(ME, "import") as writing:
        writing.note(ME, "import", "\udcff\x00坏.csv")
    assert entries(store)[-1].about == "\\udcff\\0坏.csv"
    assert found(trail) == []


def test_writers_at_the_same_time_make_one_chain(store: Store, trail: AuditTrail) -> None:
    threads = [threading.Thread(target=act, args=(store, *["reveal"] * 8)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    held = entries(store)
    assert [one.number for one in held] == list(range(1, 50))
    assert list(check_chain(held, Link(), [])) == []


@pytest.mark.parametrize(
    ("how", "number"),
    [
        (update(AUDIT).where(AUDIT.c.number == 3).values(actor="person:li"), 3),
        (update(AUDIT).where(AUDIT.c.number == 4).values(at="2026-11-22T05:00:00Z"), 4),
        (update(AUDIT).where(AUDIT.c.number == 2).values(hash="0" * 64), 2),
        (delete(AUDIT).where(AUDIT.c.number == 3), 3),
        (delete(AUDIT).where(AUDIT.c.number == 1), 1),
        (delete(AUDIT).where(AUDIT.c.number >= 4), 4),
    ],
)
def test_what_was_changed_in_the_table_is_found_with_its_number(
    store: Store, trail: AuditTrail, tmp_path: Path, how: object, number: int
) -> None:
    act(store, "reveal", "export", "sign_in", "reveal")
    checkpoint = tmp_path / "kept.json"
    checkpoint.write_text(trail.checkpoint("os:root"))
    assert found(trail, checkpoint) == []
    tamper(store, lambda connection: connection.execute(how))  # type: ignore[call-overload]
    assert found(trail, checkpoint)[0][0] == number


def test_what_is_gone_behind_the_last_checkpoint_is_not_claimed(
    store: Store, trail: AuditTrail, tmp_path: Path
) -> None:
    trail.key("os:root")
    checkpoint = tmp_path / "kept.json"
    checkpoint.write_text(trail.checkpoint("os:root"))
    act(store, "reveal")
    tamper(store, lambda connection: connection.execute(delete(AUDIT).where(AUDIT.c.number > 2)))
    assert found(trail, checkpoint) == []


@pytest.mark.parametrize(
    ("how", "said"),
    [
        (update(COMMIT).values(actor="person:li"), "the commit log differs from entry 1 on revision 1"),
        (update(COMMIT).values(changed=1), "the commit log differs from entry 1 on revision 1"),
        (delete(COMMIT), "the commit log lacks revision 1 of entry 1"),
        (
            insert(COMMIT).values(revision=2, at="2026-11-22T04:00:00Z", actor="x", action="x", changed=1),
            "revision 2 of the commit log has no entry",
        ),
        (
            delete(RECORDS["area"]).where(RECORDS["area"].c.id == "A1"),
            "records of the kind area in global were changed beside the store",
        ),
    ],
)
def test_commits_and_records_that_were_changed_beside_the_store_are_found(
    store: Store, trail: AuditTrail, how: object, said: str
) -> None:
    tamper(store, lambda connection: connection.execute(how))  # type: ignore[call-overload]
    assert [what for _, what in found(trail)] == [said]


def test_a_record_that_was_edited_in_place_is_found_by_the_thorough_check(store: Store, trail: AuditTrail) -> None:
    area = RECORDS["area"]
    tamper(store, lambda connection: connection.execute(update(area).where(area.c.id == "A1").values(name="塔山村")))
    assert found(trail) == []
    assert [one.number for one in trail.prove([], thorough=True).findings] == [1]


def test_a_checkpoint_that_was_changed_or_is_another_keys_is_refused(
    store: Store, trail: AuditTrail, tmp_path: Path
) -> None:
    line = trail.checkpoint("os:root")
    public = trail.key("os:root").public
    assert read_checkpoint(line, public).number == 2, "making the key is an act on record"
    moved = re.sub('"epoch":"[^"]*"', '"epoch":"another"', line)
    for changed in (
        line.replace('"number":2', '"number":3'),
        line.replace("20", "21", 1),
        moved,
        "{}",
        "[]",
        "x",
    ):
        with pytest.raises(DamagedError):
            read_checkpoint(changed, public)
    (tmp_path / "other").mkdir()
    other = AuditTrail(tmp_path / "other", store)
    with pytest.raises(HomeError, match=r"audit.key is gone: copy it here"):
        other.checkpoint("os:root")
    with pytest.raises(DamagedError, match="is not signed with the key"):
        read_checkpoint(line, other.key("os:root", new=True).public)
    assert entries(store)[-1].act == "make_audit_key"


def test_a_days_checkpoint_is_made_once_in_the_home_and_elsewhere(
    store: Store, trail: AuditTrail, tmp_path: Path, clock: SetClock
) -> None:
    for _ in range(2):
        trail.keep_checkpoint(tmp_path / "elsewhere")
    clock.pass_time(hours=13)  # past midnight in Shanghai
    trail.keep_checkpoint(tmp_path / "elsewhere")
    assert [path.name for path in kept(trail)] == ["2026-11-22.json", "2026-11-23.json"]
    assert [path.read_bytes() for path in sorted((tmp_path / "elsewhere").iterdir())] == [
        path.read_bytes() for path in kept(trail)
    ]
    assert all(path.stat().st_mode & 0o077 == 0 for path in kept(trail))
    assert trail.prove(kept(trail)).findings == []


def test_old_entries_go_into_files_and_the_chain_goes_on(
    store: Store, trail: AuditTrail, tmp_path: Path, clock: SetClock
) -> None:
    trail.keep_checkpoint(None)
    files = []
    for _ in range(2):
        act(store, "reveal", "export")
        clock.pass_time(days=40)
        act(store, "sign_in")
        files.append(trail.archive(clock.now(), ME))
    assert [path and path.name for path in files] == ["000000001-000000004.jsonl", "000000005-000000008.jsonl"]
    trail.keep_checkpoint(None)
    proof = trail.prove(kept(trail))
    assert (proof.first, proof.findings, proof.checkpoints) == (9, [], 2)
    assert [one.act for one in entries(store)] == ["sign_in", "archive_audit"]
    public = trail.key(ME).public
    for path in files:
        assert path is not None
        assert check_archive(path, kept(trail), public) == []
    first = files[0]
    assert first is not None
    first.write_text(first.read_text().replace("export", "reveal"))
    assert [one.number for one in check_archive(first, [], public)] == [4]


@pytest.mark.parametrize("number", [2, 4])
def test_a_file_of_old_entries_is_compared_with_checkpoints_kept_elsewhere_also_of_its_last_entry(
    store: Store, trail: AuditTrail, tmp_path: Path, clock: SetClock, number: int
) -> None:
    key = trail.key(ME)
    act(store, "reveal", "export", "sign_in")
    clock.pass_time(days=40)
    path = trail.archive(clock.now(), ME)
    assert path is not None
    assert path.name == "000000001-000000004.jsonl"
    elsewhere = tmp_path / "elsewhere.json"
    for hashed, findings in ((entry_hash(path, number), 0), ("0" * 64, 1)):
        elsewhere.write_text(key.sign(Checkpoint(number, hashed, to_iso(clock.now()), "epoch")))
        assert len(check_archive(path, [elsewhere], key.public)) == findings


def entry_hash(path: Path, number: int) -> str:
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    return str(next(line["hash"] for line in lines if line["number"] == number))


def test_a_new_key_goes_on_where_old_entries_were_taken_away_and_its_checkpoints_are_its_own(
    store: Store, trail: AuditTrail, tmp_path: Path, clock: SetClock
) -> None:
    trail.keep_checkpoint(None)
    act(store, "reveal", "export")
    clock.pass_time(days=40)
    act(store, "sign_in")
    assert trail.archive(clock.now(), ME) is not None
    first = trail.prove(kept(trail)).first
    (tmp_path / "audit.key").unlink()
    trail.key(ME, new=True)
    assert kept(trail) == []
    trail.keep_checkpoint(None)
    proof = trail.prove(kept(trail))
    assert (proof.first, proof.findings, proof.checkpoints) == (first, [], 1)


def test_where_the_chain_begins_cannot_be_moved(store: Store, trail: AuditTrail, clock: SetClock) -> None:
    act(store, "reveal", "export")
    clock.pass_time(days=1)
    act(store, "sign_in")
    trail.archive(clock.now(), ME)
    tamper(store, lambda connection: connection.execute(delete(AUDIT).where(AUDIT.c.act == "sign_in")))
    assert [number for number, _ in found(trail)] == [4]


def test_the_last_entry_always_stays_and_young_ones_too(store: Store, trail: AuditTrail, clock: SetClock) -> None:
    trail.key(ME)
    assert trail.archive(clock.now(), ME) is None
    clock.pass_time(days=1)
    assert trail.archive(clock.now(), ME) is not None
    assert [one.number for one in entries(store)] == [2, 3]


def test_entries_are_listed_newest_first_by_time_actor_and_act(store: Store, clock: SetClock) -> None:
    act(store, "reveal")
    clock.pass_time(hours=1)
    act(store, "export", "reveal")

    def numbers(wanted: audit.Wanted, **more: int) -> list[int]:
        with store.read() as connection:
            return [one.number for one in audit.newest(connection, wanted, **more)]

    assert numbers(audit.Wanted()) == [4, 3, 2, 1]
    assert numbers(audit.Wanted(), limit=2) == [4, 3]
    assert numbers(audit.Wanted(), before=3) == [2, 1]
    assert numbers(audit.Wanted(acts=("reveal",))) == [4, 2]
    assert numbers(audit.Wanted(not_acts=("reveal",))) == [3, 1]
    assert numbers(audit.Wanted(actor="wang")) == [4, 3, 2]
    assert numbers(audit.Wanted(actor="%")) == []
    assert numbers(audit.Wanted(since=clock.now())) == [4, 3]
    assert numbers(audit.Wanted(until=clock.now())) == [2, 1]
    with store.read() as connection:
        assert audit.acts_of(connection) == ["commit", "export", "reveal"]
        assert connection.execute(select(AUDIT.c.number)).first() is not None


def test_entries_and_commits_from_before_there_was_a_chain_are_taken_into_it(database: str, tmp_path: Path) -> None:
    engine = open_database(database)
    with engine.connect().execution_options(**{WRITE: True}) as connection, connection.begin():
        config = Config()
        config.set_main_option("script_location", str(Path(migrations.__file__).parent))
        config.attributes["connection"] = connection
        command.upgrade(config, "0005")
        old = [
            {"number": n, "at": f"2026-11-0{n}T00:00:00Z", "actor": ME, "act": "reveal", "about": "x"} for n in (2, 5)
        ]
        without_hash = table("audit", *(column(name) for name in old[0]))
        connection.execute(insert(without_hash), old)
        commits = [{"revision": n, "at": f"2026-11-0{n}T00:00:00Z", "actor": ME, "action": "x"} for n in (1, 2)]
        connection.execute(insert(COMMIT), [{**one, "changed": 3} for one in commits])
    migrations.migrate(engine)
    store = Store(engine, SetClock())
    held = entries(store)
    assert [(one.number, one.act) for one in held] == [
        (1, "reveal"),
        (2, "reveal"),
        (3, "commit"),
        (4, "commit"),
        (5, "migrate"),
    ]
    fill(store)
    trail = AuditTrail(tmp_path, store)
    assert found(trail) == []
    tamper(store, lambda connection: connection.execute(update(COMMIT).where(COMMIT.c.revision == 2).values(actor="x")))
    assert found(trail) == [(4, "the commit log differs from entry 4 on revision 2")]
    engine.dispose()
