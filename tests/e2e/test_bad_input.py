"""What people get wrong, typed at the real command: one clear line each, and nothing half-written."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from data.store.change_log import head
from data.store.database import open_database, sqlite_url
from data.store.schema import DEVICE
from sync.hub.home import make_hub_home
from tests.commands import DONE, WRONG_USAGE, refusal, run
from tests.hubs import RunningHub, switchboard

NOON, LATER = "2026-11-22T12:00:00+08:00", "2026-11-22T14:00:00+08:00"
FEEDER = "F02616"


@pytest.fixture(scope="module")
def home(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(demo_home, tmp_path_factory.mktemp("bad") / "hub"))


def revision(home: Path) -> int:
    engine = open_database(sqlite_url(home / "store.db"))
    try:
        with engine.connect() as connection:
            return head(connection)
    finally:
        engine.dispose()


@pytest.fixture
def unchanged(home: Path) -> Iterator[None]:
    before = revision(home)
    yield
    assert revision(home) == before


@pytest.mark.parametrize(
    "words",
    [
        ["frobnicate"],
        [],
        ["lookup", "--limit", "many"],
        ["outage", "add", "--kind", "fault"],
        ["import", "moons", "x.csv"],
        ["hub", "--port", "http"],
    ],
)
def test_wrong_words_are_wrong_usage(words: list[str]) -> None:
    done = run(*words)
    assert (done.returncode, done.stdout) == (WRONG_USAGE, "")
    assert "usage: switchboard" in done.stderr


def test_numbers_and_addresses_that_make_no_sense_are_wrong_usage(home: Path) -> None:
    for words in (["pull", "--history", "--limit", "-1", "--home", str(home)], ["init", "--demo-central", "no:url@x"]):
        done = run(*words)
        assert (done.returncode, done.stdout) == (WRONG_USAGE, "")
        assert done.stderr.startswith("switchboard: --")


def test_no_home_is_told() -> None:
    without = {"SWITCHBOARD_HOME": ""}
    for words in (["outage", "list"], ["lookup", "x"]):
        done = run(*words, environment=without)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith("switchboard: say which home")


def test_a_directory_that_is_no_hubs_home_is_told_with_the_remedy(tmp_path: Path) -> None:
    verbs = [["agents", "add", "x"], ["hub", "--port", "0"], ["import", "areas", os.devnull]]
    for words in verbs:
        assert "is not a hub's home: make one with" in refusal(*words, "--home", str(tmp_path / "none"))
    assert not (tmp_path / "none").exists()


def test_a_home_that_is_not_enrolled_is_told_with_the_remedy(tmp_path: Path) -> None:
    for words in (["lookup", "塔山"], ["sync", "--once"]):
        assert "switchboard enrol --home" in refusal(*words, "--home", str(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_home_of_the_other_kind_is_told_as_such_and_is_not_written_to(tmp_path: Path) -> None:
    hub, pc = tmp_path / "hub", tmp_path / "pc"
    make_hub_home(hub)
    pc.mkdir()
    (pc / "agent.json").write_text("{}")
    there = sorted(hub.iterdir())
    for words in (["lookup", "塔山"], ["enrol", "--hub", "http://127.0.0.1:1", "--code", "X"]):
        assert "is a hub's home, not a PC's" in refusal(*words, "--home", str(hub))
    assert sorted(hub.iterdir()) == there
    assert "is a PC's home, not a hub's" in refusal("users", "list", "--home", str(pc))


def test_a_new_home_is_not_made_over_anything(tmp_path: Path) -> None:
    kept = tmp_path / "thesis.txt"
    kept.write_text("years of work")
    assert "is not empty" in refusal("init", "--home", str(tmp_path))
    assert "is not empty" in refusal("init", "--home", str(kept), "--demo")
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
    assert kept.read_text() == "years of work"


def test_a_demo_of_no_possible_size_leaves_nothing_behind(tmp_path: Path) -> None:
    for customers in ("0", "-5", "99999999"):
        refusal("init", "--home", str(tmp_path / "demo"), "--demo", "--customers", customers)
    assert not (tmp_path / "demo").exists()


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--feeder", "99999"], "no feeder has the id, number or name '99999'"),
        (["--area", "没有这个地方"], "no area has the id"),
        ([], "nothing is in the scope"),
        (["--feeder", FEEDER, "--etr", NOON], "is not after the start"),
        (["--feeder", FEEDER, "--kind", "storm"], "kind 'storm' is not known: give one of planned"),
        (["--feeder", FEEDER, "--start", "2026-11-22T12:00:00"], "--start '2026-11-22T12:00:00': say the time zone"),
        (["--feeder", FEEDER, "--start", "noon"], "--start 'noon': give ISO 8601 with an offset"),
        (["--feeder", FEEDER, "--reason", " "], "a reason is needed"),
        (["--feeder", FEEDER, "--reason", "\udcff\udcfe"], "is the text in another encoding"),
    ],
)
def test_a_window_that_cannot_be_is_refused(home: Path, words: list[str], said: str) -> None:
    right = ["--kind", "fault", "--start", NOON, "--etr", LATER, "--reason", "雷击"]
    assert said in refusal("outage", "add", "--home", str(home), *right, *words)


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["restore", "20000101-0001"], "no outage has the id '20000101-0001'"),
        (["revise", "x", "--etr", LATER, "--reason", "r"], "no outage has the id 'x'"),
        (["restore", "x", "--partial", "T1"], "--partial 'T1': give KIND:ID"),
        (["list", "--at", "2026-11-22"], "say the time zone too"),
    ],
)
def test_an_act_on_no_window_is_refused(home: Path, words: list[str], said: str) -> None:
    assert said in refusal("outage", *words, "--home", str(home))


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\xff\xfe\x00\x81\xff,\x9f\n\x81\x30\xff", "UTF-8"),
        ("区域,别的\n1,2\n".encode(), "id"),
        (b"1,2\n3,4\n", "id"),
    ],
)
def test_a_file_that_is_no_table_of_areas_is_refused(home: Path, tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "areas.csv"
    file.write_bytes(content)
    assert said.lower() in refusal("import", "areas", str(file), "--home", str(home)).lower()


@pytest.mark.usefixtures("unchanged")
def test_a_file_that_is_not_there_and_a_workbook_that_is_none_are_refused(home: Path, tmp_path: Path) -> None:
    assert "No such file" in refusal("import", "areas", str(tmp_path / "none.csv"), "--home", str(home))
    (tmp_path / "areas.xlsx").write_bytes(b"PK\x03\x04 broken")
    refusal("import", "areas", str(tmp_path / "areas.xlsx"), "--home", str(home))
    refusal("import", "areas", str(tmp_path), "--home", str(home))


@pytest.mark.usefixtures("unchanged")
def test_a_file_of_another_kind_is_told_and_nothing_of_it_kept(home: Path, tmp_path: Path) -> None:
    table = tmp_path / "areas.csv"
    table.write_text("id,name,parent_id\nN9,新村九,211402\n", encoding="utf-8")
    said = refusal("calls", "import", str(table), "--format", "queue_log", "--home", str(home))
    assert "no line of 2 tells of a call: is it a queue_log?" in said
    none = refusal("import", "areas", str(table), "--map", str(tmp_path / "none.toml"), "--home", str(home))
    assert "none.toml: cannot be read: No such file or directory" in none


def test_bad_rows_are_told_one_by_one_and_the_good_ones_are_stored(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "areas.csv"
    file.write_text(
        "id,name,parent_id,level\nN1,新村一,211402,village\nN2,新村二,999999,village\n"
        "N3,新村三,211402,galaxy\nN4,新村四,211402,village\nN4,新村四又,211402,village\n",
        encoding="utf-8",
    )
    done = run("import", "areas", str(file), "--home", str(home), "--json")
    assert done.returncode == DONE
    lines = done.stderr.splitlines()
    assert all(line.startswith("switchboard: row ") for line in lines)
    assert [line.split(",")[0].removeprefix("switchboard: row ") for line in lines] == ["3", "4", "6"]
    stored = switchboard("import", "areas", str(file), "--home", str(home), "--dry-run")
    assert (stored["rows"], stored["unchanged"], stored["rejected"]) == (5, 2, 3)


def test_a_port_in_use_is_told(home: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = str(taken.getsockname()[1])
        assert f"cannot listen on 127.0.0.1:{port}: Address already in use" in refusal(
            "hub", "--home", str(home), "--port", port
        )
    assert "cannot listen" in refusal("hub", "--home", str(home), "--port", "99999")


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("url", ["nonsense", "mysql://user@host/name", "sqlite:////nowhere/at/all.db"])
def test_a_database_that_cannot_be_is_refused_and_not_remembered(home: Path, url: str) -> None:
    refusal("hub", "--home", str(home), "--port", "0", "--database", url)
    assert run("outage", "list", "--home", str(home)).returncode == DONE


def test_a_code_enrols_once_and_a_wrong_one_never(hub: RunningHub, tmp_path: Path) -> None:
    code = switchboard("agents", "add", "座席1", "--home", str(hub.home))["code"]
    enrol = ["enrol", "--hub", hub.url, "--code"]
    assert "wrong or was used before" in refusal(*enrol, "WRONGCODE1", "--home", str(tmp_path / "a"))
    (tmp_path / "file").write_text("in the way")
    refusal(*enrol, code, "--home", str(tmp_path / "file"))
    assert run(*enrol, code, "--home", str(tmp_path / "a")).returncode == DONE
    assert "wrong or was used before" in refusal(*enrol, code, "--home", str(tmp_path / "b"))
    expired = switchboard("agents", "add", "座席2", "--home", str(hub.home))["code"]
    engine = open_database(sqlite_url(hub.home / "store.db"))
    with engine.begin() as connection:
        assert len(connection.execute(select(DEVICE)).all()) == 2
        connection.execute(DEVICE.update().values(code_expires="2020-01-01T00:00:00Z"))
    engine.dispose()
    assert "expired at 2020-01-01" in refusal(*enrol, expired, "--home", str(tmp_path / "b"))
    assert not (tmp_path / "b" / "agent.json").exists()


def test_an_agent_for_an_unknown_branch_is_refused(home: Path) -> None:
    assert "no branch has the id" in refusal("agents", "add", "x", "--branch", "月球供电所", "--home", str(home))


def test_a_hub_that_does_not_answer_is_told(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
    assert "cannot be reached" in refusal("enrol", "--home", str(tmp_path), "--hub", url, "--code", "X")
    assert "is not a hub's address" in refusal("enrol", "--home", str(tmp_path), "--hub", "hub", "--code", "X")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one mebibyte."""
    if os.geteuid() != 0:
        pytest.skip("a full disk needs a file system of its own, and mounting one needs root")
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)], check=False)
    if mounted.returncode != 0:
        pytest.skip("a full disk needs a file system of its own, and none can be mounted here")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def tells_of_the_disk(said: str) -> bool:
    return any(words in said for words in ("full", "No space left", "disk I/O error"))


@pytest.mark.parametrize(("taken_kib", "words"), [(0, ["--demo", "--customers", "1000"]), (992, []), (1020, [])])
def test_a_home_does_not_stay_half_made_on_a_full_disk(small_disk: Path, taken_kib: int, words: list[str]) -> None:
    (small_disk / "ballast").write_bytes(bytes(taken_kib << 10))
    assert tells_of_the_disk(refusal("init", "--home", str(small_disk / "hub"), *words))
    assert not (small_disk / "hub").exists()


def test_a_full_disk_leaves_the_agent_without_a_cache_and_with_a_clear_line(hub: RunningHub, small_disk: Path) -> None:
    agent = small_disk / "agent"
    code = switchboard("agents", "add", "座席1", "--home", str(hub.home))["code"]
    switchboard("enrol", "--home", str(agent), "--hub", hub.url, "--code", code)
    assert tells_of_the_disk(refusal("sync", "--once", "--home", str(agent)))
    assert not (agent / "cache" / "current").exists()
    subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
    assert switchboard("sync", "--once", "--home", str(agent))["mode"] == "snapshot"


@pytest.mark.usefixtures("unchanged")
def test_rows_that_can_be_neither_stored_nor_listed_stop_the_import(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "areas.csv"
    file.write_text("id,name,parent_id\nN1,新村一,211402\nN2,新村二,999999\n", encoding="utf-8")
    for workbook in (tmp_path / "nowhere" / "no.xlsx", file):
        refusal("import", "areas", str(file), "--home", str(home), "--errors", str(workbook))
    assert file.read_text(encoding="utf-8").startswith("id,name")
