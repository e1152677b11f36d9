"""Every verb of a hub's home does the same whichever database holds the store."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from data.clock import to_iso
from data.fields import Doc
from data.store import change_log
from data.store.rows import get_docs
from data.store.schema import COMMIT
from data.store.set_hash import same_sums
from data.store.store import Store
from switchboard.cli import main
from sync import auth
from sync.hub.home import HubHome
from sync.hub.snapshots import Scope, leads_on, publish

Verb = Callable[..., Any]

QUEUE_LOG = """\
915148808|1.1|PS|NONE|ENTERQUEUE||22090179|1
915148836|1.2|NE|NONE|ENTERQUEUE||9664491|1
915148840|1.1|PS|Agent/A|CONNECT|32|1.3|2
915148900|1.1|PS|Agent/A|COMPLETECALLER|32|60|1
915148948|1.2|NE|NONE|ABANDON|1|1|112
"""


@pytest.fixture
def verb(home: HubHome, capsys: pytest.CaptureFixture[str]) -> Verb:
    """Runs a verb in the home; what it prints as JSON."""

    def run(*words: str) -> Any:
        assert main([*words, "--home", str(home.path), "--json"]) == 0, capsys.readouterr().err
        return json.loads(capsys.readouterr().out)

    return run


def csv(path: Path, *lines: str) -> str:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def area(store: Store, key: str) -> Doc | None:
    with store.read() as connection:
        return get_docs(connection, "area", [key]).get(key)


def test_a_file_imported_twice_changes_nothing_the_second_time(verb: Verb, home: HubHome, tmp_path: Path) -> None:
    file = csv(
        tmp_path / "areas.csv",
        "id,name,parent_id,level,aliases",
        "911402999,试验乡,211402,township,老试验;新试验",
        "911402999001,试验村,911402999,village,",
        "911402999002,孤村,000000,village,",
    )
    rows = {"rows": 3, "added": 2, "changed": 0, "unchanged": 0, "rejected": 1}
    assert verb("import", "areas", file, "--dry-run") == rows
    assert verb("import", "areas", file) == rows
    assert verb("import", "areas", file) == {**rows, "added": 0, "unchanged": 2}
    stored = area(home.open_store(), "911402999")
    assert stored is not None
    assert (stored["code"], stored["aliases"]) == ("syx", ["老试验", "新试验"])


def test_outage_windows_are_set_revised_restored_and_listed(verb: Verb) -> None:
    later = to_iso(datetime.now(UTC) + timedelta(hours=3))
    first, second = (verb("outage", "add", "--feeder", "F02616", *_window()) for _ in range(2))
    assert [one["state"] for one in (first, second)] == ["active", "active"]
    assert int(second["id"][-4:]) == int(first["id"][-4:]) + 1
    assert len(verb("outage", "revise", first["id"], "--etr", later, "--reason", "抢修难度大")["revisions"]) == 2
    assert verb("outage", "restore", first["id"])["state"] == "restored"
    assert {one["id"] for one in verb("outage", "list")} >= {second["id"]}


def test_calls_are_imported_once_and_reported(verb: Verb, tmp_path: Path) -> None:
    file = tmp_path / "queue_log"
    file.write_text(QUEUE_LOG, encoding="utf-8")
    words = ["calls", "import", str(file), "--format", "queue_log", "--timezone", "UTC"]
    assert verb(*words)["added"] == 5
    assert verb(*words) == {"lines": 5, "added": 0, "known": 5, "rejected": []}
    report = verb("report", "duty", "--from", "1999-01-01T00:00:00Z", "--to", "1999-01-02T00:00:00Z")
    values = {one["name"]: one["value"] for one in report["metrics"]}
    assert (values["offered"], values["answered"], values["abandoned"]) == (2, 1, 1)


def test_devices_enrol_people_sign_in_and_phones_are_found(verb: Verb, home: HubHome) -> None:
    verb("agents", "add", "座席1", "--branch", "B21140205")
    assert verb("phones", "rehash")["customers"] == 1000
    store = home.open_store()
    person, token = auth.sign_in(store, "duty", "demo")
    with store.read() as connection:
        found = auth.person_of(connection, token, store.clock.now())
    assert found is not None
    assert found.name == person.name
    store.engine.dispose()


def test_a_snapshot_holds_what_the_store_does_and_the_log_leads_on_from_it(
    verb: Verb, home: HubHome, tmp_path: Path
) -> None:
    store, scope = home.open_store(), Scope.of(None)
    manifest = publish(store, scope, tmp_path / "snapshots")
    verb("outage", "add", "--feeder", "F02616", *_window())
    with store.read() as connection:
        assert leads_on(connection, scope, manifest)
        assert manifest.revision == change_log.head(connection) - 1
    assert publish(store, scope, tmp_path / "snapshots").revision == manifest.revision + 1
    store.engine.dispose()


def test_a_store_that_was_moved_is_the_same_store(home: HubHome, demo_home: Path) -> None:
    source, moved = HubHome(demo_home).open_store(), home.open_store()
    with source.read() as before, moved.read() as after:
        assert change_log.epoch(before) == change_log.epoch(after)
        assert change_log.head(before) == change_log.head(after)
        assert same_sums(change_log.sums(before, None), change_log.sums(after, None))
        assert before.execute(select(COMMIT)).all() == after.execute(select(COMMIT)).all()
    source.engine.dispose()
    moved.engine.dispose()


def _window() -> list[str]:
    now = datetime.now(UTC)
    start, etr = to_iso(now - timedelta(hours=1)), to_iso(now + timedelta(hours=2))
    return ["--kind", "fault", "--start", start, "--etr", etr, "--reason", "雷击"]
