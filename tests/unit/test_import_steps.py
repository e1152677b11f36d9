"""An import gives way to others who write between its steps, and ends as if it had been alone."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, select

from data.clock import to_iso
from data.importing import ImportOptions, Rejected
from data.kinds import KINDS
from data.names.pinyin import readings_of
from data.store import audit, change_log
from data.store.schema import CHANGE, COMMIT
from data.store.steps import Pace
from data.store.store import Store
from data.upkeep.file_import import (
    BrokenOffError,
    Imported,
    ImportRun,
    ImportUnderWayError,
    OtherThanSeenError,
    import_file,
    rehearse_file,
)
from data.upkeep.file_preview import RecordFile, preview_file
from data.upkeep.import_note import broken_off, import_progress
from tests.kept import change, stored
from tests.recounts import check_sums
from tests.stores import NOON, fill, opened_store

ROWS = 40
TOGETHER = 4


class EndedError(BaseException):
    """The process is over."""


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    with opened_store(database) as opened:
        fill(opened)
        yield opened


@pytest.fixture
def file(tmp_path: Path) -> RecordFile:
    rows = "".join(f"66{n:08},新户{n},T{1 + n % 3}\n" for n in range(ROWS))
    path = tmp_path / "customers.csv"
    path.write_text("id,name,transformer_area\n" + rows, encoding="utf-8")
    return RecordFile(path, KINDS["customer"], ImportOptions(readings_of))


def in_steps(between: Callable[[], None], **wishes: object) -> ImportRun:
    """An import that does something whenever it gives way; others may write then."""

    def always(_: Engine) -> bool:
        return True

    pace = Pace(cost=1, together=TOGETHER, waits=always, pause=lambda _s: between())
    return ImportRun("person:wang", "customers.csv", pace=pace, **wishes)  # type: ignore[arg-type]  # any of its own


def once(act: Callable[[], object]) -> Callable[[], None]:
    acts = [act]

    def first_time() -> None:
        if acts:
            acts.pop()()

    return first_time


def new_names(store: Store) -> int:
    return sum((stored(store, "customer", f"66{n:08}") or {}).get("name") == f"新户{n}" for n in range(ROWS))


def test_a_window_is_set_between_any_two_steps_of_an_import(store: Store, file: RecordFile, tmp_path: Path) -> None:
    def set_window() -> None:
        with store.write("person:duty", "window") as writing:
            window = {"id": "O1", "kind": "fault", "start": to_iso(NOON), "etr": to_iso(NOON + timedelta(hours=3))}
            writing.put("outage", {**window, "scope": ["feeder:F1"], "reason": "检修", "revisions": [next(numbers)]})

    numbers = count()
    dry = rehearse_file(store, file, tmp_path, in_steps(lambda: None))
    done = import_file(store, file, tmp_path, in_steps(set_window))
    assert done.to_json() == dry.to_json() == {
        "rows": ROWS, "added": ROWS, "changed": 0, "unchanged": 0, "rejected": 0
    }  # fmt: skip
    with store.read() as connection:
        check_sums(connection)
        actions = [row.action for row in connection.execute(select(COMMIT).order_by(COMMIT.c.revision))]
    assert actions == ["fill"] + ["import customer", "window"] * (ROWS // TOGETHER - 1) + ["import customer"]
    assert new_names(store) == ROWS


def test_what_others_changed_meanwhile_stays_where_the_file_says_nothing(
    store: Store, file: RecordFile, tmp_path: Path
) -> None:
    def meanwhile() -> None:
        with store.write("person:li", "meanwhile") as writing:
            writing.put("customer", {"id": "6600000039", "name": "别人", "phone": "13800000039"})
            writing.put("feeder", {"id": "F1", "branch": "B2"})
            writing.delete("transformer_area", ["T3"])

    handed: list[tuple[Rejected, ...]] = []
    done = import_file(store, file, tmp_path, in_steps(once(meanwhile), last=handed.append))
    last = stored(store, "customer", "6600000039")
    assert last is not None
    assert (last["name"], last["phone"], last["transformer_area"]) == ("新户39", "13800000039", "T1")
    gone = [n for n in range(TOGETHER, ROWS) if n % 3 == 2]
    assert [one.row for one in done.rejected] == [n + 2 for n in gone]
    assert [len(rejected) for rejected in handed] == [0, len(gone)]
    assert (done.counts.added, done.counts.changed) == (ROWS - 1 - len(gone), 1)
    with store.read() as connection:
        check_sums(connection)


def test_where_the_log_does_not_tell_any_more_what_others_wrote_all_is_planned_again(
    store: Store, file: RecordFile, tmp_path: Path
) -> None:
    def meanwhile() -> None:
        with store.write("person:li", "meanwhile") as writing:
            writing.put("customer", {"id": "6600000039", "name": "别人", "phone": "13800000039"})
        with store.write("hub", "compact the change log") as writing:
            change_log.raise_floor(writing.connection, change_log.head(writing.connection))
            writing.connection.execute(delete(CHANGE))

    done = import_file(store, file, tmp_path, in_steps(once(meanwhile)))
    assert (done.counts.added, done.counts.changed) == (ROWS - 1, 1)
    assert (stored(store, "customer", "6600000039") or {})["phone"] == "13800000039"
    with store.read() as connection:
        check_sums(connection)


def test_an_import_that_was_killed_is_known_and_gone_on_with(store: Store, file: RecordFile, tmp_path: Path) -> None:
    def end() -> None:
        raise EndedError

    with pytest.raises(EndedError):
        import_file(store, file, tmp_path, in_steps(end))
    left = broken_off(store.engine)
    assert left is not None
    assert (left.stored, left.rows, new_names(store)) == (TOGETHER, ROWS, TOGETHER)
    done = import_file(store, file, tmp_path, in_steps(lambda: None))
    assert done.earlier == left
    assert (done.counts.added, done.counts.unchanged) == (ROWS - TOGETHER, TOGETHER)
    assert broken_off(store.engine) is None
    with store.read() as connection:
        acts = [(one.act, one.about) for one in audit.entries(connection) if one.act.startswith("import")]
    assert sorted(acts) == [("import", "customers.csv"), ("import_broken_off", str(left))]


def test_everybody_sees_how_far_an_import_is(store: Store, file: RecordFile, tmp_path: Path) -> None:
    told = list[tuple[int, int]]()

    def look() -> None:
        progress = import_progress(store.engine)
        assert progress is not None
        assert progress.note is not None
        told.append((progress.note.stored, progress.note.rows))
        assert broken_off(store.engine) is None

    def checked(_rejected: tuple[Rejected, ...]) -> None:
        progress = import_progress(store.engine)
        assert progress is not None
        assert progress.note is None  # nothing is stored yet

    assert import_progress(store.engine) is None
    import_file(store, file, tmp_path, in_steps(look, last=checked))
    assert told == [(stored, ROWS) for stored in range(TOGETHER, ROWS, TOGETHER)]
    assert import_progress(store.engine) is None


def test_one_import_at_a_time_is_under_way(store: Store, file: RecordFile, tmp_path: Path) -> None:
    def another() -> None:
        with pytest.raises(ImportUnderWayError, match=r"customers\.csv: 4 of 40 rows"):
            import_file(store, file, tmp_path, ImportRun("person:li", "other.csv"))
        assert broken_off(store.engine) is None

    assert import_file(store, file, tmp_path, in_steps(once(another))).counts.added == ROWS


def test_what_a_person_agreed_to_is_stored_and_nothing_else(store: Store, file: RecordFile, tmp_path: Path) -> None:
    def meanwhile() -> None:
        with store.write("person:li", "meanwhile") as writing:
            writing.put("customer", {"id": "6600000039", "name": "别人", "transformer_area": "T1"})

    seen = preview_file(store, file, tmp_path, 0)
    with pytest.raises(BrokenOffError, match="36 of 40 rows") as broken:
        import_file(store, file, tmp_path, in_steps(once(meanwhile), seen=seen.digest))
    assert isinstance(broken.value.__cause__, OtherThanSeenError)
    assert (stored(store, "customer", "6600000039") or {})["name"] == "别人"
    again = preview_file(store, file, tmp_path, 0)
    assert (again.counts.added, again.counts.changed, again.counts.unchanged) == (3, 1, 36)
    import_file(store, file, tmp_path, in_steps(lambda: None, seen=again.digest))
    assert new_names(store) == ROWS


def test_what_fails_before_anything_is_stored_is_not_told_as_broken_off(
    store: Store, file: RecordFile, tmp_path: Path
) -> None:
    seen = preview_file(store, file, tmp_path, 0).digest

    def meanwhile(_rejected: tuple[Rejected, ...]) -> None:
        with store.write("person:li", "meanwhile") as writing:
            writing.put("customer", {"id": "6600000000", "name": "别人"})

    with pytest.raises(OtherThanSeenError):
        import_file(store, file, tmp_path, in_steps(lambda: None, seen=seen, last=meanwhile))
    assert broken_off(store.engine) is None
    assert new_names(store) == 0


def test_rows_that_cannot_be_listed_are_not_stored(store: Store, file: RecordFile, tmp_path: Path) -> None:
    def full(_: object) -> None:
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space left"):
        import_file(store, file, tmp_path, in_steps(lambda: None, last=full))
    assert new_names(store) == 0


def import_areas(store: Store, directory: Path, meanwhile: Callable[[], None]) -> Imported:
    path = directory / "areas.csv"
    path.write_text("id,name,parent_id\nN1,新村,A1\nN2,新屯,N1\n", encoding="utf-8")
    run = in_steps(lambda: pytest.fail("it gave way in the middle"), last=lambda _: meanwhile())
    return import_file(store, RecordFile(path, KINDS["area"], ImportOptions(readings_of)), directory, run)


def test_areas_are_stored_together_beside_what_others_wrote(store: Store, tmp_path: Path) -> None:
    done = import_areas(store, tmp_path, once(lambda: change(store, "area", "A1", {"name": "塔山新乡"})))
    assert done.counts.added == 2
    assert (stored(store, "area", "A1") or {})["name"] == "塔山新乡"


def test_areas_are_planned_again_where_another_took_their_parent(store: Store, tmp_path: Path) -> None:
    def meanwhile() -> None:
        with store.write("test", "meanwhile") as writing:
            writing.delete("area", ["A1"])

    done = import_areas(store, tmp_path, once(meanwhile))
    assert [one.row for one in done.rejected] == [2, 3]
    assert stored(store, "area", "N1") is None
